import * as z from 'zod';
import type { CreateDecoder } from '../../connector.ts';
import { parseSetup } from '../../decoding/setup.ts';
import { asObject, type WireObject } from '../../decoding/wire-value.ts';
import { secretField, SetupCurrency, ShopSource } from '../shop-fields.ts';
import { isRead, type ShopRequest } from '../shop-request.ts';
import { control, createShopDecoder, ignored, malformed, unknown, type Checked, type LateMessage, type ShopMessage } from '../shop-decoder.ts'; // prettier-ignore
import { hmacSha256, sameText } from '../signature.ts';
import { createCartReader, createCatalogueReader } from './catalogue.ts';
import { readDelivery, shopifyHeader, type Delivery } from './delivery.ts';
import { createOrderReader, isOrderTopic, readRefund } from './orders.ts';
import { readPixelEvent } from './pixel.ts';

export const ShopifySetup = z.object({
  secret: secretField("The app's client secret, which signs webhooks"),
  shop_domain: z.string().max(256).optional().describe('Webhooks of other shops are ignored; absent: any'),
  source: ShopSource.describe('shop/shopify/<domain>'),
  currency: SetupCurrency.describe("The shop's currency: product messages carry none"),
  admin_token: secretField(
    'Admin API token with read_orders, for orders whose messages were lost; absent: they stay unknown',
  ).optional(),
  pixel_token: secretField(
    'What the web pixel must show as ?token=; absent: the pixel is refused',
    z.string().min(16).max(256),
  ).optional(),
});

/** Topics of Shopify's list that tell nothing the room needs. */
const NEEDLESS =
  /^(orders\/(delete|edited)|products\/delete|inventory_levels\/disconnect|(app_subscriptions|bulk_operations|checkouts|collections|customers|customer_\w+|draft_orders|fulfillments|fulfillment_\w+|locations|order_transactions|themes|shop|variants)\/\w+)$/;

/** Name of the path under the hook, and of the route, where the web pixel posts. */
export const PIXEL_ROUTE = 'pixel';

/** base64 HMAC-SHA256 of the body, keyed with the client secret. */
export function signatureOf(secret: string, body: Uint8Array | string): string {
  return hmacSha256(secret, [body]).toString('base64');
}

/** Shopify webhooks, and events of a custom web pixel. */
export const createDecoder: CreateDecoder = (setup, ports) => {
  const config = parseSetup(ShopifySetup, setup, 'shopify');

  function check(request: ShopRequest): Checked {
    if (isRead(request)) return { verified: true };
    if (isPixel(request)) return checkPixel(request);
    const given = shopifyHeader(request, 'hmac-sha256');
    if (!given) return { refused: 'the X-Shopify-Hmac-Sha256 header is missing' };
    if (!sameText(given, signatureOf(config.secret, request.bytes))) return { refused: 'the signature does not fit' };
    const topic = shopifyHeader(request, 'topic');
    return topic ? { verified: true } : { refused: 'the X-Shopify-Topic header is missing', status: 400 };
  }

  function checkPixel({ query, isHttp }: ShopRequest): Checked {
    if (!isHttp) return { verified: true };
    const fits = config.pixel_token !== undefined && sameText(query.token ?? '', config.pixel_token);
    return fits ? { verified: true } : { refused: 'the token of the pixel does not fit' };
  }

  return createShopDecoder(ports, (recollection) => {
    const order = createOrderReader(config, ports, recollection);
    const catalogue = createCatalogueReader(config, recollection);
    const cart = createCartReader(config, recollection);

    function readTopic(resource: WireObject, delivery: Delivery): ShopMessage {
      const { topic, known } = delivery;
      if (isOrderTopic(topic)) return order.read(resource, delivery);
      switch (topic) {
        case 'refunds/create':
          return readRefund(resource, delivery, config.currency);
        case 'inventory_levels/update':
        case 'inventory_levels/connect':
          return catalogue.stock(resource, delivery);
        case 'products/create':
        case 'products/update':
          return catalogue.product(resource, delivery);
        case 'carts/create':
        case 'carts/update':
          return cart(resource, delivery);
        case 'customers/redact':
        case 'shop/redact':
          return control('forget customerRef of this customer');
        case 'customers/data_request':
          return control('names what is kept of this customer: customerRef, a hash');
        case 'app/uninstalled':
          return { outcome: 'control', reason: 'failed: the shop took the app out', state: 'failed' };
      }
      if (topic.startsWith('inventory_items/')) return ignored('no stock in it', known.key);
      const needless = NEEDLESS.test(topic);
      return needless ? ignored('nothing the room needs', known.key) : unknown('a topic that is not known', known.key);
    }

    function read(body: unknown, request: ShopRequest): ShopMessage | LateMessage {
      const resource = asObject(body);
      if (resource === null) return malformed('expected an object');
      if (isPixel(request)) return readPixelEvent(resource, config.source, config.currency);
      const delivery = readDelivery(request, shopifyHeader(request, 'topic')!, config.source);
      const { shop_domain: domain } = config;
      if (domain !== undefined && delivery.shop !== undefined && delivery.shop.toLowerCase() !== domain.toLowerCase()) {
        return ignored('a shop that is not configured');
      }
      if (isRead(request)) return order.readAgain(resource, delivery);
      return { key: delivery.known.key, later: () => readTopic(resource, delivery) };
    }

    return { idPrefix: 'shopify', answer: { status: 200 }, check, read };
  });
};

/** Lines of a file without headers are the pixel's: webhooks have at least a topic. */
function isPixel({ route, isHttp, headers }: ShopRequest): boolean {
  return route === PIXEL_ROUTE || (!isHttp && route === undefined && Object.keys(headers).length === 0);
}
