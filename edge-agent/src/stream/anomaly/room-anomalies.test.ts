import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LiveEvent } from '@livecue/shared/event';
import { RoomAnomaly } from '@livecue/shared/insight';
import { createStream, type Stream } from '../stream.ts';
import type { StreamConfig } from '../stream-config.ts';

const CONFIG: StreamConfig = { maxOutOfOrderMs: 2_000, allowedLatenessMs: 60_000, maxClockSkewMs: 300_000, idleSourceMs: 5_000, sessionGapMs: 30_000 }; // prettier-ignore
const PORTS = { resolveProduct: ({ productID }: { productID?: string }) => productID ?? 'p', roomOf: () => 'r' };
const START_MS = 1_700_000_000_000;
const S = 1000;

type Data = Record<string, unknown>;
interface Planned {
  readonly atMs: number;
  readonly type: LiveEvent['type'];
  readonly data: Data;
}

function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What a room does in one second. A test changes it from some second on. */
interface Second {
  /** One entry a tap event. */
  likes: { account: string; count: number }[];
  /** Authors. */
  comments: string[];
  viewers: number | null;
  created: number;
  paid: number;
  /** The platform's, and the shop's line. */
  isLive: boolean;
  isShop: boolean;
}

/** A room of 25 min and about ten events a second. `change` sees each second before it happens. */
function room(change: (second: Second, at: number) => void, seconds = 1500): Planned[] {
  const random = noise(9);
  const planned: Planned[] = [];
  const unpaid: number[] = [];
  for (let at = 0; at < seconds; at++) {
    const second: Second = {
      likes: Array.from({ length: 1 + Math.floor(3 * random()) }, () => ({ account: `v${Math.floor(5000 * random())}`, count: 1 + Math.floor(12 * random()) })),
      comments: Array.from({ length: Math.floor(3 * random()) }, () => `v${Math.floor(5000 * random())}`),
      viewers: at % 5 === 0 ? Math.round(1000 + 20 * Math.sin(at / 60) + 10 * random()) : null,
      created: random() < 0.25 ? 1 : 0,
      paid: unpaid.filter((due) => due <= at).length,
      isLive: true,
      isShop: true,
    }; // prettier-ignore
    change(second, at);
    for (let order = 0; order < second.created; order++) unpaid.push(at + 2 + Math.floor(5 * random()));
    if (second.paid > 0) unpaid.splice(0, unpaid.length, ...unpaid.filter((due) => due > at));
    planned.push(...eventsOf(second, at * S));
  }
  return planned;
}

function eventsOf(second: Second, fromMs: number): Planned[] {
  const live: Omit<Planned, 'atMs'>[] = [
    ...second.likes.map(({ account, count }) => ({ type: 'live.like.added' as const, data: { count, agent: { identifier: account } } })),
    ...second.comments.map((identifier) => ({ type: 'live.comment.created' as const, data: { text: '666', author: { identifier } } })),
  ]; // prettier-ignore
  if (second.viewers !== null) live.push({ type: 'live.audience.updated', data: { concurrent: second.viewers } });
  const shop: Omit<Planned, 'atMs'>[] = [
    ...Array.from({ length: second.created }, () => ({ type: 'shop.order.created' as const, data: ORDER })),
    ...Array.from({ length: second.paid }, () => ({ type: 'shop.order.paid' as const, data: ORDER })),
    { type: 'shop.product.viewed' as const, data: { product: { productID: 'p' } } },
  ];
  return [...(second.isLive ? live : []), ...(second.isShop ? shop : [])].map((one, at) => ({
    ...one,
    atMs: fromMs + at,
  }));
}
const ORDER = { priceCurrency: 'CNY', partial: false, orderedItem: [] };

function eventOf({ atMs, type, data }: Planned, id: number): LiveEvent {
  const source = type.startsWith('shop') ? 'shop/x/r' : 'live/x/r';
  return { id: String(id), type, source, eventTimeMs: START_MS + atMs, eventTimeFrom: 'platform', ingestTimeMs: START_MS + atMs, historical: false, idQuality: 'native', data } as unknown as LiveEvent; // prettier-ignore
}

interface Fed {
  readonly event: LiveEvent;
  readonly arrivalMs: number;
}
const inOrder = (planned: readonly Planned[]): Fed[] =>
  planned.map((one, id) => ({ event: eventOf(one, id), arrivalMs: START_MS + one.atMs }));

