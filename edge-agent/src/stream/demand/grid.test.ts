import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { demandOf, filled, gridOf, stepOf, type Observed } from './grid.ts';

const observed = (times: number[], values: number[], available = times.map(() => 1)): Observed => ({
  times: Float64Array.from(times),
  values: Float64Array.from(values),
  available: Float64Array.from(available),
});

describe('grid of a series', () => {
  it('puts rows in order of time, keeps the last of a repeated time and leaves gaps open', () => {
    const one = observed([3600, 0, 7200, 7200, 14_400], [2, 1, 3, 30, 5]);
    const { values, repeated, backwards, gaps } = gridOf(one, stepOf([one, observed([0, 3600, 7200], [1, 2, 3])]));
    expect([...values]).toEqual([1, 2, 30, Number.NaN, 5]);
    expect({ repeated, backwards, gaps }).toEqual({ repeated: 1, backwards: 1, gaps: 1 });
  });

  it('takes months, whose steps differ, one after another', () => {
    const months = Array.from({ length: 24 }, (_, month) => Date.UTC(2020, month, 1));
    const one = observed(months, months.map((_, at) => at)); // prettier-ignore
    const { values, gaps } = gridOf(one, stepOf([one]));
    expect(values).toHaveLength(24);
    expect(gaps).toBe(0);
  });

  it('does not lay out a hole of years between seconds', () => {
    const one = observed([0, 1, 2, 1e9], [1, 2, 3, 4]);
    expect(gridOf(one, 1).values).toHaveLength(4);
  });

  it('keeps every value of distinct times, whatever the order', () => {
    const row = fc.record({ t: fc.integer({ min: 0, max: 60 }), value: fc.integer({ min: 1, max: 1e15 }) });
    fc.assert(
      fc.property(fc.uniqueArray(row, { selector: ({ t }) => t, minLength: 1, maxLength: 40 }), (rows) => {
        const { values } = gridOf(observed(rows.map(({ t }) => t), rows.map(({ value }) => value)), 1); // prettier-ignore
        const sorted = [...rows].sort((a, b) => a.t - b.t).map(({ value }) => value);
        expect([...values].filter((value) => !Number.isNaN(value))).toEqual(sorted);
      }),
    );
  });
});

describe('holes', () => {
  it('are filled with the season before and after, else on a line', () => {
    expect([...filled(Float64Array.of(1, 2, 3, Number.NaN, 2, 3, 5, 2, 3), 3)]).toEqual([1, 2, 3, 3, 2, 3, 5, 2, 3]);
    expect([...filled(Float64Array.of(1, Number.NaN, Number.NaN, 4), 1)]).toEqual([1, 2, 3, 4]);
    expect([...filled(Float64Array.of(Number.NaN, 2, Number.NaN), 1)]).toEqual([2, 2, 2]);
  });

  it('are what could not be sold: demand is sales over the share of time with stock', () => {
    const demand = demandOf({ values: Float64Array.of(6, 3, 0, 1), available: Float64Array.of(1, 0.5, 0, 0.1) });
    expect([...demand]).toEqual([6, 6, Number.NaN, Number.NaN]);
  });
});
