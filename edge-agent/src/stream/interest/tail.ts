/** −log10 p ends here: smaller tails say no more, and have no digits. */
export const MAX_SURPRISE = 300;
const MAX_TERMS = 300;
/** Beyond this, counts are scaled down together: the series gets long, and a surprise that is huge anyway is understated. */
const MAX_COUNT = 10_000;
const MAX_SHAPE = 1e6;
/** Below this a number is as good as none, and its powers have no digits left. */
const LEAST = 1e-6;

/**
 * −log10 of P(X ≥ x), X a negative binomial variable with that mean and shape (variance mean + mean²/shape):
 * what a Poisson count is when its rate is known only from `shape` events of the past (gamma prior).
 * P(X ≥ x) = I_q(x, shape), q = mean/(mean + shape), the regularised incomplete beta function (Abramowitz &
 * Stegun 26.5.24, continued to real x). 0 when x is not above the mean, at most 300. Anything that is not
 * a number above 0 in `mean` or `shape` has no tail: 0.
 */
export function surpriseOf(x: number, mean: number, shape: number): number {
  if (!(x > mean) || !(mean > 0) || !(shape > 0)) return 0;
  if (x === Infinity) return MAX_SURPRISE;
  const scale = Math.max(1, x / MAX_COUNT);
  const ln = lnIncompleteBeta(atLeast(mean / scale), atLeast(x / scale), Math.min(MAX_SHAPE, atLeast(shape / scale)));
  return Math.min(MAX_SURPRISE, Math.max(0, -ln / Math.LN10));
}

function atLeast(value: number): number {
  return Math.max(LEAST, value);
}

/** ln I_q(a, b) for q = mean/(mean + b) and a > mean, which is where the continued fraction converges. */
function lnIncompleteBeta(mean: number, a: number, b: number): number {
  const q = mean / (mean + b);
  const front = a * Math.log(q) + b * Math.log1p(-q) - Math.log(a) + lnGamma(a + b) - lnGamma(a) - lnGamma(b);
  return front + Math.log(betaFraction(q, a, b));
}

/** Abramowitz & Stegun 26.5.8 by the modified Lentz method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny);
  let h = d;
  for (let m = 1; m <= MAX_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d, tiny);
    c = nonZero(1 + even / c, tiny);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d, tiny);
    c = nonZero(1 + odd / c, tiny);
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < 1e-10) break;
  }
  return h;
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** ln Γ(z) for z > 0: Stirling's series (Abramowitz & Stegun 6.1.41) after shifting z above 7. */
export function lnGamma(z: number): number {
  let product = 1;
  let x = z;
  while (x < 7) {
    product *= x;
    x += 1;
  }
  const x2 = x * x;
  const tail = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * x2)) / x2) / x2) / x;
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + tail - Math.log(product);
}
