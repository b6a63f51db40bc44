import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HourRhythm } from './hour-rhythm.ts';
import { KnownRange } from './known-range.ts';
import { KnownValues } from './known-values.ts';
import { Spread } from './spread.ts';
import { WindowPeak } from './window-peak.ts';

/** Without -0, which the largest of two zeros may or may not be. */
const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => value + 0);
const values = fc.array(value, { minLength: 1, maxLength: 300 });

describe('the peak of a window', () => {
  test('is the largest of its last values, on every prefix', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 40 }), (series, length) => {
        const window = new WindowPeak(length);
        for (const [at, value] of series.entries()) {
          window.push(value);
          expect(window.peak).toBe(Math.max(...series.slice(Math.max(0, at - length + 1), at + 1)));
          expect(window.full).toBe(at + 1 >= length);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('mean and deviation', () => {
  test('are the plain ones while the series is short against the half-life', () => {
    fc.assert(
      fc.property(values, (series) => {
        const spread = new Spread(1e9);
        for (const value of series) spread.update(value);
        const mean = series.reduce((sum, value) => sum + value, 0) / series.length;
        const variance = series.reduce((sum, value) => sum + (value - mean) ** 2, 0) / series.length;
        expect(spread.mean).toBeCloseTo(mean, 6);
        expect(spread.deviation).toBeCloseTo(Math.sqrt(variance), 4);
      }),
    );
  });

  test('half of the weight lies on the last half-life', () => {
    const spread = new Spread(10);
    for (let at = 0; at < 1000; at++) spread.update(0);
    for (let at = 0; at < 10; at++) spread.update(1);
    expect(spread.mean).toBeCloseTo(0.5, 9);
    expect(spread.deviation).toBeCloseTo(0.5, 9);
  });
});

describe('known values', () => {
  const learned = () => {
    const known = new KnownValues();
    for (let at = 0; at < 600; at++) known.update([10, 20, 30][at % 3]!);
    return known;
  };
  const deviation = Math.sqrt(200 / 3);

  test('a known value is at no distance, one between two known ones at its gap in deviations', () => {
    expect(learned().update(20)).toBeLessThan(1e-9);
    expect(learned().update(25)).toBeCloseTo(5 / deviation, 1);
    expect(learned().update(45)).toBeCloseTo(15 / deviation, 1);
  });

  test('what was told once is known', () => {
    const known = learned();
    expect(known.update(25)).toBeGreaterThan(0.5);
    expect(known.update(25)).toBe(0);
  });

  test('the value unused for longest is forgotten when there is no room', () => {
    const known = learned();
    for (let at = 0; at < 200; at++) known.update(1000 + 100 * at);
    expect(known.update(10)).toBeGreaterThan(0);
  });

  test('differences that are rounding are none', () => {
    const known = new KnownValues();
    for (let at = 0; at < 100; at++) known.update(1e15);
    expect(known.update(1e15 + 1)).toBeLessThan(0.01);
  });
});

describe('the known range', () => {
  test('inside it nothing is odd, beyond it the distance is told in deviations', () => {
    const range = new KnownRange();
    for (let at = 0; at < 400; at++) range.update(at % 2 === 0 ? -1 : 1);
    expect(range.update(0.9)).toBe(0);
    expect(range.update(3)).toBeCloseTo(2, 1);
    expect(range.update(2.5)).toBe(0);
    expect(range.update(-2)).toBeGreaterThan(0.8);
  });

  test('its bounds come back by half in 5,000 values', () => {
    const range = new KnownRange();
    for (let at = 0; at < 100; at++) range.update(at % 2);
    range.update(100);
    for (let at = 0; at < 5000; at++) range.update(at % 2);
    expect(range.update(60)).toBeGreaterThan(0);
    const short = new KnownRange();
    for (let at = 0; at < 100; at++) short.update(at % 2);
    short.update(100);
    for (let at = 0; at < 1000; at++) short.update(at % 2);
    expect(short.update(60)).toBe(0);
  });
});

describe('the rhythm of the hours', () => {
  test('takes away the mean of the hour, also before 1970, and gives nothing in a new hour or without a time', () => {
    const rhythm = new HourRhythm();
    const hour = 3_600_000;
    expect(rhythm.update(0, 10)).toBeNaN();
    expect(rhythm.update(1, 14)).toBe(4);
    expect(rhythm.update(24 * hour, 12)).toBe(0);
    expect(rhythm.update(-24 * hour, 13)).toBe(1);
    expect(rhythm.update(hour, 5)).toBeNaN();
    expect(rhythm.update(-hour, 7)).toBeNaN();
    expect(rhythm.update(23 * hour, 8)).toBe(1);
    expect(rhythm.update(Number.NaN, 5)).toBeNaN();
  });
});
