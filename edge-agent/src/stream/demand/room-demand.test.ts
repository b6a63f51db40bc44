import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundsOf, type Odds, quantile } from './demand-odds.ts';
import { DEMAND_SETTINGS, NO_SALES, oddsOf, pass, type ProductDemandState, sell, stockOutTime } from './product-demand.ts'; // prettier-ignore
import { RoomDemand } from './room-demand.ts';

const SLICE_MS = 5_000;
const MINUTE = 60_000 / SLICE_MS;

/** Chance of at most `units`, by adding up a negative binomial with gamma functions spelled out. */
function chanceUpTo(units: number, { mean, lump, spread }: Odds): number {
  const size = mean ** 2 / (mean * lump + spread * mean ** 2);
  let sum = 0;
  for (let k = 0; k <= units; k++) {
    let log = size * Math.log(size / (size + mean)) + k * Math.log(mean / (size + mean));
    for (let i = 0; i < k; i++) log += Math.log(size + i) - Math.log(i + 1);
    sum += Math.exp(log);
  }
  return sum;
}

describe('odds of units', () => {
  it('have the quantiles of the sum of their terms', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 59, noNaN: true }), fc.double({ min: 0.05, max: 1, noNaN: true }), fc.constantFrom(0.1, 0.5, 0.8, 0.9), (mean, spread, share) => {
        const odds = { mean, lump: 0.5, spread };
        const units = quantile(odds, share);
        expect(chanceUpTo(units, odds)).toBeGreaterThanOrEqual(share - 1e-9);
        if (units > 0) expect(chanceUpTo(units - 1, odds)).toBeLessThan(share + 1e-9);
      }),
    );
  }); // prettier-ignore

  it('go over to the approximation of large means without a step', () => {
    for (const share of [0.1, 0.5, 0.9]) {
      const [below, above] = [59.9, 60.1].map((mean) => quantile({ mean, lump: 0.5, spread: 0.1 }, share)) as [number, number]; // prettier-ignore
      expect(Math.abs(above - below)).toBeLessThanOrEqual(2);
    }
  });

  it('leave the lower bound at nothing where nothing is likely, and hold no more above for it', () => {
    expect(boundsOf({ mean: 0.2, lump: 0.5, spread: 0.1 }, 0.8)).toEqual({ low: 0, high: 0 });
    expect(boundsOf({ mean: 0, lump: 0.5, spread: 0.1 }, 0.8)).toEqual({ low: 0, high: 0 });
    const { low, high } = boundsOf({ mean: 40, lump: 0.5, spread: 0.05 }, 0.8);
    expect(low).toBeGreaterThan(20);
    expect(high).toBeLessThan(60);
  });
});

describe('demand of a product', () => {
  const steady = (perMinute: number, minutes: number) => {
    let state: ProductDemandState = NO_SALES;
    for (let slice = 0; slice < minutes * MINUTE; slice++) state = sell(pass(state, 1 / MINUTE, DEMAND_SETTINGS), perMinute / MINUTE); // prettier-ignore
    return state;
  };

  it('is the rate at which it sells', () => {
    const odds = oddsOf(steady(6, 120), 60, 6, DEMAND_SETTINGS);
    expect(odds.mean).toBeGreaterThan(340);
    expect(odds.mean).toBeLessThan(380);
  });

  it('is the same whether time passes at once or in parts', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 300, noNaN: true }), fc.double({ min: 0, max: 300, noNaN: true }), fc.boolean(), (a, b, out) => {
        const from = { ...steady(2, 3), soldOut: out ? 1 : null };
        const [once, parts] = [pass(from, a + b, DEMAND_SETTINGS), pass(pass(from, a, DEMAND_SETTINGS), b, DEMAND_SETTINGS)];
        expect(parts.long.units).toBeCloseTo(once.long.units, 9);
        expect(parts.long.minutes).toBeCloseTo(once.long.minutes, 9);
        expect(parts.soldOut ?? -1).toBeCloseTo(once.soldOut ?? -1, 9);
      }),
    );
  }); // prettier-ignore

  it('counts units that are no number, negative or endless as none', () => {
    for (const units of [Number.NaN, -3, Number.POSITIVE_INFINITY]) expect(sell(NO_SALES, units)).toBe(NO_SALES);
  });

  it('tells when the stock is gone: stock over rate, sooner and later around it', () => {
    const state = steady(6, 120);
    const time = stockOutTime((minutes) => oddsOf(state, minutes, 6, DEMAND_SETTINGS), 60);
    expect(time!.medianMinutes).toBeGreaterThan(8.5);
    expect(time!.medianMinutes).toBeLessThan(12.5);
    expect(time!.soonest80Minutes).toBeLessThan(time!.medianMinutes);
    expect(time!.latest80Minutes).toBeGreaterThan(time!.medianMinutes);
    expect(stockOutTime((minutes) => oddsOf(state, minutes, 6, DEMAND_SETTINGS), 1e9)).toBeNull();
  });
});

