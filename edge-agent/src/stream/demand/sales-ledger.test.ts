import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AcrossShowsReader } from './across-shows.ts';
import { SalesLedger } from './sales-ledger.ts';

const SLICE_MS = 5_000;
const SLICES_AN_HOUR = 720;
const NONE: readonly (readonly [string, number])[] = [];

type Step = { slices: number; isLive: boolean; id: string; units: number; missed: number; back: boolean };
const odd = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constantFrom(Number.NaN, -1, 1e15, Infinity, -Infinity));
const step: fc.Arbitrary<Step> = fc.record({
  slices: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 40 * SLICES_AN_HOUR })),
  isLive: fc.boolean(),
  id: fc.constantFrom('a', 'b', 'c'),
  units: odd,
  missed: odd,
  back: fc.constantFrom(false, false, false, false, true),
});

/** Does the steps on a ledger from slice `at` on; returns the slice reached. */
function tell(ledger: SalesLedger, steps: readonly Step[], at = 400_000): number {
  for (const { slices, isLive, id, units, missed, back } of steps) {
    at += back ? -slices : slices;
    if (back) ledger.rewind(at);
    ledger.book({ index: at, minutes: Math.min(1, slices / 12), isLive, sold: [[id, units]], missed: [[id, missed]] });
  }
  return at;
}

/** Hours of `perMinute` units of a shirt: `live` ones are one show. */
function sell(ledger: SalesLedger, hour: number, live: boolean, perMinute: number, missed = 0, minutes = 60): void {
  for (let minute = 0; minute < minutes; minute++) {
    const index = hour * SLICES_AN_HOUR + minute * 12 + 11;
    ledger.book({ index, minutes: 1, isLive: live, sold: [['shirt', perMinute]], missed: [['shirt', missed]] });
  }
}

describe('sales ledger', () => {
  it('is the same after a restart at any point, whatever it is told', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.array(step, { maxLength: 20 }), (before, after) => {
        const [straight, first, second] = [new SalesLedger(SLICE_MS), new SalesLedger(SLICE_MS), new SalesLedger(SLICE_MS)];
        const stored = new Map<string, string>();
        const store = () => {
          const { put, del } = first.take();
          for (const key of del) stored.delete(key);
          for (const period of put) stored.set(SalesLedger.keyOf(period), JSON.stringify(period));
        };
        let [at, other] = [400_000, 400_000];
        for (const one of before) {
          at = tell(straight, [one], at);
          other = tell(first, [one], other);
          if (one.isLive) store();
        }
        store();
        for (const text of [...stored.values()].reverse()) second.load(JSON.parse(text) as Parameters<SalesLedger['load']>[0]);
        second.resume(first.show);
        tell(straight, after, at);
        tell(second, after, at);
        expect(second.periods()).toEqual(straight.periods());
        const [said, again] = [straight, second].map((ledger) => new AcrossShowsReader(ledger).of('a', 3, at * SLICE_MS + 3_600_000));
        expect(again).toEqual(said);
        for (const { mean, lo80, hi80 } of [...(said?.hours ?? []), ...(said?.days ?? [])]) {
          expect(Number.isFinite(mean) && mean >= 0 && lo80 <= hi80 && Number.isFinite(hi80)).toBe(true);
        }
      }),
    );
  }); // prettier-ignore

  it('remembers eight weeks and no more, and names what it forgot', () => {
    const ledger = new SalesLedger(SLICE_MS);
    sell(ledger, 0, false, 1);
    ledger.take();
    sell(ledger, 56 * 24 - 1, false, 1);
    expect(ledger.periods()).toHaveLength(2);
    sell(ledger, 56 * 24, false, 1);
    expect(ledger.periods().map(({ hour }) => hour)).toEqual([56 * 24 - 1, 56 * 24]);
    expect(ledger.take().del).toEqual(['0/-']);
  });

  it('holds a bounded number of products, the oldest hours going first', () => {
    const ledger = new SalesLedger(SLICE_MS);
    for (let hour = 0; hour < 12; hour++) {
      const sold = Array.from({ length: 5_000 }, (_, at) => [`p${at}`, 1] as const);
      ledger.book({ index: hour * SLICES_AN_HOUR, minutes: 1, isLive: true, sold, missed: NONE });
    }
    expect(ledger.periods()).toHaveLength(8);
    expect(ledger.periods().reduce((sum, { rows }) => sum + rows.size, 0)).toBe(40_000);
  });
});

