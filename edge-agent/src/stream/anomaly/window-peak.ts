import type { NumberReader } from './number-reader.ts';

/**
 * The largest of the last `length` values in O(1) amortised time: a queue of the values that no later one
 * reaches (Lemire, "Streaming maximum-minimum filter", 2006).
 */
export class WindowPeak {
  readonly #length: number;
  readonly #values: Float64Array;
  readonly #at: Float64Array;
  /** Running numbers of the queue's first entry and of the one after its last; slots are these modulo `length`. */
  #head = 0;
  #tail = 0;
  #count = 0;

  constructor(length: number) {
    this.#length = length;
    this.#values = new Float64Array(length);
    this.#at = new Float64Array(length);
  }

  get full(): boolean {
    return this.#count >= this.#length;
  }

  /** −Infinity before the first value. */
  get peak(): number {
    return this.#head === this.#tail ? -Infinity : this.#values[this.#head % this.#length]!;
  }

  push(value: number): void {
    const { length } = this.#values;
    while (this.#tail > this.#head && this.#values[(this.#tail - 1) % length]! <= value) this.#tail--;
    if (this.#tail > this.#head && this.#at[this.#head % length]! <= this.#count - length) this.#head++;
    this.#values[this.#tail % length] = value;
    this.#at[this.#tail % length] = this.#count;
    this.#tail++;
    this.#count++;
  }

  save(to: number[]): void {
    to.push(this.#count, this.#tail - this.#head);
    for (let at = this.#head; at < this.#tail; at++) {
      to.push(this.#values[at % this.#length]!, this.#at[at % this.#length]!);
    }
  }

  load(from: NumberReader): void {
    this.#count = from.next();
    this.#head = 0;
    this.#tail = Math.min(this.#length, from.next());
    for (let at = 0; at < this.#tail; at++) {
      this.#values[at] = from.next();
      this.#at[at] = from.next();
    }
  }
}
