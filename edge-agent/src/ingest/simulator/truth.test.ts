import { describe, expect, it } from 'vitest';
import type { CanonicalEvent } from '@livecue/shared/event';
import { Intent } from '@livecue/shared/insight';
import { simulatedProducts } from './catalogue.ts';
import { type Profile, PROFILES } from './profiles.ts';
import { createSimulatedRoom } from './room.ts';
import type { TruthItem, TruthKind, TruthOf } from './truth.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);
type EventOf<T extends CanonicalEvent['type']> = Extract<CanonicalEvent, { type: T }>;

function play(profile: Profile, seed: number, minutes: number) {
  const room = createSimulatedRoom({ seed, startMs: START_MS, durationMs: minutes * 60_000, profile, roomId: 'r1' });
  const made = room.next(Number.MAX_SAFE_INTEGER);
  const truth = room.truth();
  const byId = new Map(made.map((one) => [one.event.id, one]));
  return {
    made,
    of: <K extends TruthKind>(kind: K) => truth.filter((item): item is TruthOf<K> & TruthItem => item.kind === kind),
    events: <T extends CanonicalEvent['type']>(type: T) =>
      made.map(({ event }) => event).filter((event): event is EventOf<T> => event.type === type),
    comment(id: string) {
      const one = byId.get(id);
      if (one?.event.type !== 'live.comment.created') throw new Error(`${id} is not a comment`);
      return { timeMs: one.timeMs, ...one.event.data };
    },
    timeOf: (id: string) => byId.get(id)?.timeMs,
  };
}

const SHOWS = [
  ['standard', play(PROFILES.standard, 1, 31)],
  ['faulty', play(PROFILES.faulty, 2, 31)],
  ['busy', play({ ...PROFILES.busy, joinsPerS: 60 }, 3, 21)],
  ['demo', play(PROFILES.demo, 4, 21)],
] as const;

describe.each(SHOWS)('the truth of a %s show', (name, show) => {
  it('has the intent of every comment, by the label set', () => {
    const told = show.of('comment');
    expect(new Set(told.map(({ details }) => details.eventId))).toEqual(
      new Set(show.events('live.comment.created').map(({ id }) => id)),
    );
    for (const { details, startMs } of told) {
      expect(Intent.safeParse(details.intent).success).toBe(true);
      expect(show.timeOf(details.eventId)).toBe(startMs);
    }
  });

  it('counts the distinct askers of a question burst', () => {
    const bursts = show.of('question-burst');
    expect(bursts.length).toBeGreaterThan(1);
    const told = new Map(show.of('comment').map((item) => [item.details.eventId, item]));
    for (const { productId, startMs, endMs, details } of bursts) {
      const comments = details.eventIds.map((id) => show.comment(id));
      expect(new Set(comments.map(({ author }) => author.identifier)).size).toBe(details.viewers);
      expect([comments[0]?.timeMs, comments.at(-1)?.timeMs]).toEqual([startMs, endMs]);
      for (const id of details.eventIds)
        expect(told.get(id)).toMatchObject({ productId, details: { intent: details.intent, named: true } });
    }
  });

  it('has a surge only on a product that is not being explained, with its looks counted', () => {
    const surges = show.of('interest-surge');
    expect(surges.length).toBeGreaterThan(0);
    for (const { productId, startMs, endMs, details } of surges) {
      const explained = (phase: TruthOf<'explain'>) =>
        phase.productId === productId && phase.startMs < endMs && startMs < phase.endMs;
      expect(show.of('explain').some(explained)).toBe(false);
      const ids = new Set(details.eventIds);
      const views = show.events('shop.product.viewed').filter(({ id }) => ids.has(id));
      expect(views).toHaveLength(details.views);
      for (const { data } of views) expect(data.product.productID).toBe(productId);
      const looks = (fromMs: number, toMs: number) =>
        show
          .events('shop.product.viewed')
          .filter((event) => event.data.product.productID === productId && inside(event, fromMs, toMs)).length;
      expect(looks(startMs, endMs)).toBeGreaterThan(3 * looks(2 * startMs - endMs, startMs - 1));
    }
  });

  it('recounts bot likes and bot comments from the events', () => {
    expect(show.of('bot-likes').length).toBeGreaterThan(0);
    for (const { startMs, endMs, details } of show.of('bot-likes')) {
      const likes = show
        .events('live.like.added')
        .filter(
          (event) => details.accounts.includes(event.data.agent?.identifier ?? '') && inside(event, startMs, endMs),
        );
      expect([likes.length, likes.reduce((sum, { data }) => sum + data.count, 0)]).toEqual([
        details.events,
        details.likes,
      ]);
    }
    for (const { details } of show.of('bot-comments')) {
      const comments = show
        .events('live.comment.created')
        .filter(({ data }) => details.accounts.includes(data.author.identifier));
      expect(new Set(comments.map(({ id }) => id))).toEqual(new Set(details.eventIds));
      expect(new Set(comments.map(({ data }) => data.text)).size).toBeLessThanOrEqual(3);
      expect(details.comments).toBe(comments.length);
    }
  });

  it('knows the orders and the few buyers of a ring, who never looked', () => {
    expect(show.of('order-ring').length).toBeGreaterThan(0);
    for (const { productId, details } of show.of('order-ring')) {
      const orders = show
        .events('shop.order.created')
        .filter(({ data }) => details.customerRefs.includes(data.customerRef ?? ''));
      expect(new Set(orders.map(({ data }) => data.orderNumber))).toEqual(new Set(details.orderNumbers));
      expect(orders.length).toBeGreaterThan(3 * details.customerRefs.length);
      for (const { data } of orders) expect(data.orderedItem?.[0]?.productID).toBe(productId);
    }
  });

  it('dates a stock-out by the update that said zero, and nobody orders until there is more', () => {
    const outs = show.of('stock-out');
    expect(outs.some(({ details }) => details.injected)).toBe(true);
    const zero = show.events('shop.stock.updated').filter(({ data }) => data.inventoryLevel === 0);
    expect(new Map(outs.map(({ details, endMs, productId }) => [details.eventId, [productId, endMs]]))).toEqual(
      new Map(zero.map(({ id, data, time }) => [id, [data.productID, Date.parse(time ?? '')]])),
    );
  });

  it('sells no more than there is: stock is what was there, less orders, plus what came back', () => {
    const level = new Map(simulatedProducts(8).map(({ product }) => [product.productId, product.stock ?? 0]));
    const told = new Map(level);
    for (const { event } of show.made) {
      if (event.type === 'shop.order.created') {
        const [item] = event.data.orderedItem ?? [];
        const left = (level.get(item?.productID ?? '') ?? 0) - (item?.orderQuantity ?? 0);
        expect(left).toBeGreaterThanOrEqual(0);
        level.set(item?.productID ?? '', left);
      } else if (event.type === 'shop.stock.updated') {
        const { productID = '', inventoryLevel, delta = 0 } = event.data;
        expect(inventoryLevel).toBeGreaterThanOrEqual(0);
        expect(inventoryLevel - delta).toBe(told.get(productID));
        told.set(productID, inventoryLevel);
        if (delta > 0) level.set(productID, (level.get(productID) ?? 0) + delta);
      }
    }
    for (const [productId, left] of told) expect(Math.abs(left - (level.get(productId) ?? 0))).toBeLessThanOrEqual(3);
  });

  it('has money that adds up, each order paid or cancelled once after it was made, refunds after payment', () => {
    const made = new Map(show.events('shop.order.created').map((event) => [event.data.orderNumber, event]));
    expect(made.size).toBe(show.events('shop.order.created').length);
    const settled = new Set<string>();
    for (const event of [...show.events('shop.order.paid'), ...show.events('shop.order.cancelled')]) {
      const order = made.get(event.data.orderNumber);
      expect(Date.parse(event.time ?? '')).toBeGreaterThan(Date.parse(order?.time ?? ''));
      expect(settled.has(event.data.orderNumber)).toBe(false);
      settled.add(event.data.orderNumber);
      const [item] = event.data.orderedItem ?? [];
      expect(Number(event.data.total) * 100).toBeCloseTo(Number(item?.price) * 100 * (item?.orderQuantity ?? 0), 6);
    }
    for (const { data } of show.events('shop.order.refunded')) expect(settled.has(data.orderNumber)).toBe(true);
  });

  it('has pins where it says that the host explained', () => {
    const phases = show.of('explain');
    const pins = (type: 'live.product.pinned' | 'live.product.unpinned') =>
      show.events(type).map(({ data, time }) => [data.product.productID, Date.parse(time ?? '')]);
    expect(pins('live.product.pinned')).toEqual(phases.map(({ productId, startMs }) => [productId, startMs]));
    expect(pins('live.product.unpinned')).toEqual(phases.map(({ productId, endMs }) => [productId, endMs]));
  });

  it('is silent in a silence and nowhere else for as long', () => {
    const silences = show.of('feed-silence');
    expect(silences.length > 0).toBe(name === 'faulty');
    for (const { startMs, endMs, details } of silences) {
      expect(show.made.filter(({ timeMs }) => timeMs >= startMs && timeMs < endMs)).toEqual([]);
      expect(details.suppressedEvents).toBeGreaterThan(100);
    }
    const gaps = show.made.filter(({ timeMs }, i) => timeMs - (show.made[i - 1]?.timeMs ?? timeMs) > 5000);
    expect(gaps).toHaveLength(silences.length);
  });
});

