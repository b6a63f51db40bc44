import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InterestWhy, ProductInterest } from '@livecue/shared/contract';
import { SURGE } from '../advise/rules/interest-surge.ts';
import type { Interest } from '../ports.ts';
import { createSalesByMinute, toInterest, toInterestWhy } from './product-signals.ts';

const INTEREST: Interest = {
  level: 116.44, expected: 27.66, surprise: 11.84, pValue: 0.00000573, slope: 48.21, direction: 'rising',
  signals: [{ signal: 'views', count: 31, share: 0.5812 }, { signal: 'likes', count: 4.6, share: 0.4188 }],
  pastPeak: { peakMs: 12.4, peakLevel: 120, level: 80, commentsRising: true, strength: 1.5 },
}; // prettier-ignore
const MINUTE = 60_000;

describe('interest for the panel', () => {
  test('is what the contract has, rounded to what is read', () => {
    expect(ProductInterest.parse(toInterest(INTEREST))).toEqual({
      level: 116.4, expected: 27.7, surprise: 11.8, pValue: 0.00000573, slope: 48.2, direction: 'rising', surging: true,
    }); // prettier-ignore
    const why = InterestWhy.parse(toInterestWhy(INTEREST));
    expect(why.signals).toEqual([
      { signal: 'views', count: 31, share: 0.581 },
      { signal: 'likes', count: 5, share: 0.419 },
    ]);
    expect(why).toMatchObject({
      threshold: { pValue: SURGE.enter, level: SURGE.leastLevel },
      pastPeak: { peakMs: 12, strength: 1.5 },
    });
  });

  test('is nothing where nobody looks and nothing is expected', () => {
    expect(toInterest({ ...INTEREST, level: 0, expected: 0.01 })).toBeNull();
    expect(toInterest({ ...INTEREST, level: 0, expected: 3 })).not.toBeNull();
  });

  test('a surge is told from the exact numbers, and p is shown within a percent', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (pValue) => {
        const shown = toInterest({ ...INTEREST, pValue })!;
        expect(Math.abs(shown.pValue - pValue)).toBeLessThanOrEqual(0.01 * pValue);
        expect(shown.surging).toBe(pValue <= SURGE.enter);
      }),
    );
  });
});

describe('sales by the minute', () => {
  test('are the differences of the running totals, whatever the seconds at which they are taken', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 130, maxLength: 400 }), (perTick) => {
        const sales = createSalesByMinute();
        const start = 1_000 * MINUTE;
        let total = 0;
        const byMinute = new Map<number, number>();
        perTick.forEach((units, i) => {
          const nowMs = start + i * 10_000;
          total += units;
          byMinute.set(Math.floor(nowMs / MINUTE), (byMinute.get(Math.floor(nowMs / MINUTE)) ?? 0) + units);
          sales.take(nowMs, ['p'], () => total);
        });
        const nowMs = start + (perTick.length - 1) * 10_000;
        const { fromMs, perMinute } = sales.read('p', nowMs);
        expect(perMinute.length).toBeLessThanOrEqual(30);
        expect(fromMs / MINUTE + perMinute.length - 1).toBe(Math.floor(nowMs / MINUTE));
        perMinute.forEach((units, i) => expect(units).toBe(byMinute.get(fromMs / MINUTE + i)));
      }),
      { numRuns: 50 },
    );
  });

  test('a minute that was slept through, a clock set back and an unknown product have defined answers', () => {
    const sales = createSalesByMinute();
    sales.take(10 * MINUTE, ['p'], () => 3);
    sales.take(13 * MINUTE, ['p'], () => 8);
    expect(sales.read('p', 13 * MINUTE)).toEqual({ fromMs: 11 * MINUTE, perMinute: [0, 0, 5] });
    expect(sales.read('other', 13 * MINUTE).perMinute).toEqual([0, 0, 0]);
    sales.take(2 * MINUTE, ['p'], () => 9);
    expect(sales.read('p', 2 * MINUTE)).toEqual({ fromMs: 3 * MINUTE, perMinute: [] });
  });
});
