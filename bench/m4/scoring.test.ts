import { describe, expect, it } from 'vitest';
import { naive, naive2, seasonalNaive } from './baselines.ts';
import { HORIZON, missingM4, readM4, readPublished, SEASON } from './corpus.ts';
import { intervalScore, scoresOf } from './scoring.ts';

const missing = missingM4();
if (missing !== null) console.info(`M4 tests skipped: ${missing}`);

describe('M4 measures', () => {
  it('are those of a worked example', () => {
    const series = [{ train: Float64Array.of(1, 3, 2, 5), test: Float64Array.of(4, 6) }];
    const naive2 = { smape: 20, mase: 2 };
    // |3−1|, |2−3|, |5−2| have the mean 2; 200·2/10 = 40 and 200·1/11.
    const scores = scoresOf(series, [Float64Array.of(6, 5)], 1, naive2);
    expect(scores.smape).toBeCloseTo((40 + 200 / 11) / 2, 9);
    expect(scores.mase).toBeCloseTo(1.5 / 2, 9);
    expect(scores.owa).toBeCloseTo(0.5 * (scores.smape / 20 + 0.75 / 2), 9);
    const bounds = [{ low: Float64Array.of(3, 7), high: Float64Array.of(5, 8) }];
    expect(intervalScore(series, bounds, 1)).toEqual({ msis: (2 + 1 + 40) / 2 / 2, covered: 0.5 });
  });

  it.skipIf(missing !== null)('of the benchmarks are the published ones to three decimals', () => {
    const series = readM4();
    expect(series).toHaveLength(414);
    const published = readPublished();
    for (const [team, forecast] of [['naive', naive], ['seasonal', seasonalNaive], ['naive2', naive2]] as const) {
      const paths = series.map(({ train }) => (forecast === naive ? naive(train, HORIZON) : (forecast as typeof naive2)(train, SEASON, HORIZON)));
      const { smape, mase } = scoresOf(series, paths, SEASON, published.naive2);
      const want = { naive: [43.003, 11.608], seasonal: [13.912, 1.193], naive2: [18.383, 2.395] }[team];
      expect([smape.toFixed(3), mase.toFixed(3)]).toEqual(want.map((value) => value.toFixed(3)));
    }
  }); // prettier-ignore
});
