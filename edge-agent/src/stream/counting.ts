import { toMinorUnits, type LiveEvent, type LiveEventOf } from '@livecue/shared/event';
import type { Prediction } from '@livecue/shared/insight';
import {
  addAudience, addIntent, addMoney, addSum, addViewer, BUYERS_SLOT, intentSlot, isNewer, PRODUCT_VIEWERS_SLOT, SUM,
  type Accumulator,
} from './accumulator.ts'; // prettier-ignore
import { insertHash } from './distinct.ts';
import { hash48 } from './hash.ts';

/** Catalogue id of what the shop calls `productID`, the seller `sku`, or both. */
export type ResolveProduct = (ref: { productID?: string; sku?: string }) => string;

type OrderEvent = LiveEventOf<
  'shop.order.created' | 'shop.order.paid' | 'shop.order.cancelled' | 'shop.order.updated' | 'shop.order.refunded'
>;

/** What one order or refund means for the room or for one product of it. */
export interface Share {
  units: number;
  /** Minor units; null when the amount is not told or has not the currency's own digits. */
  minor: number | null;
}
const NOTHING: Share = { units: 0, minor: null };

export function isOrderEvent(event: LiveEvent): event is OrderEvent {
  return event.type.startsWith('shop.order.');
}

/**
 * The room's share: `total` (or the refund's `amount`), else the sum of all items. An item without a
 * usable price makes that sum unknown, not smaller: half an order counted as revenue would be wrong.
 */
export function roomShare(event: OrderEvent): Share {
  const { data } = event;
  const items = data.orderedItem ?? [];
  const units = items.reduce((sum, item) => sum + item.orderQuantity, 0);
  const told = 'amount' in data ? data.amount : data.total;
  if (told !== undefined) return { units, minor: toMinorUnits(told, data.priceCurrency) };
  let minor: number | null = items.length === 0 ? null : 0;
  for (const item of items) minor = addMinor(minor, itemMinor(item, data.priceCurrency));
  return { units, minor };
}

/**
 * Shares by product: units and price × quantity of its items. A refund that prices no item but names
 * only one product gives that product the whole amount.
 */
export function productShares(event: OrderEvent, resolve: ResolveProduct): Map<string, Share> {
  const { data } = event;
  const shares = new Map<string, Share>();
  for (const item of data.orderedItem ?? []) {
    if (item.productID === undefined && item.sku === undefined) continue;
    const productId = resolve(item);
    const known = shares.get(productId);
    const minor = itemMinor(item, data.priceCurrency);
    if (known === undefined) shares.set(productId, { units: item.orderQuantity, minor });
    else shares.set(productId, { units: known.units + item.orderQuantity, minor: addMinor(known.minor, minor) });
  }
  if ('amount' in data && shares.size === 1) {
    const [[productId, share]] = shares as unknown as [[string, Share]];
    if (share.minor === null) shares.set(productId, { ...share, minor: toMinorUnits(data.amount, data.priceCurrency) });
  }
  return shares;
}

function itemMinor(item: { orderQuantity: number; price?: string | undefined }, currency: string): number | null {
  const price = item.price === undefined ? null : toMinorUnits(item.price, currency);
  if (price === null) return null;
  const minor = price * item.orderQuantity;
  return Number.isSafeInteger(minor) ? minor : null;
}

function addMinor(left: number | null, right: number | null): number | null {
  if (left === null || right === null) return null;
  return Number.isSafeInteger(left + right) ? left + right : null;
}

/** The product that a non-order event names, or null. Of a comment: the best one that the model found. */
export function productOf(event: LiveEvent, prediction: Prediction | null, resolve: ResolveProduct): string | null {
  switch (event.type) {
    case 'live.comment.created':
      return prediction?.products[0]?.productId ?? null;
    case 'shop.product.viewed':
    case 'shop.cart.added':
    case 'live.product.pinned':
    case 'live.product.unpinned':
    case 'shop.offer.started':
    case 'shop.offer.ended':
    case 'shop.offer.changed':
      return resolve(event.data.product);
    case 'shop.stock.updated':
      return resolve(event.data);
    default:
      return null;
  }
}

