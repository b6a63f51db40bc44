import * as z from 'zod';

/** Units of a product in the next minutes, were there enough of them. */
export const DemandAhead = z.object({
  minutes: z.number().positive(),
  mean: z.number().min(0),
  /** Bounds that hold four of five outcomes. */
  lo80: z.number().min(0),
  hi80: z.number().min(0),
});
export type DemandAhead = z.infer<typeof DemandAhead>;

/** Units of a product in one hour, or in 24 of them, from `fromMs` on. */
export const DemandSpan = z.object({
  fromMs: z.int(),
  mean: z.number().min(0),
  lo80: z.number().min(0),
  hi80: z.number().min(0),
});
export type DemandSpan = z.infer<typeof DemandSpan>;

/** What earlier shows and days say of the coming ones. */
export const AcrossShows = z.object({
  /** Earlier shows that are known. */
  shows: z.int().min(0),
  /** Units of a show that lasts as long as shows usually did; null before there were two. */
  nextShow: z.object({ minutes: z.number(), mean: z.number().min(0), lo80: z.number().min(0), hi80: z.number().min(0) }).nullable(),
  /** Units to have beyond the stock to serve the next show with 90 % certainty; null when there are enough, or no stock is known. */
  restockUnits: z.int().positive().nullable(),
  /** The next 24 whole hours, without those in which the agent seldom runs; empty before there were two days. */
  hours: z.array(DemandSpan).max(24),
  /** The next seven times 24 hours, as long as the agent runs as it did; empty before there were two days. */
  days: z.array(DemandSpan).max(7),
}); // prettier-ignore
export type AcrossShows = z.infer<typeof AcrossShows>;

/** What is expected of a product: within the show, and beyond it. */
export const Forecast = z.object({
  productId: z.string(),
  /** Next 5, 15 and 60 minutes. */
  ahead: z.array(DemandAhead),
  stock: z.int().nullable(),
  /** Minutes until the stock is sold; null without a known stock, when sold out, or when that is more than a day away. */
  stockOut: z
    .object({
      medianMinutes: z.number().min(0),
      /** Between which four of five fall; `latest80Minutes` is null when it is more than a day. */
      soonest80Minutes: z.number().min(0),
      latest80Minutes: z.number().min(0).nullable(),
    })
    .nullable(),
  /** How long there has been nothing to sell, and how many units would have been sold; null while there is. */
  soldOut: z.object({ minutes: z.number().min(0), missedUnits: z.number().min(0) }).nullable(),
  /** Units to put on sale now to serve the next hour with 90 % certainty; null when there are enough, or no stock is known. */
  restockUnits: z.int().positive().nullable(),
  /** Most units a buyer should get for the stock to last 15 minutes; null when no limit is needed, or would not be enough. */
  limitPerBuyer: z.int().positive().nullable(),
  /** Absent while there were neither two earlier shows nor two earlier days. */
  across: AcrossShows.optional(),
});
export type Forecast = z.infer<typeof Forecast>;
