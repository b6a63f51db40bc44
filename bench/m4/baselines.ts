/** The benchmarks of M4 that scores are divided by or compared with. */

export function naive(train: Float64Array, horizon: number): Float64Array {
  return new Float64Array(horizon).fill(train.at(-1)!);
}

export function seasonalNaive(train: Float64Array, season: number, horizon: number): Float64Array {
  return Float64Array.from({ length: horizon }, (_, step) => train[train.length - season + (step % season)]!);
}

/** The last value of the series without its cycle, times the cycle, where the cycle is significant at 90 %. */
export function naive2(train: Float64Array, season: number, horizon: number): Float64Array {
  const cycle = isSeasonal(train, season) ? seasonalIndices(train, season) : new Float64Array(season).fill(1);
  const level = train.at(-1)! / cycle[(train.length - 1) % season]!;
  return Float64Array.from({ length: horizon }, (_, step) => level * cycle[(train.length + step) % season]!);
}

/** M4's test: the autocorrelation at the season beyond 1.645 of its standard error by Bartlett. */
function isSeasonal(train: Float64Array, season: number): boolean {
  if (train.length < 3 * season) return false;
  const mean = train.reduce((sum, value) => sum + value, 0) / train.length;
  const under = train.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const correlation = (lag: number) => {
    let over = 0;
    for (let at = lag; at < train.length; at++) over += (train[at]! - mean) * (train[at - lag]! - mean);
    return over / under;
  };
  let squares = 0;
  for (let lag = 1; lag < season; lag++) squares += correlation(lag) ** 2;
  return Math.abs(correlation(season)) > 1.645 * Math.sqrt((1 + 2 * squares) / train.length);
}

/** Classical multiplicative decomposition: mean ratio to the centred moving mean, scaled to mean 1. */
function seasonalIndices(train: Float64Array, season: number): Float64Array {
  const half = season / 2;
  const sums = new Float64Array(season);
  const counts = new Float64Array(season);
  for (let at = half; at + half < train.length; at++) {
    let around = (train[at - half]! + train[at + half]!) / 2;
    for (let near = at - half + 1; near < at + half; near++) around += train[near]!;
    sums[at % season]! += (train[at]! * season) / around;
    counts[at % season]!++;
  }
  const indices = sums.map((sum, at) => sum / counts[at]!);
  const mean = indices.reduce((sum, value) => sum + value, 0) / season;
  return indices.map((value) => value / mean);
}
