import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANOMALY_THRESHOLD, AnomalyDetector, type AnomalyState } from './anomaly-detector.ts';

const MINUTE_MS = 60_000;

interface Point {
  readonly timeMs: number;
  readonly value: number;
}

const anyValue = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -1000, max: 1000, noNaN: true }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, -0, 1e15, -1e15, 1e15 + 1, 5e-324, 1.7e308, Number.NaN, Infinity, -Infinity) },
); // prettier-ignore
const anyTime = fc.oneof(fc.integer({ min: -1e12, max: 4e12 }), fc.constantFrom(0, 0, Number.NaN));
const anySeries = fc.array(fc.record({ timeMs: anyTime, value: anyValue }), { minLength: 60, maxLength: 400 });

const scoresOf = (points: readonly Point[], detector = new AnomalyDetector()) =>
  points.map(({ timeMs, value }) => detector.update(timeMs, value));

/** The same noise every time, −1..1. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** 2,000 points a minute apart. */
function series(valueOf: (at: number) => number): Point[] {
  return Array.from({ length: 2000 }, (_, at) => ({ timeMs: at * MINUTE_MS, value: valueOf(at) }));
}

const alarms = (points: readonly Point[]) => [...scoresOf(points).entries()].filter(([, score]) => score >= ANOMALY_THRESHOLD).map(([at]) => at); // prettier-ignore

describe('a detector of any series', () => {
  test('scores every point within 0..1, whatever comes', () => {
    fc.assert(
      fc.property(anySeries, (points) => {
        for (const score of scoresOf(points)) expect(score >= 0 && score <= 1, String(score)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('goes on from a snapshot at any point, through JSON, bit by bit as if never stopped', () => {
    fc.assert(
      fc.property(anySeries, fc.nat({ max: 400 }), (points, cut) => {
        const first = new AnomalyDetector();
        scoresOf(points.slice(0, cut), first);
        const restored = AnomalyDetector.from(JSON.parse(JSON.stringify(first.save())) as AnomalyState);
        const rest = points.slice(cut);
        const want = scoresOf(points).slice(cut);
        expect(scoresOf(rest, restored)).toEqual(want);
        expect(scoresOf(rest, first)).toEqual(want);
      }),
      { numRuns: 200 },
    );
  });

  test('goes on from a snapshot after its memories are full', () => {
    const random = noise(3);
    const points = series((at) => Math.sin(at / 50) * 100 + 300 * random() * random());
    const whole = new AnomalyDetector();
    const want = scoresOf(points, whole);
    for (const cut of [700, 1100, 1999]) {
      const first = new AnomalyDetector();
      scoresOf(points.slice(0, cut), first);
      const restored = AnomalyDetector.from(JSON.parse(JSON.stringify(first.save())) as AnomalyState);
      expect(scoresOf(points.slice(cut), restored)).toEqual(want.slice(cut));
      expect(restored.save()).toEqual(whole.save());
    }
  });

  test('a point is scored from the points before it: what follows changes nothing', () => {
    fc.assert(
      fc.property(anySeries, fc.nat({ max: 400 }), (points, cut) => {
        expect(scoresOf(points.slice(0, cut))).toEqual(scoresOf(points).slice(0, cut));
      }),
      { numRuns: 100 },
    );
  });

  test('a missing value gets 0 and leaves no trace', () => {
    fc.assert(
      fc.property(anySeries, (points) => {
        const scores = scoresOf(points);
        const there = points.filter(({ value }) => Number.isFinite(value));
        expect(scores.filter((_, at) => Number.isFinite(points[at]!.value))).toEqual(scoresOf(there));
        for (const [at, { value }] of points.entries()) if (!Number.isFinite(value)) expect(scores[at]).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  test('a constant series is never odd, at any level', () => {
    for (const level of [0, 1, -7.25, 1e15, 1e-300, 1.7e308]) {
      expect(Math.max(...scoresOf(series(() => level)))).toBe(0);
    }
  });

  test('its snapshot does not grow with the series', () => {
    const random = noise(5);
    const detector = new AnomalyDetector();
    let largest = 0;
    for (let at = 0; at < 20_000; at++) {
      detector.update(at * MINUTE_MS, 1000 * random());
      if (at === 3000) largest = detector.save().numbers.length;
    }
    expect(detector.save().numbers.length).toBeLessThan(largest * 1.5);
    expect(detector.save().numbers.length).toBeLessThan(1500);
  });

  test('a snapshot of another version or cut short is refused', () => {
    const state = new AnomalyDetector().save();
    expect(() => AnomalyDetector.from({ ...state, version: 99 })).toThrow('version 99');
    expect(() => AnomalyDetector.from({ ...state, numbers: state.numbers.slice(0, -1) })).toThrow('missing');
    expect(() => AnomalyDetector.from({ ...state, numbers: [...state.numbers, 0] })).toThrow('are read');
  });
});

describe('what a detector finds', () => {
  const calm = (seed: number) => {
    const random = noise(seed);
    return () => 50 + 5 * (random() + random() + random());
  };

  test('steady noise raises less than one alarm in 300 points', () => {
    const counts = Array.from({ length: 20 }, (_, seed) => alarms(series(calm(seed + 1))).length);
    expect(counts.reduce((sum, count) => sum + count, 0) / counts.length).toBeLessThan(2000 / 300);
  });

  test.each([
    ['a spike', (at: number, value: number) => (at === 1500 ? value * 3 : value)],
    ['a new level', (at: number, value: number) => (at >= 1500 ? value + 60 : value)],
    ['a drop to nothing', (at: number, value: number) => (at >= 1500 ? 0 : value)],
  ])('%s is an alarm at its first point', (_, change) => {
    const value = calm(42);
    expect(alarms(series((at) => change(at, value())))).toContain(1500);
  });

  test('a new level is told once, and is usual after it', () => {
    const value = calm(7);
    const told = alarms(series((at) => value() + (at >= 1000 ? 200 : 0))).filter((at) => at >= 1000);
    expect(told[0]).toBe(1000);
    expect(told.length).toBeLessThanOrEqual(4);
  });

  test('the right values at the wrong hour are odd once the hours are known', () => {
    const day = (at: number) => (Math.floor(at / 60) % 24 < 12 ? 10 : 80);
    const random = noise(11);
    const points = Array.from({ length: 60 * 24 * 12 }, (_, at) => {
      const usual = day(at) + random();
      // On the eleventh day the night goes on for three hours.
      const late = at >= 60 * (24 * 10 + 12) && at < 60 * (24 * 10 + 15);
      return { timeMs: at * MINUTE_MS, value: late ? 10 + random() : usual };
    });
    const told = alarms(points);
    expect(told.some((at) => at >= 60 * (24 * 10 + 12) && at < 60 * (24 * 10 + 15))).toBe(true);
    expect(told.filter((at) => at > 60 * 24 * 3 && at < 60 * (24 * 10 + 12))).toEqual([]);
  });
});
