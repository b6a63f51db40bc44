/**
 * The mean of the last `cycles` cycles of `season` steps as it stood at `origin`, moved by `pull` times the
 * difference between the last `recent` values and what the cycle says of them. Null before one whole cycle.
 */
export function repeatCycle(
  values: Float64Array,
  options: { readonly season: number; readonly cycles: number; readonly pull: number; readonly recent: number },
  origin: number,
  horizon: number,
): Float64Array | null {
  const { season, pull } = options;
  const cycles = Math.min(options.cycles, Math.floor(origin / season));
  if (cycles < 1) return null;
  const profile = new Float64Array(season);
  for (let at = 0; at < season; at++) {
    for (let k = 1; k <= cycles; k++) profile[at]! += values[origin - season * k + at]! / cycles;
  }
  const recent = Math.min(options.recent, season);
  let moved = 0;
  for (let back = 1; back <= recent; back++) moved += (values[origin - back]! - profile[season - back]!) / recent;
  return Float64Array.from({ length: horizon }, (_, step) => profile[step % season]! + pull * moved);
}

/**
 * Simple exponential smoothing: a level that moves by `rate` of each error (Brown 1956), the same for every
 * step ahead. For series without a cycle.
 */
export function smoothLevel(values: Float64Array, rate: number, origin: number, horizon: number): Float64Array | null {
  if (origin < 1) return null;
  let level = values[0]!;
  for (let at = 1; at < origin; at++) level += rate * (values[at]! - level);
  return new Float64Array(horizon).fill(level);
}

/** Smoothing constants of `dampedTrend`. */
const LEVEL_RATE = 0.3;
const TREND_RATE = 0.1;
const DAMPING = 0.9;

/** Holt's linear trend, damped (Gardner and McKenzie 1985). Null before the second value. */
export function dampedTrend(values: Float64Array, origin: number, horizon: number): Float64Array | null {
  if (origin < 2) return null;
  let level = values[0]!;
  let trend = 0;
  for (let at = 1; at < origin; at++) {
    const before = level;
    level += DAMPING * trend + LEVEL_RATE * (values[at]! - level - DAMPING * trend);
    trend = DAMPING * trend + TREND_RATE * (level - before - DAMPING * trend);
  }
  let ahead = 0;
  return Float64Array.from({ length: horizon }, (_, step) => level + trend * (ahead += DAMPING ** (step + 1)));
}
