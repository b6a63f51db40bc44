import type { NumberReader } from './number-reader.ts';
import { Spread } from './spread.ts';

/** Values that are remembered at most. */
const CAPACITY = 60;
/** A value this many usual distances (and `FLOOR` deviations) away from all known ones becomes known itself. */
const APART = 1.5;
const FLOOR = 0.02;
/** How far a known value moves towards one that it stands for. */
const ATTRACTION = 0.05;
const HALF_LIFE = 2000;
/** One outlier must not make everything after it look usual. */
const MAX_RATIO = 5;
const MAX_STEP = 0.1;
/** Before this many values nothing is judged. */
const WARM_UP = 50;

/**
 * How far a value lies from everything seen before, in standard deviations of the series.
 *
 * A bounded codebook of known values (as in adaptive resonance: Carpenter & Grossberg 1987; leader
 * clustering: Hartigan 1975): what lies near a known value moves it a little, what does not is added, and
 * the one unused for longest makes room. So a level that was never there stands out once and is known afterwards.
 */
export class KnownValues {
  readonly #values = new Float64Array(CAPACITY);
  readonly #usedAt = new Float64Array(CAPACITY);
  #size = 0;
  #count = 0;
  readonly #spread = new Spread(HALF_LIFE);
  readonly #distances = new Spread(HALF_LIFE);

  /** Distance ≥ 0 of a finite value, in deviations; 0 during the first 50. */
  update(value: number): number {
    this.#count++;
    this.#spread.update(value);
    if (this.#size === 0) {
      this.#put(0, value);
      this.#size = 1;
      return 0;
    }
    const nearest = this.#nearest(value);
    const gap = Math.abs(this.#values[nearest]! - value);
    // Beside the deviation, nine digits of the value itself: below that a difference is rounding.
    const unit = this.#spread.deviation + 1e-9 * Math.abs(value);
    const distance = gap === 0 || unit === 0 ? 0 : gap / unit;
    if (distance > APART * this.#distances.mean + FLOOR) this.#learn(value);
    else this.#put(nearest, this.#values[nearest]! + ATTRACTION * (value - this.#values[nearest]!));
    this.#distances.update(Math.min(distance, MAX_RATIO * this.#distances.mean + MAX_STEP));
    return this.#count <= WARM_UP ? 0 : distance;
  }

  #nearest(value: number): number {
    let nearest = 0;
    let least = Infinity;
    for (let at = 0; at < this.#size; at++) {
      const gap = Math.abs(this.#values[at]! - value);
      if (gap < least) {
        least = gap;
        nearest = at;
      }
    }
    return nearest;
  }

  #learn(value: number): void {
    if (this.#size < CAPACITY) {
      this.#put(this.#size++, value);
      return;
    }
    let oldest = 0;
    for (let at = 1; at < CAPACITY; at++) if (this.#usedAt[at]! < this.#usedAt[oldest]!) oldest = at;
    this.#put(oldest, value);
  }

  #put(at: number, value: number): void {
    this.#values[at] = value;
    this.#usedAt[at] = this.#count;
  }

  save(to: number[]): void {
    to.push(this.#size, this.#count);
    for (let at = 0; at < this.#size; at++) to.push(this.#values[at]!, this.#usedAt[at]!);
    this.#spread.save(to);
    this.#distances.save(to);
  }

  load(from: NumberReader): void {
    this.#size = Math.min(CAPACITY, from.next());
    this.#count = from.next();
    for (let at = 0; at < this.#size; at++) {
      this.#values[at] = from.next();
      this.#usedAt[at] = from.next();
    }
    this.#spread.load(from);
    this.#distances.load(from);
  }
}
