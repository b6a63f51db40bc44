import type { LiveEvent } from '@livecue/shared/event';

const MINUTES = 60;

/**
 * Sums since the show began that no window keeps: units sold per product, orders of the last hour,
 * and what the next chart point needs. Kept over a restart under one state key.
 */
export interface ShowTotals {
  add(event: LiveEvent): void;
  unitsSold(productId: string): number;
  ordersLastHour(nowMs: number): number;
  readonly viewers: number | null;
  /** Comments and paid orders since the last call. */
  takeSecond(): { comments: number; orders: number };
  save(): string;
  load(saved: string): void;
}

export function createShowTotals(resolveProduct: (ref: { productID?: string; sku?: string }) => string): ShowTotals {
  let units = new Map<string, number>();
  let ordersByMinute = new Map<number, number>();
  let viewers: { value: number; atMs: number } | null = null;
  let comments = 0;
  let orders = 0;

  const addOrder = (event: Extract<LiveEvent, { type: 'shop.order.paid' }>) => {
    orders++;
    const minute = Math.floor(event.eventTimeMs / 60_000);
    ordersByMinute.set(minute, (ordersByMinute.get(minute) ?? 0) + 1);
    if (ordersByMinute.size > MINUTES * 2) {
      const oldest = [...ordersByMinute.keys()].sort((a, b) => a - b).slice(0, -MINUTES - 1);
      for (const gone of oldest) ordersByMinute.delete(gone);
    }
    for (const item of event.data.orderedItem ?? []) {
      const productId = resolveProduct(item);
      if (productId !== '') units.set(productId, (units.get(productId) ?? 0) + item.orderQuantity);
    }
  };

  return {
    add(event) {
      if (event.type === 'live.comment.created') comments++;
      else if (event.type === 'shop.order.paid' && !event.data.partial) addOrder(event);
      else if (event.type === 'live.audience.updated' && event.data.concurrent !== undefined) {
        if (viewers === null || event.eventTimeMs >= viewers.atMs)
          viewers = { value: event.data.concurrent, atMs: event.eventTimeMs };
      }
    },
    unitsSold: (productId) => units.get(productId) ?? 0,
    ordersLastHour(nowMs) {
      const first = Math.floor(nowMs / 60_000) - MINUTES;
      let sum = 0;
      for (const [minute, count] of ordersByMinute) if (minute > first) sum += count;
      return sum;
    },
    get viewers() {
      return viewers?.value ?? null;
    },
    takeSecond() {
      const second = { comments, orders };
      comments = 0;
      orders = 0;
      return second;
    },
    save: () => JSON.stringify({ units: [...units], ordersByMinute: [...ordersByMinute] }),
    load(saved) {
      const state = JSON.parse(saved) as { units: [string, number][]; ordersByMinute: [number, number][] };
      units = new Map(state.units);
      ordersByMinute = new Map(state.ordersByMinute);
    },
  };
}
