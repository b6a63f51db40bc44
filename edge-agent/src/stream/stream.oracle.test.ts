import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMinorUnits, type LiveEvent } from '@livecue/shared/event';
import { INTENTS, type Prediction, type WindowCounts, type WindowResult } from '@livecue/shared/insight';
import { compareResults, createStream } from './stream.ts';
import type { StreamConfig } from './stream-config.ts';

const config: StreamConfig = {
  maxOutOfOrderMs: 2_000,
  allowedLatenessMs: 60_000,
  maxClockSkewMs: 300_000,
  idleSourceMs: 5_000,
  sessionGapMs: 30_000,
};
const ports = {
  resolveProduct: (ref: { productID?: string; sku?: string }) => ref.productID ?? `sku:${ref.sku}`,
  roomOf: (source: string) => source.split('/')[2]!.slice(0, 1),
};

/** An event with what inference would say of it. */
interface Fed {
  readonly event: LiveEvent;
  readonly prediction: Prediction | null;
}

/* ---------- the batch formula: recomputed from the raw list, sharing nothing with the stream ---------- */

function distinctById(list: readonly Fed[]): Fed[] {
  return [...new Map(list.map((fed) => [fed.event.id, fed])).values()];
}

function productsOf({ event, prediction }: Fed): string[] {
  const data = event.data as { product?: { productID: string }; orderedItem?: { productID?: string; sku?: string }[] };
  if (event.type === 'live.comment.created') return prediction?.products.slice(0, 1).map((p) => p.productId) ?? [];
  if (event.type === 'shop.stock.updated') return [ports.resolveProduct(event.data)];
  if (data.orderedItem !== undefined) return [...new Set(data.orderedItem.map((item) => ports.resolveProduct(item)))];
  return data.product === undefined ? [] : [ports.resolveProduct(data.product)];
}

function newest<T extends Fed>(list: readonly T[]): T | undefined {
  return list
    .toSorted((a, b) => a.event.eventTimeMs - b.event.eventTimeMs || (a.event.id < b.event.id ? -1 : 1))
    .at(-1);
}

interface LooseItem {
  readonly productID?: string;
  readonly sku?: string;
  readonly price?: string;
  readonly orderQuantity: number;
}

/** Every field the formula reads, as if all kinds had it: it asks only those that do. */
interface LooseData {
  readonly author: { identifier: string };
  readonly agent?: { identifier: string };
  readonly count: number;
  readonly final: boolean;
  readonly quantity: number;
  readonly partial?: boolean;
  readonly customerRef?: string;
  readonly orderedItem?: LooseItem[];
  readonly priceCurrency: string;
  readonly total: string;
  readonly amount: string;
  readonly concurrent: number;
  readonly inventoryLevel: number;
}

