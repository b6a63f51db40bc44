import { toMinorUnits, type LiveEvent, type LiveEventOf } from '@livecue/shared/event';
import { ORDER_FEATURES, type OrderFeature } from '@livecue/shared/insight';
import type { StateDelta } from '../../core-ports.ts';
import type { LateText } from '../late-text.ts';
import {
  addBuyerOrder, countNear, DAY_MS, distinctMarks, fade, HOUR_MS, keep, KEPT_ORDERS, KEPT_PRODUCT_ORDERS, markOf, MINUTE_MS,
  nearestGapLog2S, newBuyer, newProduct, newRates, newShared, ordersPerBuyer, runOf, similarity,
  type BuyerMemory, type KnownOrder, type ProductMemory, type ProductRates, type SharedMemory,
} from './order-memory.ts'; // prettier-ignore
import { type OpenDelta, RecentTable } from './recent-table.ts';
import { type TotalsState, UsualTotals } from './usual-totals.ts';
import { type ViewersState, Viewers } from './viewers.ts';

/** First part of every state key; the number is the version of the stored form. */
export const ORDERS_PREFIX = 'orders/1/';

/** Bounds of memory: twice as many entries at most (`RecentTable`), of about 1, 3, 1 and 0.1 kB each. */
const MAX_BUYERS = 10_000;
const MAX_PRODUCTS = 2_000;
const MAX_SHARED = 5_000;
const MAX_ORDERS = 20_000;
/** Texts from outside that are longer are cut: they are keys of tables. */
const MAX_KEY = 128;
/** Products of a basket that are compared. */
const BASKET_PRODUCTS = 8;
/** Features whose neutral value is not 0. */
const UNKNOWN: Readonly<Partial<Record<OrderFeature, number>>> = {
  buyerOrders10Min: 1, buyerOrders1H: 1, sameProductOrders1H: 1, buyerGapLog2S: 17, productOrdersPerBuyer1H: 1,
  productBurst: 1, productOrdersPerView: -7, deviceOrders1H: 1, addressOrders1H: 1, paymentOrders1H: 1,
  deviceBuyers: 1, addressBuyers: 1, paymentBuyers: 1, accountAgeDays: 30,
}; // prettier-ignore

type PlacedEvent = LiveEventOf<'shop.order.created' | 'shop.order.paid'>;

/** An order while its features are read. */
interface Order {
  readonly event: PlacedEvent;
  /** Empty text where unknown. */
  readonly buyer: string;
  readonly mark: number;
  readonly basket: readonly string[];
}

/** Where each feature stands among the numbers of an order. */
const AT = Object.fromEntries(ORDER_FEATURES.map((name, i) => [name, i])) as Readonly<Record<OrderFeature, number>>;

/** What an order has that tells nothing. */
const NEUTRAL = ORDER_FEATURES.map((name) => UNKNOWN[name] ?? 0);

const SHARED = [
  { kind: 'device', ref: 'deviceRef', orders: AT.deviceOrders1H, buyers: AT.deviceBuyers },
  { kind: 'address', ref: 'addressRef', orders: AT.addressOrders1H, buyers: AT.addressBuyers },
  { kind: 'payment', ref: 'paymentRef', orders: AT.paymentOrders1H, buyers: AT.paymentBuyers },
] as const;

/** An order seen for the first time, as numbers in the order of `ORDER_FEATURES`. */
export interface OrderSample {
  readonly orderNumber: string;
  readonly eventTimeMs: number;
  /** First product by the shop's own words, or null. */
  readonly productId: string | null;
  readonly features: Float64Array;
  /** Orders of the same buyer and of a product of this one less than an hour away, this one included, the last 8. */
  readonly run: readonly string[];
}

/**
 * Orders, refunds, cancellations and product views → what is odd about each order. Pure and causal in order of
 * arrival: an order is told when it is first seen (created, or paid where that was never told), and what comes
 * later changes nothing said. Constant memory: the tables above. Partial orders are hints and are passed over.
 */