describe('demand of a room', () => {
  /** Slices in which `sells` gives units by product; stock as told. */
  const room = (slices: number, sells: (slice: number) => Record<string, number | undefined>, stockOf: (id: string, slice: number) => number | null = () => null) => {
    const demand = new RoomDemand(SLICE_MS);
    for (let slice = 0; slice < slices; slice++) demand.add(slice, new Map(Object.entries(sells(slice)).map(([id, units]) => [id, units ?? 0])), (id) => stockOf(id, slice)); // prettier-ignore
    return demand;
  }; // prettier-ignore

  it('does not read the time without stock as time without demand', () => {
    const half = 30 * MINUTE;
    const sells = (slice: number) => (slice < half && slice % 6 === 0 ? { shirt: 1 } : {});
    const gone = room(2 * half, sells, (_, slice) => (slice < half ? 5 : 0)).forecast('shirt', 0, 1)!;
    const dull = room(2 * half, sells, () => 5).forecast('shirt', 5, 1)!;
    const before = room(half, sells, () => 5).forecast('shirt', 5, 1)!;
    const hour = 2;
    expect(gone.ahead[hour]!.mean).toBeGreaterThan(0.8 * before.ahead[hour]!.mean);
    expect(dull.ahead[hour]!.mean).toBeLessThan(0.7 * before.ahead[hour]!.mean);
    // Two a minute for half an hour.
    expect(gone.soldOut!.minutes).toBeCloseTo(30, 0);
    expect(gone.soldOut!.missedUnits).toBeGreaterThan(40);
    expect(gone.soldOut!.missedUnits).toBeLessThan(70);
    expect(dull.soldOut).toBeNull();
  });

  it('advises to restock what the next hour needs, and a limit when the stock does not last for the buyers', () => {
    const demand = room(60 * MINUTE, (slice) => (slice % 4 === 0 ? { shirt: 3, cup: 1 } : { cup: 0 }));
    const short = demand.forecast('shirt', 60, 3)!;
    expect(short.stockOut!.medianMinutes).toBeLessThan(15);
    expect(short.restockUnits).toBeGreaterThan(300);
    expect(short.limitPerBuyer).toBe(1);
    const enough = demand.forecast('shirt', 100_000, 3)!;
    expect(enough).toMatchObject({ restockUnits: null, limitPerBuyer: null, stockOut: null });
    expect(demand.forecast('shirt', null, 3)).toMatchObject({ restockUnits: null, limitPerBuyer: null, stockOut: null, stock: null }); // prettier-ignore
  });

  it('says at once whether stock lasts for some minutes, as its forecast does', () => {
    const demand = room(40 * MINUTE, (slice) => (slice % 4 === 0 ? { shirt: 3, cup: slice % 3 } : { mug: 1 }));
    const near: string[] = [];
    for (const productId of ['shirt', 'cup', 'mug', 'new']) {
      for (const stock of [1, 4, 15, 60, 250, 1_000, 40_000]) {
        const median = demand.forecast(productId, stock, 2)!.stockOut?.medianMinutes ?? Infinity;
        for (const minutes of [0.5, 3, 6.25, 20, 90, 600]) {
          // The forecast searches to a hundredth.
          if (Math.abs(median / minutes - 1) < 0.02) near.push(productId);
          else expect([productId, stock, minutes, demand.runsOutWithin(productId, stock, minutes)]).toEqual([productId, stock, minutes, median <= minutes]); // prettier-ignore
        }
      }
    }
    expect(near.length).toBeLessThan(10);
    expect(new RoomDemand(SLICE_MS).runsOutWithin('shirt', 1e9, 1)).toBe(true);
  });

  it('knows nothing before its first slice, and takes a new product for a usual one', () => {
    expect(new RoomDemand(SLICE_MS).forecast('shirt', 1, 1)).toBeNull();
    const demand = room(60 * MINUTE, (slice) => (slice % 12 === 0 ? { shirt: 2 } : {}));
    const [known, other] = [demand.forecast('shirt', null, 1)!, demand.forecast('new', null, 1)!];
    expect(other.ahead[0]!.mean).toBeGreaterThan(0);
    expect(other.ahead[0]!.mean).toBeLessThanOrEqual(known.ahead[0]!.mean * 1.2);
  });

  const event = fc.record({ slice: fc.integer({ min: 0, max: 400 }), id: fc.constantFrom('a', 'b', 'c'), units: fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constantFrom(Number.NaN, -1, 1e15, Number.POSITIVE_INFINITY)), stock: fc.constantFrom(null, 0, 3) }); // prettier-ignore

  it('goes on after a snapshot as if nothing had happened, also when slices come twice or go back', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.nat({ max: 40 }), (events, cut) => {
        const tell = (demand: RoomDemand, { slice, id, units, stock }: (typeof events)[number]) => demand.add(slice, new Map([[id, units]]), () => stock); // prettier-ignore
        const [straight, stored] = [new RoomDemand(SLICE_MS), new Map<string | null, string>()];
        let broken = new RoomDemand(SLICE_MS);
        for (const [at, one] of events.entries()) {
          if (at === cut) {
            for (const entry of broken.take()) stored.set(entry[0], JSON.stringify(entry));
            broken = new RoomDemand(SLICE_MS);
            for (const text of stored.values()) broken.load(JSON.parse(text) as Parameters<RoomDemand['load']>[0]);
          }
          tell(straight, one);
          tell(broken, one);
        }
        for (const id of ['a', 'b', 'c', 'd']) {
          const said = straight.forecast(id, 7, 2);
          expect(broken.forecast(id, 7, 2)).toEqual(said);
          for (const { mean, lo80, hi80 } of said?.ahead ?? []) {
            expect(Number.isFinite(mean) && Number.isFinite(lo80) && lo80 <= hi80).toBe(true);
          }
        }
      }),
    );
  });

  it('follows a clock that was set back', () => {
    const demand = room(100, () => ({ shirt: 1 }));
    demand.rewind(20);
    demand.add(20, new Map([['shirt', 1]]), () => null);
    expect(demand.forecast('shirt', null, 1)!.ahead[0]!.mean).toBeGreaterThan(20);
  });

  it('is moved by what a network says: mean and bounds of each horizon, and the time until the stock is gone', () => {
    const demand = room(60 * MINUTE, (slice) => (slice % 4 === 0 ? { shirt: 2 } : {}));
    const [plain, twice] = [demand.forecast('shirt', 60, 1)!, demand.forecast('shirt', 60, 1, { factors: [2, 2, 1], spreads: [0.2, 0.2, 0.1] })!]; // prettier-ignore
    expect(twice.ahead.map(({ mean }, at) => mean / plain.ahead[at]!.mean)).toEqual([expect.closeTo(2, 9), expect.closeTo(2, 9), expect.closeTo(1, 9)]); // prettier-ignore
    expect(twice.stockOut!.medianMinutes).toBeLessThan(0.7 * plain.stockOut!.medianMinutes);
    for (const { mean, lo80, hi80 } of twice.ahead) expect(lo80 < mean && mean < hi80).toBe(true);
  });

  it('is cheap: 500 products, a slice and a forecast of each, well within a second', { retry: 2 }, () => {
    const ids = Array.from({ length: 500 }, (_, at) => `p${at}`);
    const demand = room(60, (slice) => Object.fromEntries(ids.map((id, at) => [id, (at + slice) % 3])));
    const begun = performance.now();
    for (const id of ids) demand.forecast(id, 40, 1.2);
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