function batchCounts(list: readonly Fed[], productId: string | null): WindowCounts {
  const of = (type: LiveEvent['type']) => list.filter(({ event }) => event.type === type);
  const data = (fed: Fed) => fed.event.data as unknown as LooseData;
  const distinct = (values: (string | undefined)[]) => new Set(values.filter((value) => value !== undefined)).size;
  const total = (numbers: number[]) => numbers.reduce((a, b) => a + b, 0);
  const items = (fed: Fed): LooseItem[] =>
    (data(fed).orderedItem ?? []).filter((item) => productId === null || ports.resolveProduct(item) === productId);
  const complete = (type: LiveEvent['type']) => of(type).filter((fed) => !data(fed).partial);
  const money = (orders: Fed[], told: 'total' | 'amount') => {
    const sums: Record<string, number> = {};
    for (const fed of orders) {
      const currency = data(fed).priceCurrency;
      const prices = items(fed).map((item) => {
        const price = item.price === undefined ? null : toMinorUnits(item.price, currency);
        return price === null ? null : price * item.orderQuantity;
      });
      let minor = prices.length === 0 || prices.includes(null) ? null : total(prices as number[]);
      if (productId === null && data(fed)[told] !== undefined) minor = toMinorUnits(data(fed)[told], currency);
      if (productId !== null && told === 'amount' && minor === null && productsOf(fed).length === 1) {
        minor = toMinorUnits(data(fed).amount, currency);
      }
      if (minor !== null) sums[currency] = (sums[currency] ?? 0) + minor;
    }
    return Object.fromEntries(
      Object.keys(sums)
        .sort()
        .map((currency) => [currency, sums[currency]!]),
    );
  };
  const comments = of('live.comment.created');
  const intents: WindowCounts['intents'] = {};
  for (const intent of INTENTS) {
    const some = comments.filter(({ prediction }) => prediction?.intent === intent);
    if (some.length > 0)
      intents[intent] = { comments: some.length, viewers: distinct(some.map((f) => data(f).author.identifier)) };
  }
  const bought = [...complete('shop.order.created'), ...complete('shop.order.paid')];
  const audience = of('live.audience.updated').filter((fed) => data(fed).concurrent !== undefined);
  const stock = productId === null ? undefined : newest(of('shop.stock.updated'));
  return {
    events: list.length,
    comments: comments.length,
    commenters: distinct(comments.map((fed) => data(fed).author.identifier)),
    intents,
    likes: total(of('live.like.added').map((fed) => data(fed).count)),
    gifts: total(of('live.gift.sent').map((fed) => (data(fed).final ? data(fed).quantity : 0))),
    follows: of('live.follow.added').length,
    shares: of('live.share.added').length,
    joins: of('live.join.added').length,
    productViews: of('shop.product.viewed').length,
    productViewers: distinct(of('shop.product.viewed').map((fed) => data(fed).agent?.identifier)),
    cartAdds: of('shop.cart.added').length,
    ordersCreated: complete('shop.order.created').length,
    ordersPaid: complete('shop.order.paid').length,
    ordersCancelled: complete('shop.order.cancelled').length,
    orderHints: list.filter((fed) => data(fed).partial === true).length,
    buyers: distinct(bought.map((fed) => data(fed).customerRef)),
    unitsPaid: total(complete('shop.order.paid').flatMap((fed) => items(fed).map((item) => item.orderQuantity))),
    revenueMinor: money(complete('shop.order.paid'), 'total'),
    refunds: of('shop.order.refunded').length,
    refundMinor: money(of('shop.order.refunded'), 'amount'),
    pins: of('live.product.pinned').length,
    stock: stock === undefined ? null : { level: data(stock).inventoryLevel, eventTimeMs: stock.event.eventTimeMs },
    audience:
      audience.length === 0
        ? null
        : {
            last: data(newest(audience)!).concurrent,
            max: Math.max(...audience.map((fed) => data(fed).concurrent)),
            eventTimeMs: newest(audience)!.event.eventTimeMs,
          },
  };
}

function batch(list: readonly Fed[], gapMs = config.sessionGapMs): WindowResult[] {
  const results: WindowResult[] = [];
  const all = distinctById(list);
  for (const roomId of new Set(all.map(({ event }) => ports.roomOf(event.source)))) {
    const inRoom = all.filter(({ event }) => ports.roomOf(event.source) === roomId);
    for (const productId of [null, ...new Set(inRoom.flatMap(productsOf))]) {
      const mine = inRoom.filter((fed) => productId === null || productsOf(fed).includes(productId));
      const emit = (spec: WindowResult['spec'], openMs: number, closeMs: number) => {
        const inside = mine.filter(({ event }) => event.eventTimeMs >= openMs && event.eventTimeMs < closeMs);
        if (inside.length === 0) return;
        results.push({ spec, roomId, productId, openMs, closeMs, revision: 0, counts: batchCounts(inside, productId) });
      };
      const times = mine.map(({ event }) => event.eventTimeMs).sort((a, b) => a - b);
      const first = Math.floor(times[0]! / 60_000) * 60_000 - 60_000;
      for (let at = first; at <= times.at(-1)!; at += 10_000)
        emit({ kind: 'tumbling', lengthMs: 10_000 }, at, at + 10_000);
      for (let at = first; at <= times.at(-1)!; at += 5_000) {
        emit({ kind: 'sliding', lengthMs: 60_000, hopMs: 5_000 }, at, at + 60_000);
      }
      times.forEach((openMs, i) => {
        if (i > 0 && openMs < times[i - 1]! + gapMs) return;
        const end = times.findIndex((t, j) => j >= i && (times[j + 1] ?? Infinity) >= t + gapMs);
        emit({ kind: 'session', gapMs }, openMs, times[end]! + gapMs);
      });
    }
  }
  return results.sort(compareResults);
}

/* ---------- the stream, driven as a replay drives it ---------- */

function replay(arrivals: readonly Fed[], over: Partial<StreamConfig> = {}): WindowResult[] {
  const stream = createStream(ports, { ...config, ...over });
  const results: WindowResult[] = [];
  let nowMs = -Infinity;
  for (const { event, prediction } of arrivals) {
    if (event.eventTimeMs > nowMs) {
      // Ticks at each 100 ms of recorded time; a long silence is crossed in larger steps to stay quick.
      const from = Number.isFinite(nowMs) ? Math.max(nowMs, event.eventTimeMs - 20_000) : event.eventTimeMs;
      for (let at = Math.ceil(from / 100) * 100; at <= event.eventTimeMs; at += 100) results.push(...stream.tick(at));
      nowMs = event.eventTimeMs;
    }
    if (stream.admit(event, nowMs) === null) stream.add(event, prediction);
  }
  return [...results, ...stream.close()];
}

