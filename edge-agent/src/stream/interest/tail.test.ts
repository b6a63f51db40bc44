import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lnGamma, MAX_SURPRISE, surpriseOf } from './tail.ts';

/** P(X ≥ n) of a negative binomial variable, summed term by term: p(0) = (b/(b+m))^b, p(k+1)/p(k) = (b+k)/(k+1)·q. */
function summedTail(n: number, mean: number, shape: number): number {
  const q = mean / (mean + shape);
  let term = Math.pow(1 - q, shape);
  let above = 0;
  for (let k = 0; k < n + 5_000; k++) {
    if (k >= n) above += term;
    term *= ((shape + k) / (k + 1)) * q;
  }
  return above;
}

describe('surprise', () => {
  it('is the tail of the negative binomial distribution, summed term by term', () => {
    for (const [n, mean, shape] of [
      [1, 0.5, 1],
      [3, 1, 2.5],
      [10, 1, 4],
      [10, 4, 100],
      [40, 20, 7],
      [100, 60, 1_000],
      [5, 0.01, 0.3],
    ] as const) {
      expect(surpriseOf(n, mean, shape)).toBeCloseTo(-Math.log10(summedTail(n, mean, shape)), 6);
    }
  });

  it('comes to the Poisson tail when the past is long: P(X ≥ 2) = 1 − 2/e at mean 1', () => {
    expect(surpriseOf(2, 1, 1e6)).toBeCloseTo(-Math.log10(1 - 2 / Math.E), 4);
  });

  it('is less when the rate is known from less', () => {
    expect(surpriseOf(10, 2, 3)).toBeLessThan(surpriseOf(10, 2, 30));
  });

  it('is a number from 0 to 300 for any numbers, also those that are none', () => {
    const odd = fc.oneof(
      fc.double(),
      fc.constantFrom(0, -1, 1e-12, 1e15, 2 ** 53, Number.NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE),
    );
    fc.assert(
      fc.property(odd, odd, odd, (x, mean, shape) => {
        const surprise = surpriseOf(x, mean, shape);
        expect(surprise >= 0 && surprise <= MAX_SURPRISE, `${x} ${mean} ${shape} → ${surprise}`).toBe(true);
        if (!(x > mean)) expect(surprise).toBe(0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('rises with the count and falls with what is expected', () => {
    const size = fc.double({ min: 0.01, max: 500, noNaN: true });
    fc.assert(
      fc.property(size, size, size, size, (x, more, mean, shape) => {
        expect(surpriseOf(x + more, mean, shape)).toBeGreaterThanOrEqual(surpriseOf(x, mean, shape) - 1e-9);
        expect(surpriseOf(x, mean + more, shape)).toBeLessThanOrEqual(surpriseOf(x, mean, shape) + 1e-9);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has ln Γ of whole numbers and halves', () => {
    expect(lnGamma(1)).toBeCloseTo(0, 10);
    expect(lnGamma(11)).toBeCloseTo(Math.log(3_628_800), 9);
    expect(lnGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 9);
  });
});
