import { describe, expect, test } from 'vitest';
import type { Arm, ShowLogEntry } from '@livecue/shared/contract';
import { createRandom } from './testing/random.ts';
import { clumped, syntheticLog, trueUplift, type Truth } from './testing/synthetic-log.ts';
import { upliftOf, upliftTable } from './uplift.ts';

const truth: Truth = {
  decisions: 400,
  shows: 4,
  holdBackShare: 0.1,
  rules: [{ rule: 'counted-questions', eligible: ['explain', 'nothing'] }],
  effect: (arm: Arm) => (arm === 'explain' ? 1.3 : 1),
  draw: clumped,
};
const orderRow = (entries: ShowLogEntry[]) =>
  upliftTable(entries).find(({ outcome, productId }) => outcome === 'orders' && productId === null)!;

describe('on records whose effect is known, 95 % intervals hold it in at least 90 % of 500', () => {
  test.each([
    ['orders in clumps, a tenth held back', truth],
    ['no effect at all', { ...truth, effect: () => 1 }],
    ['plain counts, 120 decisions', { ...truth, decisions: 120, draw: (mean: number, random) => random.poisson(mean) }],
    ['rare and large', { ...truth, draw: (mean: number, random) => (random.uniform() < 0.1 ? 10 * mean * random.gamma(1) : 0) }],
    ['thirty shows', { ...truth, shows: 30, decisions: 600 }],
  ] satisfies [string, Truth][])('%s', (_, known) => {
    let hits = 0;
    let judged = 0;
    for (let seed = 1; seed <= 500; seed++) {
      const { uplift } = orderRow(syntheticLog(known, seed));
      if (uplift === null) continue;
      judged++;
      if (uplift.lo <= trueUplift(known, 'explain') && trueUplift(known, 'explain') <= uplift.hi) hits++;
    }
    expect(judged).toBeGreaterThan(450);
    expect(hits / judged).toBeGreaterThanOrEqual(0.9);
  });
}); // prettier-ignore

test('by hand: one share held back makes it the plain difference of means', () => {
  const cases = [3, 4, 5, 4, 4, 4, 3, 5].map((value) => ({
    value,
    held: false,
    propensity: 0.5,
    usual: 1,
    showId: 'a',
  }));
  const held = [2, 1, 3, 2, 2].map((value) => ({ value, held: true, propensity: 0.5, usual: 1, showId: 'a' }));
  const found = upliftOf([...cases, ...held]);
  expect(found.shown).toEqual({ decisions: 8, mean: 4 });
  expect(found.held).toEqual({ decisions: 5, mean: 2 });
  expect(found.uplift!.value).toBe(2);
  expect(found.uplift!.lo).toBeLessThan(2);
  expect(found.uplift!.hi).toBeGreaterThan(2);
  // A fifth of the mean without a card.
  expect(found.detectable).toBeCloseTo(0.4, 12);
});

test('the standard error is that of two means whose spreads differ', () => {
  const group = (values: readonly number[], held: boolean, n: number) => Array.from({ length: n }, (_, i) => ({ value: values[i % 2]!, held, propensity: held ? 0.2 : 0.8, usual: 1, showId: 'a' }));
  const { uplift } = upliftOf([...group([3, 5], false, 80), ...group([0, 40], true, 20)]);
  // Sample variances 80 ÷ 79 and 20 × 400 ÷ 19.
  expect(uplift!.standardError).toBeCloseTo(Math.sqrt(80 / 79 / 80 + (20 * 400) / 19 / 20), 0);
  expect(uplift!.standardError).toBeGreaterThan(4.4);
}); // prettier-ignore

test('where the share changed midway, each decision counts by the inverse of its chance', () => {
  const group = (value: number, held: boolean, propensity: number, n: number) => Array.from({ length: n }, () => ({ value, held, propensity, usual: 1, showId: 'a' }));
  // A calm half with a tenth held back, a wild half with a half held back: the true difference is 0 in both.
  const found = upliftOf([...group(1, false, 0.9, 90), ...group(1, true, 0.1, 10), ...group(5, false, 0.5, 50), ...group(5, true, 0.5, 50)]);
  expect(found.uplift!.value).toBeCloseTo(0, 12);
}); // prettier-ignore

