import { createReadStream, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createDispersion } from './dispersion.ts';
import { expectedFano, simulateHawkes } from './hawkes.ts';
import { createRandom } from './random.ts';

const HOURS_6 = 6 * 3_600_000;
const TEN_S = 10_000;
const steady = (perS: number) => ({ maxPerS: perS, perS: () => perS });

function dispersionOf(times: readonly number[], startMs: number, endMs: number) {
  const dispersion = createDispersion(startMs, TEN_S);
  for (const time of times) dispersion.add(time);
  return dispersion.until(endMs);
}

describe('the self-exciting process', () => {
  it.each([0.75, 0.79, 0.83])('has the mean and the Fano factor of theory at branching ratio %d', (branchingRatio) => {
    const excitation = { branchingRatio, decayPerS: 1 };
    const base = 2 * (1 - branchingRatio);
    const found = dispersionOf(
      simulateHawkes(createRandom(`h${branchingRatio}`), steady(base), excitation, 0, HOURS_6),
      0,
      HOURS_6,
    );
    expect(found.mean / 20).toBeCloseTo(1, 0.9);
    const theory = expectedFano(excitation, 10);
    expect(found.fano).toBeGreaterThan(theory * 0.85);
    expect(found.fano).toBeLessThan(theory * 1.15);
    expect(found.z).toBeGreaterThan(50);
  });

  it('is a Poisson stream without excitation, and the dispersion test lets that pass', () => {
    for (const seed of [1, 2, 3, 4]) {
      const times = simulateHawkes(createRandom(seed), steady(2), { branchingRatio: 0, decayPerS: 1 }, 0, HOURS_6);
      const found = dispersionOf(times, 0, HOURS_6);
      expect(Math.abs(found.z)).toBeLessThan(3.3);
      expect(found.fano).toBeCloseTo(1, 0.9);
    }
  });

  it('follows a rate that changes with time', () => {
    const rate = { maxPerS: 4, perS: (timeMs: number) => (timeMs < HOURS_6 / 2 ? 1 : 4) };
    const times = simulateHawkes(createRandom(9), rate, { branchingRatio: 0, decayPerS: 1 }, 0, HOURS_6);
    const early = times.filter((time) => time < HOURS_6 / 2).length;
    expect((times.length - early) / early).toBeCloseTo(4, 0.7);
  });
});

describe('the dispersion of counts', () => {
  it('is the variance over the mean of whole windows', () => {
    const dispersion = createDispersion(0, 10);
    for (const time of [0, 1, 9, 10, 35, 36, 41]) dispersion.add(time);
    // Counts 3, 1, 0, 2; the window from 40 is not whole.
    const found = dispersion.until(45);
    expect(found).toMatchObject({ windows: 4, mean: 1.5 });
    expect(found.fano).toBeCloseTo(5 / 3 / 1.5, 12);
    expect(found.z).toBeCloseTo(Math.sqrt((2 * 5) / 1.5) - Math.sqrt(5), 12);
  });
});

const ROOMS = path.resolve(import.meta.dirname, '../../../../../shared/data/rooms');
const files = existsSync(ROOMS) ? readdirSync(ROOMS).filter((name) => name.endsWith('.jsonl.gz')) : [];
if (files.length === 0) console.log('skipped: recorded rooms are not beside the checkout (../shared/data/rooms)');

describe.skipIf(files.length === 0)('recorded rooms', () => {
  it('scatter as the simulated ones do', async () => {
    for (const file of files) {
      const times: number[] = [];
      const lines = createInterface({ input: createReadStream(path.join(ROOMS, file)).pipe(createGunzip()) });
      for await (const line of lines) times.push(Date.parse((JSON.parse(line) as { time: string }).time));
      const found = dispersionOf(times, times[0] ?? 0, times.at(-1) ?? 0);
      console.log(
        `${file}: ${found.mean.toFixed(1)} comments in 10 s, Fano ${found.fano.toFixed(1)}, z ${found.z.toFixed(0)}`,
      );
      expect(found.fano).toBeGreaterThan(8);
      expect(found.fano).toBeLessThan(25);
    }
  });
});