/** Feeds a stream second by second; `eachSecond` may put another stream in its place. */
function play(
  fed: readonly Fed[],
  eachSecond: (stream: Stream, at: number) => Stream = (stream) => stream,
): RoomAnomaly[] {
  let stream = createStream(PORTS, CONFIG);
  const told = new Map<string, RoomAnomaly>();
  const endMs = Math.max(...fed.map(({ arrivalMs }) => arrivalMs)) + 10 * S;
  let at = 0;
  for (let nowMs = START_MS + S; nowMs <= endMs; nowMs += S) {
    for (; at < fed.length && fed[at]!.arrivalMs < nowMs; at++) {
      if (stream.admit(fed[at]!.event, nowMs) === null) stream.add(fed[at]!.event, null);
    }
    stream.tick(nowMs);
    stream = eachSecond(stream, (nowMs - START_MS) / S);
    for (const anomaly of stream.view('r').anomalies) {
      told.set(`${anomaly.kind} ${anomaly.startMs} ${anomaly.reasons[0]!.series}`, anomaly);
    }
  }
  return [...told.values()].sort((a, b) => a.startMs - b.startMs);
}

const within = (fromS: number, forS: number) => (at: number) => at >= fromS && at < fromS + forS;
const tell = (anomalies: readonly RoomAnomaly[]) =>
  anomalies.map(({ kind, startMs, toldMs, reasons }) => ({ kind, first: reasons[0]!.series, fromS: (startMs - START_MS) / S, toldS: (toldMs - START_MS) / S })); // prettier-ignore

const bots = within(600, 30);
const addBots = (second: Second): void => {
  for (let bot = 0; bot < 6; bot++) second.likes.push({ account: `bot${bot}`, count: 90 });
};
const drop = (share: number, fromS: number) => (second: Second, at: number) => {
  if (at >= fromS && second.viewers !== null) second.viewers = Math.round(second.viewers * (1 - share));
};

describe('the anomalies of a room', () => {
  test('a room without trouble has none', () => {
    expect(play(inOrder(room(() => undefined)))).toEqual([]);
  });

  test('bots that tap like are told within two slices, with what is usual beside it', () => {
    const told = play(inOrder(room((second, at) => void (bots(at) && addBots(second)))));
    expect(tell(told)).toEqual([{ kind: 'bot-burst', first: 'likes', fromS: 600, toldS: 605 }]);
    const [burst] = told;
    expect(RoomAnomaly.parse(burst)).toEqual(burst);
    expect(burst!.endMs).toBe(START_MS + 630 * S);
    expect(burst!.reasons[0]!.value).toBeGreaterThan(2700);
    expect(burst!.reasons[0]!.usual).toBeGreaterThan(40);
    expect(burst!.reasons[0]!.usual).toBeLessThan(100);
  });

  test('the same bots are told again when they come again', () => {
    const again = within(900, 30);
    const told = play(inOrder(room((second, at) => void ((bots(at) || again(at)) && addBots(second)))));
    expect(tell(told).map(({ kind, fromS }) => [kind, fromS])).toEqual([['bot-burst', 600], ['bot-burst', 900]]); // prettier-ignore
  });

  test('many viewers who like at once are no bots', () => {
    const joy = (second: Second, at: number) => {
      if (!bots(at)) return;
      for (let one = 0; one < 80; one++) second.likes.push({ account: `w${at}-${one}`, count: 7 });
    };
    expect(play(inOrder(room(joy)))).toEqual([]);
  });

  test('a crew that comments is told; the same number of comments by many is not', () => {
    const crew = (second: Second, at: number) => {
      if (bots(at)) second.comments.push('bot1', 'bot2', 'bot3', 'bot1');
    };
    expect(tell(play(inOrder(room(crew))))[0]).toMatchObject({
      kind: 'bot-burst',
      first: 'comments-per-commenter-15s',
    });
    const chant = (second: Second, at: number) => {
      if (bots(at)) second.comments.push(...[1, 2, 3, 4].map((one) => `c${at}-${one}`));
    };
    expect(play(inOrder(room(chant)))).toEqual([]);
  });

  test('viewers who are lost are told once; the smaller room is usual then', () => {
    const told = play(inOrder(room(drop(0.4, 800))));
    expect(tell(told)).toEqual([{ kind: 'viewer-drop', first: 'viewers', fromS: 800, toldS: 805 }]);
    expect(told[0]!.endMs! - told[0]!.startMs).toBeLessThan(120 * S);
    expect(told[0]!.reasons[0]).toMatchObject({ usual: expect.closeTo(1000, -2) as number });
  });

  test('a second drop from a smaller room is told too', () => {
    const both = (second: Second, at: number) => {
      drop(0.4, 700)(second, at);
      drop(0.4, 1200)(second, at);
    };
    expect(tell(play(inOrder(room(both)))).map(({ fromS }) => fromS)).toEqual([700, 1200]);
  });

  test('a gap in the feed is a feed gap, and no drop in the room', () => {
    const gap = within(700, 60);
    const told = play(inOrder(room((second, at) => void (gap(at) && (second.isLive = false)))));
    expect(told.map(({ kind }) => kind)).toEqual(['feed-gap']);
    expect(told[0]!.startMs).toBeGreaterThanOrEqual(START_MS + 699 * S);
    expect(told[0]!.endMs! - told[0]!.startMs).toBeGreaterThanOrEqual(58 * S);
    expect(told[0]!.endMs! - told[0]!.startMs).toBeLessThanOrEqual(64 * S);
  });

  test('a drop behind a gap is both', () => {
    const gap = within(700, 60);
    const told = play(
      inOrder(
        room((second, at) => {
          if (gap(at)) second.isLive = false;
          drop(0.5, 730)(second, at);
        }),
      ),
    );
    expect(told.map(({ kind }) => kind)).toEqual(['feed-gap', 'viewer-drop']);
  });

  test('orders that are placed and not paid are a payment outage, until they are paid', () => {
    const outage = within(800, 120);
    const told = play(inOrder(room((second, at) => void (outage(at) && (second.paid = 0)))));
    expect(tell(told).map(({ kind }) => kind)).toEqual(['payment-outage']);
    expect(told[0]!.toldMs).toBeLessThan(START_MS + 860 * S);
    expect(told[0]!.endMs).toBeLessThanOrEqual(START_MS + 930 * S);
  });

  test('an outage in the first minutes of a room is seen, and the next one too', () => {
    const early = within(200, 120);
    const late = within(900, 120);
    const told = play(
      inOrder(
        room((second, at) => {
          if (at % 2 === 0) second.created = 1;
          if (early(at) || late(at)) second.paid = 0;
        }),
      ),
    );
    expect(told.map(({ kind }) => kind)).toEqual(['payment-outage', 'payment-outage']);
  });

  test('a shop that is not heard is no payment outage, and no orders are none either', () => {
    const silent = within(800, 120);
    // The line breaks just after a rush of orders: they are paid, and nobody hears of it.
    const broken = (second: Second, at: number) => {
      if (at === 799) second.created = 8;
      if (silent(at)) second.isShop = false;
    };
    expect(play(inOrder(room(broken)))).toEqual([]);
    expect(play(inOrder(room((second, at) => void (silent(at) && (second.created = 0)))))).toEqual([]);
  });

  test('after the show has ended silence is right', () => {
    const planned = room(() => undefined, 700);
    const end: Planned = { atMs: 700 * S, type: 'live.room.ended', data: { endTime: '2026-01-01T00:00:00Z' } };
    const later: Planned = { atMs: 800 * S, type: 'shop.product.viewed', data: { product: { productID: 'p' } } };
    expect(play(inOrder([...planned, end, later]))).toEqual([]);
    expect(play(inOrder([...planned, later])).map(({ kind }) => kind)).toEqual(['feed-gap']);
  });
});

