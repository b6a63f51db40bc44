import { HourRhythm } from './hour-rhythm.ts';
import type { NumberReader } from './number-reader.ts';
import { Spread } from './spread.ts';
import { WindowPeak } from './window-peak.ts';

/** One way of looking at a series: a number for each of its points, NaN while there is none. */
export interface SeriesView {
  next(timeMs: number, value: number): number;
  save(to: number[]): void;
  load(from: NumberReader): void;
}

/**
 * The level itself on a logarithmic scale, ±ln(1 + |value|): in counts, percents and milliseconds a step
 * from 2 to 20 is news, one from 2,000 to 2,018 is not. Values well below 1 stay as they are.
 */
export class LevelView implements SeriesView {
  next(_timeMs: number, value: number): number {
    return Math.sign(value) * Math.log1p(Math.abs(value));
  }

  save(): void {
    // Nothing is remembered.
  }

  load(): void {
    // Nothing is remembered.
  }
}

/** The largest of the last `length` values; with `sign` −1 the smallest, as its negative. */
export class ExtremeView implements SeriesView {
  readonly #window: WindowPeak;
  readonly #sign: 1 | -1;

  constructor(length: number, sign: 1 | -1) {
    this.#window = new WindowPeak(length);
    this.#sign = sign;
  }

  next(_timeMs: number, value: number): number {
    this.#window.push(this.#sign * value);
    return this.#window.full ? this.#window.peak : Number.NaN;
  }

  save(to: number[]): void {
    this.#window.save(to);
  }

  load(from: NumberReader): void {
    this.#window.load(from);
  }
}

/** The step from the value `points` before to the newest. */
export class JumpView implements SeriesView {
  readonly #ring: Float64Array;
  #count = 0;

  constructor(points: number) {
    this.#ring = new Float64Array(points);
  }

  next(_timeMs: number, value: number): number {
    const slot = this.#count % this.#ring.length;
    const step = this.#count < this.#ring.length ? Number.NaN : value - this.#ring[slot]!;
    this.#ring[slot] = value;
    this.#count++;
    return step;
  }

  save(to: number[]): void {
    to.push(this.#count, ...this.#ring);
  }

  load(from: NumberReader): void {
    this.#count = from.next();
    for (let at = 0; at < this.#ring.length; at++) this.#ring[at] = from.next();
  }
}

/** What the last values have beyond the usual of their hours: right values at the wrong time of day. */
export class HourView implements SeriesView {
  readonly #rhythm = new HourRhythm();
  readonly #rest: Spread;
  readonly #halfLife: number;

  constructor(halfLife: number) {
    this.#halfLife = halfLife;
    this.#rest = new Spread(halfLife);
  }

  next(timeMs: number, value: number): number {
    const rest = this.#rhythm.update(timeMs, value);
    if (Number.isNaN(rest)) return rest;
    this.#rest.update(rest);
    return this.#rest.count < this.#halfLife ? Number.NaN : this.#rest.mean;
  }

  save(to: number[]): void {
    this.#rhythm.save(to);
    this.#rest.save(to);
  }

  load(from: NumberReader): void {
    this.#rhythm.load(from);
    this.#rest.load(from);
  }
}
