import { setImmediate } from 'node:timers/promises';
import type { Combined } from '../stream/demand/combination.ts';
import { type Expected, expectedOf, forecastSeries, spreadOf } from '../stream/demand/forecast-table.ts';
import { demandOf, filled, type Gridded } from '../stream/demand/grid.ts';
import { guessSeason } from '../stream/demand/seasons.ts';
import type { DemandNetwork } from '../inference/demand-network.ts';
import { forecastSales, isSales } from './demand-sales.ts';

export type { Expected };

export interface TableOptions {
  /** Steps ahead. */
  readonly horizon: number;
  /** Steps of a cycle, 1 for none; null: to be guessed. */
  readonly season: number | null;
  /** Taken where no cycle shows; 1 for none. */
  readonly calendar: number;
  /** Shares of what comes that bounds are to hold, 0..1. */
  readonly levels: readonly number[];
  /** For daily and hourly sales; null: the general methods serve them too. */
  readonly network: DemandNetwork | null;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

export interface TableForecast {
  readonly season: number;
  /** `network`: sales by day, from the demand network; `methods`: each series by itself. */
  readonly by: 'network' | 'methods';
  readonly expected: readonly Expected[];
}

/** Series between two looks at the signal. */
const AT_ONCE = 16;
/** Series that the season is guessed from, taken evenly from all. */
const GUESSED_FROM = 200;

/**
 * What is expected of each series of one file. Daily and hourly sales go to the demand network where it did
 * better on the last week; all else is forecast series by series, sharing the season and how far forecasts miss.
 * Rejects with the signal's reason when it is aborted.
 */
export async function forecastTable(series: readonly Gridded[], options: TableOptions): Promise<TableForecast> {
  const season = options.season ?? seasonFrom(series, options.calendar);
  if (options.network !== null && isSales(series, season)) {
    const expected = await forecastSales(series, season, { ...options, network: options.network });
    if (expected !== null) return { season, by: 'network', expected };
  }
  const combined: Combined[] = [];
  for (const one of series) {
    combined.push(forecastSeries(demandOf(one), season, options.horizon));
    if (combined.length % AT_ONCE !== 0) continue;
    options.onProgress(combined.length);
    await setImmediate();
    options.signal.throwIfAborted();
  }
  const spread = spreadOf(combined, options.horizon);
  const expected = combined.map((one, at) => expectedOf(one, series[at]!.values, spread, options.levels));
  return { season, by: 'methods', expected };
}

function seasonFrom(series: readonly Gridded[], calendar: number): number {
  const shown = guessSeason(evenly(series, GUESSED_FROM).map(({ values }) => filled(values, 1)));
  return shown > 1 ? shown : calendar;
}

/** At most `most` of all, evenly spread. */
export function evenly<T>(all: readonly T[], most: number): readonly T[] {
  const every = Math.max(1, Math.ceil(all.length / most));
  return all.filter((_, at) => at % every === 0);
}
