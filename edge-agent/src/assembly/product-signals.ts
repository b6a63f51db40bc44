import type { InterestWhy, ProductDetail, ProductInterest } from '@livecue/shared/contract';
import type { Forecast } from '@livecue/shared/insight';
import { SURGE } from '../advise/rules/interest-surge.ts';
import type { Interest, RoomView } from '../ports.ts';

/** Minutes of sales that are kept for the charts, the running one included. */
const SALES_MINUTES = 31;
const MINUTE_MS = 60_000;
/** Products whose sales are kept by the minute. */
const MAX_PRODUCTS = 300;
/** Interest looks at the last 10 or 30 s. */
const INTEREST_WINDOW_MS = 30_000;
/** The rates, the prior and the spread of `stream/demand`, without the network; raised when they change. */
export const DEMAND_MODEL = 'demand-show-1';

const rounded = (value: number, digits: number) => {
  const unit = 10 ** digits;
  return Math.round(value * unit) / unit;
};
/** Small enough for five states a second, exact enough to compare with the threshold. */
const significant = (value: number) => Number(value.toPrecision(3));

/** Null when there is nothing to tell: no attention, and none expected. */
export function toInterest(interest: Interest): ProductInterest | null {
  const { level, expected, slope, direction, surprise, pValue } = interest;
  if (level <= 0 && expected < 0.05) return null;
  return {
    level: rounded(level, 1),
    expected: rounded(expected, 1),
    slope: rounded(slope, 1),
    direction,
    surprise: rounded(surprise, 1),
    pValue: Math.min(1, significant(pValue)),
    surging: pValue <= SURGE.enter && level >= SURGE.leastLevel,
  };
}

export function toInterestWhy(interest: Interest): InterestWhy | null {
  const short = toInterest(interest);
  if (short === null) return null;
  const { signals, pastPeak } = interest;
  return {
    ...short,
    signals: signals.map(({ signal, count, share }) => ({ signal, count: Math.round(count), share: rounded(share, 3) })),
    pastPeak: pastPeak === null ? null : { ...pastPeak, peakMs: Math.round(pastPeak.peakMs) },
    threshold: { pValue: SURGE.enter, level: SURGE.leastLevel },
    windowMs: INTEREST_WINDOW_MS,
  };
} // prettier-ignore

/** What the numbers of one product's row come from. */
export function detailOf(
  view: RoomView,
  productId: string,
  of: { sales: SalesByMinute; forecast: Forecast | null; modelVersion: string; forecastModel: string },
): ProductDetail {
  const recent = view.counts(productId, 60_000);
  const sold = view.counts(productId, 300_000);
  const viewers: Record<string, number> = {};
  for (const [intent, count] of Object.entries(recent.counts.intents)) viewers[intent] = count.viewers;
  return {
    productId,
    nowMs: view.nowMs,
    interest: toInterestWhy(view.interest(productId)),
    questions: { openMs: recent.openMs, closeMs: recent.closeMs, comments: recent.counts.comments, viewers, modelVersion: of.modelVersion },
    sales: { openMs: sold.openMs, closeMs: sold.closeMs, units: sold.counts.unitsPaid, ...of.sales.read(productId, view.nowMs) },
    forecast: of.forecast,
    forecastModel: of.forecastModel,
  };
} // prettier-ignore

/** Units sold in each of the last minutes, from the running totals of the show. Kept for this run only. */
export interface SalesByMinute {
  /** Takes the totals at `nowMs`; call it about once a second. */
  take(nowMs: number, productIds: Iterable<string>, unitsSold: (productId: string) => number): void;
  read(productId: string, nowMs: number): { fromMs: number; perMinute: number[] };
}

export function createSalesByMinute(): SalesByMinute {
  /** Totals at the end of each minute, oldest first; the last one is of the running minute. */
  const minutes: { minute: number; totals: ReadonlyMap<string, number> }[] = [];
  return {
    take(nowMs, productIds, unitsSold) {
      const minute = Math.floor(nowMs / MINUTE_MS);
      const totals = new Map<string, number>();
      for (const id of productIds) {
        if (totals.size >= MAX_PRODUCTS) break;
        totals.set(id, unitsSold(id));
      }
      const last = minutes.at(-1);
      // A clock that was set back begins anew.
      if (last !== undefined && minute < last.minute) minutes.length = 0;
      if (minutes.at(-1)?.minute === minute) minutes.pop();
      minutes.push({ minute, totals });
      while (minutes.length > SALES_MINUTES) minutes.shift();
    },
    read(productId, nowMs) {
      const to = minutes.at(-1)?.minute ?? Math.floor(nowMs / MINUTE_MS);
      const from = Math.max(to - SALES_MINUTES + 2, (minutes[0]?.minute ?? to) + 1);
      const perMinute: number[] = [];
      for (let minute = from; minute <= to; minute++) {
        const at = (m: number) => minutes.findLast((kept) => kept.minute <= m)?.totals.get(productId) ?? 0;
        perMinute.push(Math.max(0, at(minute) - at(minute - 1)));
      }
      return { fromMs: from * MINUTE_MS, perMinute };
    },
  };
}
