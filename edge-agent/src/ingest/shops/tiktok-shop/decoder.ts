import type { OrderStatus } from '@livecue/shared/event';
import * as z from 'zod';
import type { CreateDecoder } from '../../connector.ts';
import { parseSetup, SetupId } from '../../decoding/setup.ts';
import { asId, asObject, asText, part, type WireObject } from '../../decoding/wire-value.ts';
import {
  derivedKey,
  idOf,
  type OrderData,
  secretField,
  SetupCurrency,
  ShopSource,
  timeOfEither,
} from '../shop-fields.ts';
import type { ShopRequest } from '../shop-request.ts';
import {
  createShopDecoder, ignored, malformed, refetch, unknown, type Checked, type ShopDraft, type ShopMessage,
} from '../shop-decoder.ts'; // prettier-ignore
import { hmacSha256, sameText } from '../signature.ts';

export const TiktokShopSetup = z.object({
  app_key: z.string().min(1).max(256),
  app_secret: secretField('Secret of the application'),
  shop_id: SetupId.describe('Messages of other shops of the same app are ignored'),
  source: ShopSource.describe('shop/tiktok-shop/<shop id>'),
  currency: SetupCurrency.describe("Currency of the shop's region: messages carry none"),
  access_token: secretField('Access token of the shop, with which orders are read; absent: they are counted as hints').optional(),
  refresh_token: secretField('Refresh token of the shop, with which the agent renews the access token; absent: somebody does it, every week').optional(),
  shop_cipher: secretField('Cipher of the shop, as /authorization/202309/shops tells it').optional(),
}); // prettier-ignore

/** Order status → event and schema.org status. */
export const ORDER_STATUS: Readonly<Record<string, readonly [ShopDraft['type'], OrderStatus]>> = {
  UNPAID: ['shop.order.created', 'OrderPaymentDue'],
  ON_HOLD: ['shop.order.paid', 'OrderProcessing'],
  AWAITING_SHIPMENT: ['shop.order.paid', 'OrderProcessing'],
  AWAITING_COLLECTION: ['shop.order.updated', 'OrderProcessing'],
  PARTIALLY_SHIPPING: ['shop.order.updated', 'OrderInTransit'],
  IN_TRANSIT: ['shop.order.updated', 'OrderInTransit'],
  DELIVERED: ['shop.order.updated', 'OrderDelivered'],
  COMPLETED: ['shop.order.updated', 'OrderDelivered'],
  CANCELLED: ['shop.order.cancelled', 'OrderCancelled'],
};

/** Hex HMAC-SHA256 of app key and body, keyed with the app secret. */
export function signatureOf(appKey: string, appSecret: string, body: Uint8Array | string): string {
  return hmacSha256(appSecret, [appKey, body]).toString('hex');
}

export const createDecoder: CreateDecoder = (setup, ports) => {
  const config = parseSetup(TiktokShopSetup, setup, 'tiktok-shop');

  function check({ headers, bytes }: ShopRequest): Checked {
    const given = headers.authorization;
    if (!given) return { refused: 'the Authorization header is missing' };
    const fits = sameText(given.toLowerCase(), signatureOf(config.app_key, config.app_secret, bytes));
    return fits ? { verified: true } : { refused: 'the signature does not fit' };
  }

  function orderEvent(message: WireObject, key: Key, type: ShopDraft['type'], status: OrderStatus): ShopMessage {
    const data = part(message, 'data');
    const orderNumber = idOf(data, 'order_id');
    if (orderNumber === undefined) return malformed('data.order_id is missing');
    const order: OrderData = { orderNumber, orderStatus: status, priceCurrency: config.currency, partial: true };
    const time = timeOfEither(data.update_time) ?? timeOfEither(message.timestamp);
    return { ...key, source: config.source, events: [{ type, data: order, time }] };
  }

  function readOrderStatus(message: WireObject, key: Key): ShopMessage {
    const data = part(message, 'data');
    const status = asText(data.order_status);
    if (status === undefined) return malformed('data.order_status is missing');
    const mapped = Object.hasOwn(ORDER_STATUS, status) ? ORDER_STATUS[status] : undefined;
    return mapped === undefined ? again('order', data, 'order_id', key) : orderEvent(message, key, ...mapped);
  }

  function readCancellation(message: WireObject, key: Key): ShopMessage {
    const data = part(message, 'data');
    const finished = /^CANCELLATION_REQUEST_COMPLETED?$/.test(asText(data.cancel_status) ?? '');
    if (!finished) return again('order', data, 'order_id', key);
    return orderEvent(message, key, 'shop.order.cancelled', 'OrderCancelled');
  }

  function readType(type: string, message: WireObject, key: Key): ShopMessage {
    const data = part(message, 'data');
    switch (type) {
      case '1':
        return readOrderStatus(message, key);
      case '3':
      case '4':
        return ignored('nothing the room needs', key.key);
      case '5':
      case '15':
      case '16':
        return again('product', data, 'product_id', key);
      case '6':
        return { outcome: 'control', reason: 'failed: the shop took the permission away', state: 'failed' };
      case '7':
        return { outcome: 'control', reason: 'degraded: the permission ends soon', state: 'degraded' };
      case '11':
        return readCancellation(message, key);
      case '12':
        return again('order', data, 'order_id', key);
      case '27':
        // The fields of data are not confirmed, so nothing is read from them.
        return refetch('stock', key.key);
      default:
        return unknown(`type ${type.slice(0, 16)}`, key.key);
    }
  }

  function read(body: unknown, { bytes }: ShopRequest): ShopMessage {
    const message = asObject(body);
    const type = asId(message?.type);
    if (message === null || type === undefined) return malformed('expected {type, shop_id, timestamp, data}');
    const shop = asId(message.shop_id);
    if (shop !== undefined && shop !== config.shop_id) return ignored('a shop that is not configured');
    const native = asId(message.tts_notification_id);
    const id = native ?? derivedKey([bytes]);
    return readType(type, message, { key: id, id, derived: native === undefined });
  }

  return createShopDecoder(ports, () => ({ idPrefix: 'tiktok-shop', answer: { status: 200 }, check, read }));
};

interface Key {
  readonly key: string;
  readonly id: string;
  readonly derived: boolean;
}

function again(what: string, data: WireObject, field: string, { key }: Key): ShopMessage {
  const id = idOf(data, field);
  return id === undefined ? malformed(`data.${field} is missing`) : refetch(`${what} ${id}`, key);
}
