import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseLiveEvent, type LiveEvent } from '@livecue/shared/event';
import { ORDER_FEATURES, type OrderFeature } from '@livecue/shared/insight';
import { OrderFeatures, type OrderSample } from './order-features.ts';
import { judge, liftedScore } from './order-judge.ts';
import type { LateText } from '../late-text.ts';
import { type OpenDelta, RecentTable } from './recent-table.ts';

const resolve = ({ productID, sku }: { productID?: string; sku?: string }): string => productID ?? sku ?? '';
const START_MS = Date.UTC(2026, 0, 15, 12);
let ids = 0;

function event(type: string, atS: number, data: object): LiveEvent {
  const time = new Date(START_MS + atS * 1000).toISOString();
  const parsed = parseLiveEvent({ id: `t:${ids++}`, source: 'shop/test/1', type, time, data }, 0);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.event;
}

function order(number: string, atS: number, more: object = {}): LiveEvent {
  const item = { productID: 'p1', orderQuantity: 1, price: '10.00' };
  return event('shop.order.created', atS, { orderNumber: number, orderStatus: 'OrderPaymentDue', priceCurrency: 'CNY', partial: false, orderedItem: [item], ...more }); // prettier-ignore
}

const value = (sample: OrderSample | null, name: OrderFeature): number =>
  sample?.features[ORDER_FEATURES.indexOf(name)] ?? Number.NaN;

it('tells viewers by id only where buyers are seen viewing', () => {
  const shared = new OrderFeatures(resolve);
  const look = (viewer: string, atS: number) => event('shop.product.viewed', atS, { product: { productID: 'p1' }, agent: { identifier: viewer } }); // prettier-ignore
  for (let i = 0; i < 30; i++) {
    shared.note(look(`b${i}`, i));
    expect(value(shared.note(order(`o${i}`, i, { customerRef: `b${i}` })), 'notViewed')).toBe(0);
  }
  expect(value(shared.note(order('x', 40, { customerRef: 'nobody' })), 'notViewed')).toBe(1);
  const apart = new OrderFeatures(resolve);
  for (let i = 0; i < 300; i++) {
    apart.note(look(`viewer${i}`, i));
    expect(value(apart.note(order(`o${i}`, i, { customerRef: `b${i}` })), 'notViewed')).toBe(0);
  }
  // Ids that no order needs are let go and not collected again.
  const { put } = apart.takeDelta();
  expect(put.filter(([key]) => key.includes('/viewer/'))).toEqual([]);
});

it('holds a total against the usual of its own currency', () => {
  const orders = new OrderFeatures(resolve);
  for (let i = 0; i < 20; i++) orders.note(order(`o${i}`, i, { total: '100.00' }));
  expect(value(orders.note(order('big', 30, { total: '1000.00' })), 'totalLevel')).toBeCloseTo(Math.log(10), 9);
  expect(value(orders.note(order('yen', 31, { priceCurrency: 'JPY', total: '1000', orderedItem: [] })), 'totalLevel')).toBe(0); // prettier-ignore
});

it('counts who shares a device, an address, a card, and how old an account is', () => {
  const orders = new OrderFeatures(resolve);
  const facts = { deviceRef: 'd', addressRef: 'a', paymentRef: 'p', customerSince: new Date(START_MS - 86_400_000).toISOString() }; // prettier-ignore
  let last: OrderSample | null = null;
  for (let i = 0; i < 4; i++) last = orders.note(order(`o${i}`, 0, { ...facts, customerRef: `b${i}` }));
  const names: OrderFeature[] = ['deviceOrders1H', 'deviceBuyers', 'addressBuyers', 'paymentBuyers', 'accountAgeDays'];
  expect(names.map((name) => value(last, name))).toEqual([4, 4, 4, 4, 1]);
});

it('gives finite numbers within bounds for any amounts, quantities and times', () => {
  const amount = fc.constantFrom('0.00', '90000000000000.00', '-5.00', '0.01');
  const one = fc.record({ atS: fc.integer({ min: -1e9, max: 1e9 }), total: amount, orderQuantity: fc.constantFrom(0, 1, 1e15), customerRef: fc.constantFrom('a', 'b') }); // prettier-ignore
  fc.assert(
    fc.property(fc.array(one, { maxLength: 30 }), (list) => {
      const orders = new OrderFeatures(resolve);
      list.forEach(({ atS, total, orderQuantity, customerRef }, i) => {
        const sample = orders.note(order(`o${i}`, atS, { total, customerRef, orderedItem: [{ productID: 'p', orderQuantity }] })); // prettier-ignore
        for (const number of sample!.features) expect(number >= -7 && number <= 100).toBe(true);
      });
    }),
    { numRuns: 50 },
  );
});