/** Last revision of each window, without those that were withdrawn. */
function settled(results: readonly WindowResult[]): WindowResult[] {
  const last = new Map<string, WindowResult>();
  for (const result of results) {
    const name = JSON.stringify([result.spec, result.roomId, result.productId, result.openMs]);
    expect(result.revision).toBeGreaterThan(last.get(name)?.revision ?? -1);
    last.set(name, result);
  }
  return [...last.values()]
    .filter(({ counts }) => counts.events > 0)
    .map((result) => ({ ...result, revision: 0 }))
    .sort(compareResults);
}

/* ---------- events ---------- */

const START = 1_760_000_003_000;
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
function shows(maxLength: number, rooms = ['a']): fc.Arbitrary<Fed[]> {
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
function arrivals(show: readonly Fed[], withinMs: number, delays: readonly number[]): Fed[] {
  return show
    .map((fed, i) => ({ fed, at: fed.event.eventTimeMs + (delays[i % delays.length]! % (withinMs + 1)) }))
    .sort((a, b) => a.at - b.at)
    .map(({ fed }) => fed);
}
const delays = fc.array(fc.nat({ max: 10_000_000 }), { minLength: 1, maxLength: 40 });

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((head, i) => permutations(list.toSpliced(i, 1)).map((rest) => [head, ...rest]));
}

