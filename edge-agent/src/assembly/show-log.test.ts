import type { ShowLogEntry, ShowLogEntryOf } from '@livecue/shared/contract';
import { parseLiveEvent, type LiveEvent } from '@livecue/shared/event';
import type { RoomAnomaly, WindowCounts, WindowResult } from '@livecue/shared/insight';
import { describe, expect, it } from 'vitest';
import type { RoomView } from '../ports.ts';
import { createShowLog } from './show-log.ts';

const START_MS = Date.UTC(2026, 4, 1, 12);
const MINUTE_MS = 60_000;
let nextId = 0;

function eventOf(type: LiveEvent['type'], atMs: number, data: object = {}, source = 'live/test/1'): LiveEvent {
  const parsed = parseLiveEvent({ id: `e${nextId++}`, source, type, time: new Date(atMs).toISOString(), data }, atMs);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.event;
}
const comment = (atMs: number, author = 'v1') => eventOf('live.comment.created', atMs, { text: 'CANARY', author: { identifier: author } }); // prettier-ignore

function rig() {
  const entries: ShowLogEntry[] = [];
  const room = { explaining: null as RoomView['explaining'], anomalies: [] as RoomAnomaly[] };
  const view = (): RoomView =>
    ({
      ...room, productIds: ['p1'], feed: { state: 'ok', lastEventMs: null, quietLimitMs: 1 }, stock: () => ({ level: 7, eventTimeMs: 0 }),
      interest: () => ({ level: 1.234, expected: 0.5, surprise: 2 }),
      forecast: () => ({ ahead: [5, 15, 60].map((minutes) => ({ minutes, mean: minutes / 3, lo80: 0, hi80: 9 })) }),
    }) as unknown as RoomView; // prettier-ignore
  const open = () =>
    createShowLog(
      {
        write: (entry) => entries.push(structuredClone(entry)),
        view,
        product: () => ({ linkNumber: 3, name: { zh: '杯', en: 'Cup' }, stock: 10 }),
        resolveProduct: ({ productID }) => productID ?? '',
      },
      { roomId: 'Main Room', mode: 'live', modelVersion: 'test-1', limits: { cardsPer10Min: 4, actNowPer10Min: 2 } },
    );
  const kinds = () => entries.map(({ kind }) => kind);
  const of = <K extends ShowLogEntry['kind']>(kind: K) => entries.filter((one): one is ShowLogEntryOf<K> => one.kind === kind); // prettier-ignore
  return { entries, room, open, kinds, of };
}

const counts = (part: Partial<WindowCounts> = {}) => ({ intents: {}, revenueMinor: {}, refundMinor: {}, stock: null, audience: null, ...part }) as WindowCounts; // prettier-ignore
const minuteWindow = (openMs: number, productId: string | null, revision = 0, own: Partial<WindowCounts> = {}): WindowResult =>
  ({ spec: { kind: 'sliding', lengthMs: MINUTE_MS, hopMs: 5_000 }, roomId: 'main', productId, openMs, closeMs: openMs + MINUTE_MS, revision, counts: counts(own) }); // prettier-ignore

