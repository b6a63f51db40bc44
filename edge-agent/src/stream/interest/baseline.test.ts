import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSum, createAccumulator, SUM } from '../accumulator.ts';
import type { Row } from '../key-rows.ts';
import { productPast, roomPast, type InterestSpan } from './baseline.ts';
import { INTEREST_PARAMETERS } from './parameters.ts';

const span: InterestSpan = { fromLong: 94, fromShort: 98, firstIndex: 0, sliceMs: 5_000 };

function row(index: number, slices: number, views: number): Row {
  const acc = createAccumulator();
  addSum(acc, SUM.productViews, views);
  addSum(acc, SUM.comments, views);
  addSum(acc, SUM.events, Math.max(1, views));
  return { index, span: slices, acc, frozen: null, dirty: false, stored: false, trimmed: false, gone: false, signals: null, rhythm: null }; // prettier-ignore
}

/** Σ over slices before `from` of e^(−(from−1−s)·slice/τ) · value(s), one slice after the other. */
function naive(values: readonly number[], from: number, tauMs: number): number {
  return values.reduce(
    (sum, value, s) => (s < from ? sum + value * Math.exp((-(from - 1 - s) * 5_000) / tauMs) : sum),
    0,
  );
}

describe('the past that interest is held against', () => {
  it('is the exponentially weighted sum over all slices, one pass for both windows', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 98, maxLength: 100 }), (views) => {
        const rows = views.map((count, i) => row(i, 1, count)).filter(({ acc }) => acc.sums[SUM.productViews]! > 0);
        const past = productPast(rows, span, INTEREST_PARAMETERS);
        const { memoryMs, excitation } = INTEREST_PARAMETERS;
        for (const [got, from] of [[past.long, 94], [past.short, 98]] as const) {
          expect(got.shop).toBeCloseTo(naive(views, from, memoryMs), 6);
          expect(got.excited).toBeCloseTo(naive(views, from, excitation.decayMs), 6);
        }
        expect(past.before).toBe(views.slice(82, 94).reduce((a, b) => a + b, 0));
      }),
    );
  }); // prettier-ignore

  it('takes a long row as spread evenly over its slices', () => {
    const even = [...Array.from({ length: 6 }, (_, i) => row(i, 1, 4)), row(50, 1, 7)];
    const merged = [row(0, 6, 24), row(50, 1, 7)];
    const [one, other] = [even, merged].map((rows) => productPast(rows, span, INTEREST_PARAMETERS));
    expect(other!.short.shop).toBeCloseTo(one!.short.shop, 9);
    expect(other!.short.excited).toBeCloseTo(one!.short.excited, 9);
  });

  it('counts as past only the slices in which the room was heard', () => {
    const heard = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => row(from + i, 1, 2));
    const whole = roomPast(heard(0, 98), span, INTEREST_PARAMETERS).short;
    const gap = roomPast([...heard(0, 60), ...heard(90, 98)], span, INTEREST_PARAMETERS).short;
    expect(gap.slices).toBeLessThan(whole.slices);
    expect(gap.shop / gap.slices).toBeCloseTo(whole.shop / whole.slices, 9);
  });
});
