/**
 * Sends canonical events to the agent's ZeroMQ socket from a process of its own. Told what to send by one
 * JSON argument, answers with one JSON line. Event time is the moment at which the event was due to be
 * sent, so that an agent which holds the sender back cannot hide its delay (no coordinated omission).
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Push } from 'zeromq';

export interface LoadCall {
  readonly endpoint: string;
  readonly seconds: number;
  /** Mean events a second, or null: as fast as the socket takes them. */
  readonly rate: number | null;
  readonly perSecond: readonly number[];
  readonly texts: readonly string[];
  readonly eventsPerFrame: number;
  readonly products: number;
  /** Rooms and shops that the events come from, in turn: `live/bench/1`, `shop/bench/1` and so on. */
  readonly sources: number;
  /** Distinguishes the ids of two parts of one bench. */
  readonly run: string;
}

export interface LoadAnswer {
  readonly sent: number;
  readonly comments: number;
  readonly seconds: number;
  readonly bytes: number;
}

const SLOT_MS = 5;

/** One of ten events is a comment; the rest as a selling room has them. */
const MIX = ['comment', 'like', 'like', 'like', 'like', 'view', 'view', 'join', 'join', 'shop'] as const;

function createEvents(call: LoadCall) {
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

async function main(call: LoadCall): Promise<LoadAnswer> {
  // A full socket makes `send` wait: nothing is thrown away on this side.
  const socket = new Push({ sendHighWaterMark: 1000, linger: 30_000, sendTimeout: 60_000 });
  socket.connect(call.endpoint);
  await delay(200);
  const events = createEvents(call);
  let sequence = 0;
  let bytes = 0;
  const send = async (count: number, dueMs: number) => {
    const body = events.frame(count, dueMs);
    bytes += body.length;
    await socket.send([`{"source":"bench-${call.run}","sequence":${++sequence},"encoding":"json"}`, body]);
  };
  const startedMs = Date.now();
  const endMs = startedMs + call.seconds * 1000;
  if (call.rate === null) {
    while (Date.now() < endMs) await send(call.eventsPerFrame, Date.now());
  } else {
    let owed = 0;
    for (let slot = 0; startedMs + slot * SLOT_MS < endMs; slot++) {
      const dueMs = startedMs + slot * SLOT_MS;
      const wait = dueMs - Date.now();
      if (wait > 0) await delay(wait);
      const scale = call.perSecond[Math.floor((slot * SLOT_MS) / 1000) % call.perSecond.length] ?? 1;
      owed += (call.rate * scale * SLOT_MS) / 1000;
      while (owed >= 1) {
        const count = Math.min(call.eventsPerFrame, Math.floor(owed));
        owed -= count;
        await send(count, dueMs);
      }
    }
  }
  const seconds = (Date.now() - startedMs) / 1000;
  await delay(300);
  socket.close();
  return { sent: events.sent(), comments: events.comments(), seconds, bytes };
}

const call = JSON.parse(process.argv[2] ?? '{}') as LoadCall & { textsFile?: string };
if (call.endpoint !== undefined) {
  const { readFileSync } = await import('node:fs');
  const texts =
    call.textsFile === undefined ? call.texts : (JSON.parse(readFileSync(call.textsFile, 'utf8')) as string[]);
  process.stdout.write(`${JSON.stringify(await main({ ...call, texts }))}\n`);
}
