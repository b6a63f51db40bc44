import { describe, expect, test } from 'vitest';
import type { TruthItem } from '../../edge-agent/src/ingest/simulator/truth.ts';
import type { Episode } from './detection.ts';
import { score } from './scoring.ts';
import { poissonInterval, quantileInterval, shareInterval } from './tables.ts';

const surge = (productId: string, startMs: number, endMs: number): TruthItem => ({
  kind: 'interest-surge', productId, startMs, endMs, details: { views: 1, carts: 0, questions: 0, eventIds: [] },
}); // prettier-ignore
const episode = (productId: string, fromMs: number, toMs = fromMs + 20_000): Episode => ({ productId, fromMs, toMs, pValue: 0.001 }); // prettier-ignore

describe('scoring of surges', () => {
  test('a surge is found in its time and on its product; the rest is false', () => {
    const truth = [surge('a', 100_000, 160_000), surge('b', 300_000, 360_000)];
    const surges = [episode('a', 107_000), episode('b', 107_000), episode('b', 380_000), episode('a', 99_500)];
    const result = score({ surges, peaks: [] }, truth);
    expect(result.truths['interest-surge']).toBe(2);
    expect(result.found['interest-surge']).toBe(1);
    expect(result.delaysMs).toEqual([7_000]);
    expect(result.matched['interest-surge']).toBe(2);
    expect(result.falseSurges.map(({ productId, fromMs }) => [productId, fromMs])).toEqual([
      ['b', 107_000],
      ['b', 380_000],
    ]);
  });

  test('an order ring is no attention, a sell-out that just happened is none either', () => {
    const ring: TruthItem = { kind: 'order-ring', productId: 'a', startMs: 0, endMs: 60_000, details: { customerRefs: [], orderNumbers: [] } }; // prettier-ignore
    const soldOut: TruthItem = { kind: 'stock-out', productId: 'a', startMs: 0, endMs: 60_000, details: { eventId: 'x', injected: false } }; // prettier-ignore
    const result = score({ surges: [episode('a', 30_000)], peaks: [] }, [ring, soldOut]);
    expect(result.falseSurges).toMatchObject([{ during: 'order-ring+stock-out' }]);
  });

  test('a peak called before 40 % of a phase is early, after it late by its share', () => {
    const phase = (startMs: number): TruthItem => ({ kind: 'explain', productId: 'a', startMs, endMs: startMs + 200_000, details: { interrupted: null } }); // prettier-ignore
    const cue = (sinceMs: number, atMs: number) => ({ productId: 'a', sinceMs, atMs, peakMs: 0 });
    const { peaks } = score({ surges: [], peaks: [cue(0, 70_000), cue(300_000, 460_000)] }, [phase(0), phase(300_000), phase(600_000)]); // prettier-ignore
    expect(peaks).toMatchObject({ phases: 3, called: 1, early: 1 });
    expect(peaks.lateness[0]).toBeCloseTo(0.4, 9);
  });
});

test('intervals are the published ones', () => {
  // Wilson 1927 for 8 of 10, and exact Poisson limits for 5 and 0 (Garwood 1936).
  expect(shareInterval(8, 10).map((bound) => Math.round(bound * 1000) / 1000)).toEqual([0.49, 0.943]);
  expect(poissonInterval(5)[0]).toBeCloseTo(1.62, 1);
  expect(poissonInterval(5)[1]).toBeCloseTo(11.67, 1);
  expect(poissonInterval(0)[1]).toBeCloseTo(3.69, 1);
  expect(quantileInterval([1, 2, 3, 4, 5, 6, 7, 8, 9], 0.5)[1]).toBe(5);
});
