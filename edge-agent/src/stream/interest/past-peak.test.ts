import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addSum, createAccumulator, SUM } from '../accumulator.ts';
import type { Row } from '../key-rows.ts';
import { INTEREST_PARAMETERS } from './parameters.ts';
import { pastPeakOf } from './past-peak.ts';

const SLICE_MS = 5_000;
const START = 360_000;

/** A row a slice from `START` on with so many views (of nobody in particular) or comments. */
function rowsOf(values: readonly number[], sum: number): Row[] {
  return values.map((value, i) => {
    const acc = createAccumulator();
    addSum(acc, sum, value);
    addSum(acc, SUM.events, value);
    return { index: START / SLICE_MS + i, span: 1, acc, frozen: null, dirty: false, stored: false, trimmed: false, gone: false, signals: null, rhythm: null }; // prettier-ignore
  });
}

function peakAfter(views: readonly number[], slices = views.length) {
  const product = rowsOf(views.slice(0, slices), SUM.productViews);
  const presentMs = START + slices * SLICE_MS - 1;
  return pastPeakOf({ product, room: rowsOf(views.slice(0, slices).map(() => 3), SUM.comments), sinceMs: START, presentMs, sliceMs: SLICE_MS }, INTEREST_PARAMETERS); // prettier-ignore
}

/** Views a slice over 5 min: an inverted U with its peak of 30 at 2 min. */
const HILL = Array.from({ length: 60 }, (_, i) => Math.round(30 * (1 - ((i - 24) / 36) ** 2)));

describe('past its peak', () => {
  it('has no answer until a peak and the half minute after it fit in', () => {
    expect(peakAfter(HILL, 17)).toBeNull();
    expect(peakAfter(HILL, 18)).not.toBeNull();
  });

  it('is said after the peak of an inverted U and never before it', () => {
    const called = HILL.findIndex((_, i) => (peakAfter(HILL, i + 1)?.strength ?? 0) >= 1);
    expect(called).toBeGreaterThan(24);
    expect(called).toBeLessThan(50);
    const late = peakAfter(HILL)!;
    // The best minute is the one around 2 min: 90 s to 150 s.
    expect(late).toMatchObject({ peakMs: START + 120_000, commentsRising: true });
    expect(late.peakLevel).toBeCloseTo(
      HILL.slice(18, 30).reduce((a, b) => a + b, 0),
      3,
    );
    expect(late.strength).toBeGreaterThan(1);
  });

  it('is not said of a level course, however long, nor of a rising one', () => {
    const level = HILL.map(() => 20);
    const rising = HILL.map((_, i) => 5 + i);
    for (let n = 18; n <= HILL.length; n++) {
      expect(peakAfter(level, n)!.strength).toBeLessThan(0.5);
      expect(peakAfter(rising, n)!.strength).toBe(0);
    }
  });

  it('is not said of a handful of clicks', () => {
    expect(peakAfter(HILL.map((_, i) => (i === 3 || i === 9 ? 1 : 0)))!.strength).toBeLessThan(1);
    expect(peakAfter(HILL.map(() => 0))).toBeNull();
  });

  it('has finite numbers of any counts', () => {
    const count = fc.oneof(fc.nat(50), fc.constantFrom(0, 1e15, Number.MAX_SAFE_INTEGER));
    fc.assert(
      fc.property(fc.array(count, { minLength: 1, maxLength: 120 }), (views) => {
        const peak = peakAfter(views);
        if (peak === null) return;
        for (const value of [peak.peakLevel, peak.level, peak.strength]) {
          expect(Number.isFinite(value) && value >= 0, JSON.stringify(peak)).toBe(true);
        }
        expect(peak.peakMs).toBeGreaterThan(START);
        expect(peak.peakMs).toBeLessThan(START + views.length * SLICE_MS);
      }),
    );
  });
});
