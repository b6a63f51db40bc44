import { stringify } from 'lossless-json';
import type * as z from 'zod';
import { endpointOf, under } from '../../connecting/endpoint.ts';
import type { ConnectorContext, WireInput } from '../../connector.ts';
import { timeOfText, type WireObject } from '../../decoding/wire-value.ts';
import type { ListAnswer, OrderListing } from '../catch-up.ts';
import { callShop } from '../shop-call.ts';
import { idOf, objectsOf } from '../shop-fields.ts';
import { READ_ROUTE } from '../shop-request.ts';
import type { ShopifySetup } from './decoder.ts';

const PATH = '/admin/api/2026-07/orders.json';
const PAGE = '250';

/** Orders of a Shopify shop by their last change (REST Admin API); null without a token. Endpoint `shopify-api`, else the shop's domain. */
export function openOrderListing(settings: z.output<typeof ShopifySetup>, context: ConnectorContext): OrderListing | null { // prettier-ignore
  const { admin_token: token, shop_domain: domain } = settings;
  if (token === undefined) return null;
  const endpoints = domain === undefined ? context.endpoints : { 'shopify-api': `https://${domain}`, ...context.endpoints };
  const base = endpointOf({ endpoints }, 'shopify-api', 'shopify');

  async function page(since: string, next: string | null, signal: AbortSignal): Promise<ListAnswer> {
    const url = under(base, PATH);
    const query: Record<string, string> = next === null ? { status: 'any', order: 'updated_at asc', updated_at_min: since } : { page_info: next }; // prettier-ignore
    url.search = new URLSearchParams({ ...query, limit: PAGE }).toString();
    const answer = await callShop(context, url, signal, { headers: { 'x-shopify-access-token': token! } });
    if (answer.status === 401 || answer.status === 403) {
      return { failed: `Shopify refuses the Admin API token (${answer.status}): it needs the permission read_orders` };
    }
    if (answer.status !== 200 || !Array.isArray(answer.body?.orders)) {
      return { retry: `Shopify answers ${answer.status}`, atLeastMs: answer.retryAfterMs };
    }
    const orders = objectsOf(answer.body.orders);
    const times = orders.flatMap((order) => timeOfText(order.updated_at) ?? []);
    return {
      messages: orders.map((order) => messageOf(order, since)),
      newest: times.length === 0 ? null : times.reduce((a, b) => (a > b ? a : b)),
      next: nextPage(answer.headers.get('link')),
      quotaLeft: callsLeft(answer.headers.get('x-shopify-shop-api-call-limit')),
    };
  }

  return { page };
} // prettier-ignore

/** As the webhook would have told it: an order that is younger than the last look is a new one. */
function messageOf(order: WireObject, since: string): WireInput {
  const isNew = (timeOfText(order.created_at) ?? '') >= since;
  const headers = {
    'x-shopify-topic': isNew ? 'orders/create' : 'orders/updated',
    'x-shopify-event-id': `read-${idOf(order, 'id')}-${timeOfText(order.updated_at)}`,
  };
  return { route: READ_ROUTE, headers, text: stringify(order) ?? '' };
}

/** `<https://…?page_info=abc&limit=250>; rel="next"`: of the address only the page is taken, never the host. */
function nextPage(link: string | null): string | null {
  const address = /<([^>]*)>;\s*rel="?next"?/.exec(link ?? '')?.[1];
  return address === undefined ? null : (URL.parse(address)?.searchParams.get('page_info') ?? null);
}

/** `32/40`: used of a bucket that leaks two a second. */
function callsLeft(header: string | null): number | undefined {
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(header ?? '');
  return match === null ? undefined : Math.max(0, Number(match[2]) - Number(match[1]));
}
