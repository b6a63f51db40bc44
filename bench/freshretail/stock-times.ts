import { stockOutTime } from '../../edge-agent/src/stream/demand/product-demand.ts';
import { HOURS, type Retail } from './corpus.ts';

/** Hours with stock from 06:00 of the first day on in which the units to sell are counted. */
const WINDOWS = [4, 8, 16, 32] as const;
const FROM_HOUR = 6;
/** What is not known of a product's level a few days ahead, as a variance over the squared mean. */
const SPREAD = 0.12;
/** Days from which the size of a lump of sales is taken. */
const LUMP_DAYS = 28;

export interface StockTimes {
  readonly windowHours: number;
  readonly cases: number;
  /** Median of the absolute error, in hours with stock. */
  readonly medianOffHours: number;
  readonly covered: number;
}

/**
 * The second test of the protocol: how many hours with stock it takes to sell what was sold in the next k of them.
 * `paths` are expected units by hour; the product's lumps (variance over mean of its hours) are of its history.
 */
export function stockTimes(retail: Retail, origin: number, paths: readonly Float64Array[]): StockTimes[] {
  return WINDOWS.map((windowHours) => {
    const off: number[] = [];
    let inside = 0;
    for (const [series, path] of paths.entries()) {
      const hours = hoursInStock(retail, series, origin).slice(0, windowHours);
      const start = (series * retail.days + origin) * HOURS;
      const units = hours.reduce((sum, hour) => sum + retail.sold[start + hour]!, 0);
      if (hours.length < windowHours || units <= 0) continue;
      const all = hoursInStock(retail, series, origin);
      const truth = reached(hours.map((hour) => retail.sold[start + hour]!), units - 1e-9); // prettier-ignore
      const sums = all.reduce((sum, hour) => [...sum, sum.at(-1)! + path[hour]!], [0]);
      const lump = lumpOf(retail, series, origin);
      const odds = (time: number) => ({ mean: along(sums, time) / lump, lump: 1e-3, spread: SPREAD });
      const time = stockOutTime(odds, Math.max(1, Math.round(units / lump)));
      const median = Math.min(time?.medianMinutes ?? all.length, all.length);
      off.push(Math.abs(median - truth));
      // Hours are whole: a bound within an hour holds that hour.
      if (time !== null && truth >= Math.floor(time.soonest80Minutes) && truth <= Math.ceil(time.latest80Minutes ?? Infinity)) inside++; // prettier-ignore
    }
    off.sort((a, b) => a - b);
    return { windowHours, cases: off.length, medianOffHours: off[off.length >> 1] ?? Number.NaN, covered: inside / off.length }; // prettier-ignore
  });
}

function hoursInStock({ days, inStock }: Retail, series: number, origin: number): number[] {
  const start = (series * days + origin) * HOURS;
  const length = Math.min(7, days - origin) * HOURS;
  return Array.from({ length }, (_, hour) => hour).filter((hour) => hour >= FROM_HOUR && inStock[start + hour] === 1);
}

function reached(sold: readonly number[], units: number): number {
  let sum = 0;
  return sold.findIndex((one) => (sum += one) >= units) + 1;
}

/** Expected units after a time that need not be whole; the last hour's rate goes on. */
function along(sums: readonly number[], time: number): number {
  const at = Math.min(Math.floor(time), sums.length - 2);
  return sums[at]! + (time - at) * (sums[at + 1]! - sums[at]!);
}

/** Variance over mean of hours with stock around the mean of their hour of the day. */
function lumpOf({ days, sold, inStock }: Retail, series: number, origin: number): number {
  const [sum, count] = [new Float64Array(HOURS), new Float64Array(HOURS)];
  const from = (series * days + Math.max(0, origin - LUMP_DAYS)) * HOURS;
  const to = (series * days + origin) * HOURS;
  for (let at = from; at < to; at++) {
    sum[at % HOURS]! += sold[at]! * inStock[at]!;
    count[at % HOURS]! += inStock[at]!;
  }
  let [square, mean] = [0, 0];
  for (let at = from; at < to; at++) {
    if (inStock[at] === 0) continue;
    const usual = sum[at % HOURS]! / count[at % HOURS]!;
    square += (sold[at]! - usual) ** 2;
    mean += usual;
  }
  return mean > 0 && square > 0 ? square / mean : 1;
}
