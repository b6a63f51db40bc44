import { Ridge } from './ridge.ts';

/** Rows that a regression needs beyond one a coefficient. */
const SPARE_ROWS = 12;

/**
 * Forecasts by a linear autoregression on the given lags, at several origins of one series: an origin is the
 * number of values that are known. Steps beyond the first are fed with the forecasts before them, and stay
 * within one range of the series above and below it. Null where there are too few values for the lags.
 */
export function autoregress(
  values: Float64Array,
  lags: readonly number[],
  shrink: number,
  origins: readonly number[],
  horizon: number,
): (Float64Array | null)[] {
  const { scaled, mean, spread } = standardised(values);
  const longest = Math.max(...lags);
  const ridge = new Ridge(lags.length + 1);
  const row = new Float64Array(lags.length + 1);
  row[lags.length] = 1;
  let next = longest;
  return origins.map((origin) => {
    if (origin - longest < lags.length + SPARE_ROWS) return null;
    for (; next < origin; next++) {
      fill(row, scaled, next, lags);
      ridge.add(row, scaled[next]!);
    }
    const path = run(scaled, origin, lags, ridge.solve(shrink), horizon);
    return path.map((value) => value * spread + mean);
  });
}

function fill(row: Float64Array, series: Float64Array, at: number, lags: readonly number[]): void {
  for (let i = 0; i < lags.length; i++) row[i] = series[at - lags[i]!]!;
}

function run(series: Float64Array, origin: number, lags: readonly number[], weights: Float64Array, horizon: number) {
  const longest = Math.max(...lags);
  const path = new Float64Array(longest + horizon);
  path.set(series.subarray(origin - longest, origin));
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < origin; i++) {
    low = Math.min(low, series[i]!);
    high = Math.max(high, series[i]!);
  }
  const range = high - low;
  for (let at = longest; at < path.length; at++) {
    let sum = weights[lags.length]!;
    for (let i = 0; i < lags.length; i++) sum += weights[i]! * path[at - lags[i]!]!;
    path[at] = Math.min(high + range, Math.max(low - range, sum));
  }
  return path.subarray(longest);
}

function standardised(values: Float64Array): { scaled: Float64Array; mean: number; spread: number } {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let square = 0;
  for (const value of values) square += (value - mean) ** 2 / values.length;
  const spread = Math.sqrt(square) > 1e-12 * Math.abs(mean) ? Math.sqrt(square) : 1;
  return { scaled: values.map((value) => (value - mean) / spread), mean, spread };
}
