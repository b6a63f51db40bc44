import type { OrderStatus } from '@livecue/shared/event';
import * as z from 'zod';
import type { CreateDecoder, WireAnswer } from '../../connector.ts';
import { parseSetup } from '../../decoding/setup.ts';
import { asInteger, asObject, asText, part, readJson, timeOfSeconds, type WireObject } from '../../decoding/wire-value.ts'; // prettier-ignore
import { derivedKey, idOf, type OrderData, secretField, ShopSource } from '../shop-fields.ts';
import { bodyText, type ShopRequest } from '../shop-request.ts';
import {
  createShopDecoder, ignored, malformed, refetch, unknown, type Checked, type ShopDraft, type ShopMessage,
} from '../shop-decoder.ts'; // prettier-ignore
import { sameText } from '../signature.ts';
import { aesKey, decryptMessage, signatureOf } from './cipher.ts';
import { readXml } from './xml.ts';

export const WechatShopSetup = z.object({
  token: secretField('Token of the message push'),
  appid: z.string().min(1).max(128),
  encoding_aes_key: secretField(
    'EncodingAESKey of the message push',
    z.string().regex(/^[A-Za-z0-9+/]{43}$/, 'expected the 43 characters of EncodingAESKey'),
  ),
  source: ShopSource.describe('shop/wechat-shop/<original id>'),
  app_secret: secretField(
    'AppSecret of the shop, with which orders are read; absent: they are counted as hints',
  ).optional(),
  require_encryption: z
    .boolean()
    .default(false)
    .describe('Refuse the plain mode, in which the body is not signed: whoever saw one address could send anything'),
  tolerance_sec: z.int().min(1).max(86_400).optional().describe('Seconds a request may be older or newer than our clock; absent: any age, repetitions are told by the message'), // prettier-ignore
});

const ANSWER: WireAnswer = { status: 200, body: 'success', contentType: 'text/plain' };

const ORDER_EVENTS: Readonly<Record<string, readonly [ShopDraft['type'], OrderStatus]>> = {
  channels_ec_order_new: ['shop.order.created', 'OrderPaymentDue'],
  channels_ec_order_pay: ['shop.order.paid', 'OrderProcessing'],
  channels_ec_order_cancel: ['shop.order.cancelled', 'OrderCancelled'],
  channels_ec_order_deliver: ['shop.order.updated', 'OrderInTransit'],
  channels_ec_order_confirm: ['shop.order.updated', 'OrderDelivered'],
};

/** Known events that the room does not need, by the part of the shop that they tell of. */
const IGNORED =
  /^(channels_ec_(brand|category|complaint|coupon|guarantee|vip|acct|account|withdraw|fund|sharer|talent|promoter|warehouse|delivery|logistics|freight|evaluation|comment|order_settle|violation|shop)|(head_)?supplier_|product_(category|brand)|product_spu_audit)/;
const LISTING = /^product_spu_/;

/** 微信小店: each message is a hint, JSON or XML, usually encrypted. There is no message id. */
export const createDecoder: CreateDecoder = (setup, ports) => {
  const config = parseSetup(WechatShopSetup, setup, 'wechat-shop');
  const key = aesKey(config.encoding_aes_key);

  function check(request: ShopRequest): Checked {
    const { timestamp = '', nonce = '', signature = '', msg_signature: messageSignature, echostr } = request.query;
    const aheadS = Math.abs(Number(timestamp) - ports.nowMs() / 1000);
    if (config.tolerance_sec !== undefined && !(aheadS <= config.tolerance_sec)) return { refused: 'the timestamp is too old or too new' }; // prettier-ignore
    const plainFits = () => sameText(signature, signatureOf([config.token, timestamp, nonce]));
    if (request.method === 'GET') return checkAddress(echostr, plainFits);
    const encrypted = encryptedPart(request);
    if (encrypted === null) {
      if (config.require_encryption || messageSignature !== undefined) return { refused: 'the body is not encrypted' };
      return plainFits() ? { verified: true } : { refused: 'signature' };
    }
    const expected = signatureOf([config.token, timestamp, nonce, encrypted]);
    if (!sameText(messageSignature ?? '', expected)) return { refused: 'msg_signature does not fit' };
    const body = decryptMessage(key, encrypted, config.appid);
    return body === null ? { refused: 'cannot be decrypted, or the app id at the end is another' } : { verified: true, body }; // prettier-ignore
  }

  function checkAddress(echostr: string | undefined, fits: () => boolean): Checked {
    if (echostr === undefined) return { refused: 'echostr is missing' };
    if (!fits()) return { refused: 'signature' };
    const answer = { status: 200, body: echostr, contentType: 'text/plain' };
    return { outcome: 'control', reason: 'the address was saved: echostr is answered as it is', answer };
  }

  function read(body: unknown): ShopMessage {
    const message = asObject(body);
    const event = asText(message?.Event);
    if (message === null) return malformed('expected an object');
    if (event === undefined) {
      return asText(message.MsgType) === undefined ? malformed('MsgType or Event is missing') : ignored('no event of the shop'); // prettier-ignore
    }
    const { id, ...named } = derive(message, event);
    return readEvent(event, message, { ...named, id, key: id, source: config.source, derived: true });
  }

  return createShopDecoder(ports, () => ({ idPrefix: 'wechat-shop', answer: ANSWER, check, parse: readBody, read }));
};

