/** What was sent, and what the rows in the cloud must say of it: the batch formula over the accepted events. */

export interface SentEvent {
  readonly id: string;
  readonly timeMs: number;
  readonly kind: 'comment' | 'order';
  readonly minor: number;
}

export interface WindowSums {
  comments: number;
  ordersPaid: number;
  revenueMinor: number;
}

const WINDOW_MS = 10_000;

/** Sums by start of the 10 s window, each id once. */
export function expectedRows(events: readonly SentEvent[]): Map<number, WindowSums> {
  const rows = new Map<number, WindowSums>();
  const seen = new Set<string>();
  for (const event of events) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    const start = Math.floor(event.timeMs / WINDOW_MS) * WINDOW_MS;
    const row = rows.get(start) ?? { comments: 0, ordersPaid: 0, revenueMinor: 0 };
    if (event.kind === 'comment') row.comments++;
    else {
      row.ordersPaid++;
      row.revenueMinor += event.minor;
    }
    rows.set(start, row);
  }
  return rows;
}

/** One event on the wire. */
export function wire(event: SentEvent): object {
  const time = new Date(event.timeMs).toISOString();
  if (event.kind === 'comment') {
    const n = Number(event.id.split('-')[1]);
    return { id: event.id, source: 'live/e2e/1', type: 'live.comment.created', time, data: { text: `${(n % 3) + 1}号多少钱`, author: { identifier: `v${n % 40}` } } }; // prettier-ignore
  }
  const value = (event.minor / 100).toFixed(2);
  return { id: event.id, source: 'shop/e2e/1', type: 'shop.order.paid', time, data: { orderNumber: event.id, orderStatus: 'OrderProcessing', priceCurrency: 'CNY', partial: false, total: value, customerRef: `c${event.id}`, orderedItem: [{ productID: 'p1', orderQuantity: 1, price: value }] } }; // prettier-ignore
}
