import { expect, test } from 'vitest';
import { gammaCdf, logGamma, normalQuantile, tQuantile } from './numbers.ts';

test('quantiles of the normal and of Student are the tabulated ones', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 6);
  expect(normalQuantile(0.01)).toBeCloseTo(-2.326348, 6);
  const table: [number, number[]][] = [
    [1, [0.3249, 3.0777, 12.7062, 63.6567]],
    [2, [0.2887, 1.8856, 4.3027, 9.9248]],
    [3, [0.2767, 1.6377, 3.1824, 5.8409]],
    [4.5, [0.2688, 1.5009, 2.6589, 4.2728]],
    [10, [0.2602, 1.3722, 2.2281, 3.1693]],
    [100, [0.254, 1.2901, 1.984, 2.6259]],
  ];
  for (const [df, values] of table) {
    [0.6, 0.9, 0.975, 0.995].forEach((p, i) => expect(tQuantile(p, df), `t(${p}, ${df})`).toBeCloseTo(values[i]!, 3));
  }
  expect(tQuantile(0.025, 10)).toBeCloseTo(-2.2281, 3);
});

test('the gamma distribution is its closed form for whole shapes', () => {
  expect(Math.exp(logGamma(6))).toBeCloseTo(120, 8);
  for (const x of [0.01, 0.5, 3, 12, 40]) {
    expect(gammaCdf(1, x)).toBeCloseTo(1 - Math.exp(-x), 12);
    expect(gammaCdf(3, x)).toBeCloseTo(1 - Math.exp(-x) * (1 + x + (x * x) / 2), 12);
  }
  expect([gammaCdf(2, 0), gammaCdf(2, -1)]).toEqual([0, 0]);
  // A normal's middle, as the shape grows: P(X ≤ mean) = 1/2 + 1/(3√(2πk)).
  expect(gammaCdf(10_000, 10_000)).toBeCloseTo(0.5 + 1 / (3 * Math.sqrt(2 * Math.PI * 10_000)), 6);
});
