import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Product } from '@livecue/shared/contract';
import { toMinorUnits } from '@livecue/shared/event';
import { createOfferGuard } from './offer-guard.ts';
import { CONFIG, createFakeRoom, offerOf, productOf } from './testing/fake-room.ts';

const HOUR_MS = 3_600_000;
const PRICES = { price: '99.00', priceCurrency: 'CNY', priceFloor: '70.00', stock: 40 };
const OFFER = { price: '79.00', priceCurrency: 'CNY', quantity: 10 };

function refusals(more: Partial<Product>, offer = {}, set: (room: ReturnType<typeof createFakeRoom>) => void = () => {}, config = {}) {
  const room = createFakeRoom();
  set(room);
  const own = productOf('p', 3, { ...PRICES, ...more });
  const guard = createOfferGuard((id) => (id === 'p' ? own : null), { ...CONFIG, ...config });
  return guard.refusals('p', { ...OFFER, ...offer }, room.view);
} // prettier-ignore

describe('an offer that may not be proposed', () => {
  test('all that is known and right may', () => expect(refusals({})).toEqual([]));

  test.each<[string, Partial<Product>, object, string[]]>([
    ['no stock is known', { stock: null }, {}, ['stock-unknown']],
    ['sold out', { stock: 0 }, {}, ['sold-out']],
    ['fewer left than on offer', { stock: 9 }, {}, ['too-few-left']],
    ['no lowest price', { priceFloor: undefined }, {}, ['floor-unknown']],
    ['lowest price without a currency', { priceCurrency: undefined }, {}, ['floor-unknown', 'no-discount']],
    ['digits that are not the currency’s', { priceFloor: '70' }, {}, ['floor-unknown']],
    ['below the lowest price', {}, { price: '69.99' }, ['below-floor']],
    ['no list price', { price: undefined }, {}, ['no-discount']],
    ['as dear as ever', {}, { price: '99.00' }, ['no-discount']],
    ['more than the day may give', {}, { quantity: 40, price: '70.00' }, ['discount-used-up']],
  ])('%s', (_, more, offer, expected) => {
    expect(refusals(more, offer, undefined, { offerDiscountPerDay: '1159.99' })).toEqual(expected);
  });

  test('the lowest price itself, and the last cent of the budget, may', () => {
    expect(refusals({}, { quantity: 40, price: '70.00' }, undefined, { offerDiscountPerDay: '1160.00' })).toEqual([]);
  });

  test('unknown products, running offers, an unknown clock and no budget', () => {
    const guard = createOfferGuard(() => null, CONFIG);
    expect(guard.refusals('p', OFFER, createFakeRoom().view)).toEqual(['unknown-product']);
    expect(refusals({}, {}, (room) => (room.offers = [offerOf(room.nowMs - 1000)]))).toEqual(['already-running']);
    expect(refusals({}, {}, undefined, { offersPerDay: 0 })).toEqual(['offers-used-up']);
    expect(refusals({}, {}, (room) => (room.feed = { ...room.feed, state: 'stale' }))).toEqual(['clock-unknown']);
    const ahead = (room: ReturnType<typeof createFakeRoom>) => (room.offers = [offerOf(room.nowMs + HOUR_MS)]);
    expect(refusals({}, {}, ahead)).toEqual(['clock-unknown']);
    const { view } = createFakeRoom();
    expect(createOfferGuard(() => productOf('p', 3, PRICES), CONFIG).refusals('p', OFFER, { ...view, nowMs: 0, offers: undefined })).toContain('clock-unknown'); // prettier-ignore
  });
});

