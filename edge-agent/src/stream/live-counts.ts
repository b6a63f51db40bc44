import type { WindowCounts } from '@livecue/shared/insight';
import {
  addCounts, BUYERS_SLOT, commentersOf, INTENT_SLOTS, NO_INTENT_SLOT, PRODUCT_VIEWERS_SLOT, SUM, type Accumulator,
} from './accumulator.ts'; // prettier-ignore
import { countDistinct } from './distinct.ts';

type Intents = WindowCounts['intents'];

/**
 * The counts of an accumulator, read in place and only as far as somebody asks: rules read two or three of them of
 * hundreds of products many times a second. They change with the accumulator; `toWindowCounts` makes some that stay.
 * An estimate of distinct viewers is never above the number of their acts.
 */
export class LiveCounts implements Readonly<WindowCounts> {
  readonly #of: Accumulator;
  /** Worked out when there were so many comments: nothing else changes them. */
  #intents: { readonly comments: number; readonly value: Intents } | null = null;

  constructor(of: Accumulator) {
    this.#of = of;
  }

  get events(): number {
    return this.#of.sums[SUM.events]!;
  }

  get comments(): number {
    return this.#of.sums[SUM.comments]!;
  }

  get commenters(): number {
    return this.comments === 0 ? 0 : Math.min(this.comments, countDistinct(commentersOf(this.#of)));
  }

  get intents(): Intents {
    const { comments } = this;
    if (this.#intents?.comments !== comments) this.#intents = { comments, value: this.#readIntents() };
    return this.#intents!.value;
  }

  get likes(): number {
    return this.#of.sums[SUM.likes]!;
  }

  get gifts(): number {
    return this.#of.sums[SUM.gifts]!;
  }

  get follows(): number {
    return this.#of.sums[SUM.follows]!;
  }

  get shares(): number {
    return this.#of.sums[SUM.shares]!;
  }

  get joins(): number {
    return this.#of.sums[SUM.joins]!;
  }

  get productViews(): number {
    return this.#of.sums[SUM.productViews]!;
  }

  get productViewers(): number {
    return this.#distinct(PRODUCT_VIEWERS_SLOT, this.productViews);
  }

  get cartAdds(): number {
    return this.#of.sums[SUM.cartAdds]!;
  }

  get ordersCreated(): number {
    return this.#of.sums[SUM.ordersCreated]!;
  }

  get ordersPaid(): number {
    return this.#of.sums[SUM.ordersPaid]!;
  }

  get ordersCancelled(): number {
    return this.#of.sums[SUM.ordersCancelled]!;
  }

  get orderHints(): number {
    return this.#of.sums[SUM.orderHints]!;
  }

  get buyers(): number {
    return this.#distinct(BUYERS_SLOT, addCounts(this.ordersCreated, this.ordersPaid));
  }

  get unitsPaid(): number {
    return this.#of.sums[SUM.unitsPaid]!;
  }

  get revenueMinor(): Record<string, number> {
    return toMoney(this.#of.revenue);
  }

  get refunds(): number {
    return this.#of.sums[SUM.refunds]!;
  }

  get refundMinor(): Record<string, number> {
    return toMoney(this.#of.refunds);
  }

  get pins(): number {
    return this.#of.sums[SUM.pins]!;
  }

  get stock(): WindowCounts['stock'] {
    const { stock } = this.#of;
    return stock === null ? null : { level: stock.level, eventTimeMs: stock.eventTimeMs };
  }

  get audience(): WindowCounts['audience'] {
    const { audience } = this.#of;
    return audience === null ? null : { last: audience.last, max: audience.max, eventTimeMs: audience.eventTimeMs };
  }

  toJSON(): WindowCounts {
    return toWindowCounts(this.#of);
  }

  #readIntents(): Intents {
    const intents: Intents = {};
    const counted = this.#of.intents;
    if (counted === null) return intents;
    for (let slot = 0; slot < NO_INTENT_SLOT; slot++) {
      const comments = counted[slot]!;
      if (comments > 0) intents[INTENT_SLOTS[slot]!] = { comments, viewers: this.#distinct(slot, comments) };
    }
    return intents;
  }

  #distinct(slot: number, acts: number): number {
    const set = this.#of.sets?.[slot];
    return set ? Math.min(acts, countDistinct(set)) : 0;
  }
}

/** What leaves the stream: the counts as they are now. */
export function toWindowCounts(from: Accumulator): WindowCounts {
  const now = new LiveCounts(from);
  return {
    events: now.events,
    comments: now.comments,
    commenters: now.commenters,
    intents: now.intents,
    likes: now.likes,
    gifts: now.gifts,
    follows: now.follows,
    shares: now.shares,
    joins: now.joins,
    productViews: now.productViews,
    productViewers: now.productViewers,
    cartAdds: now.cartAdds,
    ordersCreated: now.ordersCreated,
    ordersPaid: now.ordersPaid,
    ordersCancelled: now.ordersCancelled,
    orderHints: now.orderHints,
    buyers: now.buyers,
    unitsPaid: now.unitsPaid,
    revenueMinor: now.revenueMinor,
    refunds: now.refunds,
    refundMinor: now.refundMinor,
    pins: now.pins,
    stock: now.stock,
    audience: now.audience,
  };
}

/** Most sums are of no money or of one currency. */
function toMoney(money: Map<string, number> | null): Record<string, number> {
  const out: Record<string, number> = {};
  if (money === null) return out;
  if (money.size === 1) {
    for (const [key, minor] of money) if (!key.startsWith('-')) return { [key]: minor };
  }
  const currencies = new Set([...money.keys()].map((key) => key.replace('-', '')));
  for (const currency of [...currencies].sort()) {
    out[currency] = (money.get(currency) ?? 0) - (money.get(`-${currency}`) ?? 0);
  }
  return out;
}
