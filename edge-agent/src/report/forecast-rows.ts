import type { ShowLogEntryOf } from '@livecue/shared/contract';
import { MINUTE_MS, type MinuteBook } from './minute-book.ts';
import { covered, type Span } from './spans.ts';

/** Forecasts that are compared at most. */
export const MAX_FORECASTS = 200_000;

/** A forecast whose time is over, with what was sold. */
export interface Compared {
  readonly productId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly mean: number;
  readonly lo80: number;
  readonly hi80: number;
  readonly units: number;
}

export interface ForecastRow {
  /** Null: all products. */
  readonly productId: string | null;
  readonly minutes: number;
  readonly compared: number;
  readonly expected: number;
  readonly units: number;
  /** Share of outcomes within the bounds, which are made to hold 0.8; null without any. */
  readonly within: number | null;
  /** Mean of what was expected less what was sold, a forecast. */
  readonly bias: number | null;
}

/**
 * Those that can be compared: the whole span lies in the show, nothing of it in a gap, and there was something to sell
 * all the time, since a forecast is of demand.
 */
export function comparedForecasts(
  forecasts: readonly ShowLogEntryOf<'forecast'>[],
  book: MinuteBook,
  gaps: readonly Span[],
  endMs: number,
): Compared[] {
  const out: Compared[] = [];
  for (const { productId, fromMs, toMs, mean, lo80, hi80, stock } of forecasts) {
    const soldOut = book.products.get(productId)?.soldOut;
    if (toMs > endMs || (stock !== null && stock <= 0) || covered(gaps, { fromMs, toMs }) > 0) continue;
    if (soldOut !== undefined && minutesOf(fromMs, toMs).some((openMs) => soldOut.has(openMs))) continue;
    out.push({ productId, fromMs, toMs, mean, lo80, hi80, units: book.unitsBetween(productId, fromMs, toMs) });
  }
  return out;
}

/** By length and product; the sum of all products first. */
export function forecastRows(compared: readonly Compared[]): ForecastRow[] {
  const groups = new Map<string, { productId: string | null; minutes: number; own: Compared[] }>();
  for (const one of compared) {
    const minutes = (one.toMs - one.fromMs) / MINUTE_MS;
    for (const productId of [null, one.productId]) {
      const key = `${minutes} ${productId ?? ''}`;
      const group = groups.get(key) ?? { productId, minutes, own: [] };
      group.own.push(one);
      groups.set(key, group);
    }
  }
  const rows = [...groups.values()].map(({ productId, minutes, own }): ForecastRow => {
    const expected = own.reduce((sum, { mean }) => sum + mean, 0);
    const units = own.reduce((sum, one) => sum + one.units, 0);
    const within = own.filter((one) => one.units >= one.lo80 && one.units <= one.hi80).length / own.length;
    return { productId, minutes, compared: own.length, expected, units, within, bias: (expected - units) / own.length };
  });
  return rows.sort((a, b) => a.minutes - b.minutes || rank(a) - rank(b) || b.units - a.units || (String(a.productId) < String(b.productId) ? -1 : 1)); // prettier-ignore
}

const rank = ({ productId }: ForecastRow) => (productId === null ? 0 : 1);

function minutesOf(fromMs: number, toMs: number): number[] {
  return Array.from({ length: Math.ceil((toMs - fromMs) / MINUTE_MS) }, (_, n) => fromMs + n * MINUTE_MS);
}