describe('the budget of any 24 h', () => {
  const budgetOf = (offers: Parameters<typeof offerOf>[1][], config = {}) => {
    const room = createFakeRoom();
    room.offers = offers.map((parts) => offerOf(room.nowMs - HOUR_MS, { offerId: 'x', endedMs: room.nowMs, ...parts }));
    return createOfferGuard(() => productOf('p', 3, PRICES), { ...CONFIG, ...config }).budget(room.view);
  };

  test('counts starts and what they gave away against list prices', () => {
    expect(budgetOf([{}, { quantity: 5, lowestPrice: '89.00' }])).toMatchObject({ started: 2, discount: '250.00', closed: null }); // prettier-ignore
    // Paid beyond what was told, or without a number of units: what was paid counts.
    expect(budgetOf([{ quantity: 2, unitsPaid: 4 }, { quantity: null, unitsPaid: 3 }])).toMatchObject({ discount: '140.00' }); // prettier-ignore
  });

  test('what began 24 h ago is no more of it', () => {
    const room = createFakeRoom();
    const guard = createOfferGuard(() => productOf('p', 3, PRICES), CONFIG);
    room.offers = [offerOf(room.nowMs - 24 * HOUR_MS + 1, { endedMs: room.nowMs })];
    expect(guard.budget(room.view).started).toBe(1);
    room.nowMs++;
    expect(guard.budget(room.view).started).toBe(0);
  });

  test('is closed when it cannot be told', () => {
    expect(budgetOf([{ quantity: null, endedMs: null }])).toMatchObject({ discount: null, closed: 'discount-unknown' });
    expect(budgetOf([{ priceCurrency: 'USD' }])).toMatchObject({ discount: null, closed: 'discount-unknown' });
    expect(budgetOf([{}], { offerDiscountPerDay: '200.00' })).toMatchObject({ closed: 'discount-used-up' });
    expect(budgetOf([{}], { offerDiscountPerDay: '200' })).toMatchObject({ closed: 'discount-unknown' });
    expect(budgetOf([{}, {}], { offersPerDay: 2 })).toMatchObject({ closed: 'offers-used-up' });
  });
});

test('a deadline is real when an event gave it to a running offer, and lies within a day', () => {
  const room = createFakeRoom();
  const guard = createOfferGuard(() => null, CONFIG);
  const allows = (deadlineMs: number, productId: string | null = 'p') => guard.allows({ deadlineMs }, productId, room.view); // prettier-ignore
  const endsMs = room.nowMs + 30_000;
  expect(allows(endsMs)).toBe(false);
  room.offers = [offerOf(room.nowMs, { endsMs })];
  expect([allows(endsMs), allows(endsMs + 1), allows(endsMs, 'q'), allows(endsMs, null)]).toEqual([true, false, false, false]); // prettier-ignore
  room.offers = [offerOf(room.nowMs, { endsMs, endedMs: room.nowMs })];
  expect(allows(endsMs)).toBe(false);
  room.offers = [offerOf(room.nowMs, { endsMs: room.nowMs + 25 * HOUR_MS })];
  expect(allows(room.nowMs + 25 * HOUR_MS)).toBe(false);
});

test('whatever is known and not known: no leave below the floor, above the budget, or for more than there is', () => {
  const amount = fc.option(fc.integer({ min: 0, max: 20_000 }).map((minor) => (minor / 100).toFixed(2)), { nil: undefined });
  fc.assert(
    fc.property(amount, amount, amount, fc.option(fc.nat(60), { nil: null }), fc.nat(60), fc.nat(3), fc.nat(20), (price, priceFloor, asked, stock, quantity, started, budget) => {
      const room = createFakeRoom();
      room.offers = Array.from({ length: started }, (_, i) => offerOf(room.nowMs - HOUR_MS, { offerId: `${i}`, productId: 'q', endedMs: room.nowMs }));
      const own = productOf('p', 3, { price, priceFloor, priceCurrency: 'CNY', stock });
      const dearer = productOf('q', 4, PRICES);
      const guard = createOfferGuard((id) => (id === 'p' ? own : dearer), { ...CONFIG, offersPerDay: 3, offerDiscountPerDay: `${budget * 100}.00` });
      const given = guard.refusals('p', { price: asked ?? '1.00', priceCurrency: 'CNY', quantity }, room.view);
      if (given.length > 0) return;
      const minor = (text: string | undefined) => toMinorUnits(text ?? '', 'CNY') ?? Number.NaN;
      expect(minor(asked ?? '1.00')).toBeGreaterThanOrEqual(minor(priceFloor));
      expect(quantity).toBeLessThanOrEqual(stock ?? -1);
      expect(started).toBeLessThan(3);
      expect(started * 20_000 + (minor(price) - minor(asked ?? '1.00')) * quantity).toBeLessThanOrEqual(budget * 10_000);
    }),
    { numRuns: 2_000 },
  );
}); // prettier-ignore
