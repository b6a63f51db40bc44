import type { Method } from './methods.ts';

/** Periods before the end that are forecast again to see how each method does; the newest counts most. */
const BACKTESTS = 4;
const OLDER = 0.7;
/** Weight of a method: its loss to the power of −5. */
const SHARPNESS = 5;
/** A method that could not forecast a period is taken to have done this much worse than the usual one. */
const UNKNOWN = 1.5;

export interface Combined {
  /** One value a step ahead. */
  readonly path: Float64Array;
  /** What was truly there less what would have been said, by period (oldest first) and step. */
  readonly residuals: readonly Float64Array[];
  /** Mean absolute change from one cycle to the next: the unit of `residuals` for comparing series. */
  readonly scale: number;
}

interface Candidate {
  /** By origin; the last one is the forecast itself. */
  readonly paths: readonly (Float64Array | null)[];
}

/**
 * Forecasts a series by all methods together. Each is weighted by how it did in up to four periods before the
 * end, each forecast from what was known then; the result lies half way between weighted mean and weighted
 * median. `values` are complete and finite. Methods are also run on logarithms where all values are positive.
 */
export function combine(values: Float64Array, methods: readonly Method[], season: number, horizon: number): Combined {
  const origins = originsOf(values.length, horizon);
  const scale = scaleOf(values, season);
  const candidates = candidatesOf(values, methods, origins, horizon);
  const last = origins.length - 1;
  const losses = origins.slice(0, last).map((origin, k) => {
    const found = candidates.map(({ paths }) => lossOf(values, origin, paths[k]!, scale));
    const usual = median(found.filter((loss) => !Number.isNaN(loss)));
    return found.map((loss) => (Number.isNaN(loss) ? UNKNOWN * usual : loss));
  });
  const residuals = losses.map((_, k) => {
    // Weights that know the period would make it look easier than what comes.
    const others = losses.length > 1 ? losses.filter((__, j) => j !== k) : losses;
    const path = mix(candidates, weightsOf(others), k, horizon);
    return values.slice(origins[k]!, origins[k]! + horizon).map((value, step) => value - path[step]!);
  });
  return { path: mix(candidates, weightsOf(losses), last, horizon), residuals, scale };
}

/** Lengths of known series from which to forecast: the end, and before it as many periods as leave half of it. */
function originsOf(length: number, horizon: number): readonly number[] {
  const period = Math.max(1, Math.min(horizon, Math.floor(length / 6)));
  const origins = [length];
  for (let k = 1; k <= BACKTESTS && length - k * period >= Math.max(2, length / 2); k++) origins.unshift(length - k * period); // prettier-ignore
  return origins;
}

function scaleOf(values: Float64Array, season: number): number {
  const lag = values.length > 2 * season ? season : 1;
  let sum = 0;
  for (let at = lag; at < values.length; at++) sum += Math.abs(values[at]! - values[at - lag]!);
  return values.length > lag && sum > 0 ? sum / (values.length - lag) : 0;
}

function candidatesOf(values: Float64Array, methods: readonly Method[], origins: readonly number[], horizon: number) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  // What was never below zero, nor near it, is not foreseen there.
  const floor = low >= 0 ? low / 2 : -Infinity;
  const candidates: Candidate[] = [];
  for (const log of low > 0 && high > low ? [false, true] : [false]) {
    const series = log ? values.map(Math.log) : values;
    for (const { paths } of methods) {
      const found = paths(series, origins, horizon).map(
        (path) => path?.map((value) => Math.max(floor, log ? Math.exp(value) : value)) ?? null,
      );
      if (found.at(-1)?.every(Number.isFinite) === true) candidates.push({ paths: found });
    }
  }
  return candidates;
}

/** Half mean absolute scaled error, half mean symmetric percentage where all is positive; NaN without a path. */
function lossOf(values: Float64Array, origin: number, path: Float64Array | null, scale: number): number {
  if (path === null) return Number.NaN;
  const steps = Math.min(path.length, values.length - origin);
  let scaled = 0;
  let relative = 0;
  for (let step = 0; step < steps; step++) {
    const value = values[origin + step]!;
    const off = Math.abs(value - path[step]!);
    scaled += off / steps;
    relative += off === 0 ? 0 : off / (Math.abs(value) + Math.abs(path[step]!)) / steps;
  }
  // 2.395 and 18.383 % are what a plain seasonal method has on hourly series (M4's Naive2): like units.
  return (scale > 0 ? scaled / scale : scaled) / 2.395 + (200 * relative) / 18.383;
}

function weightsOf(losses: readonly (readonly number[])[]): readonly number[] | null {
  if (losses.length === 0) return null;
  const total = losses[0]!.map((_, m) => losses.reduce((sum, loss, k) => sum + OLDER ** (losses.length - 1 - k) * loss[m]!, 0)); // prettier-ignore
  const best = Math.min(...total);
  return total.map((loss) => (best > 0 ? (loss / best) ** -SHARPNESS : loss === 0 ? 1 : 0));
}

/** Without weights (a series too short to look back on) all methods count alike. */
function mix(candidates: readonly Candidate[], weights: readonly number[] | null, k: number, horizon: number) {
  const known = candidates.flatMap(({ paths }, m) => {
    const [path, weight] = [paths[k] ?? null, weights === null ? 1 : weights[m]!];
    return path === null ? [] : [{ path, weight }];
  });
  // Those that never erred have all the weight, and may have no path for this origin.
  const even = known.every(({ weight }) => weight === 0);
  return Float64Array.from({ length: horizon }, (_, step) => {
    const points = known.map(({ path, weight }) => ({ value: path[step]!, weight: even ? 1 : weight }));
    return (weightedMean(points) + weightedMedian(points)) / 2;
  });
}

interface Point {
  readonly value: number;
  readonly weight: number;
}

function weightedMean(points: readonly Point[]): number {
  const all = points.reduce((sum, { weight }) => sum + weight, 0);
  return points.reduce((sum, { value, weight }) => sum + (value / all) * weight, 0);
}

/** Where half of the weight lies below, each point's weight halved at itself, and straight between points. */
function weightedMedian(points: readonly Point[]): number {
  const sorted = [...points].sort((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let below = 0;
  let before: { value: number; middle: number } | null = null;
  for (const { value, weight } of sorted) {
    const middle = below + weight / 2;
    if (middle >= half) {
      if (before === null || middle === before.middle) return value;
      return before.value + ((half - before.middle) / (middle - before.middle)) * (value - before.value);
    }
    before = { value, middle };
    below += weight;
  }
  return before?.value ?? Number.NaN;
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted.length === 0 ? 0 : sorted[Math.floor(sorted.length / 2)]!;
}
