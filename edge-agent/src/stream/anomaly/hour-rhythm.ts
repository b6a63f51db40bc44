import type { NumberReader } from './number-reader.ts';

const HOURS = 24;
const HOUR_MS = 3_600_000;
/** An hour's mean follows its new values at least this fast: half of it is the last seven. */
const LEAST_RATE = 0.1;

/** What is left of a value when the usual value of its hour of the day (UTC) is taken away. */
export class HourRhythm {
  readonly #means = new Float64Array(HOURS);
  readonly #counts = new Float64Array(HOURS);

  /** NaN in an hour that was never seen, and without a time. */
  update(timeMs: number, value: number): number {
    const hour = Math.floor(timeMs / HOUR_MS) % HOURS;
    if (Number.isNaN(hour)) return Number.NaN;
    const at = hour < 0 ? hour + HOURS : hour;
    const seen = this.#counts[at]!;
    const rest = seen === 0 ? Number.NaN : value - this.#means[at]!;
    this.#counts[at] = seen + 1;
    this.#means[at] = this.#means[at]! + Math.max(LEAST_RATE, 1 / (seen + 1)) * (value - this.#means[at]!);
    return rest;
  }

  save(to: number[]): void {
    to.push(...this.#means, ...this.#counts);
  }

  load(from: NumberReader): void {
    for (const part of [this.#means, this.#counts]) for (let at = 0; at < HOURS; at++) part[at] = from.next();
  }
}
