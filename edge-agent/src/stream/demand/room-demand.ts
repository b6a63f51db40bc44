import type { Forecast } from '@livecue/shared/insight';
import { SUM } from '../accumulator.ts';
import type { KeyRows } from '../key-rows.ts';
import { boundsOf, quantile } from './demand-odds.ts';
import { DEMAND_SETTINGS, type DemandSettings, NO_SALES, oddsOf, pass, type ProductDemandState, sell, stockOutTime } from './product-demand.ts'; // prettier-ignore

/** Minutes ahead that are foretold. */
export const AHEAD_MINUTES = [5, 15, 60] as const;
const RESTOCK_MINUTES = 60;
const LIMIT_MINUTES = 15;
/** Products whose sales are remembered; beyond, new ones are as the usual product. */
const MAX_PRODUCTS = 10_000;
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
/** Of the room: its first slice and the one that is told next. */
type RoomEntry = readonly [productId: null, firstIndex: number, index: number];
export type RoomDemandEntry = ProductEntry | RoomEntry;

/** Sales of one room by product: constant memory a product, told of each slice once and in order. */
export class RoomDemand {
  readonly #sliceMinutes: number;
  readonly #settings: DemandSettings;
  readonly #products = new Map<string, Kept>();
  /** First slice, and the one that is told next. */
  #span: { readonly first: number; readonly next: number } | null = null;
  #usual: { readonly index: number; readonly rate: number } | null = null;
  #changed = new Set<string | null>();

  constructor(sliceMs: number, settings: DemandSettings = DEMAND_SETTINGS) {
    this.#sliceMinutes = sliceMs / 60_000;
    this.#settings = settings;
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

  /** Reads the slices that the watermark has passed; `stockOf` as for `add`. */
  tick(
    products: Iterable<KeyRows>,
    firstIndex: number | null,
    watermarkMs: number,
    stockOf: (productId: string) => number | null,
  ): void {
    const end = Math.floor(watermarkMs / (this.#sliceMinutes * 60_000));
    if (firstIndex === null || end <= (this.#span?.next ?? firstIndex)) return;
    const from = this.#span?.next ?? firstIndex;
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
    // The first slice is where a room's memory begins, the last one brings it up to now: both are told, sold or not.
    for (const index of new Set([from, ...[...slices.keys()].sort((a, b) => a - b), end - 1])) {
      this.add(index, slices.get(index) ?? NOTHING, stockOf);
    }
  }

  /** What is expected of a product at the end of the newest slice; null before the first one. */
  forecast(productId: string, stock: number | null, unitsPerBuyer: number): Forecast | null {
    const span = this.#span;
    if (span === null) return null;
    const kept = this.#products.get(productId);
    const state = kept === undefined ? NO_SALES : this.#passed(kept.state, span.next - kept.index);
    const usual = this.#usualRate(span.next);
    const odds = (minutes: number) => oddsOf(state, minutes, usual, this.#settings);
    const stockOut = stock === null || stock <= 0 ? null : stockOutTime(odds, stock);
    return {
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
    };
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
  rewind(index: number): void {
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
  }

  /** What changed since the last call. */
  take(): RoomDemandEntry[] {
    const changed = [...this.#changed].flatMap((productId): RoomDemandEntry[] => {
      if (productId === null) return this.#span === null ? [] : [[null, this.#span.first, this.#span.next]];
      const kept = this.#products.get(productId);
      return kept === undefined ? [] : [[productId, kept.state, kept.index]];
    });
    this.#changed = new Set();
    return changed;
  }

  load(entry: RoomDemandEntry): void {
    if (entry[0] === null) this.#span = { first: entry[1], next: entry[2] };
    else this.#products.set(entry[0], { state: entry[1], index: entry[2] });
    this.#usual = null;
  }
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
