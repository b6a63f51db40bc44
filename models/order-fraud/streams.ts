/**
 * Makes simulated order streams to train and test on: rooms of `livecue simulate`, and in them what the simulator
 * does not tell: device, address, payment means and age of an account, and four kinds of fraud beside its rings.
 * Writes `events.jsonl` and `truth.jsonl` ({orderNumber, kind}); the same seed gives the same bytes.
 *
 *   node models/order-fraud/streams.ts ROOM.jsonl ROOM.jsonl.truth.jsonl SEED OUT
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

interface Wire {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  time: string;
  data: Record<string, unknown>;
}

const [room, truthFile, seed, out] = process.argv.slice(2);
if (room === undefined || truthFile === undefined || seed === undefined || out === undefined) {
  process.stderr.write('streams: give ROOM.jsonl TRUTH.jsonl SEED OUT\n');
  process.exit(2);
}

/** Uniform in [0, 1) from the seed and words: no draw depends on the one before. */
function chance(...words: readonly unknown[]): number {
  const digest = createHash('sha256').update(JSON.stringify([seed, ...words])).digest();
  return digest.readUInt32LE(0) / 4_294_967_296;
}

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Wire); // prettier-ignore
const kinds = new Map<string, string>();
const ringBuyers = new Map<string, string>();
for (const line of readFileSync(truthFile, 'utf8').split('\n')) {
  if (line === '') continue;
  const truth = JSON.parse(line) as { kind: string; startMs: number; details: { orderNumbers?: string[]; customerRefs?: string[] } }; // prettier-ignore
  if (truth.kind !== 'order-ring') continue;
  for (const number of truth.details.orderNumbers ?? []) kinds.set(number, 'ring');
  for (const buyer of truth.details.customerRefs ?? []) ringBuyers.set(buyer, String(truth.startMs));
}

const DAY_MS = 86_400_000;
const startMs = Date.parse(linesOf(room)[0]?.time ?? '');

/**
 * Who a buyer is: mostly one device, address and means of payment each, some share a home. Shops differ in what they
 * tell, so each stream leaves out what its shop does not.
 */
function factsOf(buyer: string): Record<string, unknown> {
  const ring = ringBuyers.get(buyer);
  const home = chance('home', buyer) < 0.15 ? `h${Math.floor(chance('which', buyer) * 400)}` : buyer;
  const shared = (what: string, share: number): string =>
    ring !== undefined && chance(what, ring) < share ? `${what}-${ring}` : `${what}-${what === 'address' ? home : buyer}`;
  const ageDays = ring === undefined ? 4 + 1400 * chance('age', buyer) ** 2 : 8 * chance('age', buyer);
  return {
    ...(chance('tells device') < 0.7 ? { deviceRef: shared('device', 0.6) } : {}),
    ...(chance('tells address') < 0.7 ? { addressRef: shared('address', 0.7) } : {}),
    ...(chance('tells payment') < 0.6 ? { paymentRef: shared('payment', 0.3) } : {}),
    ...(chance('tells age') < 0.6 ? { customerSince: new Date(startMs - ageDays * DAY_MS).toISOString() } : {}),
  };
}

const tellsViewers = chance('tells viewers') < 0.3;
const orders: Wire[] = [];
const made: Wire[] = [];

/** Adds a look before most orders of ordinary buyers, by the shop's own id: shops whose viewers log in. */
function addLook(order: Wire): void {
  const { customerRef, orderedItem, orderNumber } = order.data as { customerRef?: string; orderNumber: string; orderedItem?: { productID: string }[] }; // prettier-ignore
  const product = orderedItem?.[0];
  if (!tellsViewers || customerRef === undefined || product === undefined) return;
  if (kinds.has(orderNumber) || chance('looks', orderNumber) > 0.93) return;
  const time = new Date(Date.parse(order.time) - 1000 - 90_000 * chance('look', orderNumber)).toISOString();
  made.push({ ...order, id: `look:${orderNumber}`, type: 'shop.product.viewed', time, data: { product: { productID: product.productID }, agent: { identifier: customerRef } } }); // prettier-ignore
}

