import fc from 'fast-check';
import type { LiveEvent } from '@livecue/shared/event';
import { INTENTS, type Prediction } from '@livecue/shared/insight';
import type { Fed } from './batch-formula.ts';

export const START = 1_760_000_003_000;
const person = fc.constantFrom('ann', 'bo', 'cy', 'di', 'ed').map((identifier) => ({ identifier }));
const product = fc.constantFrom('p1', 'p2', 'p3').map((productID) => ({ productID }));
const price = fc.constantFrom('12.50', '3.00', '7', '0.01');
const item = fc.record(
  { productID: fc.constantFrom('p1', 'p2'), orderQuantity: fc.integer({ min: 0, max: 3 }), price },
  { requiredKeys: ['productID', 'orderQuantity'] },
);
const order = fc.record(
  {
    orderNumber: fc.constantFrom('n1', 'n2'),
    orderStatus: fc.constant('OrderProcessing'),
    priceCurrency: fc.constantFrom('CNY', 'JPY'),
    partial: fc.boolean(),
    orderedItem: fc.array(item, { maxLength: 3 }),
    total: fc.constantFrom('99.90', '100', '-5.00'),
    customerRef: fc.constantFrom('c1', 'c2', 'c3'),
  },
  { requiredKeys: ['orderNumber', 'orderStatus', 'priceCurrency', 'partial'] },
);
const count = fc.integer({ min: 0, max: 50 });
const data: [LiveEvent['type'], fc.Arbitrary<unknown>][] = [
  ['live.comment.created', fc.record({ text: fc.constant('hi'), author: person, isPaid: fc.constant(false) })],
  ['live.comment.created', fc.record({ text: fc.constant('hi'), author: person, isPaid: fc.constant(false) })],
  ['live.like.added', fc.record({ count })],
  ['live.gift.sent', fc.record({ agent: person, quantity: count, final: fc.boolean() })],
  ['live.join.added', fc.record({ agent: person })],
  ['live.audience.updated', fc.record({ concurrent: count }, { requiredKeys: [] })],
  ['live.product.pinned', fc.record({ product })],
  ['shop.product.viewed', fc.record({ product, agent: person }, { requiredKeys: ['product'] })],
  ['shop.cart.added', fc.record({ product, orderQuantity: count })],
  ['shop.order.created', order],
  ['shop.order.paid', order],
  ['shop.order.cancelled', order],
  ['shop.order.refunded', fc.record({ orderNumber: fc.constant('n1'), amount: price, priceCurrency: fc.constant('CNY'), orderedItem: fc.array(item, { maxLength: 2 }) })],
  ['shop.stock.updated', fc.record({ sku: fc.constantFrom('s1', 's2'), inventoryLevel: fc.integer({ min: -1, max: 9 }) })],
]; // prettier-ignore
const prediction = fc.option(
  fc.record({ intent: fc.constantFrom(...INTENTS), products: fc.array(product.map((p) => ({ productId: p.productID, score: 1 })), { maxLength: 2 }) })
    .map((p) => ({ ...p, intentScore: 1, offensive: null, spam: null, sentiment: null, modelVersion: 't' }) as Prediction),
); // prettier-ignore

function fedWith(gapMs: fc.Arbitrary<number>, rooms = ['a']) {
  return fc.tuple(fc.constantFrom(...data), gapMs, prediction, fc.constantFrom(...rooms)).chain(([[type, arb], gap, guess, room]) =>
    arb.map((value) => ({ type, gap, guess, room, value })),
  ); // prettier-ignore
}

/** Events in event-time order: gaps are mostly short, sometimes none, sometimes longer than a session's. */
export function shows(maxLength: number, rooms = ['a']): fc.Arbitrary<Fed[]> {
  const gap = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 1_500 }) },
    { weight: 1, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 3_000, max: 9_000 }) },
    { weight: 1, arbitrary: fc.constantFrom(29_999, 30_000, 30_001, 75_000) },
  );
  return fc.array(fedWith(gap, rooms), { minLength: 1, maxLength, size: 'max' }).map((drawn) => {
    let timeMs = START;
    return drawn.map(({ type, gap: gapMs, guess, room, value }, i) => {
      timeMs += gapMs;
      const source = type.startsWith('shop.') ? `shop/x/${room}1` : `live/x/${room}1`;
      const event = { id: `x:${i}`, type, source, eventTimeMs: timeMs, eventTimeFrom: 'platform', ingestTimeMs: timeMs, historical: false, idQuality: 'native', data: value } as LiveEvent; // prettier-ignore
      return { event, prediction: type === 'live.comment.created' ? guess : null };
    });
  });
}

/** Some order in which no event comes after one that is more than `withinMs` later than it. */
export function arrivals(show: readonly Fed[], withinMs: number, delays: readonly number[]): Fed[] {
  return show
    .map((fed, i) => ({ fed, at: fed.event.eventTimeMs + (delays[i % delays.length]! % (withinMs + 1)) }))
    .sort((a, b) => a.at - b.at)
    .map(({ fed }) => fed);
}
export const delays = fc.array(fc.nat({ max: 10_000_000 }), { minLength: 1, maxLength: 40 });

export function permutations<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((head, i) => permutations(list.toSpliced(i, 1)).map((rest) => [head, ...rest]));
}
