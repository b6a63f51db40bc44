import type * as z from 'zod';
import { endpointOf, under } from '../../connecting/endpoint.ts';
import type { ConnectorContext } from '../../connector.ts';
import { asArray, asObject, asText, compact, part, timeOfSeconds, type WireObject } from '../../decoding/wire-value.ts';
import { callShop, type ShopAnswer } from '../shop-call.ts';
import { decimalOf, idOf, objectsOf } from '../shop-fields.ts';
import type { ReadAnswer, ReadOrder, ShopApi } from '../shop-reading.ts';
import { hmacSha256 } from '../signature.ts';
import { ORDER_STATUS, type TiktokShopSetup } from './decoder.ts';
import { codeOf, createShopToken } from './shop-token.ts';

const PATH = '/order/202309/orders';
const ORDER = /^order (\d{1,32})$/;
/** The access token is not good (any more): another is asked for. */
const TOKEN_CODES: ReadonlySet<string> = new Set(['105001', '105002', '36009004', '36009005']);
/** Codes of an application, a permission or a signature that is refused. */
const REFUSED = /^10[56]\d{3}$/;

/** Hex HMAC-SHA256, keyed with the app secret, of secret, path, sorted parameters, secret. */
export function signCall(secret: string, path: string, query: Readonly<Record<string, string>>): string {
  const sorted = Object.keys(query).sort().map((key) => key + query[key]!).join(''); // prettier-ignore
  return hmacSha256(secret, [secret, path, sorted, secret]).toString('hex');
}

/** Orders of TikTok Shop by number; null without credentials. Endpoints `tiktok-shop-api`, `tiktok-shop-auth`. */
export function openOrderApi(settings: z.output<typeof TiktokShopSetup>, context: ConnectorContext): ShopApi | null {
  const { shop_cipher: cipher, app_key: key, app_secret: secret } = settings;
  if ((settings.access_token ?? settings.refresh_token) === undefined || cipher === undefined) return null;
  const base = endpointOf(context, 'tiktok-shop-api', 'tiktok-shop');
  const token = createShopToken(settings, context);

  function ask(ids: string, accessToken: string, signal: AbortSignal): Promise<ShopAnswer> {
    const query = { app_key: key, ids, shop_cipher: cipher!, timestamp: String(Math.floor(context.nowMs() / 1000)) };
    const url = under(base, PATH);
    url.search = new URLSearchParams({ ...query, sign: signCall(secret, PATH, query) }).toString();
    return callShop(context, url, signal, { headers: { 'x-tts-access-token': accessToken } });
  }

  /** With a good token: one that is refused is renewed once. */
  async function read(thing: string, signal: AbortSignal): Promise<ReadAnswer> {
    const ids = ORDER.exec(thing)![1]!;
    for (let attempt = 0; ; attempt++) {
      const held = await token.get(signal);
      if (!('token' in held)) return held;
      const answer = await ask(ids, held.token, signal);
      const code = codeOf(answer);
      if (answer.status !== 401 && !TOKEN_CODES.has(code)) return orderOf(ids, answer);
      token.drop(held.token);
      if (attempt > 0)
        return { failed: `TikTok Shop refuses its own access token (${code}): authorise the shop again` };
    }
  }

  function orderOf(ids: string, answer: ShopAnswer): ReadAnswer {
    const code = codeOf(answer);
    if (answer.status === 403 || REFUSED.test(code)) {
      return { failed: `TikTok Shop refuses the application (${code}): check its secret and that it may read orders` };
    }
    if (answer.status !== 200 || code !== '0') {
      return { retry: `TikTok Shop answers ${code}`, atLeastMs: answer.retryAfterMs };
    }
    const orders = objectsOf(part(answer.body!, 'data').orders);
    const order = orders.map((each) => readOrder(each, settings, context)).find((each) => each?.data.orderNumber === ids); // prettier-ignore
    return order ? { order } : { retry: `TikTok Shop has no order ${ids}, or one that cannot be read` };
  }

  return { idPrefix: 'tiktok-shop', canRead: (thing) => ORDER.test(thing), read };
}

function readOrder(
  order: WireObject,
  { source, currency }: z.output<typeof TiktokShopSetup>,
  { hash }: ConnectorContext,
): ReadOrder | null {
  const orderNumber = idOf(order, 'id');
  const status = asText(order.status) ?? '';
  const mapped = Object.hasOwn(ORDER_STATUS, status) ? ORDER_STATUS[status]! : null;
  if (orderNumber === undefined || mapped === null) return null;
  const payment = part(order, 'payment');
  const priceCurrency = asText(payment.currency) ?? currency;
  const user = idOf(order, 'user_id');
  const createdTime = timeOfSeconds(order.create_time);
  const updatedTime = timeOfSeconds(order.update_time);
  // A sample or cash on delivery is never paid online: its status says that it goes on.
  const isPaid = mapped[0] !== 'shop.order.created' && mapped[0] !== 'shop.order.cancelled';
  return {
    source,
    createdTime,
    paidTime: timeOfSeconds(order.paid_time) ?? (isPaid ? (updatedTime ?? createdTime) : undefined),
    isCancelled: mapped[0] === 'shop.order.cancelled',
    updatedTime,
    data: compact({
      orderNumber,
      orderStatus: mapped[1],
      orderedItem: itemsOf(order, priceCurrency),
      total: decimalOf(payment.total_amount, priceCurrency),
      priceCurrency,
      customerRef: user === undefined ? undefined : hash(`tiktok-shop ${user}`),
      partial: false,
    }),
  };
}

/** Each line is one unit; units of one variant at one price are told together. */
function itemsOf(order: WireObject, currency: string): object[] {
  const items = new Map<string, { orderQuantity: number }>();
  for (const value of asArray(order.line_items)) {
    const line = asObject(value);
    if (line === null) continue;
    const price = decimalOf(line.sale_price, currency);
    const key = `${idOf(line, 'sku_id')}|${price}`;
    const before = items.get(key);
    if (before !== undefined) before.orderQuantity++;
    else items.set(key, compact({ productID: idOf(line, 'product_id'), sku: asText(line.seller_sku) ?? idOf(line, 'sku_id'), name: asText(line.product_name), orderQuantity: 1, price })); // prettier-ignore
  }
  return [...items.values()];
}