export class OrderFeatures {
  readonly #resolve: (ref: { productID?: string; sku?: string }) => string;
  readonly #buyers = new RecentTable<BuyerMemory>(`${ORDERS_PREFIX}buyer/`, MAX_BUYERS);
  readonly #products = new RecentTable<ProductMemory>(`${ORDERS_PREFIX}product/`, MAX_PRODUCTS);
  readonly #rates = new RecentTable<ProductRates>(`${ORDERS_PREFIX}rate/`, MAX_PRODUCTS);
  readonly #shared = new RecentTable<SharedMemory>(`${ORDERS_PREFIX}shared/`, MAX_SHARED);
  readonly #orders = new RecentTable<KnownOrder>(`${ORDERS_PREFIX}order/`, MAX_ORDERS);
  readonly #totals = new UsualTotals();
  readonly #viewers = new Viewers(`${ORDERS_PREFIX}viewer/`);
  #views = 0;
  #lastRoom = '';

  constructor(resolve: (ref: { productID?: string; sku?: string }) => string) {
    this.#resolve = resolve;
  }

  /** Takes any event; answers an order that is seen for the first time, else null. */
  note(event: LiveEvent): OrderSample | null {
    switch (event.type) {
      case 'shop.product.viewed':
        this.#noteView(event);
        return null;
      case 'shop.order.created':
      case 'shop.order.paid':
        return event.data.partial || this.#known(event) ? null : this.#noteOrder(event);
      case 'shop.order.cancelled':
      case 'shop.order.refunded':
        this.#noteReturn(event);
        return null;
      default:
        return null;
    }
  }

