import type { Forecast } from '@livecue/shared/insight';
import type { DemandCorrection, ShowInputs } from '../../core-ports.ts';
import { SUM } from '../accumulator.ts';
import type { KeyRows } from '../key-rows.ts';
import { boundsOf, type Odds, quantile } from './demand-odds.ts';
import { AcrossShowsReader } from './across-shows.ts';
import { DEMAND_SETTINGS, type DemandSettings, NO_SALES, oddsOf, pass, type ProductDemandState, rateOf, sell, stockOutTime } from './product-demand.ts'; // prettier-ignore
import { SalesLedger } from './sales-ledger.ts';
import { ShowMinutes } from './show-minutes.ts';

/** Minutes ahead that are foretold. */
export const AHEAD_MINUTES = [5, 15, 60] as const;
const RESTOCK_MINUTES = 60;
const LIMIT_MINUTES = 15;
/** Products whose sales are remembered; beyond, new ones are as the usual product. */
const MAX_PRODUCTS = 10_000;
/** Longer leaps of the watermark are time in which nobody watched, but for slices in which something sold. */
const MOST_WATCHED_MINUTES = 1;
/** Nobody watched for so long: what comes is another show. */
const SHOW_PAUSE_MINUTES = 30;
/** A clock that leapt further is told as this many slices: memories are empty by then. */
const MOST_SLICES = 100_000;

const NOTHING: ReadonlyMap<string, number> = new Map();

interface Kept {
  state: ProductDemandState;
  /** Slice up to whose beginning `state` is. */
  index: number;
}

/** Stored form of one product: its state at the beginning of slice `index`. */
type ProductEntry = readonly [productId: string, state: ProductDemandState, index: number];
/** Of the room: its first slice and the one that is told next, without pauses; the show that is on; slices of pauses. */
type RoomEntry = readonly [productId: null, firstIndex: number, index: number, show?: number | null, paused?: number];
export type RoomDemandEntry = ProductEntry | RoomEntry;

/** Sales of one room by product: constant memory a product, told of each slice once and in order. */
export class RoomDemand {
  readonly #sliceMinutes: number;
  readonly #settings: DemandSettings;
  /** What sold by hour and show, over weeks. */
  readonly ledger: SalesLedger;
  /** The show's last hour by minute, for the network. */
  readonly minutes: ShowMinutes;
  readonly #across: AcrossShowsReader;
  readonly #products = new Map<string, Kept>();
  /** First slice, and the one that is told next. */
  #span: { readonly first: number; readonly next: number } | null = null;
  /** Slices between shows, so far: `#span` and products count without them. */
  #paused = 0;
  /** Forecasts of the newest slice: rules ask for those of products that sell out with every comment. */
  #told: { readonly at: string; readonly forecasts: Map<string, KnownForecast> } = { at: '', forecasts: new Map() };
  #usual: { readonly index: number; readonly rate: number } | null = null;
  #changed = new Set<string | null>();

  constructor(sliceMs: number, settings: DemandSettings = DEMAND_SETTINGS) {
    this.#sliceMinutes = sliceMs / 60_000;
    this.#settings = settings;
    this.ledger = new SalesLedger(sliceMs);
    this.minutes = new ShowMinutes(sliceMs);
    this.#across = new AcrossShowsReader(this.ledger);
  }

