import * as z from 'zod';
import { Forecast } from '../insight/forecast.ts';
import { OrderFeature, OrderReason } from '../insight/order-anomaly.ts';

/** Order rows that an agent keeps and one answer holds at most. */
export const ORDER_ROWS_KEPT = 200;

const ProductId = z.string().min(1).max(512);

/** Attention to one product now, against what its own past and the room explain. */
export const ProductInterest = z.object({
  /** Weighted signals a minute, and what was expected of them. */
  level: z.number(),
  expected: z.number(),
  /** Weighted signals a minute per minute. */
  slope: z.number(),
  direction: z.enum(['rising', 'steady', 'fading']),
  /** −log10 of the chance of so much, 0 to 300. */
  surprise: z.number().min(0),
  /** False surges to be expected in an hour at this surprise, at most 1. */
  pValue: z.number().min(0).max(1),
  /** Beyond what is told as a surge. */
  surging: z.boolean(),
});
export type ProductInterest = z.infer<typeof ProductInterest>;

/** What an interest level is made of, and against what it is judged. */
export const InterestWhy = ProductInterest.extend({
  /** Largest share first; shares add up to 1. */
  signals: z.array(
    z.object({ signal: z.enum(['views', 'questions', 'carts', 'orders', 'likes']), count: z.int(), share: z.number() }),
  ),
  /** Of the product that is being explained, from its third minute on. */
  pastPeak: z
    .object({ peakMs: z.int(), peakLevel: z.number(), level: z.number(), commentsRising: z.boolean(), strength: z.number() })
    .nullable(),
  /** A surge is told when `pValue` is below and `level` above. */
  threshold: z.object({ pValue: z.number(), level: z.number() }),
  /** The longer of the two spans that are looked at, ms. */
  windowMs: z.int(),
}); // prettier-ignore
export type InterestWhy = z.infer<typeof InterestWhy>;

/** Why the numbers of a product's row are what they are. */
export const ProductDetail = z.object({
  productId: ProductId,
  nowMs: z.int(),
  /** Null when nobody paid attention in the last 10 min. */
  interest: InterestWhy.nullable(),
  /** Comments of the window, and distinct viewers by intent. */
  questions: z.object({
    openMs: z.int(),
    closeMs: z.int(),
    comments: z.int(),
    viewers: z.record(z.string(), z.int()),
    modelVersion: z.string(),
  }),
  /** Paid units over the window, and by the minute: `perMinute` begins at `fromMs` and ends with the running minute. */
  sales: z.object({
    openMs: z.int(),
    closeMs: z.int(),
    units: z.int(),
    fromMs: z.int(),
    perMinute: z.array(z.int()).max(60),
  }),
  /** Null while the agent has not seen sales for long enough. */
  forecast: Forecast.nullable(),
  forecastModel: z.string(),
});
export type ProductDetail = z.infer<typeof ProductDetail>;

/** What the operator says of an order that looks like fraud. */
export const OrderVerdict = z.enum(['confirmed', 'false-alarm']);
export type OrderVerdict = z.infer<typeof OrderVerdict>;

/** One order that looks like fraud. No name of a buyer, and of its number the last four characters alone. */
export const OrderRow = z.object({
  /** Stands for the order's number, the same over a restart. */
  orderId: z.string().regex(/^[0-9a-f]{16}$/),
  orderRef: z.string().max(8),
  eventTimeMs: z.int(),
  productId: z.string().nullable(),
  /** 0..1, higher is stranger. */
  score: z.number().min(0).max(1),
  by: z.enum(['rule', 'model']),
  reasons: z.array(OrderReason).min(1).max(4),
  /** Scores from here on are told. */
  threshold: z.number(),
  modelVersion: z.string(),
  verdict: OrderVerdict.nullable(),
});
export type OrderRow = z.infer<typeof OrderRow>;

/** How many order anomalies there are; rows are read by a verb when `revision` has changed. */
export const OrderCounts = z.object({
  /** Names this run of the agent and grows with each change of a row. */
  session: z.int(),
  revision: z.int().min(0),
  /** Kept rows without a verdict, and all that are kept. */
  open: z.int().min(0),
  kept: z.int().min(0),
});
export type OrderCounts = z.infer<typeof OrderCounts>;

/**
 * One line of `livecue order-labels`: an order with what the model saw and what the operator said of it, for
 * training. Stays on the box.
 */
export const LabelledOrder = z.strictObject({
  version: z.literal(1),
  orderNumber: z.string(),
  eventTimeMs: z.int(),
  productId: z.string().nullable(),
  verdict: OrderVerdict,
  /** As the order came, by name. */
  features: z.record(OrderFeature, z.number()),
  score: z.number(),
  by: z.enum(['rule', 'model']),
  modelVersion: z.string(),
  /** When the operator said so, Unix ms. */
  labelledMs: z.int(),
});
export type LabelledOrder = z.infer<typeof LabelledOrder>;

export const StoredLabel = z.object({ id: z.int().min(1), label: LabelledOrder });
export type StoredLabel = z.infer<typeof StoredLabel>;

/** Verbs behind the numbers of the desk; all of them are the operator's. */
export const SIGNAL_VERBS = {
  /** Why the numbers of a product are what they are. */
  'product.read': { args: z.strictObject({ productId: ProductId }), result: ProductDetail },
  /** The newest order anomalies, newest first. `labels`: verdicts stored on this box, of all shows. */
  'orders.read': {
    args: z.strictObject({ limit: z.int().min(1).max(ORDER_ROWS_KEPT).default(ORDER_ROWS_KEPT) }),
    result: z.object({ counts: OrderCounts, rows: z.array(OrderRow).max(ORDER_ROWS_KEPT), labels: z.int().min(0) }),
  },
  /** Stores a verdict in place of the one before; null takes it back. Answers when it is on disk. */
  'orders.label': {
    args: z.strictObject({ orderId: z.string().regex(/^[0-9a-f]{16}$/), verdict: OrderVerdict.nullable() }),
    result: z.object({ row: OrderRow, labels: z.int().min(0) }),
  },
  /** Stored verdicts after the `after`th, in the order in which they were first said. */
  'labels.read': {
    args: z.strictObject({ after: z.int().min(0), limit: z.int().min(1).max(500).default(100) }),
    result: z.object({ labels: z.array(StoredLabel).max(500) }),
  },
} as const;
