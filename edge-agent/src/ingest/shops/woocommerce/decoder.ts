import type { OrderStatus } from '@livecue/shared/event';
import * as z from 'zod';
import type { CreateDecoder, DecoderPorts } from '../../connector.ts';
import { parseSetup } from '../../decoding/setup.ts';
import { asArray, asCount, asInteger, asObject, asText, compact, timeOfText, type WireObject } from '../../decoding/wire-value.ts'; // prettier-ignore
import {
  decimalOf,
  derivedKey,
  idOf,
  objectsOf,
  type OrderData,
  secretField,
  SetupCurrency,
  ShopSource,
  sumOf,
} from '../shop-fields.ts';
import { woocommerceReferences } from '../order-references.ts';
import { bodyText, isRead, type ShopRequest } from '../shop-request.ts';
import {
  createShopDecoder, ignored, malformed, MAX_REMEMBERED, MEMORY_MS, unknown, type Checked, type LateMessage, type ShopDraft,
  type ShopMessage,
} from '../shop-decoder.ts'; // prettier-ignore
import { hmacSha256, sameText } from '../signature.ts';
import type { Recollection, Remembered } from '../recollection.ts';

export const WoocommerceSetup = z.object({
  secret: secretField('Secret of the webhook'),
  source_header: z.string().max(512).optional().describe('X-WC-Webhook-Source of the shop; absent: any'),
  source: ShopSource.describe('shop/woocommerce/<host>'),
  currency: SetupCurrency.describe('Currency of prices in product messages, which carry none'),
  consumer_key: secretField(
    'Key of the REST API with permission to read, for orders whose messages were lost; absent: they stay unknown',
  ).optional(),
  consumer_secret: secretField('Secret of that key').optional(),
});
type Setup = z.output<typeof WoocommerceSetup>;

/** Order status → event and schema.org status. `refunded` has a reader of its own. */
const ORDER_STATUS: Readonly<Record<string, readonly [ShopDraft['type'], OrderStatus]>> = {
  pending: ['shop.order.updated', 'OrderPaymentDue'],
  'on-hold': ['shop.order.updated', 'OrderPaymentDue'],
  processing: ['shop.order.paid', 'OrderProcessing'],
  completed: ['shop.order.updated', 'OrderDelivered'],
  cancelled: ['shop.order.cancelled', 'OrderCancelled'],
  failed: ['shop.order.updated', 'OrderProblem'],
};
const PAID: ReadonlySet<string> = new Set(['processing', 'completed']);
const AVAILABILITY: Readonly<Record<string, string>> = { instock: 'InStock', outofstock: 'OutOfStock', onbackorder: 'BackOrder' }; // prettier-ignore

/** WooCommerce webhooks: whole orders and products, late and in any order. */
export const createDecoder: CreateDecoder = (setup, ports) => {
  const config = parseSetup(WoocommerceSetup, setup, 'woocommerce');

  function check(request: ShopRequest): Checked {
    if (isRead(request)) return { verified: true };
    const given = request.headers['x-wc-webhook-signature'];
    if (!given) {
      return isPing(request)
        ? { outcome: 'control', reason: 'sent when the webhook is saved, unsigned' }
        : { refused: 'the X-WC-Webhook-Signature header is missing' };
    }
    const fits = sameText(given, hmacSha256(config.secret, [request.bytes]).toString('base64'));
    return fits ? { verified: true } : { refused: 'the signature does not fit' };
  }

  return createShopDecoder(ports, (recollection) => {
    const orders = createOrderReader(config, ports, recollection);
    function read(body: unknown, request: ShopRequest): ShopMessage | LateMessage {
      const { headers, bytes } = request;
      const shop = headers['x-wc-webhook-source'];
      if (config.source_header !== undefined && shop !== undefined && bare(shop) !== bare(config.source_header)) return ignored('a shop that is not configured'); // prettier-ignore
      const resource = asObject(body);
      const topic = headers['x-wc-webhook-topic'] ?? '';
      if (resource === null) return malformed('expected an object');
      const delivery = headers['x-wc-webhook-delivery-id'];
      const id = delivery ?? derivedKey([topic, bytes]);
      const known = { key: id, id, source: config.source, derived: delivery === undefined };
      switch (topic) {
        case 'order.created':
        case 'order.updated':
        case 'order.restored':
          if (isRead(request)) return orders.readAgain(topic, resource, { ...known, key: undefined });
          return { key: id, later: () => orders.read(topic, resource, known) };
        case 'order.deleted':
          return ignored('only the id is left; read the order', id);
        case 'product.created':
        case 'product.updated':
        case 'product.restored':
          return readProduct(resource, known, config.currency);
        case 'product.deleted':
          return ignored('only the id is left', id);
        default:
          return /^(customer|coupon|action)\./.test(topic) ? ignored('no canonical kind', id) : unknown('a topic that is not known', id); // prettier-ignore
      }
    }
    return { idPrefix: 'woocommerce', answer: { status: 200 }, check, read };
  });
};

