import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ORDER_FEATURES, type OrderFeature } from '@livecue/shared/insight';
import { type Drawn, eventOf, unitsModel as model } from './order-events.fixture.ts';
import { OrderFeatures } from './order-features.ts';
import { OrderWatch } from './order-watch.ts';

const drawnEvents = fc.array(
  fc.record<Drawn>({
    kind: fc.constantFrom('created', 'created', 'created', 'paid', 'refunded', 'cancelled', 'viewed'),
    number: fc.integer({ min: 0, max: 30 }),
    buyer: fc.option(fc.integer({ min: 0, max: 3 })),
    products: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
    atS: fc.oneof(fc.integer({ min: 0, max: 9_000 }), fc.constantFrom(0, 60, 600, 660, 3_600, 4_200)),
    device: fc.option(fc.integer({ min: 0, max: 2 })),
  }),
  { maxLength: 60 },
);

const resolve = ({ productID, sku }: { productID?: string; sku?: string }): string => productID ?? sku ?? '';
const isOrder = (kind: Drawn['kind']): boolean => kind === 'created' || kind === 'paid';

/** The features by their words, from the whole list of what came before: nothing is kept between orders. */
function naive(before: readonly Drawn[], now: Drawn): Partial<Record<OrderFeature, number>> {
  const firsts = before.filter((one, i) => isOrder(one.kind) && before.findIndex((other) => isOrder(other.kind) && other.number === one.number) === i); // prettier-ignore
  const own = now.buyer === null ? [] : firsts.filter(({ buyer }) => buyer === now.buyer).slice(-8);
  const near = (list: readonly Drawn[], spanS: number) => list.filter(({ atS }) => Math.abs(atS - now.atS) < spanS);
  // The operator forgets the oldest of eight when a ninth comes.
  const withNow = now.buyer === null ? [now] : [...own, now].slice(-8);
  const gaps = own.map(({ atS }) => Math.abs(atS - now.atS));
  const product = now.products[0];
  const ofProduct = product === undefined ? [] : [...firsts.filter(({ products }) => products[0] === product), now].slice(-64);
  const lastHour = near(ofProduct, 3600);
  const buyers = new Set(lastHour.flatMap(({ buyer }) => (buyer === null ? [] : [buyer]))).size + lastHour.filter(({ buyer }) => buyer === null).length; // prettier-ignore
  const ofDevice = now.device === null ? [] : [...firsts.filter(({ device }) => device === now.device), now].slice(-16);
  const jaccard = (other: Drawn): number => {
    const all = new Set([...other.products, ...now.products]).size;
    return all === 0 ? 0 : [...new Set(other.products)].filter((one) => now.products.includes(one)).length / all;
  };
  return {
    buyerOrders10Min: near(withNow, 600).length,
    buyerOrders1H: near(withNow, 3600).length,
    sameProductOrders1H: Math.max(1, near(withNow, 3600).filter(({ products }) => products.some((one) => now.products.includes(one))).length), // prettier-ignore
    buyerGapLog2S: gaps.length === 0 ? 17 : Math.min(17, Math.log2(1 + Math.min(...gaps))),
    basketSimilarity: Math.max(0, ...own.map(jaccard)),
    productOrdersPerBuyer1H: lastHour.length === 0 ? 1 : lastHour.length / buyers,
    productBurst: product === undefined ? 1 : (near(ofProduct, 60).length + 1) / (lastHour.length / 60 + 1),
    units: now.products.reduce((sum, one) => sum + one + 1, 0),
    deviceOrders1H: now.device === null ? 1 : near(ofDevice, 3600).length,
    deviceBuyers: Math.max(1, new Set(ofDevice.flatMap(({ buyer }) => (buyer === null ? [] : [buyer]))).size),
    buyerReturnShare: returnShare(before, now),
    addressOrders1H: 1, paymentOrders1H: 1, addressBuyers: 1, paymentBuyers: 1, accountAgeDays: 30, notViewed: 0,
  };
} // prettier-ignore

/** Returned orders of the buyer over its orders + 2; a return of an order not yet seen is not counted. */
function returnShare(before: readonly Drawn[], now: Drawn): number {
  if (now.buyer === null) return 0;
  const owner = new Map<number, number | null>();
  const returned = new Set<number>();
  for (const one of before) {
    if (isOrder(one.kind) && !owner.has(one.number)) owner.set(one.number, one.buyer);
    if ((one.kind === 'refunded' || one.kind === 'cancelled') && owner.has(one.number)) returned.add(one.number);
  }
  const own = [...owner].filter(([, buyer]) => buyer === now.buyer).map(([number]) => number);
  return own.filter((number) => returned.has(number)).length / (own.length + 2);
}

it('has the features of the naive formula for every order, in whatever order events come', () => {
  fc.assert(
    fc.property(drawnEvents, (drawn) => {
      const orders = new OrderFeatures(resolve);
      drawn.forEach((one, i) => {
        const sample = orders.note(eventOf(one, i));
        const before = drawn.slice(0, i);
        const isNew = isOrder(one.kind) && !before.some((other) => isOrder(other.kind) && other.number === one.number);
        expect(sample !== null).toBe(isNew);
        if (sample === null) return;
        for (const [name, value] of Object.entries(naive(before, one))) {
          expect([name, sample.features[ORDER_FEATURES.indexOf(name as OrderFeature)]]).toEqual([name, expect.closeTo(value, 9)]); // prettier-ignore
        }
      });
    }),
    { numRuns: 300 },
  );
});

it('goes on from a checkpoint at any point as if never stopped, and puts only what changed', () => {
  fc.assert(
    fc.property(drawnEvents, fc.nat(60), fc.nat(60), (drawn, first, second) => {
      const whole = new OrderFeatures(resolve);
      const expected = drawn.map((one, i) => whole.note(eventOf(one, i)));
      const state = new Map<string, string>();
      let orders = new OrderFeatures(resolve);
      const stops = new Set([first, second]);
      const said = drawn.map((one, i) => {
        const sample = orders.note(eventOf(one, i));
        if (stops.has(i)) {
          const { put, del } = orders.takeDelta();
          for (const [key, value] of put) state.set(key, value);
          for (const key of del) state.delete(key);
          expect(orders.takeDelta()).toEqual({ put: [], del: [] });
          orders = new OrderFeatures(resolve);
          orders.restore([...state]);
        }
        return sample;
      });
      expect(said).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

it('tells the same orders after a checkpoint at any point as if never stopped', () => {
  fc.assert(
    fc.property(drawnEvents, fc.nat(60), (drawn, stop) => {
      const whole = new OrderWatch(resolve, model);
      let watch = new OrderWatch(resolve, model);
      const state = new Map<string, string>();
      drawn.forEach((one, i) => {
        whole.note(eventOf(one, i));
        watch.note(eventOf(one, i));
        expect(watch.anomalies()).toEqual(whole.anomalies());
        if (i !== stop && i !== stop + 7) return;
        const { put, del } = watch.takeDelta();
        for (const [key, value] of put) state.set(key, value);
        for (const key of del) state.delete(key);
        watch = new OrderWatch(resolve, model);
        watch.restore([...state]);
      });
    }),
    { numRuns: 200 },
  );
});
