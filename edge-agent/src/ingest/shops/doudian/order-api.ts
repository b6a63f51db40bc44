import type * as z from 'zod';
import { endpointOf, under } from '../../connecting/endpoint.ts';
import type { ConnectorContext } from '../../connector.ts';
import { asCount, asText, compact, part, timeOfSeconds, type WireObject } from '../../decoding/wire-value.ts';
import { createAccessToken, type TokenAnswer } from '../access-token.ts';
import { callShop, type ShopAnswer } from '../shop-call.ts';
import { idOf, objectsOf, yuanOfFen } from '../shop-fields.ts';
import type { ReadAnswer, ReadOrder, ShopApi } from '../shop-reading.ts';
import type { OrderStatus } from '@livecue/shared/event';
import type { DoudianSetup } from './decoder.ts';
import { signApiCall } from './signing.ts';

const ORDER = /^order (\d{1,32})$/;
const GOOD = '10000';
const STATUS: Readonly<Record<string, OrderStatus>> = { 1: 'OrderPaymentDue', 2: 'OrderProcessing', 3: 'OrderInTransit', 4: 'OrderCancelled', 5: 'OrderDelivered', 101: 'OrderInTransit', 105: 'OrderProcessing' }; // prettier-ignore
const TOKEN_TROUBLE = /access-token/;
const REFUSED = /app-key|app_key|sign|permission|authoriz|grant/;

/** Orders of a 抖店 by number, read by an application of the shop's own; null without its shop id. Endpoint `doudian-api`. */
export function openOrderApi(settings: z.output<typeof DoudianSetup>, context: ConnectorContext): ShopApi | null {
  const { app_key: appKey, app_secret: appSecret, shop_id: shopId } = settings;
  if (shopId === undefined) return null;
  const base = endpointOf(context, 'doudian-api', 'doudian');

  function call(method: string, params: Record<string, unknown>, token: string | null, signal: AbortSignal) {
    const timestamp = String(Math.floor(context.nowMs() / 1000));
    const { paramJson, sign } = signApiCall({ appKey, appSecret, method, params, timestamp, version: '2' });
    const url = under(base, `/${method.replaceAll('.', '/')}`);
    const query = { method, app_key: appKey, timestamp, v: '2', sign_method: 'hmac-sha256', sign };
    url.search = new URLSearchParams(token === null ? query : { ...query, access_token: token }).toString();
    return callShop(context, url, signal, { method: 'POST', body: paramJson });
  }

  const token = createAccessToken(context, async (signal): Promise<TokenAnswer> => {
    const answer = await call('token.create', { code: '', grant_type: 'authorization_self', shop_id: shopId }, null, signal); // prettier-ignore
    const data = part(answer.body ?? {}, 'data');
    const given = asText(data.access_token);
    if (given !== undefined) return { token: given, lastsMs: (asCount(data.expires_in) ?? 7200) * 1000 };
    return REFUSED.test(reasonOf(answer)) ? refusal(answer) : later(answer);
  });

  async function read(thing: string, signal: AbortSignal): Promise<ReadAnswer> {
    const number = ORDER.exec(thing)![1]!;
    const held = await token.get(signal);
    if (!('token' in held)) return held;
    const answer = await call('order.orderDetail', { shop_order_id: number }, held.token, signal);
    const reason = reasonOf(answer);
    if (codeOf(answer) !== GOOD) {
      if (TOKEN_TROUBLE.test(reason)) token.drop(held.token);
      return !TOKEN_TROUBLE.test(reason) && REFUSED.test(reason) ? refusal(answer) : later(answer);
    }
    const order = readOrder(part(part(answer.body!, 'data'), 'shop_order_detail'), shopId!, context);
    return order?.data.orderNumber === number ? { order } : { retry: `抖店 has no order ${number}, or one that cannot be read` }; // prettier-ignore
  }

  return { idPrefix: 'doudian', canRead: (thing) => ORDER.test(thing), read };
}

const codeOf = ({ body }: ShopAnswer) => (body === null ? undefined : (idOf(body, 'code') ?? idOf(body, 'err_no')));
const reasonOf = ({ body, status }: ShopAnswer) => status === 401 || status === 403 ? 'permission' : (asText(body?.sub_code) ?? ''); // prettier-ignore
const words = (answer: ShopAnswer) => [codeOf(answer) ?? answer.status, reasonOf(answer)].filter((part) => part !== '').join(' '); // prettier-ignore
const later = (answer: ShopAnswer) => ({ retry: `抖店 answers ${words(answer)}`, atLeastMs: answer.retryAfterMs });
const refusal = (answer: ShopAnswer) => ({ failed: `抖店 refuses the application (${words(answer)}): check its key, its secret and that the shop allows it` }); // prettier-ignore

function readOrder(order: WireObject, shopId: string, { hash }: ConnectorContext): ReadOrder | null {
  const orderNumber = idOf(order, 'order_id');
  const status = idOf(order, 'order_status') ?? '';
  const orderStatus = Object.hasOwn(STATUS, status) ? STATUS[status]! : undefined;
  if (orderNumber === undefined || orderStatus === undefined) return null;
  const buyer = asText(order.doudian_open_id) ?? asText(order.open_id);
  return {
    source: `shop/doudian/${shopId}`,
    createdTime: timeOfSeconds(order.create_time),
    // 0 until it is paid.
    paidTime: timeOfSeconds(order.pay_time),
    isCancelled: orderStatus === 'OrderCancelled',
    updatedTime: timeOfSeconds(order.update_time),
    data: compact({
      orderNumber,
      orderStatus,
      orderedItem: objectsOf(order.sku_order_list).flatMap(itemOf),
      total: yuanOfFen(order.pay_amount) ?? yuanOfFen(order.order_amount),
      priceCurrency: 'CNY',
      customerRef: buyer === undefined ? undefined : hash(`doudian ${buyer}`),
      partial: false,
    }),
  };
}

function itemOf(line: WireObject): object[] {
  const orderQuantity = asCount(line.item_num);
  if (orderQuantity === undefined) return [];
  const sku = asText(line.code) ?? asText(line.out_sku_id) ?? idOf(line, 'sku_id');
  return [compact({ productID: idOf(line, 'product_id'), sku, name: asText(line.product_name), orderQuantity, price: yuanOfFen(line.origin_amount) })]; // prettier-ignore
}
