import { asArray, asCount, asInteger, asObject, asText, compact, part, timeOfText, type WireObject } from '../../decoding/wire-value.ts'; // prettier-ignore
import type { Recollection, Remembered } from '../recollection.ts';
import { decimalOf, idOf } from '../shop-fields.ts';
import { ignored, malformed, MAX_REMEMBERED, MEMORY_MS, type ShopDraft, type ShopMessage } from '../shop-decoder.ts';
import type { Delivery } from './delivery.ts';

const MAX_LINES = 500;

/** Products and stock: the newest by `updated_at` counts, whatever arrives later. */
export function createCatalogueReader(config: { currency: string }, recollection: Recollection) {
  const newest: Remembered<string> = recollection.map({
    name: 'newest-of-catalogue',
    keepMs: MEMORY_MS,
    maxEntries: MAX_REMEMBERED,
  });

  const isOld = (key: string, updated: string | undefined): boolean => {
    const before = newest.get(key);
    if (updated === undefined || (before !== undefined && updated < before)) return updated !== undefined;
    newest.set(key, updated);
    return false;
  };

  return {
    /** Names an inventory item and a location, not a product: the catalogue maps it. */
    stock(level: WireObject, { known, time }: Delivery): ShopMessage {
      const item = idOf(level, 'inventory_item_id');
      const location = idOf(level, 'location_id');
      if (item === undefined) return malformed('inventory_item_id is missing');
      if (level.available === null)
        return ignored('available is null: this location does not stock the item', known.key);
      const available = asInteger(level.available);
      if (available === undefined) return malformed('available is no whole number');
      const updated = timeOfText(level.updated_at);
      if (isOld(`stock ${item} ${location}`, updated)) return ignored('older than what is known of this stock (updated_at)', known.key); // prettier-ignore
      const data = compact({ productID: `gid://shopify/InventoryItem/${item}`, inventoryLevel: Number(available), location }); // prettier-ignore
      return { ...known, events: [{ type: 'shop.stock.updated', data, time: time ?? updated }] };
    },

    /** One offer a variant. The message carries no currency: it is the shop's. */
    product(product: WireObject, { known, time }: Delivery): ShopMessage {
      const productID = idOf(product, 'id');
      if (productID === undefined) return malformed('id is missing');
      const updated = timeOfText(product.updated_at);
      if (isOld(`product ${productID}`, updated)) return ignored('older than what is known of this product (updated_at)', known.key); // prettier-ignore
      const events = asArray(product.variants)
        .slice(0, MAX_LINES)
        .flatMap((value): ShopDraft[] => {
          const variant = asObject(value);
          const price = decimalOf(variant?.price, config.currency);
          if (variant === null || price === undefined) return [];
          const sku = asText(variant.sku) ?? idOf(variant, 'id');
          const name = nameOf(asText(product.title), asText(variant.title));
          const data = { product: compact({ productID, sku, name }), price, priceCurrency: config.currency };
          return [{ type: 'shop.offer.changed', data, time: time ?? updated }];
        });
      return events.length === 0 ? ignored('no variant with a price', known.key) : { ...known, events };
    },
  };
}

/** A product without variants has one, called `Default Title`. */
function nameOf(product: string | undefined, variant: string | undefined): string | undefined {
  if (product === undefined) return variant;
  return variant === undefined || variant === 'Default Title' ? product : `${product} - ${variant}`;
}

/** A cart comes whole: what was added is the difference to the last one seen, at first all of it. */
export function createCartReader(config: { currency: string }, recollection: Recollection) {
  const carts: Remembered<Readonly<Record<string, number>>> = recollection.map({
    name: 'cart',
    keepMs: MEMORY_MS,
    maxEntries: 20_000,
  });

  return (cart: WireObject, { known, time }: Delivery): ShopMessage => {
    const token = idOf(cart, 'token', 'id');
    if (token === undefined || !Array.isArray(cart.line_items)) return malformed('token or line_items is missing');
    const before = carts.get(token);
    const now = Object.create(null) as Record<string, number>;
    const events: ShopDraft[] = [];
    for (const value of asArray(cart.line_items).slice(0, MAX_LINES)) {
      const line = asObject(value);
      const quantity = asCount(line?.quantity);
      const product = line === null ? undefined : idOf(line, 'product_id');
      if (line === null || quantity === undefined || product === undefined) continue;
      const key = asText(line.key) ?? idOf(line, 'id', 'variant_id') ?? product;
      now[key] = quantity;
      const added = quantity - (before !== undefined && Object.hasOwn(before, key) ? before[key]! : 0);
      if (added > 0) events.push({ type: 'shop.cart.added', data: addedData(line, product, added, config.currency), time });
    }
    carts.set(token, now);
    return events.length === 0 ? ignored('nothing was added to the cart', known.key) : { ...known, events };
  }; // prettier-ignore
}

function addedData(line: WireObject, productID: string, orderQuantity: number, shopCurrency: string): object {
  const priceCurrency = asText(part(part(line, 'price_set'), 'shop_money').currency_code) ?? shopCurrency;
  const product = compact({
    productID,
    sku: asText(line.sku) ?? idOf(line, 'variant_id'),
    name: asText(line.title) ?? asText(line.name),
  });
  return compact({ product, orderQuantity, price: decimalOf(line.price, priceCurrency), priceCurrency });
}
