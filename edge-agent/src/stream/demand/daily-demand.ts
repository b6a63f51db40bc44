import type { Days } from './day-hours.ts';
import type { Expected } from './forecast-table.ts';
export type { Expected };
import { recentDays, type RecentDays, WHOLE } from './recent-days.ts';

/** What the network says, as far as it is needed here; `inference/demand-network.ts` has it. */
export interface SaidDays {
  readonly low: Float64Array;
  readonly median: Float64Array;
  readonly high: Float64Array;
  readonly mean: Float64Array;
}

/** The network is trained on this share of what comes lying within its bounds. */
const TRAINED_LEVEL = 0.8;
const WEEK = 7;

/** The days before `origin` as the network takes them. */
export function recentOf(days: Days, origin: number): RecentDays {
  return recentDays(days.sold.subarray(0, origin), days.covered.subarray(0, origin));
}

/**
 * A path of any length from 14 days: from the third week on the second week again. The point is the mean, which
 * has no bias over many weeks; the median would have a little less absolute error and tell 4 % too little.
 */
export function pathOf(said: SaidDays, horizon: number, widen: number, levels: readonly number[]): Expected {
  const day = (step: number) => (step < 2 * WEEK ? step : WEEK + (step % WEEK));
  const along = (of: (day: number) => number) => Float64Array.from({ length: horizon }, (_, step) => of(day(step)));
  const point = (at: number) => said.mean[at]!;
  return {
    mean: along(point),
    bounds: levels.map((level) => {
      const wide = widen * Math.sqrt(Math.log(1 / (1 - level)) / Math.log(1 / (1 - TRAINED_LEVEL)));
      const low = along((at) => Math.min(point(at), Math.max(0, said.median[at]! - wide * (said.median[at]! - said.low[at]!)))); // prettier-ignore
      const high = along((at) => Math.max(point(at), said.median[at]! + wide * (said.high[at]! - said.median[at]!)));
      return { low, high };
    }),
  };
}

/** Days from `origin` on that were whole, by series: what forecasts are held against. */
export function* wholeDays(all: readonly Days[], origins: readonly number[], horizon: number) {
  for (const [at, { sold, covered }] of all.entries()) {
    for (let step = 0; step < horizon && origins[at]! + step < sold.length; step++) {
      const day = origins[at]! + step;
      if (covered[day]! >= WHOLE && !Number.isNaN(sold[day]!)) yield { at, step, sold: sold[day]! };
    }
  }
}

/** Bounds are stretched by no less and no more when they held too much or too little. */
const STRETCH = { least: 0.7, most: 1.9 };
/** Fewer days say little of how much bounds hold. */
const LEAST_DAYS = 300;

/** How much the network's bounds must be stretched to have held the share they promise in an earlier week. */
export function stretchOf(held: Iterable<{ at: number; step: number; sold: number }>, said: readonly SaidDays[]): number {
  const needed: number[] = [];
  for (const { at, step, sold } of held) {
    const { low, median, high } = said[at]!;
    const side = sold < median[step]! ? median[step]! - low[step]! : high[step]! - median[step]!;
    // What lies at the median of a product that sells nothing is within any bounds.
    needed.push(sold === median[step] ? 0 : Math.abs(sold - median[step]!) / Math.max(side, 1e-9));
  }
  if (needed.length < LEAST_DAYS) return 1;
  needed.sort((a, b) => a - b);
  const exact = needed[Math.floor(TRAINED_LEVEL * needed.length)]!;
  return Math.min(STRETCH.most, Math.max(STRETCH.least, exact));
} // prettier-ignore