  /**
   * Slice `index` is over: units paid by product, and what is in stock now (null: not known, taken as enough).
   * A slice that was told already, or an earlier one, is passed over.
   */
  add(index: number, units: ReadonlyMap<string, number>, stockOf: (productId: string) => number | null): void {
    this.#span ??= { first: index, next: index };
    if (index < this.#span.next) return;
    for (const [productId, sold] of units) {
      if (sold > 0) this.#change(productId, index, (state) => sell(state, sold));
    }
    for (const [productId, kept] of this.#products) {
      const isOut = stockOf(productId) === 0;
      if (isOut === (kept.state.soldOut !== null)) continue;
      this.#change(productId, index, (state) => ({ ...state, soldOut: isOut ? 0 : null }));
    }
    this.#span = { ...this.#span, next: index + 1 };
    this.#changed.add(null);
  }

  /** Reads the slices that the watermark has passed; `stockOf` as for `add`, `isLive` whether a show is on, `onAir` what is explained. */
  tick(
    products: readonly KeyRows[],
    firstIndex: number | null,
    watermarkMs: number,
    {
      stockOf,
      isLive,
      onAir,
    }: { stockOf: (productId: string) => number | null; isLive: boolean; onAir: string | null },
  ): void {
    const end = Math.floor(watermarkMs / (this.#sliceMinutes * 60_000));
    const from = this.#span === null ? firstIndex : this.#span.next + this.#paused;
    if (firstIndex === null || from === null || end <= from) return;
    const slices = soldIn(products, from, end);
    const passed = (end - from) * this.#sliceMinutes;
    const isNew = passed > SHOW_PAUSE_MINUTES;
    if (isNew) this.ledger.resume(null);
    if (!isLive || isNew) this.#pause(end - from, end);
    else {
      this.minutes.read(products, from, end, onAir);
      // The first slice is where a room's memory begins, the last one brings it up to now: both are told, sold or not.
      for (const index of new Set([from, ...[...slices.keys()].sort((a, b) => a - b), end - 1])) {
        this.add(index - this.#paused, slices.get(index) ?? NOTHING, stockOf);
      }
    }
    for (const [index, sold] of slices) this.ledger.book({ index, minutes: 0, isLive, sold, missed: NOTHING });
    const minutes = passed <= MOST_WATCHED_MINUTES ? passed : slices.size * this.#sliceMinutes;
    const missed = isLive ? this.#missedIn(minutes) : NOTHING;
    this.ledger.book({ index: end - 1, minutes, isLive, sold: NOTHING, missed });
  }

  /** Time between shows says nothing of what sells within them: no memory fades by it, and nothing is counted. */
  #pause(slices: number, end: number): void {
    if (this.#span === null) this.#span = { first: end, next: end };
    else this.#paused += slices;
    this.minutes.clear();
    this.#changed.add(null);
  }

  /** What products that are sold out would have sold in `minutes`. */
  *#missedIn(minutes: number): Iterable<readonly [productId: string, units: number]> {
    for (const [productId, { state }] of this.#products) {
      if (state.soldOut === null) continue;
      yield [productId, rateOf(state, this.#usualRate(this.#span!.next), this.#settings) * minutes];
    }
  }

  /** What the network within a show is asked with; null in the first minutes of a show, and between shows. */
  showInputs(): ShowInputs | null {
    const span = this.#span;
    if (span === null) return null;
    const usual = this.#usualRate(span.next);
    const expectedOf = (productId: string) => AHEAD_MINUTES.map((minutes) => oddsOf(this.#stateOf(productId), minutes, usual, this.#settings).mean); // prettier-ignore
    return this.minutes.inputs(span.next + this.#paused, usual, expectedOf);
  }

  #stateOf(productId: string): ProductDemandState {
    const kept = this.#products.get(productId);
    return kept === undefined ? NO_SALES : this.#passed(kept.state, this.#span!.next - kept.index);
  }

  /**
   * What is expected of a product at the end of the newest slice; null before the first one. `correction`: what a
   * network says beyond the rates.
   */
  forecast(
    productId: string,
    stock: number | null,
    unitsPerBuyer: number,
    correction?: DemandCorrection,
  ): Forecast | null {
    const span = this.#span;
    if (span === null) return null;
    const at = `${span.first}/${span.next}/${this.#paused}/${this.ledger.version}`;
    if (this.#told.at !== at) this.#told = { at, forecasts: new Map() };
    const known = correction === undefined ? this.#told.forecasts.get(productId) : undefined;
    if (known?.stock === stock && known.unitsPerBuyer === unitsPerBuyer) return known.forecast;
    const state = this.#stateOf(productId);
    const usual = this.#usualRate(span.next);
    const odds = (minutes: number) => corrected(oddsOf(state, minutes, usual, this.#settings), minutes, correction);
    const across = this.#across.of(productId, stock, (span.next + this.#paused) * this.#sliceMinutes * 60_000);
    const stockOut = stock === null || stock <= 0 ? null : stockOutTime(odds, stock);
    const forecast: Forecast = {
      productId,
      ahead: AHEAD_MINUTES.map((minutes) => {
        const { low, high } = boundsOf(odds(minutes), 0.8);
        return { minutes, mean: odds(minutes).mean, lo80: low, hi80: high };
      }),
      stock,
      stockOut,
      soldOut: state.soldOut === null ? null : { minutes: state.soldOut, missedUnits: odds(state.soldOut).mean },
      restockUnits: stock === null ? null : positive(quantile(odds(RESTOCK_MINUTES), 0.9) - Math.max(0, stock)),
      limitPerBuyer: limitOf(stock, odds(LIMIT_MINUTES).mean, unitsPerBuyer),
      ...(across === undefined ? {} : { across }),
    };
    if (correction === undefined) this.#told.forecasts.set(productId, { stock, unitsPerBuyer, forecast });
    return forecast;
  }

  /** Whether `stockOut` of a forecast has its median within `minutes`; true before there is one. */
  runsOutWithin(productId: string, stock: number, minutes: number): boolean {
    if (this.#span === null) return true;
    const odds = oddsOf(this.#stateOf(productId), minutes, this.#usualRate(this.#span.next), this.#settings);
    return quantile(odds, 0.5) >= stock;
  }

  #change(productId: string, index: number, of: (state: ProductDemandState) => ProductDemandState): void {
    const known = this.#products.get(productId);
    if (known === undefined && this.#products.size >= MAX_PRODUCTS) return;
    // A product is on sale from the room's first slice: that it sold nothing until now is known too.
    const kept = known ?? { state: NO_SALES, index: this.#span!.first };
    this.#products.set(productId, { state: of(this.#passed(kept.state, index + 1 - kept.index)), index: index + 1 });
    this.#changed.add(productId);
  }

  #passed(state: ProductDemandState, slices: number): ProductDemandState {
    return slices <= 0 ? state : pass(state, Math.min(slices, MOST_SLICES) * this.#sliceMinutes, this.#settings);
  }

  /** Units a minute on sale of the products that sell, together. */
  #usualRate(index: number): number {
    if (this.#usual?.index === index) return this.#usual.rate;
    let [units, minutes] = [0, 1];
    for (const kept of this.#products.values()) {
      const { long } = this.#passed(kept.state, index - kept.index);
      units += long.units;
      minutes += long.minutes;
    }
    this.#usual = { index, rate: units / minutes };
    return this.#usual.rate;
  }

  /** Our clock was set back: slices are told again from there on. */
  rewind(toIndex: number): void {
    const index = toIndex - this.#paused;
    for (const [productId, kept] of this.#products) {
      if (kept.index <= index) continue;
      kept.index = index;
      this.#changed.add(productId);
    }
    if (this.#span !== null && this.#span.next > index) {
      this.#span = { first: Math.min(this.#span.first, index), next: index };
      this.#changed.add(null);
    }
    this.#usual = null;
    this.#told = { at: '', forecasts: new Map() };
    this.ledger.rewind(toIndex);
    this.minutes.clear();
  }

  /** What changed since the last call. */
  take(): RoomDemandEntry[] {
    const changed = [...this.#changed].flatMap((productId): RoomDemandEntry[] => {
      if (productId === null)
        return this.#span === null ? [] : [[null, this.#span.first, this.#span.next, this.ledger.show, this.#paused]];
      const kept = this.#products.get(productId);
      return kept === undefined ? [] : [[productId, kept.state, kept.index]];
    });
    this.#changed = new Set();
    return changed;
  }

  load(entry: RoomDemandEntry): void {
    if (entry[0] === null) {
      this.#span = { first: entry[1], next: entry[2] };
      this.ledger.resume(entry[3] ?? null);
      this.#paused = entry[4] ?? 0;
    } else this.#products.set(entry[0], { state: entry[1], index: entry[2] });
    this.#usual = null;
  }
}

interface KnownForecast {
  readonly stock: number | null;
  readonly unitsPerBuyer: number;
  readonly forecast: Forecast;
}

/** In between on a scale of ratios; nearer than the first and beyond the last as those. */
function corrected(odds: Odds, minutes: number, correction: DemandCorrection | undefined): Odds {
  if (correction === undefined) return odds;
  const later = AHEAD_MINUTES.findIndex((ahead) => minutes <= ahead);
  const [a, b] = later < 0 ? [AHEAD_MINUTES.length - 1, AHEAD_MINUTES.length - 1] : [Math.max(0, later - 1), later];
  const share = a === b ? 0 : Math.log(minutes / AHEAD_MINUTES[a]!) / Math.log(AHEAD_MINUTES[b]! / AHEAD_MINUTES[a]!);
  const between = (values: readonly number[]) => Math.exp((1 - share) * Math.log(values[a]!) + share * Math.log(values[b]!)); // prettier-ignore
  // The network's spread has all that is not known in it, lumps of an order too.
  return { mean: odds.mean * between(correction.factors), lump: 0, spread: between(correction.spreads) };
}

/** Units paid from slice `from` to before `end`, by slice and product. */
function soldIn(products: Iterable<KeyRows>, from: number, end: number): Map<number, Map<string, number>> {
  const slices = new Map<number, Map<string, number>>();
  for (const { productId, rows } of products) {
    for (let at = rows.length - 1; at >= 0 && rows[at]!.index >= from; at--) {
      const { index, acc } = rows[at]!;
      const units = acc.sums[SUM.unitsPaid]!;
      if (productId === null || units <= 0 || index >= end) continue;
      const slice = slices.get(index) ?? new Map<string, number>();
      slices.set(index, slice.set(productId, units));
    }
  }
  return slices;
}

function positive(units: number): number | null {
  const whole = Math.ceil(units);
  return whole > 0 ? whole : null;
}

/** Stock over the buyers that are expected, when that is less than they take on their own; nobody can get less than one. */
function limitOf(stock: number | null, expected: number, unitsPerBuyer: number): number | null {
  if (stock === null || stock <= 0 || !(unitsPerBuyer > 1) || expected <= stock) return null;
  const each = Math.floor(stock / (expected / unitsPerBuyer));
  return each >= 1 && each < unitsPerBuyer ? each : null;
}
