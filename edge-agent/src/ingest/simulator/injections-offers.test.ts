import { expect, it } from 'vitest';
import { type InjectionPlan, PROFILES } from './profiles.ts';
import { createSimulatedRoom } from './room.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);
const END_MS = START_MS + 240_000;

function play(injections: readonly InjectionPlan[]) {
  const opening = [{ link: 3, durationMs: 240_000 }];
  const profile = { ...PROFILES.standard, joinsPerS: 120, opening, cycle: null, injections };
  const room = createSimulatedRoom({ seed: 5, startMs: START_MS, durationMs: END_MS - START_MS, profile, roomId: 'r' });
  const events = room.next(END_MS).map(({ event }) => event);
  return { events, truth: room.truth() };
}

it('an offer is told with its end, sells at its price meanwhile, and ends', () => {
  const { events, truth } = play([{ kind: 'offer', atMs: 60_000, link: 3, durationMs: 90_000, discountRatio: 0.2, units: 20 }]); // prettier-ignore
  const told = events.filter(({ type }) => type.startsWith('shop.offer.'));
  expect(told.map(({ type, time }) => [type, Date.parse(time ?? '') - START_MS])).toEqual([
    ['shop.offer.started', 60_000],
    ['shop.offer.ended', 150_000],
  ]);
  const offer = truth.find(({ kind }) => kind === 'offer');
  expect(offer).toMatchObject({ startMs: START_MS + 60_000, endMs: START_MS + 150_000 });
  const prices = events.flatMap((event) => {
    if (event.type !== 'shop.order.created') return [];
    const item = event.data.orderedItem?.find(({ productID }) => productID === offer?.productId);
    const isMeanwhile = event.time !== undefined && Date.parse(event.time) >= START_MS + 60_000 && Date.parse(event.time) < START_MS + 150_000; // prettier-ignore
    return item === undefined ? [] : [[isMeanwhile, item.price]];
  });
  const expected = offer?.kind === 'offer' ? offer.details.price : '';
  expect(prices.length).toBeGreaterThan(3);
  for (const [isMeanwhile, price] of prices) expect(price === expected).toBe(isMeanwhile);
});

it('a patron has paid the orders under the id that asks; a VIP is one by role', () => {
  const { events, truth } = play([
    { kind: 'patron-question', atMs: 30_000, link: 3, orders: 2 },
    { kind: 'patron-question', atMs: 40_000, link: 3, orders: 0 },
  ]);
  const asked = truth.flatMap((item) => (item.kind === 'patron-question' ? [item.details] : []));
  expect(asked.map(({ orders }) => orders)).toEqual([2, 0]);
  const authors = asked.map(({ eventId }) => {
    const comment = events.find(({ id }) => id === eventId);
    return comment?.type === 'live.comment.created' ? comment.data.author : null;
  });
  const paid = events.filter((event) => event.type === 'shop.order.paid' && event.data.customerRef === authors[0]?.identifier); // prettier-ignore
  expect(paid).toHaveLength(2);
  expect(authors[1]?.roles).toEqual(['vip']);
});
