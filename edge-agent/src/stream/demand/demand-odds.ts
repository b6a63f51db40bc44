/**
 * How many units a mean of `mean` may turn out to be: a negative binomial, whose variance is
 * `mean · (1 + lump) + spread · mean²` (units come in lumps of an order, and the rate itself is not known).
 */
export interface Odds {
  readonly mean: number;
  readonly lump: number;
  readonly spread: number;
}

/** Above this the distribution is close to a gamma's, whose quantiles need no sum. */
const LARGE = 60;
const MAX_TERMS = 4_000;

/** Least number of units that is not exceeded with chance `share` (0..1). */
export function quantile(odds: Odds, share: number): number {
  if (!(odds.mean > 0)) return 0;
  const variance = odds.mean * (1 + odds.lump) + odds.spread * odds.mean ** 2;
  return odds.mean > LARGE ? gammaQuantile(odds.mean, variance, share) : countQuantile(odds.mean, variance, share);
}

/**
 * Bounds that hold `level` of what comes. Where nothing at all is likely enough to be the lower bound, the whole
 * remainder lies above: few units would else be held far too often.
 */
export function boundsOf(odds: Odds, level: number): { readonly low: number; readonly high: number } {
  const low = quantile(odds, (1 - level) / 2);
  return { low, high: quantile(odds, low === 0 ? level : (1 + level) / 2) };
}

/** By adding up the terms of a negative binomial with that mean and variance. */
function countQuantile(mean: number, variance: number, share: number): number {
  const over = Math.max(variance, mean * 1.0001) - mean;
  const size = mean ** 2 / over;
  const p = size / (size + mean);
  let term = p ** size;
  let sum = term;
  let units = 0;
  while (sum < share && units < MAX_TERMS) {
    term *= ((size + units) / (units + 1)) * (1 - p);
    sum += term;
    units++;
  }
  return units;
}

/** Wilson and Hilferty 1931. */
function gammaQuantile(mean: number, variance: number, share: number): number {
  const shape = mean ** 2 / variance;
  const z = normalQuantile(share);
  const cube = 1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape));
  return Math.round(mean * Math.max(0, cube) ** 3);
}

/** Abramowitz and Stegun 26.2.23; off by less than 4.5e-4. */
export function normalQuantile(share: number): number {
  if (share > 0.5) return -normalQuantile(1 - share);
  const t = Math.sqrt(-2 * Math.log(Math.max(share, 1e-300)));
  return (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3) - t;
}
