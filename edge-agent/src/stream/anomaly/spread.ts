import type { NumberReader } from './number-reader.ts';

/** Mean and standard deviation with exponential forgetting; a plain mean while it is young. */
export class Spread {
  mean = 0;
  #variance = 0;
  #count = 0;
  readonly #rate: number;

  /** `halfLife` in points, above 0. */
  constructor(halfLife: number) {
    this.#rate = 1 - Math.pow(0.5, 1 / halfLife);
  }

  get count(): number {
    return this.#count;
  }

  get deviation(): number {
    return Math.sqrt(this.#variance);
  }

  /** West's update (CACM 22, 1979) with weight max(rate, 1/n): no drift, no cancellation at 1e15. */
  update(value: number): void {
    this.#count++;
    const rate = Math.max(this.#rate, 1 / this.#count);
    const step = value - this.mean;
    this.mean += rate * step;
    this.#variance = (1 - rate) * (this.#variance + rate * step * step);
  }

  save(to: number[]): void {
    to.push(this.mean, this.#variance, this.#count);
  }

  load(from: NumberReader): void {
    this.mean = from.next();
    this.#variance = from.next();
    this.#count = from.next();
  }
}