test('the sample still needed is that of the formula, and such a sample sees the effect four times in five', () => {
  const seen = { enough: 0, needed: 0 };
  const known: Truth = { ...truth, effect: (arm) => (arm === 'explain' ? 1.2 : 1), draw: (mean, random) => random.poisson(mean), decisions: 300 }; // prettier-ignore
  for (let seed = 1; seed <= 40; seed++) {
    const row = orderRow(syntheticLog(known, seed));
    seen.needed += (row.stillNeeded! + 300) / 40;
  }
  const full: Truth = { ...known, decisions: Math.round(seen.needed) };
  for (let seed = 1; seed <= 100; seed++) {
    if (orderRow(syntheticLog(full, seed)).uplift!.lo > 0) seen.enough++;
  }
  expect(seen.enough).toBeGreaterThan(70);
  expect(seen.enough).toBeLessThan(97);
});

test('a best seller beside slow ones does not drown the effect: what was usual is taken off, and coverage holds', () => {
  let [hits, raw, adjusted] = [0, 0, 0];
  for (let seed = 1; seed <= 300; seed++) {
    const random = createRandom(seed);
    const cases = Array.from({ length: 300 }, () => {
      const held = random.uniform() < 0.1;
      const usual = random.uniform() < 0.3 ? 30 : 1;
      const value = random.poisson(usual + (held ? 0 : 1));
      return { value, held, propensity: held ? 0.1 : 0.9, usual, showId: 'a' };
    });
    const { lo, hi } = upliftOf(cases).uplift!;
    if (lo <= 1 && 1 <= hi) hits++;
    adjusted += hi - lo;
    const plain = upliftOf(cases.map((one) => ({ ...one, usual: 0 }))).uplift!;
    raw += plain.hi - plain.lo;
  }
  expect(hits / 300).toBeGreaterThan(0.9);
  expect(adjusted / raw).toBeLessThan(0.4);
});

test('few in a group say nothing; a broken feed and an open window are left out', () => {
  const entries = syntheticLog({ ...truth, decisions: 30 }, 3);
  const row = orderRow(entries);
  expect(row.held.decisions).toBeLessThan(5);
  expect([row.uplift, row.stillNeeded]).toEqual([null, null]);
  const broken = entries.map((entry) =>
    entry.kind === 'reward' ? { ...entry, values: { ...entry.values, covered: 0 } } : entry,
  );
  expect(upliftTable(broken)).toEqual([]);
  expect(upliftTable(entries.filter(({ kind }) => kind === 'decision'))).toEqual([]);
});

test('answers that the operator closed count for the product they were of, within the window', () => {
  const entries = syntheticLog({ ...truth, decisions: 1 }, 1);
  const [decision, reward] = entries as [ShowLogEntry, ShowLogEntry];
  const closed = (productId: string, atMs: number): ShowLogEntry => ({ kind: 'action', showId: decision.showId, atMs, verb: 'answers.close', promptId: null, productId, intent: 'price', values: {} });
  const log = [decision, closed('p0', 1), closed('p1', 2), closed('p0', 299_000), closed('p0', 301_000), { ...reward, atMs: 300_000 }];
  const answered = upliftTable(log).find(({ outcome, productId }) => outcome === 'answered' && productId === null)!;
  expect(answered.shown.mean + answered.held.mean).toBe(2);
}); // prettier-ignore

test('rows come by rule, the rule as a whole first, then its products', () => {
  const rules: Truth['rules'] = [
    { rule: 'past-peak', eligible: ['move-on', 'nothing'] },
    { rule: 'counted-questions', eligible: ['explain', 'nothing'] },
  ];
  const rows = upliftTable(syntheticLog({ ...truth, rules }, 1)).filter(({ outcome }) => outcome === 'orders');
  expect(rows.map(({ rule }) => rule)).toEqual([...Array(4).fill('counted-questions'), ...Array(4).fill('past-peak')]);
  expect(rows[0]!.productId).toBeNull();
  const whole = rows[0]!.shown.decisions + rows[0]!.held.decisions;
  expect(rows.slice(1, 4).reduce((sum, { shown, held }) => sum + shown.decisions + held.decisions, 0)).toBe(whole);
});
