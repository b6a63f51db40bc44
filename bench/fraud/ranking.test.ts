import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldOf, missingHandbook, readPayments, TEST_FOLDS } from './handbook.ts';
import { growLogistic } from './logistic.ts';
import { aurocOf, averagePrecisionOf, cardPrecisionOf } from './ranking.ts';

const ranked = fc.array(fc.record({ score: fc.integer({ min: 0, max: 6 }), label: fc.integer({ min: 0, max: 1 }) }), { minLength: 2, maxLength: 40 }); // prettier-ignore

it('AUROC is the share of pairs in order, ties for a half', () => {
  fc.assert(
    fc.property(ranked, (rows) => {
      const [set, unset] = [1, 0].map((label) => rows.filter((row) => row.label === label)) as [
        typeof rows,
        typeof rows,
      ];
      const scored = aurocOf(rows.map(({ score }) => score), rows.map(({ label }) => label)); // prettier-ignore
      if (set.length * unset.length === 0) {
        expect(scored).toBeNaN();
        return;
      }
      const pairs = set.flatMap((a) => unset.map((b) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)));
      const share = pairs.reduce<number>((sum, part) => sum + part, 0) / pairs.length;
      expect(scored).toBeCloseTo(share, 12);
    }),
  );
});

it('average precision is scikit-learn’s, also with ties', () => {
  // sklearn.metrics.average_precision_score of the same rows.
  expect(averagePrecisionOf([0.9, 0.8, 0.7, 0.6, 0.5], [1, 0, 1, 0, 1])).toBeCloseTo((1 + 2 / 3 + 3 / 5) / 3, 12);
  expect(averagePrecisionOf([1, 1, 0], [1, 0, 1])).toBeCloseTo(0.5 * 0.5 + 0.5 * (2 / 3), 12);
  expect(averagePrecisionOf([1, 2], [0, 0])).toBeNaN();
});

it('card precision takes each card once a day at its highest score, and leaves out what was found', () => {
  const known = { labels: [1, 0, 0, 1, 1], days: [1, 1, 1, 2, 2], cards: [7, 7, 8, 7, 9] };
  // Day 1 finds card 7 of two cards, day 2 card 9; card 7 is known by then. Of 100 places each.
  expect(cardPrecisionOf([1, 5, 3, 9, 2], known)).toBeCloseTo((1 / 100 + 1 / 100) / 2, 12);
});

it('logistic regression finds the weights at which the gradient is zero', () => {
  const values = Float32Array.from([0, 1, 2, 3, 4, 5]);
  const labels = Uint8Array.from([0, 0, 1, 0, 1, 1]);
  const scores = growLogistic({ rows: 6, columns: 1, values }, labels)({ rows: 6, columns: 1, values });
  // The free intercept makes the mean score the share of labels.
  expect(scores.reduce((sum, score) => sum + score, 0) / 6).toBeCloseTo(0.5, 9);
  expect([...scores]).toEqual([...scores].sort((a, b) => a - b));
});

describe('the folds of the Handbook', () => {
  const missing = missingHandbook();
  it.skipIf(missing !== null)(`have the rows that are known of them${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
    const payments = readPayments();
    const { train, test } = foldOf(payments, TEST_FOLDS[0]);
    // published.json: rows of the fold that starts on 2018-08-15.
    expect([train.length, test.length]).toEqual([67_049, 57_604]);
  }); // prettier-ignore
});
