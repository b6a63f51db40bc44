import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { autoregress } from './autoregression.ts';
import { combine } from './combination.ts';
import { expectedOf, forecastSeries, spreadOf } from './forecast-table.ts';
import { methodsFor } from './methods.ts';
import { dampedTrend, repeatCycle, smoothLevel } from './profiles.ts';
import { Ridge } from './ridge.ts';
import { calendarSeason, guessSeason, seasonsOf } from './seasons.ts';

function noise(seed: number): () => number {
  let state = seed;
  const unit = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 2 ** 32;
  return () => Math.sqrt(-2 * Math.log(unit())) * Math.cos(2 * Math.PI * unit());
}

const hourly = (length: number, seed = 1, size = 1) => {
  const random = noise(seed);
  return Float64Array.from({ length }, (_, at) => 100 + 30 * Math.sin((2 * Math.PI * at) / 24) + 10 * Math.sin((2 * Math.PI * at) / 168) + size * random()); // prettier-ignore
};

describe('ridge regression', () => {
  it('finds the line through points that lie on one, and half of a slope that is shrunk as much as it is known', () => {
    const ridge = new Ridge(2);
    for (const x of [-1, 1]) ridge.add(Float64Array.of(x, 1), 3 * x + 5);
    expect([...ridge.solve(0)].map((value) => Math.round(value * 1e3) / 1e3)).toEqual([3, 5]);
    expect(ridge.solve(2)[0]).toBeCloseTo(1.5, 6);
  });

  it('gives a column that repeats another no more than a share', () => {
    const ridge = new Ridge(3);
    for (const x of [-2, -1, 1, 2]) ridge.add(Float64Array.of(x, x, 1), 4 * x);
    const [a, b] = ridge.solve(1e-9);
    expect(a! + b!).toBeCloseTo(4, 3);
  });
});

describe('autoregression', () => {
  it('goes on with a sum of waves, which obeys a linear recurrence', () => {
    const values = Float64Array.from({ length: 400 }, (_, at) => Math.sin(at / 3) + 0.5 * Math.cos(at / 7));
    const [path] = autoregress(values, [1, 2, 3, 4], 1e-9, [360], 20);
    for (const [step, value] of path!.entries()) expect(value).toBeCloseTo(values[360 + step]!, 3);
  });

  it('forecasts from an origin what it forecasts when nothing comes after it', () => {
    const values = hourly(600);
    const [early] = autoregress(values, [1, 24, 25], 0.1, [500, 600], 24);
    const before = autoregress(values.slice(0, 500), [1, 24, 25], 0.1, [500], 24)[0]!;
    // The scale is the whole series'; coefficients and path are of what was known.
    for (const [step, value] of early!.entries()) expect(value).toBeCloseTo(before[step]!, 1);
  });

  it('has no answer where the lags leave too few rows', () => {
    expect(autoregress(hourly(40), [1, 24], 1, [30, 40], 5)).toEqual([null, expect.any(Float64Array)]);
  });
});

describe('simple methods', () => {
  it('repeat a cycle, moved by what the last values say', () => {
    const values = Float64Array.of(1, 2, 3, 1, 2, 3, 3, 4, 5);
    const at = (pull: number) => [...repeatCycle(values, { season: 3, cycles: 1, pull, recent: 3 }, 6, 4)!];
    expect(at(0)).toEqual([1, 2, 3, 1]);
    expect([...repeatCycle(values, { season: 3, cycles: 2, pull: 1, recent: 1 }, 9, 3)!]).toEqual([3, 4, 5]);
    expect(repeatCycle(values, { season: 3, cycles: 1, pull: 0, recent: 1 }, 2, 1)).toBeNull();
  });

  it('smooth a level and follow a trend that fades', () => {
    expect([...smoothLevel(Float64Array.of(0, 10), 0.3, 2, 2)!]).toEqual([3, 3]);
    const line = dampedTrend(Float64Array.from({ length: 200 }, (_, at) => at), 200, 3)!; // prettier-ignore
    expect(line[0]!).toBeGreaterThan(197);
    expect(line[2]! - line[1]!).toBeLessThan(line[1]! - line[0]!);
  });
});