const model = { threshold: 0.6, score: () => 0.4, reasons: () => [{ feature: 'units' as const, value: 1, usual: 1, share: 1 }] }; // prettier-ignore

it('tells the third order of a product by one buyer within an hour, not the third of different ones', () => {
  const by = (products: readonly string[], stepS: number) => {
    const orders = new OrderFeatures(resolve);
    return products.map((product, i) => {
      const items = [{ productID: product, orderQuantity: 1 }];
      return judge(orders.note(order(`o${i}`, i * stepS, { customerRef: 'b', orderedItem: items }))!, model).by;
    });
  };
  expect(by(['p', 'p', 'p', 'p'], 60)).toEqual([null, null, 'rule', 'rule']);
  expect(by(['p', 'q', 'r'], 60)).toEqual([null, null, null]);
  expect(by(['p', 'p', 'p'], 1900)).toEqual([null, null, null]);
});

it('lets verdicts of operators silence what would be told, and nothing else', () => {
  const at = (score: number, chance?: number) => {
    const orders = new OrderFeatures(resolve);
    const confirm = chance === undefined ? {} : { confirm: () => chance };
    return judge(orders.note(order('o', 0, { customerRef: 'b' }))!, { ...model, score: () => score, ...confirm });
  };
  expect([at(0.7).by, at(0.7, 0.9).by, at(0.7, 0.1).by]).toEqual(['model', 'model', null]);
  expect([at(0.7).score, at(0.7, 0.5).score]).toEqual([0.7, expect.closeTo(0.7, 12)]);
  // Odds 7:3 times 1:9.
  expect(at(0.7, 0.1).score).toBeCloseTo(7 / 34, 12);
  expect(at(0.4, 0.99)).toMatchObject({ by: null, score: 0.4 });
});

it('lifts what a rule tells to the threshold or above, in the order of the model', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (a, b) => {
      expect(liftedScore(a, 0.6)).toBeGreaterThanOrEqual(0.6 - 1e-12);
      if (a <= b) expect(liftedScore(a, 0.6)).toBeLessThanOrEqual(liftedScore(b, 0.6));
    }),
  );
});

it('a table holds twice its capacity at most, keeps what is used, and forgets in its checkpoint too', () => {
  const table = new RecentTable<number[]>('t/', 10);
  const stored = new Map<string, string>();
  for (let i = 0; i < 500; i++) {
    table.use('always', () => []).push(i);
    table.use(`k${i}`, () => [i]);
    expect(table.size).toBeLessThanOrEqual(20);
    if (i % 7 !== 0) continue;
    const delta: OpenDelta = { put: [], del: [] };
    table.takeChanges(delta);
    for (const [key, text] of delta.put) stored.set(key, text);
    for (const key of delta.del) stored.delete(key);
    expect(stored.size).toBe(table.size);
  }
  expect(table.peek('always')).toHaveLength(500);
  expect(table.peek('k300')).toBeUndefined();
});

it('what a table hands out is of its moment, however late it is made into text', () => {
  const uses = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 60 });
  fc.assert(
    fc.property(uses, uses, fc.nat({ max: 6 }), (before, after, early) => {
      const [quick, slow] = [new RecentTable<number[]>('t/', 4), new RecentTable<number[]>('t/', 4)];
      const use = (key: number) => [quick, slow].forEach((table) => table.use(`k${key}`, () => []).push(key));
      before.forEach(use);
      const due: OpenDelta = { put: [], del: [] };
      quick.takeChanges(due);
      const late: LateText[] = [];
      slow.takeChanges({ put: [], del: [] }, late);
      for (const text of late.slice(0, early)) text.text();
      after.forEach(use);
      expect(late.map((text) => [text.name, text.text()])).toEqual(due.put);
    }),
  );
});

it('a restored table forgets what the whole one forgets', () => {
  const uses = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 60 });
  fc.assert(
    fc.property(uses, uses, (before, after) => {
      const whole = new RecentTable<number[]>('t/', 4);
      for (const key of before) whole.use(`k${key}`, () => []).push(key);
      const delta: OpenDelta = { put: [], del: [] };
      whole.takeChanges(delta);
      const restored = new RecentTable<number[]>('t/', 4);
      restored.restore(delta.put);
      for (const key of after) for (const table of [whole, restored]) table.use(`k${key}`, () => []).push(key);
      for (let key = 0; key <= 12; key++) expect(restored.peek(`k${key}`)).toEqual(whole.peek(`k${key}`));
    }),
  );
});
