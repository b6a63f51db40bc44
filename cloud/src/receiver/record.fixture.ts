import type { WindowCounts } from '@livecue/shared/insight';

/** Counts of a window in which `events` comments came and three orders were paid. */
export function countsOf(events: number, at = 1_777_593_600_000): WindowCounts {
  return {
    events, comments: events, commenters: 0, intents: {}, likes: 0, gifts: 0, follows: 0, shares: 0, joins: 0, productViews: 0,
    productViewers: 0, cartAdds: 0, ordersCreated: 0, ordersPaid: 3, ordersCancelled: 0, orderHints: 0, buyers: 0, unitsPaid: 4,
    revenueMinor: { CNY: 9900 }, refunds: 0, refundMinor: {}, pins: 0, stock: { level: -2, eventTimeMs: at }, audience: null,
  }; // prettier-ignore
}