describe('the stream against the batch formula', () => {
  it('gives the batch result on every prefix', () => {
    fc.assert(
      fc.property(shows(25), (show) => {
        for (let n = 1; n <= show.length; n++) {
          const prefix = show.slice(0, n);
          expect(replay(prefix)).toEqual(batch(prefix));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('gives the same bytes on every permutation of events within the allowed disorder', () => {
    fc.assert(
      fc.property(shows(5), (show) => {
        // Squeezed into the disorder, so that every order at all is an allowed one.
        const squeezed = show.map((fed, i) => ({
          ...fed,
          event: { ...fed.event, eventTimeMs: START + i * 499 } as LiveEvent,
        }));
        const expected = JSON.stringify(batch(squeezed));
        for (const order of permutations(squeezed)) expect(JSON.stringify(replay(order))).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('gives the same bytes in any order within the allowed disorder, duplicates included', () => {
    fc.assert(
      fc.property(shows(60), delays, delays, fc.nat(), (show, one, other, again) => {
        const twice = [...show, ...show.filter((_, i) => (i + again) % 3 === 0)].sort(
          (a, b) => a.event.eventTimeMs - b.event.eventTimeMs,
        );
        const expected = JSON.stringify(replay(show));
        expect(JSON.stringify(replay(arrivals(twice, config.maxOutOfOrderMs, one)))).toBe(expected);
        expect(JSON.stringify(replay(arrivals(twice, config.maxOutOfOrderMs, other)))).toBe(expected);
        expect(JSON.parse(expected)).toEqual(JSON.parse(JSON.stringify(batch(show))));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps rooms apart', () => {
    fc.assert(
      fc.property(shows(40, ['a', 'b']), delays, (show, order) => {
        expect(replay(arrivals(show, config.maxOutOfOrderMs, order)).sort(compareResults)).toEqual(batch(show));
      }),
      { numRuns: 40 },
    );
  });

  it('reads sessions from slices of one second when the gap is shorter than five', () => {
    fc.assert(
      fc.property(shows(40), fc.constantFrom(1_000, 1_300, 4_999), delays, (show, sessionGapMs, order) => {
        const results = replay(arrivals(show, config.maxOutOfOrderMs, order), { sessionGapMs });
        expect(results).toEqual(batch(show, sessionGapMs));
      }),
      { numRuns: 30 },
    );
  });

  it('comes to the batch result by revisions when events are late but within the allowed lateness', () => {
    fc.assert(
      fc.property(shows(50), delays, (show, order) => {
        // The watermark trails by 2 s already, so 50 s of disorder stay within 60 s of lateness.
        expect(settled(replay(arrivals(show, 50_000, order)))).toEqual(batch(show));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a snapshot', () => {
  it('continues with the same results, views and deltas as if nothing had happened', () => {
    fc.assert(
      fc.property(shows(60), delays, fc.nat(), (show, order, cut) => {
        const feed = arrivals(show, 40_000, order);
        const at = cut % feed.length;
        const whole = createStream(ports, config);
        let other = createStream(ports, config);
        const stored = new Map<string, string>();
        const seen = [];
        let nowMs = 0;
        for (const [i, { event, prediction: guess }] of feed.entries()) {
          nowMs = Math.max(nowMs, event.eventTimeMs);
          expect(other.admit(event, nowMs)).toEqual(whole.admit(event, nowMs));
          whole.add(event, guess);
          other.add(event, guess);
          if (i % 5 === 0 || i === at) {
            const { put, del } = other.takeDelta();
            for (const [key, value] of put) stored.set(key, value);
            for (const key of del) expect(stored.delete(key)).toBe(true);
            seen.push(...other.takeSeen());
          }
          if (i === at) {
            other = createStream(ports, config);
            other.restore([...stored], seen);
          }
          if (i % 3 !== 0) expect(JSON.stringify(other.tick(nowMs))).toBe(JSON.stringify(whole.tick(nowMs)));
          expect(viewText(other)).toBe(viewText(whole));
        }
        expect(JSON.stringify(other.close())).toBe(JSON.stringify(whole.close()));
      }),
      { numRuns: 60 },
    );
  });

  it('forgets in its deltas what the stream forgets', () => {
    const stream = createStream(ports, config);
    const stored = new Map<string, string>();
    let most = 0;
    for (let i = 0; i < 2_000; i++) {
      const timeMs = START + i * 2_000;
      const event = { id: `x:${i}`, type: 'shop.product.viewed', source: 'shop/x/a1', eventTimeMs: timeMs, eventTimeFrom: 'platform', ingestTimeMs: timeMs, historical: false, idQuality: 'native', data: { product: { productID: `p${i % 700}` } } } as LiveEvent; // prettier-ignore
      expect(stream.admit(event, timeMs)).toBeNull();
      stream.add(event, null);
      stream.tick(timeMs);
      const { put, del } = stream.takeDelta();
      for (const [key, value] of put) stored.set(key, value);
      for (const key of del) expect([i, key, stored.delete(key)]).toEqual([i, key, true]);
      most = Math.max(most, stored.size);
    }
    // 660 s of rows and keys at one product every 2 s, sessions of the last 90 s, the rows of the room, and its last hour by minute.
    expect(most).toBeLessThan(2 * 340 + 45 + 80 + 62);
    const restored = createStream(ports, config);
    restored.restore([...stored], []);
    expect(restored.stats().rows).toBe(stream.stats().rows);
  });
});

function viewText(stream: ReturnType<typeof createStream>): string {
  const view = stream.view('a');
  const lengths = [5_000, 10_000, 60_000, 300_000, 600_000];
  return JSON.stringify([
    view,
    lengths.map((length) => [view.counts(null, length), view.unattributed(length)]),
    view.productIds.map((id) => [
      id,
      view.interest(id),
      view.stock(id),
      lengths.map((length) => view.counts(id, length)),
    ]),
    view.productIds.map((id) => INTENTS.map((intent) => view.recentIds(id, intent))),
    view.recentIds(null, 'orders'),
  ]);
}

describe('a view against the batch formula', () => {
  it('counts exactly the events from its opening on, for every key and length', () => {
    fc.assert(
      fc.property(shows(80), delays, (show, order) => {
        const stream = createStream(ports, config);
        const fed: Fed[] = [];
        let nowMs = 0;
        for (const next of arrivals(show, config.maxOutOfOrderMs, order)) {
          nowMs = Math.max(nowMs, next.event.eventTimeMs);
          stream.tick(nowMs);
          expect(stream.admit(next.event, nowMs)).toBeNull();
          stream.add(next.event, next.prediction);
          fed.push(next);
          const view = stream.view('a');
          for (const productId of [null, 'p1', 'sku:s1']) {
            for (const length of [5_000, 60_000, 300_000, 600_000]) {
              const { openMs, closeMs, counts } = view.counts(productId, length);
              expect(nowMs - closeMs).toBeLessThanOrEqual(config.maxOutOfOrderMs);
              const inside = fed.filter(
                (f) => f.event.eventTimeMs >= openMs && (productId === null || productsOf(f).includes(productId)),
              );
              expect(counts).toEqual(batchCounts(inside, productId));
              expect(closeMs - openMs).toBeLessThanOrEqual(length);
              expect(closeMs - openMs).toBeGreaterThanOrEqual(length - (length > 100_000 ? 35_000 : 5_000));
            }
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});
