import { describe, expect, it } from 'vitest';
import { BASELINES } from './baselines.ts';
import { coveredOn, missingRetail, readRetail, type Retail, soldOn, wholeOn } from './corpus.ts';
import { scoresOf } from './scoring.ts';

const missing = missingRetail();
if (missing !== null) console.info(`FreshRetail tests skipped: ${missing}`);

/** WAPE and WPE that the data's own table has for the test week and the tuning week, all series. */
const TOLD: Readonly<Record<string, readonly [number, number, number, number]>> = {
  'last day': [0.416, -0.078, 0.449, 0.009],
  'same weekday last week': [0.3987, -0.0965, 0.4273, -0.0149],
  'mean 28 days': [0.3625, -0.1134, 0.3752, -0.0092],
  'mean 7 days': [0.345, -0.0947, 0.3591, -0.0084],
  'median 28 days, stock-out corrected': [0.3459, -0.0144, 0.3726, 0.0792],
  '0.7 median 28 + 0.3 mean 14, corrected, x weekday': [0.3404, 0.0032, 0.3524, 0.0897],
};

describe('FreshRetail measures', () => {
  it('count whole days only, and average the days of the week', () => {
    const days = 8;
    const sold = new Float64Array(2 * days * 24);
    const inStock = new Uint8Array(sold.length).fill(1);
    for (let at = 0; at < sold.length; at += 24) sold[at + 12] = at < days * 24 ? 2 : 4;
    // The second product is out at noon on every day to forecast but the first.
    for (let day = 2; day < days; day++) inStock[(days + day) * 24 + 12] = 0;
    const retail: Retail = { series: 2, days, sold, inStock, hourShares: new Array<number>(24).fill(1 / 24), weekdayFactors: [1, 1, 1, 1, 1, 1, 1] }; // prettier-ignore
    expect([soldOn(retail, 1, 0), wholeOn(retail, 1, 1), wholeOn(retail, 1, 2)]).toEqual([4, true, false]);
    expect(coveredOn(retail, 1, 2)).toBeCloseTo(23 / 24, 9);
    const { all } = scoresOf(retail, 1, [new Float64Array(7).fill(3), new Float64Array(7).fill(3)]);
    // First day: (1 + 1) / 6, bias 0; six days: 1 / 2, bias 1 / 2.
    expect(all.wape).toBeCloseTo((1 / 3 + 6 / 2) / 7, 9);
    expect(all.wpe).toBeCloseTo(6 / 2 / 7, 9);
  });

  it.skipIf(missing !== null)('of the baselines are those of the data to three decimals', () => {
    const retail = readRetail('open');
    for (const [name, told] of Object.entries(TOLD)) {
      const found = [83, 76].flatMap((origin) => {
        const { wape, wpe } = scoresOf(retail, origin, BASELINES[name]!(retail, origin)).all;
        return [wape, wpe];
      });
      for (const [at, value] of found.entries()) expect(Math.abs(value - told[at]!)).toBeLessThan(0.0006);
    }
  });
});
