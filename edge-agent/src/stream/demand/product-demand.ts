import { type Odds, quantile } from './demand-odds.ts';

/** Settings, chosen on 15 simulated shows (seeds 1 to 15; `npm run bench:demand` measures on others). Times in minutes. */
export interface DemandSettings {
  /** Memory of what goes on now, and of the show. */
  readonly shortMinutes: number;
  readonly longMinutes: number;
  /** On sale for so long, a product's own rate counts as much as the longer memory, and as the usual product. */
  readonly shortPrior: number;
  readonly longPrior: number;
  /** What goes on now has faded to 1/e after so long. */
  readonly fadeMinutes: number;
  /** Units beyond one an order, and what is not known of the rate: at once, and for an hour ahead. */
  readonly lump: number;
  readonly spreadNow: number;
  readonly spreadHour: number;
}

export const DEMAND_SETTINGS: DemandSettings = {
  shortMinutes: 1,
  longMinutes: 20,
  shortPrior: 3.8,
  longPrior: 30,
  fadeMinutes: 0.63,
  lump: 0.69,
  spreadNow: 0.65,
  spreadHour: 0.115,
};

/** Minutes in which `spreadNow` gives way to `spreadHour`. */
const SPREAD_MINUTES = 20;

/** Units, and minutes on sale, both fading with time. */
interface Memory {
  readonly units: number;
  readonly minutes: number;
}

export interface ProductDemandState {
  readonly short: Memory;
  readonly long: Memory;
  /** Minutes since there was nothing to sell, null while there is. */
  readonly soldOut: number | null;
}

export const NO_SALES: ProductDemandState = { short: { units: 0, minutes: 0 }, long: { units: 0, minutes: 0 }, soldOut: null }; // prettier-ignore

/**
 * The state after `minutes`. Time without stock says nothing of demand: it is in no memory, only counted. In two
 * parts or at once is the same.
 */
export function pass(state: ProductDemandState, minutes: number, settings: DemandSettings): ProductDemandState {
  if (state.soldOut !== null) return { ...state, soldOut: state.soldOut + minutes };
  return {
    short: faded(state.short, minutes, settings.shortMinutes),
    long: faded(state.long, minutes, settings.longMinutes),
    soldOut: null,
  };
}

/** The state after `units` were paid: also when nothing is left, for orders are paid some seconds later. */
export function sell(state: ProductDemandState, units: number): ProductDemandState {
  if (!(units > 0) || !Number.isFinite(units)) return state;
  const more = ({ units: before, minutes }: Memory) => ({ units: before + units, minutes });
  return { ...state, short: more(state.short), long: more(state.long) };
}

/** Units of the next `minutes`, were there enough of them; `usual` is units a minute of the usual product. */
export function oddsOf(state: ProductDemandState, minutes: number, usual: number, settings: DemandSettings): Odds {
  const { fadeMinutes, lump, spreadNow, spreadHour } = settings;
  const { now, later } = ratesOf(state, usual, settings);
  const extra = (now - later) * fadeMinutes * (1 - Math.exp(-minutes / fadeMinutes));
  const far = 1 - Math.exp(-minutes / SPREAD_MINUTES);
  return { mean: Math.max(0, later * minutes + extra), lump, spread: spreadNow * (1 - far) + spreadHour * far };
}

/** Units a minute of a product for good, whatever goes on just now. */
export function rateOf(state: ProductDemandState, usual: number, settings: DemandSettings): number {
  return ratesOf(state, usual, settings).later;
}

/** Units a minute now and once what goes on has faded, each drawn to what is known beside it. */
function ratesOf({ short, long }: ProductDemandState, usual: number, { shortPrior, longPrior }: DemandSettings) {
  const later = (long.units + longPrior * usual) / (long.minutes + longPrior);
  return { now: (short.units + shortPrior * later) / (short.minutes + shortPrior), later };
}

export function faded({ units, minutes }: Memory, passed: number, lasting: number): Memory {
  const kept = Math.exp(-passed / lasting);
  return { units: units * kept, minutes: minutes * kept + lasting * (1 - kept) };
}

/** No stock-out further away than this is told, in minutes. */
const MAX_AHEAD = 1_440;

/** Minutes until `stock` units are sold, with bounds that hold four of five; null when that is beyond a day. */
export function stockOutTime(odds: (minutes: number) => Odds, stock: number) {
  const at = (share: number) => firstMinute((minutes) => quantile(odds(minutes), share) >= stock);
  const median = at(0.5);
  if (stock <= 0 || median === null) return null;
  return { medianMinutes: median, soonest80Minutes: Math.min(median, at(0.9) ?? median), latest80Minutes: at(0.1) };
}

/** Least time for which `holds` is true, to a hundredth; null when it is not within a day. */
function firstMinute(holds: (minutes: number) => boolean): number | null {
  if (!holds(MAX_AHEAD)) return null;
  let [low, high] = [0, MAX_AHEAD];
  while (high - low > 0.01 * Math.max(1, low)) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
