import { stringify } from 'lossless-json';
import type * as z from 'zod';
import { endpointOf, under } from '../../connecting/endpoint.ts';
import type { ConnectorContext, WireInput } from '../../connector.ts';
import { asCount, timeOfText, type WireObject } from '../../decoding/wire-value.ts';
import type { ListAnswer, OrderListing } from '../catch-up.ts';
import { callShop } from '../shop-call.ts';
import { idOf, objectsOf } from '../shop-fields.ts';
import { READ_ROUTE } from '../shop-request.ts';
import type { WoocommerceSetup } from './decoder.ts';

const PATH = '/wp-json/wc/v3/orders';
const PAGE = '100';

/** Orders of a WooCommerce shop by their last change (REST API v3); null without a key. Endpoint `woocommerce-api`: the shop's address. */
export function openOrderListing(
  settings: z.output<typeof WoocommerceSetup>,
  context: ConnectorContext,
): OrderListing | null {
  // prettier-ignore
  const { consumer_key: key, consumer_secret: secret } = settings;
  if (key === undefined || secret === undefined) return null;
  const base = endpointOf(context, 'woocommerce-api', 'woocommerce');
  const authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`;

  async function page(since: string, next: string | null, signal: AbortSignal): Promise<ListAnswer> {
    const number = next ?? '1';
    const url = under(base, PATH);
    url.search = new URLSearchParams({ modified_after: since, dates_are_gmt: 'true', orderby: 'modified', order: 'asc', per_page: PAGE, page: number }).toString(); // prettier-ignore
    const answer = await callShop(context, url, signal, { headers: { authorization } });
    if (answer.status === 401 || answer.status === 403) {
      return { failed: `the shop refuses the REST key (${answer.status}): it needs the permission to read` };
    }
    if (answer.status !== 200 || !Array.isArray(answer.body?.items)) {
      return { retry: `the shop answers ${answer.status}`, atLeastMs: answer.retryAfterMs };
    }
    const orders = objectsOf(answer.body.items);
    const times = orders.flatMap((order) => timeOfText(order.date_modified_gmt) ?? []);
    const pages = asCount(answer.headers.get('x-wp-totalpages')) ?? 1;
    return {
      messages: orders.map((order) => messageOf(order, since)),
      newest: times.length === 0 ? null : times.reduce((a, b) => (a > b ? a : b)),
      next: Number(number) < pages ? String(Number(number) + 1) : null,
    };
  }

  return { page };
}

/** As the webhook would have told it: an order that is younger than the last look is a new one. */
function messageOf(order: WireObject, since: string): WireInput {
  const isNew = (timeOfText(order.date_created_gmt) ?? '') >= since;
  const headers = {
    'x-wc-webhook-topic': isNew ? 'order.created' : 'order.updated',
    'x-wc-webhook-delivery-id': `read-${idOf(order, 'id')}-${timeOfText(order.date_modified_gmt)}`,
  };
  return { route: READ_ROUTE, headers, text: stringify(order) ?? '' };
}
