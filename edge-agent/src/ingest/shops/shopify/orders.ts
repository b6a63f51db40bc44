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
  'orders/fulfilled': 'shop.order.updated',
  'orders/partially_fulfilled': 'shop.order.updated',
};

const LETTERS: Readonly<Partial<Record<ShopDraft['type'], string>>> = { 'shop.order.created': 'c', 'shop.order.paid': 'p', 'shop.order.cancelled': 'x' }; // prettier-ignore

export const isOrderTopic = (topic: string) => Object.hasOwn(ORDER_EVENTS, topic);

/** Orders come in any order: an update that is older than what is known is not told. */
export function createOrderReader(config: { currency: string }, ports: DecoderPorts, recollection: Recollection) {
  const newest: Remembered<string> = recollection.map({
    name: 'newest-order',
    keepMs: MEMORY_MS,
    maxEntries: MAX_REMEMBERED,
  });

  /** Which of created, paid and cancelled was told of an order, as letters: each happens once, however late it is told. */
  const told: Remembered<string> = recollection.map({ name: 'told', keepMs: MEMORY_MS, maxEntries: MAX_REMEMBERED });
  const isTold = (orderNumber: string, type: ShopDraft['type']) => told.get(orderNumber)?.includes(LETTERS[type] ?? '-') === true; // prettier-ignore
  const note = (orderNumber: string, types: readonly ShopDraft['type'][]) => {
    const letters = types.map((type) => LETTERS[type] ?? '').join('');
    if (letters !== '') told.set(orderNumber, (told.get(orderNumber) ?? '') + letters);
  };

  function dataOf(order: WireObject, orderNumber: string, topic: string): OrderData {
    const priceCurrency = asText(order.currency) ?? config.currency;
    const customer = idOf(part(order, 'customer'), 'id');
    return compact({
      orderNumber,
      orderStatus: statusOf(order, topic),
      orderedItem: asArray(order.line_items).flatMap((item) => itemOf(item, priceCurrency)),
      total: decimalOf(order.total_price, priceCurrency),
      priceCurrency,
      customerRef: customer === undefined ? undefined : ports.hash(`shopify ${customer}`),
      ...shopifyReferences(ports, order),
      partial: false,
    });
  }

  return {
    read(order: WireObject, delivery: Delivery): ShopMessage {
      const { topic, known } = delivery;
      if (order.test === true) return ignored('test order', known.key);
      const orderNumber = idOf(order, 'id');
      if (orderNumber === undefined) return malformed('id is missing');
      const updated = timeOfText(order.updated_at);
      const before = newest.get(orderNumber);
      const type = ORDER_EVENTS[topic]!;
      if (type === 'shop.order.updated' && updated !== undefined && before !== undefined && updated < before) {
        return ignored('older than what is known of this order (updated_at)', known.key);
      }
      if (isTold(orderNumber, type)) return ignored('told before', known.key);
      if (updated !== undefined && (before === undefined || updated > before)) newest.set(orderNumber, updated);
      note(orderNumber, [type]);
      const data = dataOf(order, orderNumber, topic);
      return { ...known, events: [{ type, data, time: delivery.time ?? updated }] };
    },
    /** An order that was read through the API: what no message told of it. `topic` says whether it is a new one. */
    readAgain(order: WireObject, { topic, known }: Delivery): ShopMessage {
      if (order.test === true) return ignored('test order');
      const orderNumber = idOf(order, 'id');
      const updated = timeOfText(order.updated_at);
      if (orderNumber === undefined || updated === undefined) return malformed('id or updated_at is missing');
      const before = newest.get(orderNumber);
      const isNew = topic === 'orders/create';
      const data = dataOf(order, orderNumber, topic);
      const isPaid = data.orderStatus === 'OrderProcessing' || order.financial_status === 'paid';
      const happened: ShopDraft[] = [];
      // Of an old order that nobody knows any more, nobody knows either whether it was told that it is paid.
      if (isNew) happened.push({ type: 'shop.order.created', data, time: timeOfText(order.created_at) });
      if (isPaid && (isNew || before !== undefined)) happened.push({ type: 'shop.order.paid', data, time: timeOfText(order.processed_at) ?? updated }); // prettier-ignore
      const cancelled = timeOfText(order.cancelled_at);
      if (cancelled !== undefined) happened.push({ type: 'shop.order.cancelled', data, time: cancelled });
      const fresh = happened.filter(({ type }) => !isTold(orderNumber, type));
      if (fresh.length === 0 && (before === undefined || updated > before)) fresh.push({ type: 'shop.order.updated', data, time: updated }); // prettier-ignore
      if (fresh.length === 0) return ignored('known');
      if (before === undefined || updated > before) newest.set(orderNumber, updated);
      note(orderNumber, fresh.map(({ type }) => type)); // prettier-ignore
      return { id: known.id, source: known.source, events: fresh };
    },
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
