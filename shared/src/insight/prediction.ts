import * as z from 'zod';

/** What a comment wants, in the order in which two fitting labels are decided (`intent-labels.md`). */
export const Intent = z.enum([
  'spam_ad', 'complaint', 'return_warranty', 'shipping', 'order_payment', 'price', 'discount_gift', 'stock',
  'size_spec', 'host_request', 'product_question', 'purchase_signal', 'praise', 'chat_other',
]); // prettier-ignore
export type Intent = z.infer<typeof Intent>;
export const INTENTS: readonly Intent[] = Intent.options;

export const ProductMention = z.object({
  productId: z.string(),
  /** 0..1 */
  score: z.number().min(0).max(1),
});
export type ProductMention = z.infer<typeof ProductMention>;

/** What inference says of one comment. A null field means no model for it is loaded. */
export const Prediction = z.object({
  intent: Intent,
  /** 0..1 */
  intentScore: z.number().min(0).max(1),
  offensive: z.boolean().nullable(),
  spam: z.boolean().nullable(),
  sentiment: z.enum(['positive', 'neutral', 'negative']).nullable(),
  /** Best first; empty when the comment names no product. */
  products: z.array(ProductMention),
  modelVersion: z.string(),
});
export type Prediction = z.infer<typeof Prediction>;
