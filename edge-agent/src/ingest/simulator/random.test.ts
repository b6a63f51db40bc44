import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, ln } from './random.ts';

const N = 40_000;
const draw = (next: () => number) => Array.from({ length: N }, next);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]) => {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
};

describe('seeded randomness', () => {
  it('gives the recorded numbers for a seed, today and on every machine', () => {
    const random = createRandom(7);
    const drawn = [random.below(1_000_000), random.below(1_000_000), random.exponential(1000), random.normal(0, 1)];
    expect(drawn).toEqual([404_875, 924_183, 132.7278454061228, 1.3272006142628385]);
  });

  it('agrees with the engine on logarithms to 1e-14', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        expect(Math.abs(ln(x) - Math.log(x))).toBeLessThanOrEqual(1e-14 * Math.max(1, Math.abs(Math.log(x))));
      }),
    );
  });

  it('forks by label, whatever was drawn before', () => {
    const fresh = createRandom(1);
    const used = createRandom(1);
    used.unit();
    used.fork('b').unit();
    const first = draw(fresh.fork('a').unit);
    expect(draw(used.fork('a').unit)).toEqual(first);
    expect(fresh.fork('b').unit()).not.toBe(first[0]);
    const second = draw(fresh.fork('b').unit);
    const together = mean(first.map((value, i) => (value - 0.5) * ((second[i] ?? 0) - 0.5))) * 12;
    // Correlation of independent streams has a standard error of 1/√N = 0.005.
    expect(Math.abs(together)).toBeLessThan(0.02);
  });

  it('draws uniform, exponential, Poisson and normal numbers with their mean and variance', () => {
    const random = createRandom(11);
    const uniform = draw(random.unit);
    expect([mean(uniform), variance(uniform)]).toEqual([expect.closeTo(1 / 2, 2), expect.closeTo(1 / 12, 2)]);
    const exponential = draw(() => random.exponential(3));
    expect(mean(exponential) / 3).toBeCloseTo(1, 1);
    expect(variance(exponential) / 9).toBeCloseTo(1, 1);
    const poisson = draw(() => random.poisson(4));
    expect(mean(poisson) / 4).toBeCloseTo(1, 1);
    expect(variance(poisson) / 4).toBeCloseTo(1, 1);
    const normal = draw(() => random.normal(5, 2));
    expect(mean(normal)).toBeCloseTo(5, 1);
    expect(variance(normal) / 4).toBeCloseTo(1, 1);
  });

  it('chooses in proportion to weights and never what weighs nothing', () => {
    const random = createRandom(3);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < N; i += 1) {
      const index = random.weighted([1, 0, 3, 0]);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect([counts[1], counts[3]]).toEqual([0, 0]);
    expect((counts[2] ?? 0) / N).toBeCloseTo(0.75, 1);
    expect(() => random.pick([])).toThrow(/at least one/);
  });
});
