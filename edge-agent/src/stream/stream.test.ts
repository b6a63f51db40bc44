import { describe, expect, it } from 'vitest';
import { WindowResult } from '@livecue/shared/insight';
import { INTENTS } from '@livecue/shared/insight';
import { EVENT_TYPES, type LiveEvent } from '@livecue/shared/event';
import { INTENT_SLOTS } from './accumulator.ts';
import { createStream } from './stream.ts';

const START = 1_760_000_000_000;
const config = { maxOutOfOrderMs: 2_000, allowedLatenessMs: 60_000, maxClockSkewMs: 300_000, idleSourceMs: 5_000, sessionGapMs: 30_000 }; // prettier-ignore
const open = () =>
  createStream({ resolveProduct: (ref) => ref.productID ?? ref.sku ?? '', roomOf: () => 'main' }, config);
let n = 0;
function event(type: LiveEvent['type'], data: unknown, atMs: number): LiveEvent {
  const source = type.startsWith('shop.') ? 'shop/x/s' : 'live/x/a';
  return { id: `x:${String(n++).padStart(6, '0')}`, type, source, eventTimeMs: START + atMs, eventTimeFrom: 'platform', ingestTimeMs: START + atMs, historical: false, idQuality: 'native', data } as LiveEvent; // prettier-ignore
}
const like = (atMs: number, count = 1) => event('live.like.added', { count }, atMs);
const pin = (atMs: number, productID: string, until?: string) =>
  event('live.product.pinned', { product: { productID }, until }, atMs);
const unpin = (atMs: number, productID: string) => event('live.product.unpinned', { product: { productID } }, atMs);
function feed(stream: ReturnType<typeof open>, events: readonly LiveEvent[], nowMs?: number) {
  return events.map((next) => {
    const drop = stream.admit(next, nowMs === undefined ? next.eventTimeMs : START + nowMs);
    if (drop === null) stream.add(next, null);
    return drop?.reason ?? null;
  });
}
const tumbling = (results: WindowResult[]) => results.filter(({ spec }) => spec.kind === 'tumbling');

