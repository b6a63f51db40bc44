import type { OrderStatus } from '@livecue/shared/event';
import * as z from 'zod';
import type { CreateDecoder } from '../../connector.ts';
import { parseSetup, SetupId } from '../../decoding/setup.ts';
import { asCount, asId, asObject, readJson, timeOfMs, timeOfSeconds, type WireObject } from '../../decoding/wire-value.ts'; // prettier-ignore
import { derivedKey, idOf, type OrderData, secretField, yuanOfFen } from '../shop-fields.ts';
import type { ShopRequest } from '../shop-request.ts';
import {
  control, createShopDecoder, ignored, malformed, refetch, unknown, type Checked, type ShopDraft, type ShopMessage,
} from '../shop-decoder.ts'; // prettier-ignore
import { sameText } from '../signature.ts';
import { eventSignHmac, eventSignMd5 } from './signing.ts';

export const DoudianSetup = z.object({
  app_key: z.string().min(1).max(256),
  app_secret: secretField('Secret of the application'),
  shop_id: SetupId.optional().describe('The shop whose orders are read, by an application of its own; absent: they are counted as hints'),
}); // prettier-ignore

const ANSWER = { status: 200, body: '{"code":0,"msg":"success"}', contentType: 'application/json' };

interface OrderTag {
  readonly type: ShopDraft['type'];
  readonly status: OrderStatus;
  readonly time: string;
  /** Field with the total in fen. */
  readonly total?: string;
}

/** The tag decides: in some messages `order_status` is still the one before. */
const ORDER_TAGS: Readonly<Record<string, OrderTag>> = {
  100: { type: 'shop.order.created', status: 'OrderPaymentDue', time: 'create_time' },
  103: { type: 'shop.order.updated', status: 'OrderDelivered', time: 'complete_time' },
  106: { type: 'shop.order.cancelled', status: 'OrderCancelled', time: 'cancel_time' },
  108: { type: 'shop.order.updated', status: 'OrderInTransit', time: 'update_time' },
  // Only what is not paid yet can change its amount.
  109: { type: 'shop.order.updated', status: 'OrderPaymentDue', time: 'modify_time', total: 'total_amount' },
  110: { type: 'shop.order.paid', status: 'OrderProcessing', time: 'pay_time', total: 'pay_amount' },
};

/** 抖店 messages: arrays of `{tag, msg_id, data}`, hints of what happened to an order. */
export const createDecoder: CreateDecoder = (setup, ports) => {
  const { app_key: appKey, app_secret: appSecret } = parseSetup(DoudianSetup, setup, 'doudian');

  /** Two forms exist, told apart by their length. */
  function check({ headers, bytes }: ShopRequest): Checked {
    const given = headers['event-sign']?.toLowerCase();
    if (!given) return { refused: 'the event-sign header is missing' };
    const sign = given.length === 32 ? eventSignMd5 : given.length === 64 ? eventSignHmac : null;
    if (sign === null) return { refused: 'event-sign has neither 32 nor 64 hex digits' };
    return sameText(given, sign(appKey, appSecret, bytes)) ? { verified: true } : { refused: 'the signature does not fit' };
  } // prettier-ignore

  function read(body: unknown): readonly ShopMessage[] | ShopMessage {
    if (Array.isArray(body)) return body.length === 0 ? control('test call of the console') : body.map(readMessage);
    return readMessage(body);
  }

  return createShopDecoder(ports, () => ({ idPrefix: 'doudian', answer: ANSWER, check, read }));
};

function readMessage(value: unknown): ShopMessage {
  const message = asObject(value);
  const tag = asId(message?.tag);
  if (message === null || tag === undefined) return malformed('expected {tag, msg_id, data}');
  const data = asObject(typeof message.data === 'string' ? readJson(message.data) : message.data);
  // The console's test call has tag 0 and a bare time as data.
  if (tag === '0' && data === null) return control('test call of the console');
  if (data === null) return malformed('data: expected an object, or JSON text of one');
  const native = idOf(message, 'msg_id', 'msgId');
  const id = native ?? derivedKey([tag, JSON.stringify(data, numberAsText)]);
  return readTag(tag, data, { key: id, id, derived: native === undefined });
}

interface Key {
  readonly key: string;
  readonly id: string;
  readonly derived: boolean;
}

function readTag(tag: string, data: WireObject, key: Key): ShopMessage {
  const order = Object.hasOwn(ORDER_TAGS, tag) ? ORDER_TAGS[tag] : undefined;
  if (order !== undefined) return readOrder(order, data, key);
  const number = asCount(tag) ?? -1;
  if (tag === '206') return readRefund(data, key);
  if (tag === '111' || tag === '113') return ignored('address or memo: nothing the room needs', key.key);
  if (number >= 200 && number < 300) return ignored('step of an after-sale case; tag 206 is the refund', key.key);
  if (number >= 500 && number < 600) return ignored('distribution order', key.key);
  if (tag === '400') return again('product', data, 'product_id', key);
  // 0, 112 and the steps of an order that are not confirmed: the order itself says what they mean.
  if (tag === '0' || (number > 100 && number < 120)) return again('order', data, 'p_id', key);
  return unknown(`tag ${tag.slice(0, 16)}`, key.key);
}

function readOrder(tag: OrderTag, data: WireObject, key: Key): ShopMessage {
  const orderNumber = idOf(data, 'p_id');
  const source = sourceOf(data);
  if (orderNumber === undefined || source === undefined) return malformed('data.p_id or data.shop_id is missing');
  const order: OrderData = {
    orderNumber,
    orderStatus: tag.status,
    total: tag.total === undefined ? undefined : yuanOfFen(data[tag.total]),
    priceCurrency: 'CNY',
    partial: true,
  };
  return { ...key, source, events: [{ type: tag.type, data: order, time: timeOf(data[tag.time]) }] };
}

function readRefund(data: WireObject, key: Key): ShopMessage {
  const orderNumber = idOf(data, 'p_id');
  const source = sourceOf(data);
  const amount = yuanOfFen(data.refund_amount);
  if (orderNumber === undefined || source === undefined || amount === undefined) {
    return malformed('data.p_id, data.shop_id or data.refund_amount is missing');
  }
  const refund = { orderNumber, amount, priceCurrency: 'CNY', orderedItem: [] };
  return { ...key, source, events: [{ type: 'shop.order.refunded', data: refund, time: timeOf(data.success_time) }] };
}

function again(what: string, data: WireObject, field: string, { key }: Key): ShopMessage {
  const id = idOf(data, field);
  return id === undefined ? malformed(`data.${field} is missing`) : refetch(`${what} ${id}`, key);
}

function sourceOf(data: WireObject): string | undefined {
  const shop = idOf(data, 'shop_id');
  return shop === undefined || /\s/.test(shop) ? undefined : `shop/doudian/${shop}`;
}

/** Seconds. Some carry eleven digits, which no second of ours has: then the receive time counts. */
function timeOf(value: unknown): string | undefined {
  const count = asCount(value);
  if (count === undefined) return undefined;
  return count < 1e10 ? timeOfSeconds(count) : count >= 1e12 ? timeOfMs(count) : undefined;
}

/** The same message has an id as a number here and as text there. */
function numberAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' || typeof value === 'number' ? String(value) : value;
}
