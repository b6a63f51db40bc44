import { setImmediate } from 'node:timers/promises';
import type { Combined } from '../stream/demand/combination.ts';
import { type Expected, expectedOf, forecastSeries, spreadOf } from '../stream/demand/forecast-table.ts';
import { filled, type Gridded } from '../stream/demand/grid.ts';
import { guessSeason } from '../stream/demand/seasons.ts';

export type { Expected };

export interface TableOptions {
  /** Steps ahead. */
  readonly horizon: number;
  /** Steps of a cycle, 1 for none; null: to be guessed. */
  readonly season: number | null;
  /** Shares of what comes that bounds are to hold, 0..1. */
  readonly levels: readonly number[];
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/** Series between two looks at the signal. */
const AT_ONCE = 16;
/** Series that the season is guessed from, taken evenly from all. */
const GUESSED_FROM = 200;

/**
 * What is expected of each series of one file. The series share the season and what is learnt about how far
 * forecasts miss; nothing else. Rejects with the signal's reason when it is aborted.
 */
export async function forecastTable(
  series: readonly Gridded[],
  options: TableOptions,
): Promise<{ readonly season: number; readonly expected: readonly Expected[] }> {
  const season = options.season ?? guessSeason(sampleOf(series));
  const combined: Combined[] = [];
  for (const { values } of series) {
    combined.push(forecastSeries(values, season, options.horizon));
    if (combined.length % AT_ONCE !== 0) continue;
    options.onProgress(combined.length);
    await setImmediate();
    options.signal.throwIfAborted();
  }
  const spread = spreadOf(combined, options.horizon);
  return { season, expected: combined.map((one, at) => expectedOf(one, series[at]!.values, spread, options.levels)) };
}

function sampleOf(series: readonly Gridded[]): Float64Array[] {
  const every = Math.max(1, Math.ceil(series.length / GUESSED_FROM));
  return series.filter((_, at) => at % every === 0).map(({ values }) => filled(values, 1));
}
