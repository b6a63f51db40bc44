import { describe, expect, test } from 'vitest';
import { missingNab, readCorpus, readPublished } from './corpus.ts';
import { Corpus, probationRows, PROFILES, PROFILE_NAMES, type ScoredFile } from './scoring.ts';

const FILE: ScoredFile = { file: 'a/x.csv', category: 'a', rows: 100, windows: [{ first: 40, last: 59 }] };
const none = () => new Float64Array(FILE.rows);

function scoreOf(alarms: readonly number[]): number {
  const scores = none();
  for (const row of alarms) scores[row] = 1;
  return new Corpus([FILE], [scores]).scoreAt(PROFILES.standard, 1);
}

describe('NAB scoring of one file', () => {
  test('the first row of the window and nothing else is 100, no alarm is 0', () => {
    expect(scoreOf([40])).toBeCloseTo(100, 9);
    expect(scoreOf([])).toBe(0);
  });

  test('a window counts its best alarm once', () => {
    expect(scoreOf([40, 41, 45, 59])).toBeCloseTo(100, 9);
    // Worked by hand: x = −10/20, S = 2/(1+e^−2.5) − 1 = 0.848284, / 0.986614, half of the way from −1 to 1.
    expect(scoreOf([50, 51])).toBeCloseTo((100 * (0.8482836 / 0.9866143 + 1)) / 2, 4);
  });

  test('a false alarm costs its full weight before the first window, and less just after one', () => {
    expect(scoreOf([40, 30])).toBeCloseTo(100 - (100 * 0.11) / 2, 9);
    const after = 2 / (1 + Math.exp(5 / 19)) - 1;
    expect(scoreOf([40, 60])).toBeCloseTo(100 + (100 * 0.11 * after) / 2, 9);
  });

  test('rows of the probation period are not scored', () => {
    expect(probationRows(100)).toBe(15);
    expect(probationRows(22_000)).toBe(750);
    expect(scoreOf([40, 14])).toBeCloseTo(100, 9);
    expect(scoreOf([40, 15])).toBeLessThan(95);
  });

  test('scores that are missing or not a number are refused', () => {
    expect(() => new Corpus([FILE], [[1, 2]])).toThrow('2 scores for 100 rows');
    expect(() => new Corpus([FILE], [none().fill(Number.NaN)])).toThrow('row 16');
  });

  test('the threshold of a category is chosen on the others', () => {
    const other: ScoredFile = { ...FILE, file: 'b/x.csv', category: 'b' };
    const a = none();
    a[40] = 0.5;
    a[20] = 0.4;
    const b = none();
    b[40] = 0.4;
    const board = new Corpus([FILE, other], [a, b]).score(PROFILES.standard);
    expect(board.leaveCategoryOut.thresholds).toEqual({ a: 0.4, b: 0.5 });
    expect(board.official).toEqual({ threshold: 0.4, score: expect.closeTo((100 * (4 - 0.11)) / 4, 9) as number });
    expect(board.leaveCategoryOut.score).toBeCloseTo((100 * (2 - 0.11)) / 4, 9);
  });
});

const missing = missingNab();
if (missing !== null) process.stderr.write(`skipped: published NAB detectors, ${missing}\n`);

describe.skipIf(missing !== null)('NAB scoring of the published detectors', () => {
  const files = missing === null ? readCorpus() : [];
  for (const { name, scores, expected } of missing === null ? readPublished(files) : []) {
    test(`${name} gets what it got, in all profiles and with both thresholds`, () => {
      const corpus = new Corpus(files, scores);
      for (const profile of PROFILE_NAMES) {
        const board = corpus.score(PROFILES[profile]);
        const want = expected[profile]!;
        expect(Math.abs(board.official.score - want.official), `${profile} official`).toBeLessThan(0.01);
        expect(board.official.threshold).toBeCloseTo(want.threshold, 6);
        expect(Math.abs(board.leaveCategoryOut.score - want.leave_category_out), profile).toBeLessThan(0.02);
      }
    });
  }

  test('the corpus is the published one', () => {
    expect(files.length).toBe(58);
    expect(files.reduce((sum, { rows }) => sum + rows, 0)).toBe(365_558);
    expect(files.reduce((sum, { windows }) => sum + windows.length, 0)).toBe(116);
  });
});
