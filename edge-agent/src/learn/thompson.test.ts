import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRandom } from './testing/random.ts';
import { chancesOfBest, FLOOR, pickBy, withFloor } from './thompson.ts';

test('the chance of being best is that of 200,000 draws', () => {
  const cases = [
    [{ shape: 2, rate: 2 }, { shape: 2, rate: 2 }],
    [{ shape: 40, rate: 30 }, { shape: 5, rate: 5 }, { shape: 2, rate: 2 }],
    [{ shape: 900, rate: 800 }, { shape: 90, rate: 90 }, { shape: 12, rate: 9 }, { shape: 3, rate: 6 }],
  ]; // prettier-ignore
  const random = createRandom(5);
  for (const beliefs of cases) {
    const wins = beliefs.map(() => 0);
    for (let i = 0; i < 50_000; i++) {
      const drawn = beliefs.map(({ shape, rate }) => random.gamma(shape) / rate);
      wins[drawn.indexOf(Math.max(...drawn))]!++;
    }
    chancesOfBest(beliefs).forEach((chance, i) => expect(Math.abs(chance - wins[i]! / 50_000)).toBeLessThan(0.01));
  }
});

test('for two exponentials it is the ratio of their rates', () => {
  const [first] = chancesOfBest([{ shape: 1, rate: 1 }, { shape: 1, rate: 3 }]); // prettier-ignore
  expect(first).toBeCloseTo(0.75, 3);
});

test('whatever is believed, probabilities add up to 1 and none is below the floor', () => {
  const Belief = fc.record({ shape: fc.double({ min: 0.5, max: 1e5, noNaN: true }), rate: fc.double({ min: 0.01, max: 1e5, noNaN: true }) }); // prettier-ignore
  fc.assert(
    fc.property(fc.array(Belief, { minLength: 1, maxLength: 6 }), (beliefs) => {
      const chances = withFloor(chancesOfBest(beliefs));
      expect(chances.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 9);
      for (const chance of chances) expect(chance).toBeGreaterThanOrEqual(FLOOR - 1e-12);
    }),
  );
});

test('a draw picks each as often as its probability says', () => {
  const picked = Array.from({ length: 1_000 }, (_, i) => pickBy((i + 0.5) / 1_000, [0.05, 0.7, 0.25]));
  expect([0, 1, 2].map((arm) => picked.filter((one) => one === arm).length)).toEqual([50, 700, 250]);
  expect(pickBy(0.999999999, [0.3, 0.3])).toBe(1);
});