describe('the stream', () => {
  it('knows the intents of the contract in their stored order', () => {
    expect(INTENT_SLOTS).toEqual(INTENTS);
  });

  it('answers before the first event', () => {
    const stream = open();
    expect(stream.tick(START)).toEqual([]);
    expect(stream.close()).toEqual([]);
    expect(stream.takeDelta()).toEqual({ put: expect.any(Array), del: [] });
    const view = stream.view('nowhere');
    expect(view.counts(null, 60_000).counts.events).toBe(0);
    expect([view.productIds, view.explaining, view.feed.state, view.stock('p')]).toEqual([[], null, 'waiting', null]);
    expect(stream.stats()).toMatchObject({ watermarkMs: null, keys: 0, rows: 0 });
  });

  it('closes windows in a silent room, and not before its disorder and idleness have passed', () => {
    const stream = open();
    feed(stream, [like(1_000)]);
    expect(stream.tick(START + 1_000)).toEqual([]);
    const idle = 1_000 + config.idleSourceMs;
    expect(tumbling(stream.tick(START + idle + 10_999))).toEqual([]);
    expect(tumbling(stream.tick(START + idle + 11_000))).toMatchObject([
      { openMs: START, closeMs: START + 10_000, revision: 0 },
    ]);
  });

  it('re-emits a window with all its rows when a late event changed one of them, at most once a second', () => {
    const stream = open();
    const views = ['p1', 'p2'].map((productID) => event('shop.product.viewed', { product: { productID } }, 1_000));
    feed(stream, [...views, like(13_000)]);
    expect(tumbling(stream.tick(START + 13_000)).map((r) => [r.productId, r.revision])).toEqual([[null, 0], ['p1', 0], ['p2', 0]]); // prettier-ignore
    const late = () => event('shop.product.viewed', { product: { productID: 'p1' } }, 2_000);
    expect(feed(stream, [late(), late()], 13_100)).toEqual([null, null]);
    const again = tumbling(stream.tick(START + 13_100));
    expect(again.map((r) => [r.productId, r.revision, r.counts.productViews])).toEqual([[null, 1, 4], ['p1', 1, 3], ['p2', 1, 1]]); // prettier-ignore
    feed(stream, [late()], 13_200);
    expect(stream.tick(START + 13_200)).toEqual([]);
    expect(tumbling(stream.tick(START + 14_100)).map((r) => [r.productId, r.revision])).toEqual([[null, 2], ['p1', 2], ['p2', 2]]); // prettier-ignore
  });

  it('hands out what is too late, counts all of it and keeps the newest thousand', () => {
    const stream = open();
    feed(stream, [like(200_000)]);
    stream.tick(START + 200_000);
    const late = Array.from({ length: 1_200 }, () => like(100_000));
    expect(new Set(feed(stream, late, 200_000))).toEqual(new Set(['late']));
    expect(stream.takeLate().map(({ id }) => id)).toEqual(late.slice(200).map(({ id }) => id));
    expect(stream.takeLate()).toEqual([]);
    expect(stream.stats().late).toBe(1_200);
  });

  it('goes on after our clock was an hour ahead and is set back', () => {
    const stream = open();
    feed(stream, [like(1_000)]);
    stream.tick(START + 1_000);
    stream.tick(START + 3_600_000);
    // Nobody was silent for an hour: what happens now is not late by the wrong clock.
    const now = like(1_500);
    expect(feed(stream, [now], 3_600_100)).toEqual([null]);
    // Nor is an id older by it.
    stream.tick(START + 1_600);
    stream.tick(START + 3_601_000);
    expect(feed(stream, [now], 3_601_100)).toEqual(['duplicate']);
    stream.tick(START + 2_000);
    expect(feed(stream, [like(2_000), like(30_000)])).toEqual([null, null]);
    const results = tumbling([...stream.tick(START + 30_000), ...stream.close()]);
    expect(results.map((r) => [r.openMs - START, r.revision, r.counts.likes])).toEqual([[0, 0, 3], [30_000, 0, 1]]); // prettier-ignore
  });

  it('still corrects a window before the present when our clock is set back while the correction waits', () => {
    const stream = open();
    feed(stream, [like(1_000), like(33_000)]);
    stream.tick(START + 33_000);
    feed(stream, [like(2_000)], 33_100);
    expect(tumbling(stream.tick(START + 33_100)).map((r) => [r.revision, r.counts.likes])).toEqual([[1, 2]]);
    feed(stream, [like(3_000), like(18_000)], 33_200);
    expect(stream.tick(START + 33_200)).toEqual([]);
    const after = tumbling([...stream.tick(START + 15_000), ...stream.tick(START + 33_300)]);
    expect(after.map((r) => [r.openMs - START, r.revision, r.counts.likes])).toEqual([[0, 2, 3], [10_000, 0, 1]]); // prettier-ignore
  });

  it('keeps counts at 2^53−1 instead of losing digits', () => {
    const stream = open();
    feed(stream, [like(0, Number.MAX_SAFE_INTEGER), like(0, 5), like(5_000, Number.MAX_SAFE_INTEGER)]);
    for (const result of stream.close()) {
      expect(result.counts.likes).toBe(Number.MAX_SAFE_INTEGER);
      expect(WindowResult.safeParse(result).success).toBe(true);
    }
  });

  it('explains the newest pin by event time, in any order of arrival, until it is taken down', () => {
    const at = (events: readonly LiveEvent[]) => {
      const stream = open();
      feed(stream, events, 9_000);
      return stream.view('main').explaining?.productId ?? null;
    };
    const [p1, p2, down1, down2] = [pin(1_000, 'p1'), pin(2_000, 'p2'), unpin(3_000, 'p1'), unpin(2_500, 'p2')];
    expect(at([p1])).toBe('p1');
    expect([at([p1, p2]), at([p2, p1])]).toEqual(['p2', 'p2']);
    expect([at([p1, p2, down1]), at([down1, p2, p1])]).toEqual(['p2', 'p2']);
    expect([at([p1, p2, down2]), at([down2, p2, p1])]).toEqual([null, null]);
    expect(at([pin(1_000, 'p1', new Date(START + 8_000).toISOString()), like(9_000)])).toBeNull();
    expect(at([unpin(500, 'p1'), p1])).toBe('p1');
  });

  it('names the products of the last ten minutes by id, as they come, go and come back', () => {
    const stream = open();
    const views = (atMs: number, n: number) => event('shop.product.viewed', { product: { productID: `p${n}` } }, atMs);
    const last = new Map<string, number>();
    let [seen, atMs] = [0, 0];
    for (let step = 0; step < 3_000; step++) {
      // Some products at all times, some for a while and again half an hour later.
      const n = [step % 7, 10 + (Math.floor(step / 40) % 9), (step * 7919) % 1_000][step % 3]!;
      atMs += 1_500;
      feed(stream, [views(atMs, n), like(atMs)]);
      last.set(`p${n}`, Math.floor((START + atMs) / 30_000) * 30_000);
      stream.tick(START + atMs);
      // Rows older than windows need are 30 s long and count from where they begin.
      const fromMs = (Math.floor((START + atMs) / 5_000) + 1) * 5_000 - 600_000;
      const active = [...last].filter(([, rowMs]) => rowMs >= fromMs).map(([id]) => id);
      expect(stream.view('main').productIds).toEqual(active.sort());
      seen = Math.max(seen, last.size - active.length);
    }
    expect(seen).toBeGreaterThan(500);
    // Who has gone is forgotten, and is one product when it comes back.
    expect(stream.stats().keys).toBeLessThan(last.size - 300);
  });

  it('knows the newest stock however long ago, and keeps a room free of it', () => {
    const stream = open();
    const stock = (atMs: number, inventoryLevel: number) =>
      event('shop.stock.updated', { sku: 'p1', inventoryLevel }, atMs);
    feed(stream, [stock(2_000, 7), stock(1_000, 9)], 2_000);
    for (let at = 10_000; at < 1_800_000; at += 10_000) {
      feed(stream, [like(at)]);
      stream.tick(START + at);
    }
    const view = stream.view('main');
    expect(view.stock('p1')).toEqual({ level: 7, eventTimeMs: START + 2_000 });
    expect(view.productIds).toEqual([]);
    expect(view.counts(null, 600_000).counts.stock).toBeNull();
  });

  it('names the newest five ids behind a count, newest last', () => {
    const stream = open();
    const paid = (atMs: number) => event('shop.order.paid', { orderNumber: '1', orderStatus: 'OrderProcessing', priceCurrency: 'CNY', partial: false }, atMs); // prettier-ignore
    const orders = [5, 1, 9, 3, 7, 2, 8].map((second) => paid(second * 100));
    feed(stream, orders, 1_000);
    const newest = orders.toSorted((a, b) => a.eventTimeMs - b.eventTimeMs).slice(-5);
    expect(stream.view('main').recentIds(null, 'orders')).toEqual(newest.map(({ id }) => id));
  });

  it('follows a platform that delivers 7 s late', () => {
    const stream = open();
    for (let at = 0; at < 100_000; at += 1_000) {
      feed(stream, [like(at)], at + 7_000);
      stream.tick(START + at + 7_000);
    }
    expect(stream.view('main').counts(null, 10_000).counts.likes).toBeGreaterThanOrEqual(6);
  });

  it('counts what its opening says when old rows are merged between two reads of a silent product', () => {
    const stream = open();
    for (const at of [75_000, 95_000, 120_000]) feed(stream, [pin(at, 'p1')]);
    feed(stream, [like(371_000)]);
    const read = () => {
      const { openMs, counts } = stream.view('main').counts('p1', 300_000);
      return [openMs - START, counts.pins];
    };
    expect(read()).toEqual([75_000, 3]);
    for (const at of [372_000, 372_200]) stream.tick(START + at);
    expect(read()).toEqual([100_000, 1]);
  });

  it('refuses lengths that are no multiple of a slice', () => {
    const view = open().view('main');
    for (const length of [0, -5_000, 7_000, 600_001, 605_000])
      expect(() => view.counts(null, length)).toThrow(RangeError);
  });

  it('refuses a snapshot of another version', () => {
    expect(() => open().restore([['stream/9/clock', '{}']], [])).toThrow(/stream\/9/);
    open().restore([['advise/cards', '{}']], []);
  });

  it('counts products beyond ten thousand in the room only, and says so', () => {
    const stream = open();
    const views = Array.from({ length: 10_050 }, (_, i) =>
      event('shop.product.viewed', { product: { productID: `p${i}` } }, 0),
    );
    feed(stream, views);
    expect(stream.stats()).toMatchObject({ refusedProducts: 50, keys: 10_001 });
    expect(stream.view('main').counts(null, 5_000).counts.productViews).toBe(10_050);
  });

  it('counts every kind of event somewhere', () => {
    for (const type of EVENT_TYPES) {
      const stream = open();
      const data = { product: { productID: 'p' }, sku: 'p', author: { identifier: 'a' }, agent: { identifier: 'a' }, count: 1, quantity: 1, final: true, concurrent: 1, partial: false, priceCurrency: 'CNY', amount: '1.00', inventoryLevel: 1, orderQuantity: 1 }; // prettier-ignore
      feed(stream, [event(type, data, 0)]);
      const results = stream.close();
      expect(results.length).toBeGreaterThan(0);
      for (const result of results) expect(WindowResult.safeParse(result).error).toBeUndefined();
    }
  });
});
