import { toMinorUnits, type LiveEvent, type LiveEventOf } from '@livecue/shared/event';
import { ORDER_FEATURES, type OrderFeature } from '@livecue/shared/insight';
import type { StateDelta } from '../../core-ports.ts';
import {
  addBuyerOrder, countNear, DAY_MS, distinctBuyers, fade, HOUR_MS, keep, KEPT_ORDERS, KEPT_PRODUCT_ORDERS, MINUTE_MS,
  nearestGapLog2S, newBuyer, newProduct, newShared, ordersPerBuyer, runOf, similarity,
  type BuyerMemory, type KnownOrder, type ProductMemory, type SharedMemory,
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
const NO_VIEWS = -7;

type PlacedEvent = LiveEventOf<'shop.order.created' | 'shop.order.paid'>;

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
    const memory = this.#products.use(product, newProduct);
    fade(memory, event.eventTimeMs);
    memory.views++;
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
    const { data, eventTimeMs: timeMs } = event;
    const buyer = data.customerRef === undefined ? '' : keyOf(event.source, data.customerRef);
    const items = (data.orderedItem ?? []).filter((item) => item.productID !== undefined || item.sku !== undefined);
    const basket = [...new Set(items.map((item) => this.#resolve(item).slice(0, MAX_KEY)))];
    const features: Record<OrderFeature, number> = {
      ...this.#buyerFeatures(buyer, basket, timeMs, data.orderNumber),
      ...this.#productFeatures(basket[0], buyer, timeMs),
      notViewed: buyer === '' ? 0 : this.#viewers.notViewed(buyer, basket),
      units: Math.min(
        100,
        (data.orderedItem ?? []).reduce((sum, { orderQuantity }) => sum + orderQuantity, 0),
      ),
      totalLevel: this.#totals.level(totalOf(data), data.priceCurrency),
      ...this.#sharedFeatures(event, buyer),
      accountAgeDays: ageDays(data.customerSince, timeMs),
    };
    this.#orders.use(keyOf(event.source, data.orderNumber), () => ({ buyer, returned: false }));
    const memory = buyer === '' ? undefined : this.#buyers.peek(buyer);
    return {
      orderNumber: data.orderNumber,
      eventTimeMs: timeMs,
      productId: basket[0] ?? null,
      features: Float64Array.from(ORDER_FEATURES, (name) => features[name]),
      run: memory === undefined ? [] : runOf(memory, basket, timeMs, HOUR_MS),
    };
  }

  #buyerFeatures(buyer: string, basket: string[], timeMs: number, number: string) {
    if (buyer === '') {
      return { buyerOrders10Min: 1, buyerOrders1H: 1, sameProductOrders1H: 1, buyerGapLog2S: 17, basketSimilarity: 0, buyerReturnShare: 0 }; // prettier-ignore
    }
    const memory = this.#buyers.use(buyer, newBuyer);
    const buyerGapLog2S = nearestGapLog2S(memory.times, timeMs);
    const basketSimilarity = Math.max(0, ...memory.baskets.map((other) => similarity(other, basket)));
    const buyerReturnShare = Math.min(1, memory.returned / (memory.orders + 2));
    addBuyerOrder(memory, { timeMs, basket, number });
    return {
      buyerOrders10Min: countNear(memory.times, timeMs, 10 * MINUTE_MS),
      buyerOrders1H: countNear(memory.times, timeMs, HOUR_MS),
      sameProductOrders1H: Math.max(1, runOf(memory, basket, timeMs, HOUR_MS).length),
      buyerGapLog2S,
      basketSimilarity,
      buyerReturnShare,
    };
  }

  #productFeatures(product: string | undefined, buyer: string, timeMs: number) {
    if (product === undefined) return { productOrdersPerBuyer1H: 1, productBurst: 1, productOrdersPerView: NO_VIEWS };
    const memory = this.#products.use(product, newProduct);
    fade(memory, timeMs);
    memory.orders++;
    keep(memory.times, timeMs, KEPT_PRODUCT_ORDERS);
    keep(memory.buyers, buyer, KEPT_PRODUCT_ORDERS);
    const perMinute = countNear(memory.times, timeMs, HOUR_MS) / 60;
    return {
      productOrdersPerBuyer1H: ordersPerBuyer(memory, timeMs, HOUR_MS),
      productBurst: (countNear(memory.times, timeMs, MINUTE_MS) + 1) / (perMinute + 1),
      productOrdersPerView: this.#views === 0 ? NO_VIEWS : Math.max(-7, Math.min(7, Math.log((memory.orders + 1) / (memory.views + 1)))), // prettier-ignore
    };
  }

  #sharedFeatures(event: PlacedEvent, buyer: string) {
    const { deviceRef, addressRef, paymentRef } = event.data;
    const read = (kind: string, ref: string | undefined) => {
      if (ref === undefined) return { orders: 1, buyers: 1 };
      const memory = this.#shared.use(`${kind}/${keyOf(event.source, ref)}`, newShared);
      keep(memory.times, event.eventTimeMs, KEPT_ORDERS);
      keep(memory.buyers, buyer, KEPT_ORDERS);
      return { orders: countNear(memory.times, event.eventTimeMs, HOUR_MS), buyers: distinctBuyers(memory) };
    };
    const [device, address, payment] = [read('device', deviceRef), read('address', addressRef), read('payment', paymentRef)]; // prettier-ignore
    return {
      deviceOrders1H: device.orders,
      addressOrders1H: address.orders,
      paymentOrders1H: payment.orders,
      deviceBuyers: device.buyers,
      addressBuyers: address.buyers,
      paymentBuyers: payment.buyers,
    };
  }

  /** Entries that changed since the last call. */
  takeDelta(): StateDelta {
    const delta: OpenDelta = { put: [], del: [] };
    for (const table of [this.#buyers, this.#products, this.#shared, this.#orders, this.#viewers]) table.takeChanges(delta);
    const room = JSON.stringify({ totals: this.#totals.save(), viewers: this.#viewers.save(), views: this.#views });
    if (room !== this.#lastRoom) delta.put.push([`${ORDERS_PREFIX}room`, room]);
    this.#lastRoom = room;
    return delta;
  } // prettier-ignore

  /** Continues from the entries that `takeDelta` gave; those of others are passed over. To be called first. */
  restore(state: readonly (readonly [string, string])[]): void {
    for (const table of [this.#buyers, this.#products, this.#shared, this.#orders, this.#viewers]) table.restore(state);
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
  return `${source} ${id}`.slice(0, 2 * MAX_KEY);
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
