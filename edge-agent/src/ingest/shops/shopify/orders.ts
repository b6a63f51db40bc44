import type { OrderStatus } from '@livecue/shared/event';
import type { DecoderPorts } from '../../connector.ts';
import { asArray, asCount, asObject, asText, compact, part, timeOfText, type WireObject } from '../../decoding/wire-value.ts'; // prettier-ignore
import { shopifyReferences } from '../order-references.ts';
import type { Recollection, Remembered } from '../recollection.ts';
import { decimalOf, idOf, objectsOf, type OrderData, sumOf } from '../shop-fields.ts';
import { ignored, malformed, MAX_REMEMBERED, MEMORY_MS, type ShopDraft, type ShopMessage } from '../shop-decoder.ts';
import type { Delivery } from './delivery.ts';

const ORDER_EVENTS: Readonly<Record<string, ShopDraft['type']>> = {
  'orders/create': 'shop.order.created',
  'orders/paid': 'shop.order.paid',
  'orders/cancelled': 'shop.order.cancelled',
  'orders/updated': 'shop.order.updated',
  'orders/edited': 'shop.order.updated',
  'orders/fulfilled': 'shop.order.updated',
  'orders/partially_fulfilled': 'shop.order.updated',
};

export const isOrderTopic = (topic: string) => Object.hasOwn(ORDER_EVENTS, topic);

/** Orders come in any order: an update that is older than what is known is not told. */
export function createOrderReader(config: { currency: string }, ports: DecoderPorts, recollection: Recollection) {
  const newest: Remembered<string> = recollection.map({
    name: 'newest-order',
    keepMs: MEMORY_MS,
    maxEntries: MAX_REMEMBERED,
  });

  return (order: WireObject, delivery: Delivery): ShopMessage => {
    const { topic, known } = delivery;
    if (order.test === true) return ignored('test order', known.key);
    const orderNumber = idOf(order, 'id');
    if (orderNumber === undefined) return malformed('id is missing');
    const updated = timeOfText(order.updated_at);
    const before = newest.get(orderNumber);
    // Creation, payment and cancellation happen once and count however late they are told.
    const type = ORDER_EVENTS[topic]!;
    if (type === 'shop.order.updated' && updated !== undefined && before !== undefined && updated < before) {
      return ignored('older than what is known of this order (updated_at)', known.key);
    }
    if (updated !== undefined && (before === undefined || updated > before)) newest.set(orderNumber, updated);
    const priceCurrency = asText(order.currency) ?? config.currency;
    const customer = idOf(part(order, 'customer'), 'id');
    const data: OrderData = compact({
      orderNumber,
      orderStatus: statusOf(order, topic),
      orderedItem: asArray(order.line_items).flatMap((item) => itemOf(item, priceCurrency)),
      total: decimalOf(order.total_price, priceCurrency),
      priceCurrency,
      customerRef: customer === undefined ? undefined : ports.hash(`shopify ${customer}`),
      ...shopifyReferences(ports, order),
      partial: false,
    });
    return { ...known, events: [{ type, data, time: delivery.time ?? updated }] };
  };
}

/** What happened last decides: cancelled, refunded, sent, paid. */
function statusOf(order: WireObject, topic: string): OrderStatus {
  if (topic === 'orders/cancelled' || asText(order.cancelled_at) !== undefined) return 'OrderCancelled';
  switch (order.financial_status) {
    case 'refunded':
      return 'OrderReturned';
    case 'voided':
      return 'OrderCancelled';
    case 'expired':
      return 'OrderProblem';
  }
  if (order.fulfillment_status === 'fulfilled') return 'OrderInTransit';
  const paid = order.financial_status === 'paid' || order.financial_status === 'partially_refunded';
  return paid || topic === 'orders/paid' ? 'OrderProcessing' : 'OrderPaymentDue';
}

function itemOf(value: unknown, currency: string, quantity?: unknown): object[] {
  const item = asObject(value);
  const orderQuantity = asCount(quantity ?? item?.quantity);
  if (item === null || orderQuantity === undefined) return [];
  return [
    compact({
      productID: idOf(item, 'product_id'),
      sku: asText(item.sku) ?? idOf(item, 'variant_id'),
      name: asText(item.name) ?? asText(item.title),
      orderQuantity,
      price: decimalOf(item.price, currency),
    }),
  ];
}

/** The amount is the sum of the successful refund transactions, not of the lines. */
export function readRefund(refund: WireObject, { known, time }: Delivery, shopCurrency: string): ShopMessage {
  const orderNumber = idOf(refund, 'order_id');
  if (orderNumber === undefined) return malformed('order_id is missing');
  const lines = objectsOf(refund.refund_line_items);
  const transactions = objectsOf(refund.transactions).filter(
    ({ kind, status }) => kind === 'refund' && status === 'success',
  );
  if (transactions.length === 0) return ignored('no money went back', known.key);
  const currencies = [
    ...transactions.map(({ currency }) => asText(currency)),
    ...lines.map((line) => asText(part(part(line, 'subtotal_set'), 'shop_money').currency_code)),
  ];
  const priceCurrency = currencies.find((each) => each !== undefined) ?? shopCurrency;
  const amounts = transactions.map(({ amount }) => decimalOf(amount, priceCurrency));
  const amount = amounts.includes(undefined) ? undefined : sumOf(amounts as string[], priceCurrency);
  if (amount === undefined) return malformed('an amount of transactions is none');
  const orderedItem = lines.flatMap((line) => itemOf(line.line_item, priceCurrency, line.quantity));
  const data = compact({
    orderNumber,
    amount,
    priceCurrency,
    orderedItem,
    reason: asText(refund.note)?.slice(0, 2048),
  });
  return { ...known, events: [{ type: 'shop.order.refunded', data, time }] };
}
