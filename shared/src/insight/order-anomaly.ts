import * as z from 'zod';

/**
 * What is asked of each order, in the order in which the model has it. Each is a number with a neutral value
 * where nothing is known: what a shop does not tell makes no order strange.
 */
export const OrderFeature = z.enum([
  /** Orders of the same buyer less than 10 min, 1 h away by event time, this one included; 1..8. */
  'buyerOrders10Min',
  'buyerOrders1H',
  /** Those of the 1 h that have a product in common with this order; 1..8. */
  'sameProductOrders1H',
  /** log2 of 1 + the seconds to the same buyer's nearest other order, 0..17; 17 (36 h) where there is none. */
  'buyerGapLog2S',
  /** Largest share of products in common with one of the buyer's last 8 orders (Jaccard), 0..1. */
  'basketSimilarity',
  /** Refunded and cancelled orders of the buyer over its orders + 2, 0..1. */
  'buyerReturnShare',
  /** Orders of the first product in 1 h for each distinct buyer, among its last 64; 1..64. */
  'productOrdersPerBuyer1H',
  /** Orders of the first product less than 1 min away over what its last hour gives a minute, + 1 on both sides. */
  'productBurst',
  /** ln((orders + 1) / (views + 1)) of the first product, both halving every 10 min; −7..7, −7 where views are not told. */
  'productOrdersPerView',
  /** 1 when the buyer viewed none of the products although buyers of this shop are seen viewing; else 0. */
  'notViewed',
  /** Units of all products, 0..100. */
  'units',
  /** ln of the total over the usual total of this currency, −7..7; 0 where unknown. */
  'totalLevel',
  /** Orders of the same device, address, payment means less than 1 h away, 1..16; 1 where unknown. */
  'deviceOrders1H',
  'addressOrders1H',
  'paymentOrders1H',
  /** Distinct buyers of the same device, address, payment means among its last 16 orders; 1 where unknown. */
  'deviceBuyers',
  'addressBuyers',
  'paymentBuyers',
  /** Days for which the buyer has had an account, 0..30; 30 where unknown. */
  'accountAgeDays',
]);
export type OrderFeature = z.infer<typeof OrderFeature>;
/** In the order of the model's columns. */
export const ORDER_FEATURES: readonly OrderFeature[] = OrderFeature.options;

/** One of the features that make an order strange. */
export const OrderReason = z.object({
  feature: OrderFeature,
  /** As the order has it, in the feature's unit. */
  value: z.number(),
  /** The median of the orders that the model was trained on. */
  usual: z.number(),
  /** Its part in what makes the order stranger than the mean of training, 0..1; 1 for a rule. */
  share: z.number().min(0).max(1),
});
export type OrderReason = z.infer<typeof OrderReason>;

/** An order that looks like fraud. It stays on this machine: the cloud is told of none. */
export const OrderAnomaly = z.object({
  orderNumber: z.string(),
  eventTimeMs: z.int(),
  /** First product of the order in the catalogue's words, or null when the order names none. */
  productId: z.string().nullable(),
  /** 0..1, higher is stranger; 0.5 is a usual order. */
  score: z.number().min(0).max(1),
  /** `rule`: three orders of one buyer for one product within an hour (brushing); `model`: the score is above its threshold. */
  by: z.enum(['rule', 'model']),
  /** Strongest first, at least one, at most four. */
  reasons: z.array(OrderReason).min(1).max(4),
  /** As the model saw the order, in the order of `ORDER_FEATURES`: what a verdict of the operator is stored with. */
  features: z.array(z.number()),
});
export type OrderAnomaly = z.infer<typeof OrderAnomaly>;