describe('season', () => {
  it.each([
    ['hours of a day', 24, 24 * 40],
    ['days of a week', 7, 200],
    ['months of a year', 12, 240],
  ])('finds %s, also on a slope', (_, season, length) => {
    const random = noise(season);
    const one = () => Float64Array.from({ length }, (__, at) => 50 + at * 0.2 + 10 * Math.sin((2 * Math.PI * at) / season) + 2 * random()); // prettier-ignore
    expect(guessSeason([one(), one(), one()])).toBe(season);
  });

  it('finds none in noise, in a constant and in too little', () => {
    const random = noise(3);
    expect(guessSeason(Array.from({ length: 5 }, () => Float64Array.from({ length: 400 }, random)))).toBe(1);
    expect(guessSeason([new Float64Array(500).fill(7)])).toBe(1);
    expect(guessSeason([Float64Array.of(1, 2)])).toBe(1);
    expect(guessSeason([])).toBe(1);
  });

  it('falls back to the calendar for times that are dates, not for steps', () => {
    expect(calendarSeason(86_400_000, Date.UTC(2026, 0, 1))).toBe(7);
    expect(calendarSeason(3_600, Date.UTC(2026, 0, 1) / 1000)).toBe(24);
    expect(calendarSeason(1, 0)).toBe(1);
    expect(calendarSeason(3_600, 0)).toBe(1);
  });

  it('finds the week of many sparse series in their sum', () => {
    const random = noise(9);
    const one = () => Float64Array.from({ length: 120 }, (_, at) => (at % 7 > 4 ? 1 : 0) * 0.8 + Math.max(0, 3 * random())); // prettier-ignore
    const series = Array.from({ length: 300 }, one);
    expect(guessSeason(series.slice(0, 3))).toBe(1);
    expect(guessSeason(series)).toBe(7);
  });
});

describe('all methods together', () => {
  it('are close to the best of them on hours with a day and a week', () => {
    const values = hourly(24 * 40 + 48, 5, 2);
    const known = values.slice(0, 24 * 40);
    const { path } = forecastSeries(known, 24, 48);
    const off = path.reduce((sum, value, step) => sum + Math.abs(value - values[known.length + step]!) / 48, 0);
    // Noise alone is 2 · √(2/π) = 1.6 off.
    expect(off).toBeLessThan(2.1);
  });

  it('hold four of five values of many series within their 80 % bounds, and 95 of 100 within 95 %', () => {
    const all = Array.from({ length: 40 }, (_, seed) => hourly(24 * 30 + 24, seed + 10, 3));
    const combined = all.map((values) => forecastSeries(values.slice(0, -24), 24, 24));
    const spread = spreadOf(combined, 24);
    const held = (level: number) =>
      all.reduce((sum, values, at) => {
        const { low, high } = spread.bounds(combined[at]!, level);
        const inside = [...values.slice(-24)].filter((value, step) => value >= low[step]! && value <= high[step]!);
        return sum + inside.length / 24 / all.length;
      }, 0);
    expect(held(0.8)).toBeGreaterThan(0.76);
    expect(held(0.8)).toBeLessThan(0.86);
    expect(held(0.95)).toBeGreaterThan(0.92);
  });

  it.each([
    ['one value', [5], 5],
    ['a constant', new Array<number>(100).fill(5), 5],
    ['zeros', new Array<number>(60).fill(0), 0],
    ['a huge constant', new Array<number>(60).fill(1e15), 1e15],
  ])('say of %s that it goes on', (_, values, expected) => {
    const one = forecastSeries(Float64Array.from(values), 7, 3);
    const { mean, bounds } = expectedOf(one, Float64Array.from(values), spreadOf([one], 3), [0.8]);
    expect([...mean]).toEqual([expected, expected, expected]);
    for (const [step, low] of bounds[0]!.low.entries()) expect(low).toBeLessThanOrEqual(bounds[0]!.high[step]!);
  });

  it('give zeros for a series of which nothing is known', () => {
    expect([...forecastSeries(new Float64Array(20).fill(Number.NaN), 7, 2).path]).toEqual([0, 0]);
    expect([...forecastSeries(new Float64Array(0), 7, 2).path]).toEqual([0, 0]);
  });

  it('are finite, of the right length, and not below zero where the series never was, whatever comes', () => {
    const value = fc.oneof(fc.double({ min: 0, max: 1e15, noNaN: true }), fc.constant(0), fc.constant(Number.NaN), fc.constant(1e15)); // prettier-ignore
    fc.assert(
      fc.property(fc.array(value, { maxLength: 120 }), fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 4, 7, 24), (values, horizon, season) => {
        const known = Float64Array.from(values);
        const one = forecastSeries(known, season, horizon);
        const { mean, bounds: [bound] } = expectedOf(one, known, spreadOf([one], horizon), [0.8]);
        expect(mean).toHaveLength(horizon);
        for (const [step, middle] of mean.entries()) {
          const [low, high] = [bound!.low[step]!, bound!.high[step]!];
          expect(Number.isFinite(low) && Number.isFinite(middle) && Number.isFinite(high)).toBe(true);
          expect(low >= 0 && low <= middle && middle <= high).toBe(true);
        }
      }),
      { numRuns: 60, examples: [[[Number.NaN, 0, 0, 1e15, 0], 1, 4]] },
    );
  }); // prettier-ignore

  it('do not know what comes after the end', () => {
    const values = hourly(500, 4);
    const { path } = combine(values, methodsFor(seasonsOf(24, 500)), 24, 24);
    const again = combine(values.slice(0, 500), methodsFor(seasonsOf(24, 500)), 24, 24);
    expect([...path]).toEqual([...again.path]);
  });
});
