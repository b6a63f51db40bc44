import type { Gridded } from './grid.ts';

/** Steps of a day when series are hourly. */
export const DAY = 24;
/** Hours of a usual series that a product's own hours count against. */
const PRIOR_DAYS = 14;
/** Bounds of an hour are learnt from hours with a like expectation, this many classes. */
const CLASSES = 12;
/** Days at the end from which the bounds of an hour are learnt. */
const LEARN_DAYS = 14;

/** Sales a day, and the share of a usual day's demand that fell in hours with something to sell. */
export interface Days {
  readonly sold: Float64Array;
  readonly covered: Float64Array;
}

/** Share of a day's demand by hour, from hours with something to sell of all series; sums to 1. */
export function hourShares(series: readonly Gridded[]): Float64Array {
  const over = new Float64Array(DAY);
  const under = new Float64Array(DAY);
  for (const one of series) {
    const level = levelOf(one);
    if (level <= 0) continue;
    eachHour(one, (hour, _, value, available) => {
      over[hour]! += value * available;
      under[hour]! += level * available;
    });
  }
  return normalised(over.map((sold, hour) => (under[hour]! > 0 ? sold / under[hour]! : 1)));
}

/** Whole days counted back from the end; hours before the first whole day are left out. A missing value is no stock. */
export function daysOf(one: Gridded, shares: Float64Array): Days {
  const days = Math.floor(one.values.length / DAY);
  const [sold, covered] = [new Float64Array(days), new Float64Array(days)];
  eachHour(one, (hour, day, value, available) => {
    sold[day]! += value;
    covered[day]! += available * shares[hour]!;
  });
  return { sold, covered: covered.map((share) => Math.min(1, share)) };
}

/** The product's own share of each hour, drawn to those of all series as far as it has sold little. */
export function ownShares(one: Gridded, shares: Float64Array): Float64Array {
  const level = levelOf(one) * DAY;
  if (level <= 0) return shares;
  const over = shares.map((share) => share * PRIOR_DAYS);
  const under = new Float64Array(DAY).fill(PRIOR_DAYS);
  eachHour(one, (hour, _, value, available) => {
    over[hour]! += (value * available) / level;
    under[hour]! += available;
  });
  return normalised(over.map((sold, hour) => sold / under[hour]!));
}

/** Bounds of an hour by what is expected of it. */
export type HourBounds = (expected: number, level: number) => { readonly low: number; readonly high: number };

/** Learns from the last days how hours lie around what the day's level and the hour's share say of them. */
export function hourBounds(series: readonly Gridded[], shares: readonly Float64Array[]): HourBounds {
  const found: { expected: number; ratio: number }[] = [];
  for (const [at, one] of series.entries()) {
    const level = levelOf(one) * DAY;
    const first = Math.floor(one.values.length / DAY) - LEARN_DAYS;
    eachHour(one, (hour, day, value, available) => {
      const expected = level * shares[at]![hour]!;
      if (day >= first && available === 1 && expected > 0) found.push({ expected, ratio: value / expected });
    });
  }
  found.sort((a, b) => a.expected - b.expected);
  const size = Math.max(1, Math.ceil(found.length / CLASSES));
  const classes = Array.from({ length: Math.ceil(found.length / size) }, (_, at) => {
    const part = found.slice(at * size, (at + 1) * size);
    return { upTo: part.at(-1)!.expected, ratios: Float64Array.from(part, ({ ratio }) => ratio).sort() };
  });
  return (expected, level) => {
    const { ratios } = classes.find(({ upTo }) => expected <= upTo) ?? classes.at(-1) ?? { ratios: Float64Array.of(0, 2) }; // prettier-ignore
    const at = (share: number) => ratios[Math.round(share * (ratios.length - 1))]! * expected;
    const low = at((1 - level) / 2);
    // Where nothing is likely, it is the lower bound, and the whole remainder lies above.
    return { low, high: at(low === 0 ? level : (1 + level) / 2) };
  };
}

/** Mean sales an hour while there was something to sell. */
function levelOf(one: Gridded): number {
  let [sold, hours] = [0, 0];
  eachHour(one, (_, __, value, available) => {
    sold += value * available;
    hours += available;
  });
  return hours > 0 ? sold / hours : 0;
}

function eachHour(
  { values, available }: Gridded,
  visit: (hour: number, day: number, value: number, available: number) => void,
): void {
  const skipped = values.length % DAY;
  for (let at = skipped; at < values.length; at++) {
    if (Number.isNaN(values[at]!)) continue;
    visit((at - skipped) % DAY, Math.floor((at - skipped) / DAY), values[at]!, available[at]!);
  }
}

function normalised(shares: Float64Array): Float64Array {
  const sum = shares.reduce((all, share) => all + share, 0);
  return shares.map((share) => (sum > 0 ? share / sum : 1 / shares.length));
}
