import type { OrderStatus } from '@livecue/shared/event';
import type * as z from 'zod';
import { endpointOf, under } from '../../connecting/endpoint.ts';
import type { CanonicalWireEvent, ConnectorContext } from '../../connector.ts';
import { asCount, asText, compact, part, timeOfSeconds, type WireObject } from '../../decoding/wire-value.ts';
import { createAccessToken, type TokenAnswer } from '../access-token.ts';
import { callShop, type ShopAnswer } from '../shop-call.ts';
import { idOf, objectsOf, yuanOfFen } from '../shop-fields.ts';
import type { ReadAnswer, ReadOrder, ShopApi } from '../shop-reading.ts';
import type { WechatShopSetup } from './decoder.ts';

const THING = /^(order|after-sale order) (\d{1,32})$/;
const STATUS: Readonly<Record<string, OrderStatus>> = { 10: 'OrderPaymentDue', 12: 'OrderPaymentDue', 13: 'OrderProcessing', 20: 'OrderProcessing', 21: 'OrderInTransit', 30: 'OrderInTransit', 100: 'OrderDelivered', 200: 'OrderCancelled', 250: 'OrderCancelled' }; // prettier-ignore
/** The access token is not good (any more): another is asked for. */
const TOKEN_CODES: ReadonlySet<string> = new Set(['40001', '40014', '42001']);
/** App id, secret, address of the caller or permission is refused. */
const REFUSED_CODES: ReadonlySet<string> = new Set(['40013', '40125', '40164', '40243', '48001', '61007']);
/** The money went back, with or without the goods. */
const REFUNDED: ReadonlySet<string> = new Set(['MERCHANT_REFUND_SUCCESS', 'MERCHANT_RETURN_SUCCESS']);

/** Orders and after-sale orders of a 微信小店 by number; null without the AppSecret. Endpoint `wechat-api`. */
export function openOrderApi(settings: z.output<typeof WechatShopSetup>, context: ConnectorContext): ShopApi | null {
  const { appid, app_secret: secret, source } = settings;
  if (secret === undefined) return null;
  const base = endpointOf(context, 'wechat-api', 'wechat-shop');
  const call = (path: string, body: object, signal: AbortSignal) => callShop(context, under(base, path), signal, { method: 'POST', body: JSON.stringify(body) }); // prettier-ignore

  const token = createAccessToken(context, async (signal): Promise<TokenAnswer> => {
    // The stable one: asking for it does not end the one that another program of the shop holds.
    const answer = await call('/cgi-bin/stable_token', { grant_type: 'client_credential', appid, secret }, signal);
    const given = asText(answer.body?.access_token);
    if (given !== undefined) return { token: given, lastsMs: (asCount(answer.body?.expires_in) ?? 7200) * 1000 };
    return TOKEN_CODES.has(codeOf(answer)) ? refusal(answer) : failureOf(answer);
  });

  async function read(thing: string, signal: AbortSignal): Promise<ReadAnswer> {
    const [, kind, number] = THING.exec(thing)!;
    const held = await token.get(signal);
    if (!('token' in held)) return held;
    const path = kind === 'order' ? '/channels/ec/order/get' : '/channels/ec/aftersale/getaftersaleorder';
    const body = kind === 'order' ? { order_id: number } : { after_sale_order_id: number };
    const answer = await call(`${path}?${new URLSearchParams({ access_token: held.token }).toString()}`, body, signal);
    if (TOKEN_CODES.has(codeOf(answer))) token.drop(held.token);
    if (answer.status !== 200 || codeOf(answer) !== '0') return failureOf(answer);
    if (kind !== 'order') return { events: refundOf(part(answer.body!, 'after_sale_order'), source) };
    const order = readOrder(part(answer.body!, 'order'), source, context);
    return order !== null && order.data.orderNumber === number ? { order } : { retry: `微信小店 has no order ${number}, or one that cannot be read` }; // prettier-ignore
  }

  return { idPrefix: 'wechat-shop', canRead: (thing) => THING.test(thing), read };
}

const codeOf = ({ body }: ShopAnswer) => (body === null ? '' : (idOf(body, 'errcode') ?? '0'));
const refusal = (answer: ShopAnswer) => ({ failed: `微信 refuses the shop's AppSecret (${codeOf(answer)}): check appid, AppSecret and the addresses that may call` }); // prettier-ignore

function failureOf(answer: ShopAnswer): ReadAnswer & TokenAnswer {
  if (REFUSED_CODES.has(codeOf(answer)) || answer.status === 401 || answer.status === 403) return refusal(answer);
  return { retry: `微信 answers ${codeOf(answer) || answer.status}`, atLeastMs: answer.retryAfterMs };
}

function readOrder(order: WireObject, source: string, { hash }: ConnectorContext): ReadOrder | null {
  const orderNumber = idOf(order, 'order_id');
  const status = idOf(order, 'status') ?? '';
  const orderStatus = Object.hasOwn(STATUS, status) ? STATUS[status]! : undefined;
  if (orderNumber === undefined || orderStatus === undefined) return null;
  const detail = part(order, 'order_detail');
  const buyer = asText(order.openid);
  return {
    source,
    createdTime: timeOfSeconds(order.create_time),
    paidTime: timeOfSeconds(part(detail, 'pay_info').pay_time),
    isCancelled: orderStatus === 'OrderCancelled',
    updatedTime: timeOfSeconds(order.update_time),
    data: compact({
      orderNumber,
      orderStatus,
      orderedItem: objectsOf(detail.product_infos).flatMap(itemOf),
      total: yuanOfFen(part(detail, 'price_info').order_price),
      priceCurrency: 'CNY',
      customerRef: buyer === undefined ? undefined : hash(`wechat-shop ${buyer}`),
      partial: false,
    }),
  };
}

function itemOf(line: WireObject): object[] {
  const orderQuantity = asCount(line.sku_cnt);
  if (orderQuantity === undefined) return [];
  return [compact({ productID: idOf(line, 'product_id'), sku: asText(line.sku_code) ?? idOf(line, 'sku_id'), name: asText(line.title), orderQuantity, price: yuanOfFen(line.sale_price) })]; // prettier-ignore
}

function refundOf(afterSale: WireObject, source: string): CanonicalWireEvent[] {
  const id = idOf(afterSale, 'after_sale_order_id');
  const orderNumber = idOf(afterSale, 'order_id');
  const amount = yuanOfFen(part(afterSale, 'refund_info').amount);
  if (id === undefined || orderNumber === undefined || amount === undefined || !REFUNDED.has(asText(afterSale.status) ?? '')) return []; // prettier-ignore
  const product = part(afterSale, 'product_info');
  const orderQuantity = asCount(product.count);
  const item = compact({ productID: idOf(product, 'product_id'), sku: idOf(product, 'sku_id'), orderQuantity });
  const data = { orderNumber, amount, priceCurrency: 'CNY', orderedItem: orderQuantity === undefined ? [] : [item] };
  const time = timeOfSeconds(afterSale.complete_time) ?? timeOfSeconds(afterSale.update_time);
  return [compact({ id: `wechat-shop:after-sale-${id}`, source, type: 'shop.order.refunded', time, idquality: 'native', data })] as unknown as CanonicalWireEvent[]; // prettier-ignore
}
