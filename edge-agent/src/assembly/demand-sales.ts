import { type Expected, pathOf, recentOf, stretchOf, wholeDays } from '../stream/demand/daily-demand.ts';
import { DAY, type Days, daysOf, hourBounds, hourShares, ownShares } from '../stream/demand/day-hours.ts';
import { forecastSeries } from '../stream/demand/forecast-table.ts';
import { demandOf, type Gridded } from '../stream/demand/grid.ts';
import { marketOf } from '../stream/demand/recent-days.ts';
import { type SaidDays, sayDays } from './demand-days.ts';
import type { DemandNetwork } from '../inference/demand-network.ts';

export interface SalesOptions {
  readonly horizon: number;
  readonly levels: readonly number[];
  readonly network: DemandNetwork;
  readonly signal: AbortSignal;
}

const WEEK = 7;
/** Days that most series must have for the network to be tried on their last week. */
const LEAST_DAYS = 4 * WEEK;
/** Share of hours without a sale, or with a stock-out, from which hourly series are sales of single products. */
const SPARSE = 0.05;
/** How much worse the network may look on one day, over the root of days, on what it was made for: a week of one product says little. */
const SLACK = 1.5;
/** Series on which network and general methods are compared. */
const COMPARED = 250;

/** Sales of single products by day or hour: never negative, hours with stock-outs or often without a sale. */
export function isSales(series: readonly Gridded[], season: number): boolean {
  if (season !== WEEK && season !== DAY) return false;
  if (series.some(({ values }) => values.some((value) => value < 0))) return false;
  const long = series.filter(({ values }) => values.length / (season === DAY ? DAY : 1) >= LEAST_DAYS);
  return 2 * long.length > series.length && (season === WEEK || sparseShare(series) > SPARSE);
}

/** Share of steps without a sale or with a stock-out. */
function sparseShare(series: readonly Gridded[]): number {
  let [steps, sparse] = [0, 0];
  for (const { values, available } of series) {
    steps += values.length;
    for (let at = 0; at < values.length; at++) if (values[at] === 0 || available[at]! < 1) sparse++;
  }
  return steps > 0 ? sparse / steps : 0;
}

/**
 * Daily or hourly sales by the demand network; null where it did worse on the last week than the general
 * methods. Hours are summed to days by what is known of stock, and days shared out over hours again.
 */
export async function forecastSales(
  series: readonly Gridded[],
  season: number,
  options: SalesOptions,
): Promise<readonly Expected[] | null> {
  const shares = season === DAY ? hourShares(series) : null;
  const all = series.map((one) => (shares === null ? plainDays(one) : daysOf(one, shares)));
  const origins = all.map(({ sold }) => sold.length - WEEK);
  const earlier = await saidFrom(all, origins, options.network);
  options.signal.throwIfAborted();
  if (!doesBetter(all, origins, earlier, sparseShare(series) > SPARSE ? SLACK : 0)) return null;
  const stretch = stretchOf(wholeDays(all, origins, WEEK), earlier);
  const said = await saidFrom(all, all.map(({ sold }) => sold.length), options.network); // prettier-ignore
  options.signal.throwIfAborted();
  if (shares === null) return said.map((one) => pathOf(one, options.horizon, stretch, options.levels));
  return overHours(series, said, shares, options);
}

async function saidFrom(all: readonly Days[], origins: readonly number[], network: DemandNetwork): Promise<SaidDays[]> {
  const products = all.map((days, at) => recentOf(days, Math.max(0, origins[at]!)));
  return sayDays(network, products, marketOf(products));
} // prettier-ignore

function plainDays({ values, available }: Gridded): Days {
  return { sold: values, covered: available.map((share, at) => (Number.isNaN(values[at]!) ? 0 : share)) };
}

/** Sum of absolute errors on the whole days of the last week, on some series, against the general methods. */
function doesBetter(all: readonly Days[], origins: readonly number[], said: readonly SaidDays[], slack: number): boolean {
  const every = Math.max(1, Math.ceil(all.length / COMPARED));
  const paths = all.map((days, at) => {
    if (at % every !== 0 || origins[at]! < WEEK) return null;
    const known = { sold: days.sold.subarray(0, origins[at]), covered: days.covered.subarray(0, origins[at]) };
    return forecastSeries(demandOf({ values: known.sold, available: known.covered }), WEEK, WEEK).path;
  });
  let [network, methods, days] = [0, 0, 0];
  for (const { at, step, sold } of wholeDays(all, origins.map((origin) => Math.max(0, origin)), WEEK)) {
    const path = paths[at];
    if (path === null || path === undefined) continue;
    days++;
    network += Math.abs(sold - pathOf(said[at]!, WEEK, 1, []).mean[step]!);
    methods += Math.abs(sold - path[step]!);
  }
  return network <= methods * (1 + slack / Math.sqrt(Math.max(1, days)));
} // prettier-ignore

function overHours(
  series: readonly Gridded[],
  said: readonly SaidDays[],
  shares: Float64Array,
  { horizon, levels }: SalesOptions,
): Expected[] {
  const own = series.map((one) => ownShares(one, shares));
  const boundsOf = hourBounds(series, own);
  return said.map((one, at) => {
    const days = pathOf(one, Math.ceil(horizon / DAY), 1, []).mean;
    const mean = Float64Array.from({ length: horizon }, (_, hour) => days[Math.floor(hour / DAY)]! * own[at]![hour % DAY]!); // prettier-ignore
    const bounds = levels.map((level) => {
      const found = [...mean].map((value) => boundsOf(value, level));
      return {
        low: Float64Array.from(found, ({ low }, hour) => Math.min(low, mean[hour]!)),
        high: Float64Array.from(found, ({ high }, hour) => Math.max(high, mean[hour]!)),
      };
    });
    return { mean, bounds };
  });
}
