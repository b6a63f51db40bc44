import * as z from 'zod';
import { Currency } from '../event/money.ts';
import { Intent } from './prediction.ts';

const Count = z.int().min(0);

/** Comments of one intent in a window, and from how many distinct viewers they came. */
export const IntentCount = z.object({ comments: Count, viewers: Count });
export type IntentCount = z.infer<typeof IntentCount>;

/** Everything counted in one window for one key. All parts add up in any order of arrival. */
export const WindowCounts = z.object({
  events: Count,
  comments: Count,
  /** Distinct authors; exact to 256, a k-minimum-values estimate beyond. */
  commenters: Count,
  intents: z.partialRecord(Intent, IntentCount),
  likes: Count,
  gifts: Count,
  follows: Count,
  shares: Count,
  joins: Count,
  productViews: Count,
  /** Distinct viewers who opened the product; views without a viewer id are not in it. */
  productViewers: Count,
  cartAdds: Count,
  ordersCreated: Count,
  ordersPaid: Count,
  ordersCancelled: Count,
  /** Orders that were hints only (`partial`): in no other order count. */
  orderHints: Count,
  /** Distinct `customerRef` of created and paid orders. */
  buyers: Count,
  unitsPaid: Count,
  /** Paid amounts in the currency's minor units. */
  revenueMinor: z.partialRecord(Currency, z.int()),
  refunds: Count,
  refundMinor: z.partialRecord(Currency, z.int()),
  pins: Count,
  /** The newest stock level by event time (ties: larger event id), or null when none was told. */
  stock: z.object({ level: z.int(), eventTimeMs: z.int() }).nullable(),
  /** Concurrent viewers: the newest by event time, and the highest. */
  audience: z.object({ last: Count, max: Count, eventTimeMs: z.int() }).nullable(),
});
export type WindowCounts = z.infer<typeof WindowCounts>;

export const WindowSpec = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tumbling'), lengthMs: z.int().positive() }),
  z.object({ kind: z.literal('sliding'), lengthMs: z.int().positive(), hopMs: z.int().positive() }),
  z.object({ kind: z.literal('session'), gapMs: z.int().positive() }),
]);
export type WindowSpec = z.infer<typeof WindowSpec>;

/** One closed window of one key, half-open `[openMs, closeMs)` in event time. */
export const WindowResult = z.object({
  spec: WindowSpec,
  roomId: z.string(),
  /** Null: the room as a whole, which also holds what names no product. */
  productId: z.string().nullable(),
  openMs: z.int(),
  closeMs: z.int(),
  /** 0 when first closed; a late event within the allowed lateness re-emits the window at revision + 1. */
  revision: Count,
  counts: WindowCounts,
});
export type WindowResult = z.infer<typeof WindowResult>;
