import { expect, it } from 'vitest';
import { createRandom } from '../../edge-agent/src/ingest/simulator/random.ts';
import { pairedLift } from './lift.ts';

it('is the ratio of sums, without width where every room gains the same share', () => {
  const lift = pairedLift([10, 20, 40], [11, 22, 44]);
  for (const end of [lift.value, lift.low, lift.high]) expect(end).toBeCloseTo(0.1, 12);
});

it('is 0 with no width where nothing changes, and NaN where nothing is sold', () => {
  expect(pairedLift([3, 9, 4], [3, 9, 4])).toEqual({ value: 0, low: 0, high: 0 });
  expect(pairedLift([0, 0], [0, 0]).value).toBeNaN();
});

it('covers the true lift in about 95 of 100 samples of 40 rooms', () => {
  const random = createRandom(5);
  let covered = 0;
  for (let trial = 0; trial < 100; trial++) {
    const without = Array.from({ length: 40 }, () => random.poisson(30));
    // Each room keeps what it sold and gains 10 % on average, by chance of its own.
    const having = without.map((units) => units + random.poisson(3));
    const { low, high } = pairedLift(without, having, trial);
    if (low <= 0.1 && 0.1 <= high) covered++;
  }
  expect(covered).toBeGreaterThanOrEqual(88);
}, 30_000);
