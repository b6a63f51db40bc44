import { describe, expect, test } from 'vitest';
import { evaluateOffPolicy, type LoggedChoice } from './off-policy.ts';
import { REGIMES, syntheticChoices, trueValue } from './testing/synthetic-choices.ts';

const LOGS = 250;
const KINDS = ['ips', 'snips', 'dr'] as const;

describe.each(REGIMES)('$name', (regime) => {
  test('95 % intervals hold the true value in at least 90 % of logs, and their middle is right', () => {
    const truth = trueValue(regime);
    const hits = { ips: 0, snips: 0, dr: 0 };
    const means = { ips: 0, snips: 0, dr: 0 };
    let effective = 0;
    for (let seed = 1; seed <= LOGS; seed++) {
      const found = evaluateOffPolicy(syntheticChoices(regime, seed));
      effective += found.effectiveSample / LOGS;
      for (const kind of KINDS) {
        const { value, lo, hi } = found[kind]!;
        if (lo <= truth && truth <= hi) hits[kind]++;
        means[kind] += value / LOGS;
      }
    }
    // 0.9 less two standard errors of a share over so many logs; `npm run bench:policy` takes 1,000.
    for (const kind of KINDS) {
      expect(hits[kind] / LOGS, kind).toBeGreaterThan(0.9 - 2 * Math.sqrt((0.9 * 0.1) / LOGS));
      expect(Math.abs(means[kind] - truth) / truth, kind).toBeLessThan(0.06);
    }
    expect(effective).toBeLessThan(regime.choices);
  });
});

const alike: LoggedChoice = {
  reward: 3, propensity: 0.5, target: 0.5, unsupported: 0, expected: 2, expectedOfTarget: 2, showId: 'a',
}; // prettier-ignore

test('by hand: four weights of two kinds', () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({ ...alike, reward: i % 2, target: i % 2 === 0 ? 0.1 : 0.9 }));
  const found = evaluateOffPolicy(rows);
  // Weights 0.2 and 1.8, twenty each: (Σw)² ÷ Σw² = 1600 ÷ 65.6; Σwr ÷ n = 20 × 1.8 ÷ 40; DR: 2 + 0.1·(0 − 2) + 0.9·(1 − 2).
  expect(found.effectiveSample).toBeCloseTo(1_600 / 65.6, 10);
  expect(found.refused).toBe('too-small-effective-sample');
  const more = evaluateOffPolicy([...rows, ...rows]);
  expect(more.ips!.value).toBeCloseTo(0.9, 12);
  expect(more.snips!.value).toBeCloseTo(0.9, 12);
  expect(more.dr!.value).toBeCloseTo(2 + (0.2 * -2) / 2 + (1.8 * -1) / 2, 12);
  expect(more.largestWeight).toBeCloseTo(1.8, 12);
});

test('the policy that recorded it is worth the mean of what it brought, by all three', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({ ...alike, reward: i % 4 }));
  const { ips, snips, dr, effectiveSample } = evaluateOffPolicy(rows);
  expect([ips!.value, snips!.value, dr!.value, effectiveSample]).toEqual([1.5, 1.5, 1.5, 60]);
});

test('without overlap, with few choices or a small effective sample it refuses and says which', () => {
  const many = (parts: Partial<LoggedChoice>, n = 100) => Array.from({ length: n }, () => ({ ...alike, ...parts }));
  expect(evaluateOffPolicy([])).toMatchObject({ refused: 'too-few-choices', dr: null });
  expect(evaluateOffPolicy(many({}, 29)).refused).toBe('too-few-choices');
  expect(evaluateOffPolicy(many({ unsupported: 0.2 }))).toMatchObject({
    refused: 'no-overlap',
    ips: null,
    snips: null,
  });
  const lopsided = [...many({ target: 0.001 }), { ...alike, propensity: 0.01, target: 1 }];
  expect(evaluateOffPolicy(lopsided)).toMatchObject({ refused: 'too-small-effective-sample' });
  expect(evaluateOffPolicy(many({ target: 0 })).refused).toBe('too-small-effective-sample');
});

test('from ten shows on a show counts as one observation: what differs between shows widens the interval', () => {
  const rows = Array.from({ length: 400 }, (_, i) => ({ ...alike, showId: `s${i % 20}`, reward: (i % 20) + (i % 3) }));
  const together = evaluateOffPolicy(rows.map((row) => ({ ...row, showId: 'one' }))).ips!;
  const byShow = evaluateOffPolicy(rows).ips!;
  expect(byShow.standardError / together.standardError).toBeGreaterThan(3);
  expect(byShow.value).toBe(together.value);
});