function readBody(text: string): unknown {
  return /^\uFEFF?\s*</.test(text) ? readXml(text) : readJson(text);
}

/** The only field that is read before the signature is checked: it is what the signature covers. */
function encryptedPart(request: ShopRequest): string | null {
  const text = bodyText(request);
  const body = text === null ? null : asObject(readBody(text));
  return asText(body?.Encrypt) ?? null;
}

interface Identity {
  readonly id: string;
  readonly key: string;
  readonly source: string;
  readonly derived: true;
  readonly time: string | undefined;
  readonly orderId: string | undefined;
  readonly stock: WireObject;
}

/** Key of a message without id: sender, CreateTime, event, and the order or product it tells of. */
function derive(message: WireObject, event: string): Pick<Identity, 'id' | 'time' | 'orderId' | 'stock'> {
  const orderId = idOf(part(message, 'order_info'), 'order_id');
  const stock = part(message, 'channels_ec_stock_no_enough');
  const product = [idOf(stock, 'product_id'), idOf(stock, 'sku_id')];
  const things = [orderId, ...product, idOf(afterSale(message), 'after_sale_order_id'), idOf(listing(message), 'product_id')]; // prettier-ignore
  const parts = [idOf(message, 'FromUserName'), idOf(message, 'CreateTime'), event, ...things];
  return { id: derivedKey(parts.map((each) => each ?? '')), time: timeOfSeconds(message.CreateTime), orderId, stock };
}

const afterSale = (message: WireObject) => part(message, 'finder_shop_aftersale_status_update');

/** Listing messages hold their product in an object named after the event. */
function listing(message: WireObject): WireObject {
  for (const value of Object.values(message)) {
    const object = asObject(value);
    if (object !== null && idOf(object, 'product_id') !== undefined) return object;
  }
  return {};
}

function readEvent(event: string, message: WireObject, identity: Identity): ShopMessage {
  const { key, orderId } = identity;
  const order = Object.hasOwn(ORDER_EVENTS, event) ? ORDER_EVENTS[event] : undefined;
  if (order !== undefined) return readOrder(order, part(message, 'order_info'), identity);
  if (event === 'channels_ec_stock_no_enough') return readStock(identity);
  if (event === 'channels_ec_order_ext_info_update') {
    return orderId === undefined ? malformed('order_info.order_id is missing') : refetch(`order ${orderId}`, key);
  }
  if (event.startsWith('channels_ec_aftersale_')) {
    const id = idOf(afterSale(message), 'after_sale_order_id');
    return id === undefined ? malformed('after_sale_order_id is missing') : refetch(`after-sale order ${id}`, key);
  }
  if (IGNORED.test(event)) return ignored('nothing the room needs', key);
  if (LISTING.test(event)) {
    const id = idOf(listing(message), 'product_id');
    return id === undefined ? malformed('product_id is missing') : refetch(`product ${id}`, key);
  }
  return unknown(`event ${/^\w{1,64}$/.test(event) ? event : 'of another form'}`, key);
}

function readOrder(
  [type, status]: readonly [ShopDraft['type'], OrderStatus],
  info: WireObject,
  identity: Identity,
): ShopMessage {
  // prettier-ignore
  const { orderId, id, key, source, derived } = identity;
  if (orderId === undefined) return malformed('order_info.order_id is missing');
  const data: OrderData = { orderNumber: orderId, orderStatus: status, priceCurrency: 'CNY', partial: true };
  const time = timeOfSeconds(info.pay_time) ?? identity.time;
  return { id, key, source, derived, events: [{ type, data, time }] };
}

/** Sent when 20 % and 10 % of the last set stock are left. */
function readStock({ stock, id, key, source, derived, time }: Identity): ShopMessage {
  const productID = idOf(stock, 'product_id');
  const left = asInteger(stock.remaining_stock_amount);
  if (productID === undefined || left === undefined)
    return malformed('product_id or remaining_stock_amount is missing');
  const availability = left > 0n ? 'LimitedAvailability' : 'OutOfStock';
  const data = { productID, sku: idOf(stock, 'sku_id'), inventoryLevel: Number(left), availability };
  return { id, key, source, derived, events: [{ type: 'shop.stock.updated', data, time }] };
}
