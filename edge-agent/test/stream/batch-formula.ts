import { toMinorUnits, type LiveEvent } from '@livecue/shared/event';
import { INTENTS, type Prediction, type WindowCounts, type WindowResult } from '@livecue/shared/insight';
import { compareResults } from '../../src/stream/stream.ts';
import type { StreamConfig } from '../../src/stream/stream-config.ts';

export const config: StreamConfig = {
  maxOutOfOrderMs: 2_000,
  allowedLatenessMs: 60_000,
  maxClockSkewMs: 300_000,
  idleSourceMs: 5_000,
  sessionGapMs: 30_000,
};
export const ports = {
  resolveProduct: (ref: { productID?: string; sku?: string }) => ref.productID ?? `sku:${ref.sku}`,
  roomOf: (source: string) => source.split('/')[2]!.slice(0, 1),
};

/** An event with what inference would say of it. */
export interface Fed {
  readonly event: LiveEvent;
  readonly prediction: Prediction | null;
}

/* ---------- the batch formula: recomputed from the raw list, sharing nothing with the stream ---------- */

function distinctById(list: readonly Fed[]): Fed[] {
  return [...new Map(list.map((fed) => [fed.event.id, fed])).values()];
}

export function productsOf({ event, prediction }: Fed): string[] {
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

export function batchCounts(list: readonly Fed[], productId: string | null): WindowCounts {
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

export function batch(list: readonly Fed[], gapMs = config.sessionGapMs): WindowResult[] {
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
