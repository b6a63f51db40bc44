import type { ShowInputs } from '../../core-ports.ts';
import { SUM } from '../accumulator.ts';
import type { KeyRows } from '../key-rows.ts';

/** Minutes of a show that are looked back on, and numbers told of each; as `models/demand/show/train.py` has them. */
export const SHOW_WINDOW = 60;
export const SHOW_PAST = 6;
/** Numbers told of now: minute of the show, usual rate, and what is expected of 5, 15 and 60 minutes. */
export const SHOW_NOW = 5;
/** Least minutes of a show that were learnt from. */
const LEAST_MINUTES = 10;
/** Shows were learnt from for so long; a later minute is told as this one. */
const MOST_MINUTES = 100;
/** Products of one minute that are remembered. */
const MAX_PRODUCTS = 1_000;

/** Units, views, carts, and share of the minute on air. */
export type MinuteRow = readonly [productId: string, units: number, views: number, carts: number, onAir: number];
/** One clock minute (Unix time / 1 min) as it is stored. */
export interface StoredMinute {
  readonly minute: number;
  /** First minute of the show. */
  readonly first: number;
  readonly rows: readonly MinuteRow[];
}

type Counts = [units: number, views: number, carts: number, onAir: number];

/** The last hour of a show by minute and product. Constant memory; told of each slice once. */
export class ShowMinutes {
  readonly #sliceMs: number;
  #minutes = new Map<number, Map<string, Counts>>();
  #first: number | null = null;
  #changed = new Set<number>();
  #stored = new Set<number>();
  #deleted = new Set<number>();

  constructor(sliceMs: number) {
    this.#sliceMs = sliceMs;
  }

  /** Reads slices from `from` to before `end`, in which `onAir` was explained last. */
  read(products: Iterable<KeyRows>, from: number, end: number, onAir: string | null): void {
    const last = this.#minuteOf(end - 1);
    if (this.#first === null) {
      this.#first = this.#minuteOf(from);
      // Stored although nothing may have happened in it, for the show began then.
      this.#rowsOf(this.#first);
    }
    for (const { productId, rows } of products) {
      if (productId === null) continue;
      for (let at = rows.length - 1; at >= 0 && rows[at]!.index >= from; at--) {
        const { index, acc } = rows[at]!;
        const told = [acc.sums[SUM.unitsPaid]!, acc.sums[SUM.productViews]!, acc.sums[SUM.cartAdds]!] as const;
        if (index < end && told.some((count) => count > 0)) this.#add(this.#minuteOf(index), productId, [...told, 0]);
      }
    }
    if (onAir !== null) {
      const share = this.#sliceMs / 60_000;
      for (let index = Math.max(from, end - 12); index < end; index++) this.#add(this.#minuteOf(index), onAir, [0, 0, 0, share]); // prettier-ignore
    }
    for (const minute of [...this.#minutes.keys()]) if (minute < last - SHOW_WINDOW) this.#forget(minute);
  }

  /** Another show, or none: what was before says nothing. */
  clear(): void {
    for (const minute of [...this.#minutes.keys()]) this.#forget(minute);
    this.#first = null;
  }

  /**
   * Features of all products at the end of the last full minute; null in the first ten. `expectedOf`: units of the
   * next 5, 15 and 60 minutes; `usual`: units a minute of the usual product.
   */
  inputs(nextIndex: number, usual: number, expectedOf: (productId: string) => readonly number[]): ShowInputs | null {
    const minute = this.#minuteOf(nextIndex);
    if (this.#first === null || minute - this.#first < LEAST_MINUTES) return null;
    const productIds = [...new Set([...this.#minutes.values()].flatMap((rows) => [...rows.keys()]))].sort();
    const past = new Float32Array(productIds.length * SHOW_WINDOW * SHOW_PAST);
    const places = new Map(productIds.map((id, at) => [id, at * SHOW_WINDOW * SHOW_PAST]));
    for (let step = 0; step < SHOW_WINDOW; step++) {
      const at = minute - SHOW_WINDOW + step;
      if (at >= this.#first) this.#write(past, places, at, step);
    }
    const shown = Math.min(MOST_MINUTES, minute - this.#first) / MOST_MINUTES;
    const log = (units: number) => Math.log(units + 1e-3);
    const now = Float32Array.from(productIds.flatMap((id) => [shown, log(usual), ...expectedOf(id).map(log)]));
    return { minute, productIds, past, now };
  }

  #write(past: Float32Array, places: ReadonlyMap<string, number>, minute: number, step: number): void {
    const rows = this.#minutes.get(minute);
    let units = 0;
    for (const [sold] of rows?.values() ?? []) units += sold;
    const room = Math.log1p(units / Math.max(1, places.size));
    for (const [id, place] of places) {
      const [sold, views, carts, onAir] = rows?.get(id) ?? [0, 0, 0, 0];
      const told = [Math.log1p(sold), Math.log1p(views), Math.log1p(carts), Math.min(1, onAir), room, 1];
      past.set(told, place + step * SHOW_PAST);
    }
  }

  #add(minute: number, productId: string, counts: Readonly<Counts>): void {
    const rows = this.#rowsOf(minute);
    const row = rows.get(productId) ?? [0, 0, 0, 0];
    if (!rows.has(productId) && rows.size >= MAX_PRODUCTS) return;
    rows.set(productId, row.map((count, at) => count + counts[at]!) as Counts);
  }

  #rowsOf(minute: number): Map<string, Counts> {
    this.#changed.add(minute);
    const known = this.#minutes.get(minute);
    if (known !== undefined) return known;
    const rows = new Map<string, Counts>();
    this.#minutes.set(minute, rows);
    if (this.#deleted.delete(minute)) this.#stored.add(minute);
    return rows;
  }

  #minuteOf(index: number): number {
    return Math.floor((index * this.#sliceMs) / 60_000);
  }

  #forget(minute: number): void {
    this.#minutes.delete(minute);
    this.#changed.delete(minute);
    if (this.#stored.delete(minute)) this.#deleted.add(minute);
  }

  /** What changed since the last call. */
  take(): { put: StoredMinute[]; del: number[] } {
    const put = [...this.#changed].map((minute): StoredMinute => ({ minute, first: this.#first!, rows: [...this.#minutes.get(minute)!].map(([id, counts]): MinuteRow => [id, ...counts]) })); // prettier-ignore
    for (const minute of this.#changed) this.#stored.add(minute);
    const del = [...this.#deleted];
    this.#changed = new Set();
    this.#deleted = new Set();
    return { put, del };
  }

  load({ minute, first, rows }: StoredMinute): void {
    this.#minutes.set(minute, new Map(rows.map(([id, ...counts]) => [id, counts])));
    this.#first = this.#first === null ? first : Math.max(this.#first, first);
    this.#stored.add(minute);
  }
}
