import { expect, it } from 'vitest';
import { ORDER_FEATURES, type OrderFeature } from '@livecue/shared/insight';
import type { OrderScorer } from './order-scorer.ts';
import { LEAST_VERDICTS, withVerdicts, type Verdict } from './order-verdicts.ts';
import { createSeededNumbers } from './seeded-numbers.ts';

const scorer: OrderScorer = { version: 'forest', threshold: 0.6, score: () => 0.7, reasons: () => [] };

/** Operators confirm runs of young accounts and wave those of old ones through. */
function verdicts(count: number): Verdict[] {
  const random = createSeededNumbers(count);
  return Array.from({ length: count }, () => {
    const accountAgeDays = 30 * random();
    return { verdict: accountAgeDays < 8 ? 'confirmed' : 'false-alarm', features: { accountAgeDays, units: 1 + Math.floor(3 * random()) } as Verdict['features'] }; // prettier-ignore
  });
}

const order = (age: number): Float64Array => {
  const features: Partial<Record<OrderFeature, number>> = { accountAgeDays: age, units: 1 };
  return Float64Array.from(ORDER_FEATURES, (name) => features[name] ?? Number.NaN);
};

it('learns from verdicts which told orders are confirmed', () => {
  const learned = withVerdicts(scorer, verdicts(200));
  expect(learned.version).toBe('forest+200 verdicts');
  expect(learned.confirm?.(order(2))).toBeGreaterThan(0.8);
  expect(learned.confirm?.(order(20))).toBeLessThan(0.2);
  expect(learned.score(order(2))).toBe(0.7);
});

it('says nothing of its own before there are enough verdicts of each kind', () => {
  const confirmedOnly = verdicts(500).filter(({ verdict }) => verdict === 'confirmed');
  const other: Verdict = { ...confirmedOnly[0]!, verdict: 'false-alarm' };
  const few = [...confirmedOnly, ...Array.from({ length: LEAST_VERDICTS - 1 }, () => other)];
  expect(withVerdicts(scorer, few)).toBe(scorer);
  expect(withVerdicts(scorer, [...few, other]).confirm).toBeDefined();
  expect(withVerdicts(scorer, [])).toBe(scorer);
});
