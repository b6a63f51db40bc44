import { asCount, asText, compact, part, timeOfText, type WireObject } from '../../decoding/wire-value.ts';
import { decimalOf, idOf } from '../shop-fields.ts';
import { ignored, malformed, unknown, type ShopMessage } from '../shop-decoder.ts';

/** Standard events of the web pixel that tell nothing the room needs, or what a webhook tells better. */
const IGNORED: ReadonlySet<string> = new Set([
  'page_viewed', 'cart_viewed', 'collection_viewed', 'search_submitted', 'product_removed_from_cart',
  'payment_info_submitted', 'alert_displayed', 'ui_extension_errored', 'clicked', 'form_submitted', 'input_blurred',
  'input_changed', 'input_focused',
]); // prettier-ignore

/** One event that a custom web pixel posts. Its ids are strings, its amounts are JSON numbers. */
export function readPixelEvent(event: WireObject, source: string, currency: string): ShopMessage {
  const id = idOf(event, 'id');
  const name = asText(event.name);
  if (id === undefined || name === undefined) return malformed('id or name is missing');
  const known = { key: id, id, source };
  const time = timeOfText(event.timestamp);
  const client = idOf(event, 'clientId');
  const agent = client === undefined ? undefined : { identifier: client };
  const data = part(event, 'data');
  if (name === 'product_viewed') {
    const product = productOf(part(data, 'productVariant'));
    if (product === undefined) return malformed('data.productVariant.product.id is missing');
    return { ...known, events: [{ type: 'shop.product.viewed', data: compact({ product, agent, placement: 'online-store' }), time }] }; // prettier-ignore
  }
  if (name === 'product_added_to_cart') return readAdded(part(data, 'cartLine'), agent, { ...known, time }, currency);
  if (name.startsWith('checkout_')) return ignored('orders/create is the truth', id);
  return IGNORED.has(name) ? ignored('no canonical kind', id) : unknown('an event name that is not known', id);
}

function readAdded(
  line: WireObject,
  agent: object | undefined,
  known: { key: string; id: string; source: string; time: string | undefined },
  currency: string,
): ShopMessage {
  // prettier-ignore
  const { time, ...message } = known;
  const variant = part(line, 'merchandise');
  const product = productOf(variant);
  const orderQuantity = asCount(line.quantity);
  if (product === undefined || orderQuantity === undefined) return malformed('data.cartLine is not whole');
  const money = part(variant, 'price');
  const priceCurrency = asText(money.currencyCode) ?? currency;
  const price = decimalOf(money.amount, priceCurrency);
  const data = compact({ product, agent, orderQuantity, price, priceCurrency: price === undefined ? undefined : priceCurrency }); // prettier-ignore
  return { ...message, events: [{ type: 'shop.cart.added', data, time }] };
}

function productOf(variant: WireObject): object | undefined {
  const product = part(variant, 'product');
  const productID = idOf(product, 'id');
  if (productID === undefined) return undefined;
  return compact({
    productID,
    sku: asText(variant.sku) ?? idOf(variant, 'id'),
    name: asText(product.title) ?? asText(variant.title),
  });
}
