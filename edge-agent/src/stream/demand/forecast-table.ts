import { combine, type Combined } from './combination.ts';
import { filled } from './grid.ts';
import { spreadOf, type Spread } from './intervals.ts';
import { methodsFor } from './methods.ts';
import { seasonsOf } from './seasons.ts';

/** What is expected of one series, step by step. */
export interface Expected {
  readonly mean: Float64Array;
  /** One pair a level that was asked for. */
  readonly bounds: readonly { readonly low: Float64Array; readonly high: Float64Array }[];
}

/** Longest part of a series that is looked at: older values say little and cost time. */
const LONGEST = 4000;

/** One series by all methods together; `values` may hold NaN. */
export function forecastSeries(values: Float64Array, season: number, horizon: number): Combined {
  const recent = values.length > LONGEST ? values.subarray(values.length - LONGEST) : values;
  // Nothing at all is read as nothing sold.
  const series = recent.length === 0 ? new Float64Array(1) : filled(recent, season);
  return combine(series, methodsFor(seasonsOf(season, series.length)), season, horizon);
}

/** Bounds for forecasts of one file at each of `levels`, none below zero where the series never was. */
export function expectedOf(
  combined: Combined,
  values: Float64Array,
  spread: Spread,
  levels: readonly number[],
): Expected {
  const positive = values.every((value) => !(value < 0));
  const bounds = levels.map((level) => {
    const { low, high } = spread.bounds(combined, level);
    return { low: positive ? low.map((value) => Math.max(0, value)) : low, high };
  });
  return { mean: combined.path, bounds };
}

export { spreadOf };
