import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLiveEvent, type LiveEvent } from '@livecue/shared/event';
import { AgentConfig } from '@livecue/shared/contract';
import { Offers } from './offers.ts';
import { createStream } from './stream.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);
const HOUR_MS = 3_600_000;
const resolve = (ref: { productID?: string; sku?: string }) => ref.productID ?? ref.sku ?? '';
let count = 0;

function eventOf(type: string, atMs: number, data: Record<string, unknown>): LiveEvent {
  const whole = type.startsWith('shop.offer.') ? { product: { productID: 'p3' }, price: '79.00', priceCurrency: 'CNY', ...data } : data;
  const parsed = parseLiveEvent({ id: `e${count++}`, source: 'shop/test/1', type, time: new Date(atMs).toISOString(), data: whole }, atMs);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.event;
} // prettier-ignore

const started = (atMs: number, data = {}) => eventOf('shop.offer.started', atMs, data);
const until = (ms: number) => ({ validThrough: new Date(ms).toISOString() });
const paid = (atMs: number, units: number) =>
  eventOf('shop.order.paid', atMs, { orderNumber: `n${count}`, orderStatus: 'OrderProcessing', priceCurrency: 'CNY', partial: false, orderedItem: [{ productID: 'p3', orderQuantity: units }] }); // prettier-ignore

function after(...events: LiveEvent[]): Offers {
  const offers = new Offers(resolve);
  for (const event of events) offers.note(event);
  return offers;
}

test('an offer runs from its start to the end that an event gave', () => {
  const offers = after(started(START_MS, { ...until(START_MS + 60_000), eligibleQuantity: 20, kind: 'flash' }));
  expect(offers.at(START_MS + 59_999)).toMatchObject([
    { productId: 'p3', kind: 'flash', price: '79.00', quantity: 20, startedMs: START_MS, endsMs: START_MS + 60_000, endedMs: null },
  ]);
  expect(offers.at(START_MS + 60_000)).toMatchObject([{ endedMs: START_MS + 60_000 }]);
}); // prettier-ignore

test.for([
  ['past', -1, null],
  ['at once', 0, null],
  ['a day away', 24 * HOUR_MS, START_MS + 24 * HOUR_MS],
  ['more than a day away', 24 * HOUR_MS + 1000, null],
] as const)('an end that is %s', ([, awayMs, endsMs]) => {
  expect(after(started(START_MS, until(START_MS + awayMs))).at(START_MS + 1)).toMatchObject([{ endsMs, endedMs: null }]);
}); // prettier-ignore

test('without an end it is over after a day: the event of its end was missed', () => {
  const offers = after(started(START_MS));
  expect(offers.at(START_MS + 24 * HOUR_MS - 1)[0]?.endedMs).toBeNull();
  expect(offers.at(START_MS + 24 * HOUR_MS)[0]?.endedMs).toBe(START_MS + 24 * HOUR_MS);
});

test('a change moves price and end; what it gave away is counted by the lowest price and the most units', () => {
  const offers = after(
    started(START_MS, { eligibleQuantity: 20, ...until(START_MS + HOUR_MS) }),
    eventOf('shop.offer.changed', START_MS + 1000, { price: '69.00', eligibleQuantity: 50 }),
    eventOf('shop.offer.changed', START_MS + 2000, { price: '89.00', ...until(START_MS + 9000), eligibleQuantity: 5 }),
  );
  expect(offers.at(START_MS + 3000)).toMatchObject([
    { price: '89.00', lowestPrice: '69.00', quantity: 50, endsMs: START_MS + 9000, startedMs: START_MS },
  ]);
});

test('started again while it runs it is a second offer; ended it is one that is over', () => {
  const offers = after(started(START_MS), started(START_MS + 5000), eventOf('shop.offer.ended', START_MS + 8000, {}));
  expect(offers.at(START_MS + 9000).map(({ startedMs, endedMs }) => [startedMs, endedMs])).toEqual([
    [START_MS, START_MS + 5000],
    [START_MS + 5000, START_MS + 8000],
  ]);
});

test('units paid while it runs are its own', () => {
  const offers = after(paid(START_MS - 1, 3), started(START_MS, until(START_MS + 10_000)), paid(START_MS + 5, 2), paid(START_MS + 10_000, 4)); // prettier-ignore
  expect(offers.at(START_MS + 20_000)[0]?.unitsPaid).toBe(2);
});

test('restored at any point it goes on as if nothing had happened, and holds no more than 200', () => {
  const Step = fc.record({
    type: fc.constantFrom('started', 'changed', 'ended', 'paid', 'paid'),
    product: fc.nat(3),
    afterMs: fc.integer({ min: 0, max: 400_000 }),
    lengthMs: fc.integer({ min: -1000, max: 30 * HOUR_MS }),
  });
  fc.assert(
    fc.property(fc.array(Step, { maxLength: 60 }), fc.nat(60), (steps, crashAt) => {
      let nowMs = START_MS;
      const events = steps.map(({ type, product, afterMs, lengthMs }) => {
        nowMs += afterMs;
        if (type === 'paid') return paid(nowMs, product + 1);
        return eventOf(`shop.offer.${type}`, nowMs, { product: { productID: `p${product}` }, ...until(nowMs + lengthMs) });
      });
      const whole = after(...events);
      const before = after(...events.slice(0, crashAt));
      const restored = new Offers(resolve);
      restored.restore([...before.takeDelta().put].reverse());
      expect(restored.takeDelta()).toEqual({ put: [], del: [] });
      for (const event of events.slice(crashAt)) restored.note(event);
      expect(restored.at(nowMs)).toEqual(whole.at(nowMs));
    }),
    { numRuns: 100 },
  );
  const many = new Offers(resolve);
  for (let i = 0; i < 300; i++) many.note(started(START_MS + i, { product: { productID: `q${i}` } }));
  expect(many.at(START_MS + 300)).toHaveLength(200);
  expect(many.takeDelta().put).toHaveLength(200);
}); // prettier-ignore

test('a view of the room tells its offers, also after a restart', () => {
  const streamOf = () => createStream({ resolveProduct: resolve, roomOf: () => 'main' }, AgentConfig.parse({}).stream);
  const stream = streamOf();
  const event = started(START_MS, until(START_MS + 60_000));
  expect(stream.admit(event, START_MS)).toBeNull();
  stream.add(event, null);
  stream.tick(START_MS + 1000);
  const { offers } = stream.view('main');
  expect(offers).toMatchObject([{ productId: 'p3', endedMs: null }]);
  const again = streamOf();
  again.restore([...stream.takeDelta().put], []);
  again.tick(START_MS + 1000);
  expect(again.view('main').offers).toEqual(offers);
});
