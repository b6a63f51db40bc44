import * as z from 'zod';
import { Currency, Decimal } from '../event/money.ts';
import { Identifier } from '../event/parts.ts';
import { Words } from '../prompt/host-prompt.ts';

/** One product of the show. */
export const Product = z.strictObject({
  productId: Identifier,
  /** The shop's ids and seller codes that mean this product in orders and stock messages. */
  skus: z.array(Identifier).default([]),
  /** The number on the link list (3号); null when it has none. */
  linkNumber: z.int().min(1).max(999).nullable().default(null),
  name: Words,
  aliases: z.array(z.string().min(1).max(128)).default([]),
  price: Decimal.optional(),
  priceCurrency: Currency.optional(),
  /** Units at the start of the show; null when unknown. */
  stock: z.int().min(0).nullable().default(null),
  /** What the host can read out, by the intent of the question. */
  facts: z.partialRecord(z.enum(['size_spec', 'price', 'shipping', 'product_question', 'return_warranty', 'discount_gift', 'stock', 'order_payment']), Words).default({}),
}); // prettier-ignore
export type Product = z.infer<typeof Product>;

export const Catalogue = z.strictObject({
  version: z.literal(1).default(1),
  products: z.array(Product).max(10_000),
});
export type Catalogue = z.infer<typeof Catalogue>;
