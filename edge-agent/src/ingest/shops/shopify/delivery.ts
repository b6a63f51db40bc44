import { timeOfText } from '../../decoding/wire-value.ts';
import { derivedKey } from '../shop-fields.ts';
import type { ShopRequest } from '../shop-request.ts';

/** What surrounds the resource in a webhook. */
export interface Delivery {
  readonly topic: string;
  readonly shop: string | undefined;
  readonly time: string | undefined;
  readonly known: { readonly key: string; readonly id: string; readonly source: string; readonly derived: boolean };
}

/** A header of either family: `X-Shopify-Topic`, or `shopify-topic` in use since 2026. */
export function shopifyHeader({ headers }: ShopRequest, name: string): string | undefined {
  return headers[`x-shopify-${name}`] ?? headers[`shopify-${name}`];
}

/**
 * One `Event-Id` is shared by everything that one action caused: two subscriptions to a topic repeat
 * it and two topics share it. So the key is event id and topic.
 */
export function readDelivery(request: ShopRequest, topic: string, source: string): Delivery {
  const event = shopifyHeader(request, 'event-id') ?? shopifyHeader(request, 'webhook-id');
  const id = event === undefined ? derivedKey([topic, request.bytes]) : `${event}:${topic}`;
  return {
    topic,
    shop: shopifyHeader(request, 'shop-domain'),
    time: timeOfText(shopifyHeader(request, 'triggered-at')),
    known: { key: id, id, source, derived: event === undefined },
  };
}