describe('demand across shows', () => {
  /** Two hours of show each evening at `perMinute`, from day 0 on. */
  const evenings = (days: number, of: (day: number) => { sold: number; missed: number } = () => ({ sold: 2, missed: 0 })) => {
    const ledger = new SalesLedger(SLICE_MS);
    for (let day = 0; day < days; day++) {
      for (const hour of [20, 21]) sell(ledger, day * 24 + hour, true, of(day).sold, of(day).missed);
      sell(ledger, day * 24 + 22, false, 0, 0, 1);
    }
    return ledger;
  }; // prettier-ignore
  const at = (day: number, hour: number) => (day * 24 + hour) * 3_600_000;

  it('says nothing of one show, and of two what they sold', () => {
    expect(new AcrossShowsReader(evenings(1)).of('shirt', 10, at(1, 12))).toBeUndefined();
    const said = new AcrossShowsReader(evenings(2)).of('shirt', 10, at(2, 12))!;
    expect(said.shows).toBe(2);
    expect(said.nextShow!.minutes).toBe(120);
    expect(said.nextShow!.mean).toBeCloseTo(240, 6);
    expect(said.nextShow!.lo80).toBeLessThan(240);
    expect(said.nextShow!.hi80).toBeGreaterThan(240);
    expect(said.restockUnits).toBeGreaterThan(230);
  });

  it('counts what was missed while sold out as wanted, and the show that is on not at all', () => {
    const short = evenings(6, (day) => (day % 2 === 0 ? { sold: 2, missed: 0 } : { sold: 0.5, missed: 1.5 }));
    sell(short, 6 * 24 + 20, true, 50);
    expect(new AcrossShowsReader(short).of('shirt', null, at(6, 21))!.nextShow!.mean).toBeCloseTo(240, 6);
  });

  it('foretells the evening hours alone, and days that are as those before', () => {
    const said = new AcrossShowsReader(evenings(14)).of('shirt', null, at(14, 12))!;
    expect(said.hours.map(({ fromMs }) => fromMs)).toEqual([at(14, 20), at(14, 21)]);
    for (const { mean } of said.hours) expect(mean).toBeCloseTo(120, -1);
    expect(said.days).toHaveLength(7);
    for (const { mean } of said.days) expect(Math.abs(mean - 240)).toBeLessThan(5);
    expect(said.restockUnits).toBeNull();
  });

  it('knows that one day of the week sells more, and goes after a level that rose', () => {
    const weekly = new AcrossShowsReader(evenings(42, (day) => ({ sold: day % 7 === 5 ? 4 : 2, missed: 0 }))).of('shirt', null, at(42, 12))!; // prettier-ignore
    const means = weekly.days.map(({ mean }) => mean);
    expect(means.indexOf(Math.max(...means))).toBe(5);
    expect(means[5]!).toBeGreaterThan(1.5 * means[2]!);
    const risen = new AcrossShowsReader(evenings(30, (day) => ({ sold: day < 20 ? 2 : 4, missed: 0 }))).of('shirt', null, at(30, 12))!; // prettier-ignore
    expect(risen.nextShow!.mean).toBeGreaterThan(400);
  });

  it('is wider where shows differ', () => {
    const wide = (of: (day: number) => number) => {
      const { mean, lo80, hi80 } = new AcrossShowsReader(evenings(20, (day) => ({ sold: of(day), missed: 0 }))).of('shirt', null, at(20, 12))!.nextShow!; // prettier-ignore
      return (hi80 - lo80) / mean;
    };
    expect(wide((day) => 1 + (day % 3))).toBeGreaterThan(1.3 * wide(() => 2));
  });
});