/** Fraud of its own kind at some times of the show, after the model of an ordinary order. */
function addFraud(pattern: readonly Wire[]): void {
  const hours = Math.max(1, (Date.parse(pattern.at(-1)!.time) - startMs) / 3_600_000);
  const cases = Math.ceil(hours * 3);
  for (let k = 0; k < cases; k++) {
    const kind = ['shared-address', 'card-testing', 'bulk', 'returns'][Math.floor(chance('kind', k) * 4)]!;
    const model = pattern[Math.floor(chance('model', k) * pattern.length)]!;
    const size = kind === 'bulk' ? 1 : 4 + Math.floor(chance('size', k) * 8);
    for (let i = 0; i < size; i++) made.push(...fraudulent(kind, `${k}`, i, model));
  }
}

function fraudulent(kind: string, group: string, i: number, model: Wire): Wire[] {
  const [item] = model.data.orderedItem as [{ price: string; orderQuantity: number }];
  const orderNumber = `x${seed}-${group}-${i}`;
  const buyer = `f-${group}-${kind === 'shared-address' || kind === 'card-testing' ? i : 0}`;
  const gapMs = { 'shared-address': 150_000, 'card-testing': 20_000, bulk: 0, returns: 240_000 }[kind]!;
  const timeMs = Date.parse(model.time) + i * gapMs * (0.5 + chance('gap', group, i));
  const quantity = kind === 'bulk' ? 12 + Math.floor(chance('bulk', group) * 30) : 1;
  const total = (Number(item.price) * quantity).toFixed(2);
  const facts = factsOf(buyer);
  if (kind === 'shared-address' && 'addressRef' in facts) facts.addressRef = `a-${group}`;
  if (kind === 'card-testing' && 'deviceRef' in facts) facts.deviceRef = `d-${group}`;
  if ('customerSince' in facts) facts.customerSince = new Date(timeMs - 3 * DAY_MS * chance('new', group, i)).toISOString();
  const data = { ...model.data, orderNumber, customerRef: buyer, total, orderedItem: [{ ...item, orderQuantity: quantity }], ...facts }; // prettier-ignore
  kinds.set(orderNumber, kind);
  const order = { ...model, id: `x:${orderNumber}`, type: 'shop.order.created', time: new Date(timeMs).toISOString(), data };
  if (kind !== 'returns') return [order];
  const refund = { orderNumber, amount: total, priceCurrency: model.data.priceCurrency };
  const refundTime = new Date(timeMs + 0.6 * gapMs).toISOString();
  return [order, { ...order, id: `r:${orderNumber}`, type: 'shop.order.refunded', time: refundTime, data: refund }];
} // prettier-ignore

for (const event of linesOf(room)) {
  if (!event.type.startsWith('shop.order.') && event.type !== 'shop.product.viewed') continue;
  const buyer = event.data.customerRef;
  if (typeof buyer === 'string') event.data = { ...event.data, ...factsOf(buyer) };
  if (event.type === 'shop.order.created') addLook(event);
  orders.push(event);
}
addFraud(orders.filter(({ type, data }) => type === 'shop.order.created' && !kinds.has(data.orderNumber as string)));
const all = [...orders, ...made].map((event, i) => ({ event, i, timeMs: Date.parse(event.time) }));
all.sort((a, b) => a.timeMs - b.timeMs || a.i - b.i);
writeFileSync(`${out}/events.jsonl`, all.map(({ event }) => `${JSON.stringify(event)}\n`).join(''));
writeFileSync(`${out}/truth.jsonl`, [...kinds].map(([orderNumber, kind]) => `${JSON.stringify({ orderNumber, kind })}\n`).join('')); // prettier-ignore
