import * as z from 'zod';
import { Currency, Decimal } from '../event/money.ts';
import { Identifier } from '../event/parts.ts';
import { Intent } from '../insight/prediction.ts';
import { Words } from '../prompt/host-prompt.ts';

/**
 * One thing the shop says in answer to a question, quoted as it stands. `{price}` and `{stock}` in it are
 * filled from what is live; while such a value is not known the fact is not told.
 */
export const FaqEntry = z.strictObject({
  factId: Identifier,
  /** The intent of the questions that it answers; absent: not told. */
  topic: Intent.optional(),
  /** How viewers ask for it; absent: it is found by its topic and answer. */
  question: z.string().min(1).max(2_000).optional(),
  answer: z.string().min(1).max(4_000),
  /** Language of `answer`; absent: shown whatever the panel's language. */
  lang: z.enum(['zh', 'en']).optional(),
});
export type FaqEntry = z.infer<typeof FaqEntry>;

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
  /** The lowest price that an offer may have, in `priceCurrency`; absent: no card proposes an offer. */
  priceFloor: Decimal.optional(),
  /** The price at which a timed offer is proposed when many want to buy; absent: none is proposed unasked. */
  offerPrice: Decimal.optional(),
  /** Units at the start of the show; null when unknown. */
  stock: z.int().min(0).nullable().default(null),
  /** What the host can read out, by the intent of the question. */
  facts: z.partialRecord(z.enum(['size_spec', 'price', 'shipping', 'product_question', 'return_warranty', 'discount_gift', 'stock', 'order_payment']), Words).default({}),
  /** Questions and answers on this product; absent: none. */
  faq: z.array(FaqEntry).max(1_000).optional(),
}); // prettier-ignore
export type Product = z.infer<typeof Product>;

export const Catalogue = z.strictObject({
  version: z.literal(1).default(1),
  products: z.array(Product).max(10_000),
  /** Questions and answers on the shop as a whole (shipping, returns); absent: none. */
  faq: z.array(FaqEntry).max(10_000).optional(),
});
export type Catalogue = z.infer<typeof Catalogue>;