describe('the anomalies of a room are the same', () => {
  const planned = room((second, at) => {
    if (within(400, 20)(at)) addBots(second);
    drop(0.4, 500)(second, at);
    if (within(640, 100)(at)) second.paid = 0;
    if (within(800, 40)(at)) second.isLive = false;
  }, 900);
  const want = play(inOrder(planned));

  test('of all kinds, in this room', () => {
    expect(want.map(({ kind }) => kind)).toEqual(['bot-burst', 'viewer-drop', 'payment-outage', 'feed-gap']);
  });

  test('after a restart at any second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 890 }), (cut) => {
        const stored = new Map<string, string>();
        const told = play(inOrder(planned), (stream, at) => {
          const { put, del } = stream.takeDelta();
          for (const [key, value] of put) stored.set(key, value);
          for (const key of del) stored.delete(key);
          if (at !== cut) return stream;
          const next = createStream(PORTS, CONFIG);
          next.restore([...stored], []);
          return next;
        });
        expect(told).toEqual(want);
      }),
      { numRuns: 12, examples: [[3], [405], [421], [641], [815]] },
    );
  });

  test('in any order of arrival within the allowed disorder', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (seed) => {
        const random = noise(seed);
        const fed = planned
          .map((one, id) => ({ event: eventOf(one, id), arrivalMs: START_MS + one.atMs + Math.floor(1500 * random()) }))
          .sort((a, b) => a.arrivalMs - b.arrivalMs);
        // A feed gap is a matter of arrivals; all others of event time alone.
        const ofRoom = (list: readonly RoomAnomaly[]) => list.filter(({ kind }) => kind !== 'feed-gap');
        expect(ofRoom(play(fed))).toEqual(ofRoom(want));
      }),
      { numRuns: 6 },
    );
  });
});