describe('a show in its record', () => {
  it('begins with the first event of the room, under an id that says when and where', () => {
    const { open, entries, kinds } = rig();
    const log = open();
    log.tick(START_MS);
    log.event(eventOf('shop.order.paid', START_MS, { orderNumber: '1', orderStatus: 'OrderProcessing', priceCurrency: 'CNY', partial: false }, 'shop/test/1'), null); // prettier-ignore
    expect(entries).toEqual([]);
    log.event(comment(START_MS + 1_500), null);
    log.event(eventOf('live.room.started', START_MS + 2_000), null);
    expect(kinds()).toEqual(['started']);
    expect(entries[0]).toMatchObject({ showId: '20260501T120001Z-main-room', mode: 'live', roomId: 'Main Room' });
    expect(log.showId).toBe('20260501T120001Z-main-room');
  });

  it('ends two minutes after the room did, unless the room is back by then', () => {
    const { open, of } = rig();
    const log = open();
    log.event(comment(START_MS), null);
    log.tick(START_MS);
    log.event(eventOf('live.room.ended', START_MS + 1_000), null);
    log.tick(START_MS + 60_000);
    log.event(eventOf('live.room.started', START_MS + 61_000), null);
    log.tick(START_MS + 10 * MINUTE_MS);
    expect(of('ended')).toEqual([]);
    log.event(eventOf('live.room.ended', START_MS + 10 * MINUTE_MS), null);
    log.tick(START_MS + 12 * MINUTE_MS);
    expect(of('ended')).toMatchObject([{ why: 'room-ended', lastEventMs: START_MS + 10 * MINUTE_MS }]);
    expect(log.endedShowIds).toEqual(['20260501T120000Z-main-room']);
    // Stragglers are no new show; the room that opens again is.
    log.event(comment(START_MS + 13 * MINUTE_MS), null);
    expect(of('started')).toHaveLength(1);
    log.event(eventOf('live.room.started', START_MS + 14 * MINUTE_MS), null);
    expect(of('started').map(({ showId }) => showId)).toEqual(['20260501T120000Z-main-room', '20260501T121400Z-main-room']); // prettier-ignore
    expect(of('ended')).toHaveLength(1);
  });

  it('ends after half an hour in which the room says nothing, whatever the shop tells', () => {
    const { open, of } = rig();
    const log = open();
    log.event(comment(START_MS), null);
    for (let minute = 0; minute < 30; minute++) {
      log.tick(START_MS + minute * MINUTE_MS);
      log.event(eventOf('shop.stock.updated', START_MS + minute * MINUTE_MS, { productID: 'p1', inventoryLevel: 3 }, 'shop/test/1'), null); // prettier-ignore
    }
    expect(of('ended')).toEqual([]);
    log.tick(START_MS + 30 * MINUTE_MS);
    expect(of('ended')).toMatchObject([{ why: 'silence', lastEventMs: START_MS }]);
    log.event(comment(START_MS + 31 * MINUTE_MS), null);
    expect(of('started')).toHaveLength(2);
  });

  it('goes on over a restart without a second beginning, with a gap where the agent was off', () => {
    const { open, kinds, of } = rig();
    const first = open();
    first.tick(START_MS);
    first.event(comment(START_MS, 'a'), { intent: 'price', products: [{ productId: 'p1', score: 1 }] } as never);
    first.windows([minuteWindow(START_MS, 'p1')]);
    const state = first.takeDelta().put;
    const again = open();
    again.restore(state);
    expect(again.takeDelta()).toEqual({ put: [], del: [] });
    again.tick(START_MS + 50_000);
    again.event(comment(START_MS + 50_000, 'b'), { intent: 'price', products: [{ productId: 'p1', score: 1 }] } as never); // prettier-ignore
    again.windows([minuteWindow(START_MS, 'p1', 1, { intents: { price: { comments: 2, viewers: 2 } } })]);
    expect(kinds()).toEqual(['started', 'product', 'minute', 'gap', 'minute']);
    expect(of('gap')).toMatchObject([{ fromMs: START_MS, toMs: START_MS + 50_000 }]);
    // Both askers, the one before the restart too.
    expect(of('minute')[1]!.asked).toEqual({ price: { comments: 2, viewers: 2, viewersSoFar: 2 } });
  });

  it('has whole minutes alone, each under the show in which it was, and no word of a viewer', () => {
    const { open, of, entries } = rig();
    const log = open();
    log.event(comment(START_MS), null);
    log.tick(START_MS + 90_000);
    log.windows([minuteWindow(START_MS, null, 0, { comments: 2 }), minuteWindow(START_MS + 5_000, null), { ...minuteWindow(START_MS, null), spec: { kind: 'tumbling', lengthMs: 10_000 } }]); // prettier-ignore
    log.event(eventOf('live.room.started', START_MS + 10 * MINUTE_MS), null);
    log.windows([minuteWindow(START_MS, null, 1, { comments: 3 }), minuteWindow(START_MS + 10 * MINUTE_MS, null)]);
    expect(of('minute').map(({ showId, revision, openMs }) => [showId.slice(9, 15), revision, (openMs - START_MS) / MINUTE_MS])).toEqual([['120000', 0, 0], ['120000', 1, 0], ['121000', 0, 10]]); // prettier-ignore
    expect(of('minute')[0]).toMatchObject({ counts: { comments: 2 }, interest: null });
    expect(of('ended')).toMatchObject([{ why: 'next-show' }]);
    expect(JSON.stringify(entries)).not.toContain('CANARY');
  });

  it('tells once what is explained and what is odd, and forecasts when their time begins', () => {
    const { open, of, room } = rig();
    const log = open();
    log.event(comment(START_MS), null);
    const anomaly = (endMs: number | null): RoomAnomaly => ({ kind: 'bot-burst', roomId: 'main', startMs: START_MS, toldMs: START_MS, endMs, score: 1, reasons: [{ series: 'likes', value: 9, usual: 1 }] }); // prettier-ignore
    for (let second = 0; second < 20 * 60; second++) {
      if (second === 5) room.explaining = { productId: 'p1', sinceMs: START_MS + 4_000 };
      if (second === 9) room.anomalies = [anomaly(null)];
      if (second === 15) room.anomalies = [anomaly(START_MS + 15_000)];
      if (second === 20) room.explaining = null;
      log.event(comment(START_MS + second * 1000), null);
      for (const part of [0, 400]) log.tick(START_MS + second * 1000 + part);
    }
    expect(of('explain').map(({ productId, sinceMs }) => [productId, sinceMs - START_MS])).toEqual([['p1', 4_000], [null, 20_000]]); // prettier-ignore
    expect(of('anomaly').map((one) => one.anomaly.endMs)).toEqual([null, START_MS + 15_000]);
    expect(of('forecast').map(({ fromMs, toMs }) => [(fromMs - START_MS) / MINUTE_MS, (toMs - fromMs) / MINUTE_MS])).toEqual([[5, 5], [10, 5], [15, 5], [15, 15]]); // prettier-ignore
    expect(of('forecast')[0]).toMatchObject({ productId: 'p1', mean: 1.67, stock: 7 });
  });
});
