/** Reads the numbers of a snapshot in the order in which they were written. */
export class NumberReader {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** Throws when the snapshot is shorter than its reader expects, or holds something else. */
  next(): number {
    const value = this.#numbers[this.#at++];
    if (typeof value !== 'number') {
      throw new Error(
        `restoring an anomaly detector: number ${this.#at} of its snapshot is missing; use a snapshot of this version, or start without one`,
      );
    }
    return value;
  }

  /** Throws when something is left over. */
  end(): void {
    if (this.#at === this.#numbers.length) return;
    throw new Error(
      `restoring an anomaly detector: its snapshot has ${this.#numbers.length} numbers, ${this.#at} are read; use a snapshot of this version, or start without one`,
    );
  }
}