describe('the demo', () => {
  it.each([1, 2, 3, 42])('opens with 14 viewers or more who ask the size of number 3 within 3 s (seed %d)', (seed) => {
    const { of, comment } = play(PROFILES.demo, seed, 0.5);
    const [burst] = of('question-burst');
    expect(burst).toMatchObject({ productId: 'LC-103', details: { intent: 'size_spec' } });
    const early = (burst?.details.eventIds ?? [])
      .map((id) => comment(id))
      .filter(({ timeMs }) => timeMs < START_MS + 3000);
    expect(new Set(early.map(({ author }) => author.identifier)).size).toBeGreaterThanOrEqual(14);
  });

  it.each([1, 2, 3, 42])(
    'then has a surge on 5, the end of 2 and an order ring, and goes on every 10 min (seed %d)',
    (seed) => {
      const { of } = play(PROFILES.demo, seed, 21);
      const minute = (ms: number | undefined) => ((ms ?? 0) - START_MS) / 60_000;
      const surge = of('interest-surge').find(({ productId }) => productId === 'LC-105');
      expect(minute(surge?.startMs)).toBeGreaterThan(1);
      expect(minute(surge?.startMs)).toBeLessThan(2);
      const out = of('stock-out').find(({ details }) => details.injected);
      expect(out?.productId).toBe('LC-102');
      expect(minute(out?.endMs)).toBeGreaterThan(4);
      expect(minute(out?.endMs)).toBeLessThan(8);
      expect(minute(of('order-ring')[0]?.startMs)).toBeCloseTo(5, 0);
      expect(of('question-burst').length).toBeGreaterThanOrEqual(2);
      expect(of('order-ring').length).toBeGreaterThanOrEqual(2);
    },
  );
});

function inside(event: CanonicalEvent, fromMs: number, toMs: number): boolean {
  const timeMs = Date.parse(event.time ?? '');
  return timeMs >= fromMs && timeMs <= toMs;
}