/** Counts events in accumulators. Holds only scratch memory. */
export class Counter {
  readonly #lanes = new Uint32Array(2);
  /** One event is counted in several sums: its viewer is hashed once. */
  #viewerId = '';
  #viewerHash = hash48('', this.#lanes);

  /**
   * Counts one event in one accumulator of the slice that holds its event time. `share` is that key's
   * part of an order. Stock is a level of one product: a room has none.
   */
  count(
    target: Accumulator,
    event: LiveEvent,
    prediction: Prediction | null,
    share: Share | null,
    isRoom: boolean,
  ): void {
    const { sums } = target;
    addSum(target, SUM.events, 1);
    if (event.eventTimeMs < target.firstMs) target.firstMs = event.eventTimeMs;
    if (event.eventTimeMs > target.lastMs) target.lastMs = event.eventTimeMs;
    switch (event.type) {
      case 'live.comment.created': {
        const slot = intentSlot(prediction?.intent);
        sums[SUM.comments] = sums[SUM.comments]! + 1;
        addIntent(target, slot);
        const hash = this.#hashOf(event.data.author.identifier);
        addViewer(target, slot, hash);
        if (target.commenters !== null) insertHash(target.commenters, hash);
        return;
      }
      case 'live.like.added':
        return addSum(target, SUM.likes, event.data.count);
      case 'shop.product.viewed':
        sums[SUM.productViews] = sums[SUM.productViews]! + 1;
        this.#viewer(target, PRODUCT_VIEWERS_SLOT, event.data.agent?.identifier);
        return;
      case 'live.join.added':
        return addSum(target, SUM.joins, 1);
      case 'shop.cart.added':
        return addSum(target, SUM.cartAdds, 1);
      case 'live.follow.added':
        return addSum(target, SUM.follows, 1);
      case 'live.share.added':
        return addSum(target, SUM.shares, 1);
      case 'live.gift.sent':
        // A running combo repeats its quantity until the final one, which holds all of it.
        return event.data.final ? addSum(target, SUM.gifts, event.data.quantity) : undefined;
      case 'live.product.pinned':
        return addSum(target, SUM.pins, 1);
      case 'live.audience.updated':
        return countAudience(target, event);
      case 'shop.stock.updated':
        return isRoom ? undefined : countStock(target, event);
      default:
        if (isOrderEvent(event)) this.#order(target, event, share ?? NOTHING);
    }
  }

  #order(target: Accumulator, event: OrderEvent, share: Share): void {
    if (event.type === 'shop.order.refunded') {
      addSum(target, SUM.refunds, 1);
      if (share.minor !== null) target.refunds = addMoney(target.refunds, event.data.priceCurrency, share.minor);
      return;
    }
    if (event.data.partial) return addSum(target, SUM.orderHints, 1);
    if (event.type === 'shop.order.cancelled') return addSum(target, SUM.ordersCancelled, 1);
    if (event.type === 'shop.order.updated') return;
    this.#viewer(target, BUYERS_SLOT, event.data.customerRef);
    if (event.type === 'shop.order.created') return addSum(target, SUM.ordersCreated, 1);
    addSum(target, SUM.ordersPaid, 1);
    addSum(target, SUM.unitsPaid, share.units);
    if (share.minor !== null) target.revenue = addMoney(target.revenue, event.data.priceCurrency, share.minor);
  }

  #viewer(target: Accumulator, slot: number, identifier: string | undefined): void {
    if (identifier !== undefined) addViewer(target, slot, this.#hashOf(identifier));
  }

  #hashOf(identifier: string): number {
    if (identifier !== this.#viewerId) {
      this.#viewerHash = hash48(identifier, this.#lanes);
      this.#viewerId = identifier;
    }
    return this.#viewerHash;
  }
}

function countAudience(target: Accumulator, event: LiveEventOf<'live.audience.updated'>): void {
  const { concurrent } = event.data;
  if (concurrent === undefined) return;
  addAudience(target, { last: concurrent, max: concurrent, eventTimeMs: event.eventTimeMs, id: event.id });
}

function countStock(target: Accumulator, event: LiveEventOf<'shop.stock.updated'>): void {
  const level = { level: event.data.inventoryLevel, eventTimeMs: event.eventTimeMs, id: event.id };
  if (isNewer(level, target.stock)) target.stock = level;
}
