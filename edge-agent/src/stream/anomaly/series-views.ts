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

const SHORT_HALF_LIFE = 15;
const LONG_HALF_LIFE = 1500;
/** A flat stretch must not be infinitely calm. */
const LEAST_RATIO = 0.01;

/** Logarithm of the deviation over the last few values: noise that comes or goes, a line gone flat. */
export class RoughnessView implements SeriesView {
  readonly #short = new Spread(SHORT_HALF_LIFE);
  readonly #long = new Spread(LONG_HALF_LIFE);

  next(_timeMs: number, value: number): number {
    this.#short.update(value);
    this.#long.update(value);
    if (this.#short.count < SHORT_HALF_LIFE) return Number.NaN;
    const floor = LEAST_RATIO * this.#long.deviation + 1e-9 * Math.abs(value);
    return Math.log(this.#short.deviation + floor + 1e-12);
  }

  save(to: number[]): void {
    this.#short.save(to);
    this.#long.save(to);
  }

  load(from: NumberReader): void {
    this.#short.load(from);
    this.#long.load(from);
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
