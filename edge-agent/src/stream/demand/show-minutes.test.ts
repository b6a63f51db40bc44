import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SUM } from '../accumulator.ts';
import { KeyRows } from '../key-rows.ts';
import { SHOW_NOW, SHOW_PAST, SHOW_WINDOW, ShowMinutes, type StoredMinute } from './show-minutes.ts';

const SLICE_MS = 5_000;
const GOLDEN = new URL('../../../../models/demand/show/golden.jsonl', import.meta.url);

/** Rows of a product: units, views and carts by slice. */
function keyOf(productId: string, rows: readonly (readonly [index: number, units: number, views: number, carts: number])[]) {
  const key = new KeyRows('product', productId);
  for (const [index, units, views, carts] of rows) {
    const { acc } = key.rowAt(index);
    acc.sums[SUM.unitsPaid]! += units;
    acc.sums[SUM.productViews]! += views;
    acc.sums[SUM.cartAdds]! += carts;
  }
  return key;
} // prettier-ignore

describe('minutes of a show', () => {
  it('are what the trainer saw', { skip: !existsSync(GOLDEN) }, () => {
    interface Line { minute: number; usual: number; expected: number[][]; minutes: number[][][]; past: number[]; now: number[] } // prettier-ignore
    const lines = readFileSync(GOLDEN, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Line); // prettier-ignore
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const { minute, usual, expected, minutes, past, now } of lines) {
      const first = 1_000;
      const table = new ShowMinutes(SLICE_MS);
      for (let at = Math.max(0, minute - SHOW_WINDOW); at < minute; at++) {
        const rows = minutes.map((of, product): StoredMinute['rows'][number] => [`p${product}`, ...(of.map((values) => values[at]!) as [number, number, number, number])]); // prettier-ignore
        table.load({ minute: first + at, first, rows });
      }
      const inputs = table.inputs((first + minute) * 12, usual, (id) => expected[Number(id.slice(1))]!)!;
      expect(inputs.productIds).toHaveLength(minutes.length);
      for (const [at, value] of inputs.past.entries()) expect(Math.abs(value - past[at]!)).toBeLessThan(1e-5);
      for (const [at, value] of inputs.now.entries()) expect(Math.abs(value - now[at]!)).toBeLessThan(1e-5);
    }
  });

  it('count each slice in its minute, and say nothing before ten of them are over', () => {
    const table = new ShowMinutes(SLICE_MS);
    const shirt = keyOf('shirt', [[0, 2, 5, 1], [11, 1, 0, 0], [12, 4, 0, 0]]); // prettier-ignore
    table.read([shirt], 0, 24, 'cup');
    expect(table.inputs(9 * 12 + 11, 1, () => [1, 2, 3])).toBeNull();
    const { productIds, past, now } = table.inputs(10 * 12, 1, () => [1, 2, 3])!;
    expect(productIds).toEqual(['cup', 'shirt']);
    expect([past.length, now.length]).toEqual([2 * SHOW_WINDOW * SHOW_PAST, 2 * SHOW_NOW]);
    const of = (product: number, minute: number) => [...past.subarray((product * SHOW_WINDOW + SHOW_WINDOW - 10 + minute) * SHOW_PAST).subarray(0, SHOW_PAST)]; // prettier-ignore
    const close = (said: readonly number[], wanted: readonly number[]) => said.forEach((value, at) => expect(value).toBeCloseTo(wanted[at]!, 5)); // prettier-ignore
    close(of(1, 0), [Math.log(4), Math.log(6), Math.log(2), 0, Math.log(2.5), 1]);
    close(of(0, 1), [0, 0, 0, 1, Math.log(3), 1]);
    close(of(0, -1), [0, 0, 0, 0, 0, 0]);
  });

  const slice = fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 3_000 }), fc.constantFrom(0, 1, 3, 1e15), fc.nat({ max: 4 }), fc.nat({ max: 2 })); // prettier-ignore
  const steps = fc.array(fc.record({ slices: fc.integer({ min: 1, max: 200 }), onAir: fc.constantFrom(null, 'a', 'c'), clear: fc.integer({ min: 0, max: 9 }).map((at) => at === 0) }), { minLength: 1, maxLength: 30 }); // prettier-ignore

  it('go on after a snapshot at any point as if nothing had happened, and hold an hour', () => {
    fc.assert(
      fc.property(fc.array(slice, { maxLength: 60 }), steps, fc.nat({ max: 30 }), (rows, told, cut) => {
        const keys = ['a', 'b'].map((id) => keyOf(id, rows.filter(([of]) => of === id).map(([, ...row]) => row).sort((x, y) => x[0] - y[0]))); // prettier-ignore
        const straight = new ShowMinutes(SLICE_MS);
        let other = new ShowMinutes(SLICE_MS);
        const stored = new Map<number, string>();
        let at = 0;
        for (const [step, { slices, onAir, clear }] of told.entries()) {
          for (const table of [straight, other]) {
            if (clear) table.clear();
            table.read(keys, at, at + slices, onAir);
          }
          at += slices;
          const { put, del } = other.take();
          for (const minute of del) expect(stored.delete(minute)).toBe(true);
          for (const minute of put) stored.set(minute.minute, JSON.stringify(minute));
          expect(stored.size).toBeLessThanOrEqual(SHOW_WINDOW + 1);
          if (step !== cut) continue;
          other = new ShowMinutes(SLICE_MS);
          for (const text of stored.values()) other.load(JSON.parse(text) as StoredMinute);
        }
        const said = straight.inputs(at, 2, () => [1, 2, 3]);
        // An hour in which nothing at all happened is not stored.
        if (stored.size > 0) expect(other.inputs(at, 2, () => [1, 2, 3])?.past).toEqual(said?.past);
        for (const value of said?.past ?? []) expect(Number.isFinite(value)).toBe(true);
      }),
    );
  });
});
