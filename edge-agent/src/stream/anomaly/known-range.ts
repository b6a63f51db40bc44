import type { NumberReader } from './number-reader.ts';
import { Spread } from './spread.ts';

/** Bounds come back to the mean by half in this many values: what happened long ago is news again. */
const BOUND_HALF_LIFE = 5000;
const HALF_LIFE = 2000;
const WARM_UP = 50;
const KEEP = Math.pow(0.5, 1 / BOUND_HALF_LIFE);

/** How far a value lies outside everything seen lately, in standard deviations of the series. */
export class KnownRange {
  #low = 0;
  #high = 0;
  readonly #spread = new Spread(HALF_LIFE);

  /** Distance ≥ 0 of a finite value, in deviations; 0 inside the range and during the first 50. */
  update(value: number): number {
    if (this.#spread.count === 0) this.#low = this.#high = value;
    const unit = this.#spread.deviation + 1e-9 * Math.abs(value);
    const beyond = Math.max(value - this.#high, this.#low - value, 0);
    this.#spread.update(value);
    const { mean, count } = this.#spread;
    this.#high = Math.max(value, mean + (this.#high - mean) * KEEP);
    this.#low = Math.min(value, mean + (this.#low - mean) * KEEP);
    return count <= WARM_UP || beyond === 0 || unit === 0 ? 0 : beyond / unit;
  }

  save(to: number[]): void {
    to.push(this.#low, this.#high);
    this.#spread.save(to);
  }

  load(from: NumberReader): void {
    this.#low = from.next();
    this.#high = from.next();
    this.#spread.load(from);
  }
}
