import type { Row } from '../key-rows.ts';
import type { InterestParameters } from './parameters.ts';
import { rhythmOf, signalsOf } from './signals.ts';

/** A burst is looked for over the short window, a slow rise over the long one. */
export const SHORT_MS = 10_000;
export const LONG_MS = 30_000;
/** The time before the long window that it is compared with for the direction. */
export const BEFORE_MS = 60_000;
/** Older rows weigh less than 1 % together, and how long they are kept must not show. */
const MEMORY_MS = 600_000;

/** The judged windows in slices: `[fromLong, …)` and `[fromShort, …)`, both up to the newest slice. */
export interface InterestSpan {
  readonly fromLong: number;
  readonly fromShort: number;
  /** First slice that the room has any event in. */
  readonly firstIndex: number;
  readonly sliceMs: number;
}

/** Exponentially weighted sums over all slices before a window: Σ q^(from−1−s) · value(s), q = e^(−slice/memory). */
export interface Decayed {
  readonly shop: number;
  readonly talk: number;
  /** Σ e^(−age/decay) · signals: what the product's own past still brings about (Hawkes kernel). */
  readonly excited: number;
}

/** What came before the windows of one product. */
export interface ProductPast {
  readonly long: Decayed;
  readonly short: Decayed;
  /** Weighted signals of the minute before the long window. */
  readonly before: number;
}

/** The room's past: sums as of a product, and the decayed number of slices in which the feed was there at all. */
export interface RoomPast {
  readonly long: { readonly shop: number; readonly chat: number; readonly slices: number };
  readonly short: { readonly shop: number; readonly chat: number; readonly slices: number };
}

/** Memory that wears off from slice to slice; rows are added in order, so one pass serves every window. */
class Memory {
  readonly #q: number;
  #at = 0;
  readonly sums: number[];

  constructor(tauMs: number, sliceMs: number, sums: number) {
    this.#q = Math.exp(-sliceMs / tauMs);
    this.sums = new Array<number>(sums).fill(0);
  }

  /** Lets time pass to the end of slice `to` − 1. */
  passTo(to: number): void {
    const factor = Math.pow(this.#q, to - this.#at);
    for (let i = 0; i < this.sums.length; i++) this.sums[i] = this.sums[i]! * factor;
    this.#at = to;
  }

  /** Adds values spread evenly over the `slices` that ended with the last `passTo`. */
  add(slices: number, values: readonly number[]): void {
    const weight = slices === 1 ? 1 : (1 - Math.pow(this.#q, slices)) / ((1 - this.#q) * slices);
    for (let i = 0; i < values.length; i++) this.sums[i] = this.sums[i]! + weight * values[i]!;
  }
}

function isOld(row: Row, span: InterestSpan): boolean {
  return row.index < span.fromLong - MEMORY_MS / span.sliceMs;
}

/** Read from the rows and never stored, so it is the same after a restart and in any order of arrival. */
export function productPast(rows: readonly Row[], span: InterestSpan, parameters: InterestParameters): ProductPast {
  const { fromLong, fromShort, sliceMs } = span;
  const slow = new Memory(parameters.memoryMs, sliceMs, 2);
  const fast = new Memory(parameters.excitation.decayMs, sliceMs, 1);
  const beforeFrom = fromLong - BEFORE_MS / sliceMs;
  let before = 0;
  let long: Decayed | null = null;
  const take = (at: number): Decayed => {
    slow.passTo(at);
    fast.passTo(at);
    return { shop: slow.sums[0]!, talk: slow.sums[1]!, excited: fast.sums[0]! };
  };
  for (const row of rows) {
    if (row.index >= fromShort) break;
    if (isOld(row, span)) continue;
    if (row.index >= fromLong) long ??= take(fromLong);
    const { shop, talk } = signalsOf(row, parameters.weights);
    const end = row.index + row.span;
    slow.passTo(end);
    fast.passTo(end);
    slow.add(row.span, [shop, talk]);
    fast.add(row.span, [shop + talk]);
    if (end > beforeFrom && row.index < fromLong) {
      before += ((shop + talk) * (end - Math.max(beforeFrom, row.index))) / row.span;
    }
  }
  return { long: long ?? take(fromLong), short: take(fromShort), before };
}

export function roomPast(rows: readonly Row[], span: InterestSpan, parameters: InterestParameters): RoomPast {
  const { fromLong, fromShort, firstIndex, sliceMs } = span;
  const slow = new Memory(parameters.memoryMs, sliceMs, 3);
  let long: RoomPast['long'] | null = null;
  const take = (at: number): RoomPast['long'] => {
    slow.passTo(at);
    return { shop: slow.sums[0]!, chat: slow.sums[1]!, slices: slow.sums[2]! };
  };
  for (const row of rows) {
    if (row.index >= fromShort) break;
    if (isOld(row, span)) continue;
    if (row.index >= fromLong) long ??= take(fromLong);
    const { shop, chat } = rhythmOf(row, parameters.weights);
    const end = row.index + row.span;
    // A row of 30 s may begin before the room did.
    const slices = Math.min(row.span, Math.max(1, end - firstIndex));
    slow.passTo(end);
    slow.add(slices, [shop, chat, slices]);
  }
  return { long: long ?? take(fromLong), short: take(fromShort) };
}