  #known(event: PlacedEvent): boolean {
    return this.#orders.peek(keyOf(event.source, event.data.orderNumber)) !== undefined;
  }

  #noteView(event: LiveEventOf<'shop.product.viewed'>): void {
    const product = this.#resolve(event.data.product).slice(0, MAX_KEY);
    const rates = this.#rates.use(product, newRates);
    fade(rates, event.eventTimeMs);
    rates.views++;
    if (this.#views < Number.MAX_SAFE_INTEGER) this.#views++;
    const viewer = event.data.agent?.identifier;
    if (viewer !== undefined) this.#viewers.viewed(keyOf(event.source, viewer), product);
  }

  #noteReturn(event: LiveEventOf<'shop.order.cancelled' | 'shop.order.refunded'>): void {
    const order = keyOf(event.source, event.data.orderNumber);
    const known = this.#orders.peek(order);
    if (known === undefined || known.returned) return;
    this.#orders.use(order, () => known).returned = true;
    if (known.buyer !== '' && this.#buyers.peek(known.buyer) !== undefined) {
      this.#buyers.use(known.buyer, newBuyer).returned++;
    }
  }

  #noteOrder(event: PlacedEvent): OrderSample {
    const { data, eventTimeMs } = event;
    const { orderNumber } = data;
    const buyer = data.customerRef === undefined ? '' : keyOf(event.source, data.customerRef);
    const order = { event, buyer, mark: buyer === '' ? 0 : markOf(buyer), basket: this.#basketOf(data) };
    const features = Float64Array.from(NEUTRAL);
    const run = this.#buyerFeatures(order, features);
    this.#productFeatures(order, features);
    this.#sharedFeatures(order, features);
    if (buyer !== '') features[AT.notViewed] = this.#viewers.notViewed(buyer, order.basket);
    let units = 0;
    for (const { orderQuantity } of data.orderedItem ?? []) units += orderQuantity;
    features[AT.units] = Math.min(100, units);
    features[AT.totalLevel] = this.#totals.level(totalOf(data), data.priceCurrency);
    features[AT.accountAgeDays] = ageDays(data.customerSince, eventTimeMs);
    this.#orders.use(keyOf(event.source, orderNumber), () => ({ buyer, returned: false }));
    return { orderNumber, eventTimeMs, productId: order.basket[0] ?? null, features, run };
  }

  /** The first distinct products. */
  #basketOf(data: PlacedEvent['data']): string[] {
    const basket: string[] = [];
    for (const item of data.orderedItem ?? []) {
      if (basket.length === BASKET_PRODUCTS) break;
      if (item.productID === undefined && item.sku === undefined) continue;
      const product = this.#resolve(item).slice(0, MAX_KEY);
      if (!basket.includes(product)) basket.push(product);
    }
    return basket;
  }

  /** Gives the numbers of the run that the order is part of. */
  #buyerFeatures({ event, buyer, basket }: Order, features: Float64Array): readonly string[] {
    if (buyer === '') return [];
    const timeMs = event.eventTimeMs;
    const memory = this.#buyers.use(buyer, newBuyer);
    features[AT.buyerGapLog2S] = nearestGapLog2S(memory.times, timeMs);
    let most = 0;
    for (const other of memory.baskets) most = Math.max(most, similarity(other, basket));
    features[AT.basketSimilarity] = most;
    features[AT.buyerReturnShare] = Math.min(1, memory.returned / (memory.orders + 2));
    addBuyerOrder(memory, { timeMs, basket, number: event.data.orderNumber });
    features[AT.buyerOrders10Min] = countNear(memory.times, timeMs, 10 * MINUTE_MS);
    features[AT.buyerOrders1H] = countNear(memory.times, timeMs, HOUR_MS);
    const run = runOf(memory, basket, timeMs, HOUR_MS);
    features[AT.sameProductOrders1H] = Math.max(1, run.length);
    return run;
  }

  #productFeatures({ event, mark, basket }: Order, features: Float64Array): void {
    const [product] = basket;
    if (product === undefined) return;
    const timeMs = event.eventTimeMs;
    const memory = this.#products.use(product, newProduct);
    const rates = this.#rates.use(product, newRates);
    fade(rates, timeMs);
    rates.orders++;
    keep(memory.times, timeMs, KEPT_PRODUCT_ORDERS);
    keep(memory.buyers, mark, KEPT_PRODUCT_ORDERS);
    const perMinute = countNear(memory.times, timeMs, HOUR_MS) / 60;
    features[AT.productOrdersPerBuyer1H] = ordersPerBuyer(memory, timeMs, HOUR_MS);
    features[AT.productBurst] = (countNear(memory.times, timeMs, MINUTE_MS) + 1) / (perMinute + 1);
    if (this.#views === 0) return;
    const perView = Math.log((rates.orders + 1) / (rates.views + 1));
    features[AT.productOrdersPerView] = Math.max(-7, Math.min(7, perView));
  }

  #sharedFeatures({ event, mark }: Order, features: Float64Array): void {
    const { source, data, eventTimeMs } = event;
    for (const { kind, ref, orders, buyers } of SHARED) {
      const shared = data[ref];
      if (shared === undefined) continue;
      const memory = this.#shared.use(`${kind}/${keyOf(source, shared)}`, newShared);
      keep(memory.times, eventTimeMs, KEPT_ORDERS);
      keep(memory.buyers, mark, KEPT_ORDERS);
      features[orders] = countNear(memory.times, eventTimeMs, HOUR_MS);
      features[buyers] = Math.max(1, distinctMarks(memory.buyers));
    }
  }

  get #tables() {
    return [this.#buyers, this.#products, this.#rates, this.#shared, this.#orders, this.#viewers];
  }

  /** Entries that changed since the last call: most of them `late`. */
  takeDelta(late?: LateText[]): StateDelta {
    const delta: OpenDelta = { put: [], del: [] };
    for (const table of this.#tables) table.takeChanges(delta, late);
    const room = JSON.stringify({ totals: this.#totals.save(), viewers: this.#viewers.save(), views: this.#views });
    if (room !== this.#lastRoom) delta.put.push([`${ORDERS_PREFIX}room`, room]);
    this.#lastRoom = room;
    return delta;
  } // prettier-ignore

  /** Continues from the entries that `takeDelta` gave; those of others are passed over. To be called first. */
  restore(state: readonly (readonly [string, string])[]): void {
    for (const table of this.#tables) table.restore(state);
    const room = state.find(([key]) => key === `${ORDERS_PREFIX}room`)?.[1];
    if (room === undefined) return;
    const stored = JSON.parse(room) as { totals: TotalsState; viewers: ViewersState; views: number };
    this.#totals.load(stored.totals);
    this.#viewers.load(stored.viewers);
    this.#views = stored.views;
    this.#lastRoom = room;
  }
}

/** Ids are unique within their shop. */
function keyOf(source: string, id: string): string {
  const key = `${source} ${id}`;
  return key.length > 2 * MAX_KEY ? key.slice(0, 2 * MAX_KEY) : key;
}

function totalOf(data: PlacedEvent['data']): number | null {
  if (data.total !== undefined) return toMinorUnits(data.total, data.priceCurrency);
  let sum = 0;
  for (const { price, orderQuantity } of data.orderedItem ?? []) {
    const minor = price === undefined ? null : toMinorUnits(price, data.priceCurrency);
    if (minor === null) return null;
    sum += minor * orderQuantity;
  }
  return sum;
}

function ageDays(since: string | undefined, timeMs: number): number {
  const begun = since === undefined ? Number.NaN : Date.parse(since);
  return Number.isFinite(begun) ? Math.max(0, Math.min(30, (timeMs - begun) / DAY_MS)) : 30;
}
