import { setTimeout as delay } from 'node:timers/promises';

const SLOT_MS = 5;

/** One of ten events is a comment; the rest as a selling room has them. */
const MIX = ['comment', 'like', 'like', 'like', 'like', 'view', 'view', 'join', 'join', 'shop'] as const;

export interface EventCall {
  readonly texts: readonly string[];
  readonly products: number;
  /** Rooms and shops that the events come from, in turn. */
  readonly sources: number;
  /** Distinguishes the ids of two runs. */
  readonly run: string;
}

/** The events that every bench sends: the same for the same call. */
export function createEvents(call: EventCall) {
  let n = 0;
  let comments = 0;
  let source = 1;
  const texts = call.texts.map((text) => JSON.stringify(text));
  const shop = (id: string, time: string, product: number): string => {
    if (n % 100 === 9) return order(id, time, product);
    const data =
      n % 50 === 49
        ? `{"productID":"p${product}","inventoryLevel":${1000 + (n % 1000)}}`
        : `{"product":{"productID":"p${product}"},"orderQuantity":1}`;
    return `{"id":"${id}","source":"shop/bench/${source}","type":"${n % 50 === 49 ? 'shop.stock.updated' : 'shop.cart.added'}","time":"${time}","data":${data}}`;
  };
  const order = (id: string, time: string, product: number) =>
    `{"id":"${id}","source":"shop/bench/${source}","type":"shop.order.paid","time":"${time}","data":{"orderNumber":"${n}","orderStatus":"OrderProcessing","priceCurrency":"CNY","partial":false,"total":"59.00","customerRef":"c${n % 50_000}","orderedItem":[{"productID":"p${product}","orderQuantity":1,"price":"59.00"}]}}`;
  const one = (time: string): string => {
    n++;
    source = 1 + (Math.floor(n / MIX.length) % call.sources);
    const id = `bench:${call.run}-${n}`;
    const viewer = (n * 7919) % 20_011;
    // Spread by hash (Knuth's multiplicative): a plain remainder would meet the turn of the kinds, and miss products.
    const product = (Math.imul(n, 0x9e3779b1) >>> 8) % call.products;
    switch (MIX[n % 10]) {
      case 'comment':
        comments++;
        return `{"id":"${id}","source":"live/bench/${source}","type":"live.comment.created","time":"${time}","data":{"text":${texts[comments % texts.length]},"author":{"identifier":"v${viewer}"},"isPaid":false}}`;
      case 'like':
        return `{"id":"${id}","source":"live/bench/${source}","type":"live.like.added","time":"${time}","data":{"count":${1 + (n % 9)},"agent":{"identifier":"v${viewer}"}}}`;
      case 'view':
        return `{"id":"${id}","source":"shop/bench/${source}","type":"shop.product.viewed","time":"${time}","data":{"product":{"productID":"p${product}"},"agent":{"identifier":"v${viewer}"}}}`;
      case 'join':
        return `{"id":"${id}","source":"live/bench/${source}","type":"live.join.added","time":"${time}","data":{"agent":{"identifier":"v${viewer}"}}}`;
      default:
        return shop(id, time, product);
    }
  };
  return {
    frame(count: number, dueMs: number): string {
      const time = new Date(dueMs).toISOString();
      const lines: string[] = [];
      for (let i = 0; i < count; i++) lines.push(one(time));
      return `[${lines.join(',')}]`;
    },
    sent: () => n,
    comments: () => comments,
  };
}

export interface Pace {
  readonly seconds: number;
  /** Mean events a second, or null: as fast as `send` takes them. */
  readonly rate: number | null;
  /** Shape of the rate, a value a second, mean 1. */
  readonly perSecond: readonly number[];
  readonly eventsPerFrame: number;
}

/** Calls `send` for each frame, told how many events it has and when they were due. Answers the seconds it took. */
export async function sendPaced(
  pace: Pace,
  send: (count: number, dueMs: number) => void | Promise<void>,
): Promise<number> {
  const startedMs = Date.now();
  const endMs = startedMs + pace.seconds * 1000;
  if (pace.rate === null) {
    while (Date.now() < endMs) await send(pace.eventsPerFrame, Date.now());
    return (Date.now() - startedMs) / 1000;
  }
  let owed = 0;
  for (let slot = 0; startedMs + slot * SLOT_MS < endMs; slot++) {
    const dueMs = startedMs + slot * SLOT_MS;
    const wait = dueMs - Date.now();
    if (wait > 0) await delay(wait);
    const scale = pace.perSecond[Math.floor((slot * SLOT_MS) / 1000) % pace.perSecond.length] ?? 1;
    owed += (pace.rate * scale * SLOT_MS) / 1000;
    while (owed >= 1) {
      const count = Math.min(pace.eventsPerFrame, Math.floor(owed));
      owed -= count;
      await send(count, dueMs);
    }
  }
  return (Date.now() - startedMs) / 1000;
}
