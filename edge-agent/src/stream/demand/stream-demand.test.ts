import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '@livecue/shared/event';
import { Forecast } from '@livecue/shared/insight';
import type { Seen } from '../../core-ports.ts';
import { createStream } from '../stream.ts';

const START_MS = 1_760_000_000_000;
const CONFIG = { maxOutOfOrderMs: 2_000, allowedLatenessMs: 60_000, maxClockSkewMs: 300_000, idleSourceMs: 5_000, sessionGapMs: 30_000 }; // prettier-ignore
const open = () => createStream({ resolveProduct: (ref) => ref.productID ?? '', roomOf: () => 'main' }, CONFIG);

function event(type: LiveEvent['type'], data: unknown, atMs: number): LiveEvent {
  return { id: `${type}:${atMs}`, type, source: 'shop/x/s', eventTimeMs: START_MS + atMs, eventTimeFrom: 'platform', ingestTimeMs: START_MS + atMs, historical: false, idQuality: 'native', data } as LiveEvent; // prettier-ignore
}

/** Two shirts every ten seconds; 100 in stock at the beginning, none from `goneMs` on. */
function tell(stream: ReturnType<typeof open>, fromMs: number, toMs: number, goneMs = Infinity): void {
  for (let atMs = fromMs; atMs < toMs; atMs += 1_000) {
    const events: LiveEvent[] = [];
    if (atMs === 0) events.push(event('shop.stock.updated', { productID: 'shirt', inventoryLevel: 100 }, atMs));
    if (atMs === goneMs) events.push(event('shop.stock.updated', { productID: 'shirt', inventoryLevel: 0 }, atMs));
    if (atMs % 10_000 === 0 && atMs < goneMs) events.push(event('shop.order.paid', { orderNumber: `${atMs}`, orderStatus: 'OrderProcessing', priceCurrency: 'CNY', partial: false, orderedItem: [{ productID: 'shirt', orderQuantity: 2 }] }, atMs)); // prettier-ignore
    for (const one of events) if (stream.admit(one, START_MS + atMs) === null) stream.add(one, null);
    stream.tick(START_MS + atMs);
  }
}

describe('forecast of a room', () => {
  it('is in the view, valid by its schema, at the rate of the orders', () => {
    const stream = open();
    expect(stream.view('main').forecast('shirt', 100)).toBeNull();
    tell(stream, 0, 1_800_000);
    const forecast = stream.view('main').forecast('shirt', 100);
    expect(Forecast.parse(forecast)).toEqual(forecast);
    // Twelve a minute.
    expect(forecast!.ahead[1]!.mean).toBeGreaterThan(150);
    expect(forecast!.ahead[1]!.mean).toBeLessThan(200);
    expect(forecast!.stockOut!.medianMinutes).toBeGreaterThan(6);
    expect(forecast!.stockOut!.medianMinutes).toBeLessThan(12);
  });

  it('goes on after a restart as if nothing had happened, also over a stock-out', () => {
    const straight = open();
    tell(straight, 0, 1_200_000, 600_000);
    const before = open();
    const state = new Map<string, string>();
    for (let atMs = 0; atMs < 900_000; atMs += 60_000) {
      tell(before, atMs, atMs + 60_000, 600_000);
      const { put, del } = before.takeDelta();
      for (const [key, value] of put) state.set(key, value);
      for (const key of del) state.delete(key);
    }
    const after = open();
    after.restore([...state], []);
    tell(after, 900_000, 1_200_000, 600_000);
    const forecast = after.view('main').forecast('shirt', 0);
    expect(forecast).toEqual(straight.view('main').forecast('shirt', 0));
    expect(forecast!.soldOut!.minutes).toBeGreaterThan(9);
    expect(forecast!.soldOut!.missedUnits).toBeGreaterThan(60);
    expect(forecast!.ahead[1]!.mean).toBeGreaterThan(100);
  });

  it('knows earlier shows after a kill at any second: what was not yet stored is told again', () => {
    const SHOW_MS = 720_000;
    const show = (stream: ReturnType<typeof open>, number: number, fromMs: number, toMs: number) => {
      const begin = number * 3_600_000;
      for (let atMs = fromMs; atMs < toMs; atMs += 1_000) {
        const one: LiveEvent[] = [];
        if (atMs === 0) one.push(event('live.room.started', {}, begin), event('shop.stock.updated', { productID: 'shirt', inventoryLevel: number === 1 ? 30 : 100 }, begin)); // prettier-ignore
        if (number === 1 && atMs === 150_000) one.push(event('shop.stock.updated', { productID: 'shirt', inventoryLevel: 0 }, begin + atMs)); // prettier-ignore
        if (atMs % 10_000 === 0 && !(number === 1 && atMs >= 150_000)) one.push(event('shop.order.paid', { orderNumber: `${number}-${atMs}`, orderStatus: 'OrderProcessing', priceCurrency: 'CNY', partial: false, orderedItem: [{ productID: 'shirt', orderQuantity: 2 }] }, begin + atMs)); // prettier-ignore
        if (atMs % 5_000 === 0) one.push({ ...event('live.comment.created', { text: '好', author: { identifier: `v${atMs}` }, isPaid: false }, begin + atMs), source: 'live/x/r' } as LiveEvent); // prettier-ignore
        if (atMs === SHOW_MS - 1_000) one.push(event('live.room.ended', {}, begin + atMs));
        for (const each of one) if (stream.admit(each, START_MS + begin + atMs) === null) stream.add(each, null);
        stream.tick(START_MS + begin + atMs);
      }
      if (toMs === SHOW_MS) stream.tick(START_MS + begin + SHOW_MS + 20_000);
    };
    const straight = open();
    for (const number of [0, 1, 2]) show(straight, number, 0, SHOW_MS);
    const said = straight.view('main').forecast('shirt', 5)!.across!;
    // Twelve a minute for twelve minutes; in the second show most of it was missed, and counts as wanted.
    expect(said.shows).toBeGreaterThanOrEqual(2);
    expect(said.nextShow!.mean).toBeGreaterThan(130);
    expect(said.nextShow!.mean).toBeLessThan(170);
    expect(said.restockUnits).toBeGreaterThan(90);
    for (const killedMs of [1_000, 149_000, 151_000, 420_000, 719_000]) {
      const before = open();
      const state = new Map<string, string>();
      const seen: Seen[] = [];
      const store = () => {
        const { put, del } = before.takeDelta();
        for (const [key, value] of put) state.set(key, value);
        for (const key of del) state.delete(key);
        seen.push(...before.takeSeen());
      };
      show(before, 0, 0, SHOW_MS);
      store();
      show(before, 1, 0, killedMs);
      store();
      show(before, 1, killedMs, Math.min(SHOW_MS, killedMs + 7_000)); // Lost: no checkpoint came after it.
      const after = open();
      after.restore([...state], seen);
      show(after, 1, killedMs, SHOW_MS);
      show(after, 2, 0, SHOW_MS);
      expect(after.view('main').forecast('shirt', 5)!.across).toEqual(said);
    }
  });
});