interface Known {
  readonly key: string | undefined;
  readonly id: string;
  readonly source: string;
  readonly derived: boolean;
}

function isPing(request: ShopRequest): boolean {
  return request.headers['x-wc-webhook-topic'] === undefined && /^webhook_id=\d{1,12}$/.test(bodyText(request) ?? '');
}

const bare = (url: string) => url.replace(/(?<!\/)\/+$/, '').toLowerCase();

function createOrderReader(config: Setup, ports: DecoderPorts, recollection: Recollection) {
  const newest: Remembered<string> = recollection.map({
    name: 'newest-order',
    keepMs: MEMORY_MS,
    maxEntries: MAX_REMEMBERED,
  });
  /** What was told as refunded of an order: a message of a refunded order that is changed again holds the same sum. */
  const refunded: Remembered<string> = recollection.map({
    name: 'refunded',
    keepMs: MEMORY_MS,
    maxEntries: MAX_REMEMBERED,
  });
  const paid: Remembered<true> = recollection.map({ name: 'paid', keepMs: MEMORY_MS, maxEntries: MAX_REMEMBERED });

  /** A later message of a paid order is an update: one purchase is told once. */
  function eventsOf(topic: string, status: string, data: OrderData, time: string | undefined): ShopDraft[] {
    const mapped = Object.hasOwn(ORDER_STATUS, status) ? ORDER_STATUS[status]! : null;
    if (mapped === null) return [];
    const wasPaid = paid.get(data.orderNumber) === true;
    if (PAID.has(status)) paid.set(data.orderNumber, true);
    if (topic === 'order.created') {
      const created: ShopDraft = { type: 'shop.order.created', data, time };
      return PAID.has(status) && !wasPaid ? [created, { type: 'shop.order.paid', data, time }] : [created];
    }
    return [{ type: mapped[0] === 'shop.order.paid' && wasPaid ? 'shop.order.updated' : mapped[0], data, time }];
  }

  const reader = {
    /** What a message may have told already: only what is newer than all that is known is told. */
    readAgain(topic: string, order: WireObject, known: Known): ShopMessage {
      const before = newest.get(idOf(order, 'id') ?? '');
      const time = utc(order.date_modified_gmt);
      if (time === undefined || (before !== undefined && time <= before)) return ignored('known');
      return reader.read(before === undefined ? topic : 'order.updated', order, known);
    },
    read(topic: string, order: WireObject, known: Known): ShopMessage {
      const orderNumber = idOf(order, 'id');
      const status = asText(order.status);
      const priceCurrency = asText(order.currency) ?? config.currency;
      if (orderNumber === undefined || status === undefined) return malformed('id or status is missing');
      const time = utc(order.date_modified_gmt) ?? utc(order.date_created_gmt);
      if (topic === 'order.updated' && time !== undefined && time < (newest.get(orderNumber) ?? '')) {
        return ignored('older than what is known of this order (date_modified_gmt)', known.key);
      }
      if (time !== undefined && time > (newest.get(orderNumber) ?? '')) newest.set(orderNumber, time);
      if (status === 'refunded') return readRefund(order, { orderNumber, priceCurrency, refunded }, { ...known, time });
      const mapped = Object.hasOwn(ORDER_STATUS, status) ? ORDER_STATUS[status] : undefined;
      if (mapped === undefined) return ignored('a status that the room does not need', known.key);
      const customer = idOf(order, 'customer_id');
      const data: OrderData = compact({
        orderNumber,
        orderStatus: mapped[1],
        orderedItem: asArray(order.line_items).flatMap((item) => itemOf(item, priceCurrency)),
        total: decimalOf(order.total, priceCurrency),
        priceCurrency,
        // 0 is a guest.
        customerRef: customer === undefined || customer === '0' ? undefined : ports.hash(`woocommerce ${customer}`),
        ...woocommerceReferences(ports, order),
        partial: false,
      });
      return { ...known, events: eventsOf(topic, status, data, time) };
    },
  };
  return reader;
}

