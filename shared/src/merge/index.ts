/** Counts put together: of groups of one window, and of windows that follow each other. Without the schemas, for threads that do not need them. */
import type { IntentCount, WindowCounts } from '../insight/window-result.ts';

/**
 * Groups as one: numbers of events, orders, units and money are added; distinct viewers (`commenters`,
 * `productViewers`, `buyers`, viewers of an intent) are the largest of the parts, a lower bound, because
 * the same viewer may be in several; stock and audience belong to one product or the room: null.
 */
export function mergeCounts(parts: readonly WindowCounts[]): WindowCounts {
  const sum = (of: (counts: WindowCounts) => number) => parts.reduce((total, part) => total + of(part), 0);
  const largest = (of: (counts: WindowCounts) => number) => parts.reduce((most, part) => Math.max(most, of(part)), 0);
  return {
    events: sum((part) => part.events),
    comments: sum((part) => part.comments),
    commenters: largest((part) => part.commenters),
    intents: mergeIntents(parts),
    likes: sum((part) => part.likes),
    gifts: sum((part) => part.gifts),
    follows: sum((part) => part.follows),
    shares: sum((part) => part.shares),
    joins: sum((part) => part.joins),
    productViews: sum((part) => part.productViews),
    productViewers: largest((part) => part.productViewers),
    cartAdds: sum((part) => part.cartAdds),
    ordersCreated: sum((part) => part.ordersCreated),
    ordersPaid: sum((part) => part.ordersPaid),
    ordersCancelled: sum((part) => part.ordersCancelled),
    orderHints: sum((part) => part.orderHints),
    buyers: largest((part) => part.buyers),
    unitsPaid: sum((part) => part.unitsPaid),
    revenueMinor: mergeMoney(parts.map((part) => part.revenueMinor)),
    refunds: sum((part) => part.refunds),
    refundMinor: mergeMoney(parts.map((part) => part.refundMinor)),
    pins: sum((part) => part.pins),
    stock: null,
    audience: null,
  };
}

function mergeIntents(parts: readonly WindowCounts[]): WindowCounts['intents'] {
  const merged: WindowCounts['intents'] = {};
  for (const { intents } of parts) {
    for (const [name, count] of Object.entries(intents) as [keyof typeof intents, IntentCount][]) {
      const before = merged[name] ?? { comments: 0, viewers: 0 };
      merged[name] = { comments: before.comments + count.comments, viewers: Math.max(before.viewers, count.viewers) };
    }
  }
  return merged;
}

function mergeMoney(parts: readonly WindowCounts['revenueMinor'][]): WindowCounts['revenueMinor'] {
  const merged: WindowCounts['revenueMinor'] = {};
  for (const part of parts) {
    for (const [currency, minor] of Object.entries(part) as [keyof typeof part, number][]) {
      merged[currency] = (merged[currency] ?? 0) + minor;
    }
  }
  return merged;
}

/**
 * Windows of one group that follow each other, as one longer window: as `mergeCounts`, and of stock and audience the
 * newest; `parts` in any order.
 */
export function mergeInTime(parts: readonly WindowCounts[]): WindowCounts {
  const newest = <T extends { readonly eventTimeMs: number }>(found: readonly (T | null)[]): T | null =>
    found.reduce(
      (best, one) => (best === null || (one !== null && one.eventTimeMs > best.eventTimeMs) ? one : best),
      null,
    );
  const audience = newest(parts.map((part) => part.audience));
  const max = parts.reduce((most, part) => Math.max(most, part.audience?.max ?? 0), 0);
  return {
    ...mergeCounts(parts),
    stock: newest(parts.map((part) => part.stock)),
    audience: audience === null ? null : { ...audience, max },
  };
}
