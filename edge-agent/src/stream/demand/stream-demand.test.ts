import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '@livecue/shared/event';
import { Forecast } from '@livecue/shared/insight';
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
});
