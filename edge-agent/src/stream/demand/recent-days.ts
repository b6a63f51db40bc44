/**
 * What the demand network sees of a product: its last 56 days, and of each of the next 14 what weekday and
 * level say. `models/demand/features.py` does the same for training; `golden.jsonl` holds both to it.
 */

/** Days looked back on, days foreseen, and numbers told of each. */
export const WINDOW = 56;
export const STEPS = 14;
export const PAST = 9;
export const AHEAD = 32;

const WEEK = 7;
const RECENT = 28;
/** Least covered share of a day from which the day's demand is read off. */
const LEAST_COVERED = 0.3;
/** Covered share of a day that counts as all of it. */
export const WHOLE = 0.97;
/** Largest demand told, in units of the usual. */
const CAP = 6;
/** Largest factor, as a logarithm, between a product and the usual one that is told. */
const MOST_SIZE = 3;

/** The last 56 days of a product; a day of which nothing is known has sold 0 and covered 0. */
export interface RecentDays {
  readonly sold: Float64Array;
  /** Share of the day's demand that found something to buy, 0..1. */
  readonly covered: Float64Array;
}

/** The last 56 of the given days, filled up before them where there are fewer. NaN is a day without a value. */
export function recentDays(sold: Float64Array, covered: Float64Array): RecentDays {
  const from = Math.max(0, sold.length - WINDOW);
  const days = { sold: new Float64Array(WINDOW), covered: new Float64Array(WINDOW) };
  for (let at = from; at < sold.length; at++) {
    if (Number.isNaN(sold[at]!)) continue;
    days.sold[at - sold.length + WINDOW] = sold[at]!;
    days.covered[at - sold.length + WINDOW] = covered[at]!;
  }
  return days;
}

/** Demand of each day: sales over the covered share; NaN where too little was covered. */
export function recovered({ sold, covered }: RecentDays): Float64Array {
  return sold.map((units, at) => (covered[at]! >= LEAST_COVERED ? units / covered[at]! : Number.NaN));
}

/** Mean demand of the last 28 days, else of all; 0 when nothing is known or sold. The unit of all features. */
export function scaleOf(demand: Float64Array): number {
  const recent = mean(demand.subarray(-RECENT), 0);
  return recent > 0 ? recent : mean(demand, 0);
}

/** What all products of a shop say together. */
export interface Market {
  /** Sales on whole days by day, 1 on average over the last 28 days, and where nothing is known. */
  readonly index: Float64Array;
  /** Scale of the product in the middle; null where there are too few to tell. */
  readonly usualScale: number | null;
}

/** Fewer products do not show what the market did. */
const LEAST_FOR_MARKET = 20;

export function marketOf(products: readonly RecentDays[]): Market {
  const over = new Float64Array(WINDOW);
  const under = new Float64Array(WINDOW);
  if (products.length < LEAST_FOR_MARKET) return { index: over.fill(1), usualScale: null };
  const scales = products.map((days) => scaleOf(recovered(days)));
  for (const [i, { sold, covered }] of products.entries()) {
    if (scales[i]! <= 0) continue;
    for (let at = 0; at < WINDOW; at++) {
      if (covered[at]! < WHOLE) continue;
      over[at]! += sold[at]!;
      under[at]! += scales[i]!;
    }
  }
  const index = over.map((sold, at) => (under[at]! > 0 ? sold / under[at]! : 1));
  const usual = Math.max(1e-12, mean(index.subarray(-RECENT), 1));
  const selling = Float64Array.from(scales.filter((scale) => scale > 0));
  return { index: index.map((value) => value / usual), usualScale: median(selling) };
}

/** Writes the features of one product at `past` and `ahead`; returns the scale that what comes out is in. */
export function writeFeatures(days: RecentDays, market: Market, past: Float32Array, ahead: Float32Array): number {
  const demand = recovered(days);
  const scale = scaleOf(demand);
  const unit = scale > 0 ? scale : 1;
  const capped = demand.map((value) => Math.min(value / unit, CAP));
  for (let at = 0; at < WINDOW; at++) {
    const phase = (2 * Math.PI * (at - WINDOW)) / WEEK;
    const told = [Math.min(days.sold[at]! / unit, CAP), days.covered[at]!, Number.isNaN(capped[at]!) ? 0 : capped[at]!, market.index[at]! - 1, 0, 0, 0, Math.sin(phase), Math.cos(phase)]; // prettier-ignore
    past.set(told, at * PAST);
  }
  const whole = capped.map((value, at) => (days.covered[at]! >= WHOLE ? value : Number.NaN));
  const size = market.usualScale === null ? 0 : Math.log(unit / market.usualScale);
  const still = [...stillOf(days, capped, whole, market.index), Math.min(MOST_SIZE, Math.max(-MOST_SIZE, size))];
  for (let step = 0; step < STEPS; step++) ahead.set([...still, ...movingOf(step, capped, whole, market.index)], step * AHEAD);
  return scale;
} // prettier-ignore

/** What is the same for all days ahead: levels of all and of whole days, spread, stock, market. */
function stillOf(days: RecentDays, capped: Float64Array, whole: Float64Array, market: Float64Array): number[] {
  const recent = capped.subarray(-RECENT);
  const middle = mean(recent, 1);
  return [
    mean(capped.subarray(-3), 1),
    mean(capped.subarray(-7), 1),
    mean(capped.subarray(-14), 1),
    mean(capped, 1),
    median(recent),
    Math.sqrt(mean(recent.map((value) => (value - middle) ** 2), 0)),
    mean(recent.map((value) => (Number.isNaN(value) ? value : value === 0 ? 1 : 0)), 0),
    mean(days.covered.subarray(-7), 0),
    mean(whole.subarray(-7), -1),
    mean(whole.subarray(-14), -1),
    mean(whole.subarray(-RECENT), -1),
    mean(whole, -1),
    median(whole.subarray(-RECENT)),
    mean(days.covered.subarray(-RECENT).map((share) => (share >= WHOLE ? 1 : 0)), 0),
    mean(market.subarray(-7), 1),
    mean(market.subarray(-3), 1),
  ];
} // prettier-ignore

/** What belongs to one day ahead: the same weekday before. Plans (price, promotion, holiday) are not known here. */
function movingOf(step: number, capped: Float64Array, whole: Float64Array, market: Float64Array): number[] {
  const same = Array.from({ length: 8 }, (_, k) => WINDOW - WEEK * (k + 1) + (step % WEEK));
  const at = (values: Float64Array, weeks: number) => Float64Array.from(same.slice(0, weeks), (day) => values[day]!);
  const last = capped[same[0]!]!;
  return [
    mean(at(capped, 4), 1),
    mean(at(capped, 8), 1),
    Number.isNaN(last) ? 1 : last,
    mean(at(whole, 4), -1),
    mean(at(whole, 8), -1),
    mean(at(market, 4), 1),
    ...[0, 0, 0, 0, 0, 0, 0],
    (step + 1) / STEPS,
    step >= WEEK ? 1 : 0,
  ];
}

function mean(values: Float64Array, otherwise: number): number {
  let [sum, count] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return count > 0 ? sum / count : otherwise;
}

function median(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const { length } = known;
  return length === 0 ? 1 : (known[(length - 1) >> 1]! + known[length >> 1]!) / 2;
}