interface RefundedOrder {
  readonly orderNumber: string;
  readonly priceCurrency: string;
  readonly refunded: Remembered<string>;
}

/** The sum of all refunds of the order, less what was told before. */
function readRefund(
  order: WireObject,
  { orderNumber, priceCurrency, refunded }: RefundedOrder,
  known: Known & { time: string | undefined },
): ShopMessage {
  const { time, ...message } = known;
  const refunds = objectsOf(order.refunds);
  const totals = refunds.map(({ total }) => decimalOf(total, priceCurrency)?.replace('-', ''));
  if (totals.includes(undefined)) return malformed('a total of refunds is no amount');
  const sum = totals.length > 0 ? sumOf(totals as string[], priceCurrency) : decimalOf(order.total, priceCurrency);
  if (sum === undefined) return malformed('the refunded amount is missing');
  const before = refunded.get(orderNumber);
  const amount = before === undefined ? sum : sumOf([sum, `-${before}`], priceCurrency);
  if (amount === undefined || (before !== undefined && !/[1-9]/.test(amount.replace(/^-.*/, '')))) {
    return ignored('this refund was told before', known.key);
  }
  refunded.set(orderNumber, sum);
  const reason = refunds.map((refund) => asText(refund.reason)).find((each) => each !== undefined);
  const data = compact({ orderNumber, amount, priceCurrency, orderedItem: [], reason });
  return { ...message, events: [{ type: 'shop.order.refunded', data, time }] };
}

function itemOf(value: unknown, currency: string): object[] {
  const item = asObject(value);
  const orderQuantity = asCount(item?.quantity);
  if (item === null || orderQuantity === undefined) return [];
  return [
    compact({
      productID: idOf(item, 'product_id'),
      sku: asText(item.sku) ?? realId(item, 'variation_id'),
      name: asText(item.name),
      orderQuantity,
      price: decimalOf(item.price, currency),
    }),
  ];
}

function readProduct(product: WireObject, known: Known, priceCurrency: string): ShopMessage {
  const own = idOf(product, 'id');
  if (own === undefined) return malformed('id is missing');
  // A variation is a product of its own here; shops and viewers know its parent.
  const parent = realId(product, 'parent_id');
  const reference = compact({
    productID: parent ?? own,
    sku: asText(product.sku) ?? (parent === undefined ? undefined : own),
    name: asText(product.name),
  });
  const time = utc(product.date_modified_gmt);
  const events: ShopDraft[] = [];
  const level = product.manage_stock === true ? asInteger(product.stock_quantity) : undefined;
  if (level !== undefined) {
    const { productID, sku } = reference;
    const availability = AVAILABILITY[asText(product.stock_status) ?? ''];
    events.push({ type: 'shop.stock.updated', data: compact({ productID, sku, inventoryLevel: Number(level), availability }), time }); // prettier-ignore
  }
  const price = decimalOf(product.price, priceCurrency);
  if (price !== undefined) events.push({ type: 'shop.offer.changed', data: { product: reference, price, priceCurrency }, time }); // prettier-ignore
  return events.length === 0 ? ignored('neither stock nor price in it', known.key) : { ...known, events };
}

/** An id that is not 0, which stands for "none". */
function realId(value: WireObject, key: string): string | undefined {
  const id = idOf(value, key);
  return id === '0' ? undefined : id;
}

/** `*_gmt` is UTC without a Z. */
function utc(value: unknown): string | undefined {
  return timeOfText(value);
}
