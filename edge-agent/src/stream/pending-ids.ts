import type { SeenHashes } from '../core-ports.ts';

const FIRST_CAPACITY = 1_024;

/**
 * Ids admitted since the last checkpoint, as the two lanes of their hash: 8 bytes each. As text they would
 * be half of what an event keeps alive, and seconds of them stand between two checkpoints.
 */
export class PendingIds {
  readonly #scope: SeenHashes['scope'];
  readonly #max: number;
  #lanes = new Uint32Array(2 * FIRST_CAPACITY);
  #count = 0;
  #runs: [seenMs: number, count: number][] = [];
  /** Ids that no checkpoint took in time: of more than `max` the oldest half is given up. */
  givenUp = 0;

  constructor(scope: SeenHashes['scope'], max: number) {
    this.#scope = scope;
    this.#max = max;
  }

  note(a: number, b: number, seenMs: number): void {
    if (this.#count === this.#max) this.#giveUp();
    if (2 * this.#count === this.#lanes.length) {
      const larger = new Uint32Array(2 * this.#lanes.length);
      larger.set(this.#lanes);
      this.#lanes = larger;
    }
    this.#lanes[2 * this.#count] = a;
    this.#lanes[2 * this.#count + 1] = b;
    this.#count++;
    const run = this.#runs[this.#runs.length - 1];
    if (run !== undefined && run[0] === seenMs) run[1]++;
    else this.#runs.push([seenMs, 1]);
  }

  /** What was noted since the last call; null when nothing was. */
  take(): SeenHashes | null {
    if (this.#count === 0) return null;
    const seen = { scope: this.#scope, lanes: this.#lanes.slice(0, 2 * this.#count), runs: this.#runs };
    this.#count = 0;
    this.#runs = [];
    return seen;
  }

  #giveUp(): void {
    const gone = Math.floor(this.#max / 2);
    this.#lanes.copyWithin(0, 2 * gone, 2 * this.#count);
    this.#count -= gone;
    this.givenUp += gone;
    for (let left = gone; left > 0;) {
      const run = this.#runs[0]!;
      const taken = Math.min(left, run[1]);
      left -= taken;
      run[1] -= taken;
      if (run[1] === 0) this.#runs.shift();
    }
  }
}
