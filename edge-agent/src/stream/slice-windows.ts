import { toWindowCounts } from './live-counts.ts';
import type { KeyKind, KeyRows } from './key-rows.ts';
import type { WindowResult, WindowSpec } from '@livecue/shared/insight';

export const TUMBLING = { kind: 'tumbling', lengthMs: 10_000 } as const satisfies WindowSpec;
export const SLIDING = { kind: 'sliding', lengthMs: 60_000, hopMs: 5_000 } as const satisfies WindowSpec;

/** Corrections of a room go out at most this often: a burst of late events is one correction, not hundreds. */
const CORRECTION_MS = 1_000;

/** The next sliding window is summed ahead in so many calls: fewer than ticks between two of them, each as short as can be. */
const PREPARED_IN = 20;

/** Where the windows of a room stand, as a checkpoint keeps it; keys by kind and product. */
export interface SliceWindowsState {
  readonly closedTo: number | null;
  readonly correctedMs: number | null;
  readonly revisions: readonly (readonly [string, number])[];
  readonly late: readonly (readonly [kind: KeyKind, productId: string | null, index: number, closedTo: number])[];
}

/**
 * Which tumbling and sliding windows of one room close when. Window ends are slice ends; a window is
 * its last slice's end and its length in slices. Only windows with something in them come out.
 *
 * A late event re-emits the closed windows over its slice at revision + 1. Revisions count per window,
 * for all keys: of a tumbling window every row comes out again, because the cloud merges small groups
 * into one and needs all of them together; of a sliding window only the rows that changed.
 */
export class SliceWindows {
  readonly roomId: string;
  readonly #sliceMs: number;
  readonly #tumbling: number;
  readonly #sliding: number;
  readonly #hop: number;
  readonly #reads: (openMs: number) => boolean;
  /** Windows that end at or before this slice index are closed. */
  #closedTo: number | null = null;
  #correctedMs: number | null = null;
  /** How often a window was emitted, by `t` or `s` and the slice index of its end. */
  readonly #revisions = new Map<string, number>();
  /** Slices that late events fell into, and up to where windows had closed when the last one came. */
  #late = new Map<KeyRows, Map<number, number>>();
  /** Of how many keys the window that ends at slice `end` was summed ahead. */
  #prepared = { end: -Infinity, keys: 0 };

  /** `reads`: which sliding windows somebody reads, by where they open; no others come out. */
  constructor(roomId: string, sliceMs: number, reads: (openMs: number) => boolean) {
    this.roomId = roomId;
    this.#reads = reads;
    this.#sliceMs = sliceMs;
    this.#tumbling = TUMBLING.lengthMs / sliceMs;
    this.#sliding = SLIDING.lengthMs / sliceMs;
    this.#hop = SLIDING.hopMs / sliceMs;
  }

  /** Slices that a window still open or correctable may need, counted back from the oldest admissible one. */
  get slices(): number {
    return this.#sliding;
  }

  /** Called for every event: remembers it when a window over its slice is closed already. */
  note(key: KeyRows, index: number): void {
    if (this.#closedTo === null || index >= this.#closedTo || key.kind === 'unattributed') return;
    const slices = this.#late.get(key) ?? new Map<number, number>();
    this.#late.set(key, slices.set(index, this.#closedTo));
  }

  /** Windows that late events changed, when a correction is due at `nowMs`; null: whatever the time. */
  correct(keys: readonly KeyRows[], nowMs: number | null): WindowResult[] {
    if (this.#late.size === 0) return [];
    const sinceMs = nowMs === null || this.#correctedMs === null ? Infinity : nowMs - this.#correctedMs;
    if (sinceMs >= 0 && sinceMs < CORRECTION_MS) return [];
    this.#correctedMs = nowMs;
    const tumbling = new Set<number>();
    const sliding = new Map<number, Set<KeyRows>>();
    for (const [key, slices] of this.#late) {
      for (const [index, closedTo] of slices) {
        const end = (Math.floor(index / this.#tumbling) + 1) * this.#tumbling;
        if (end <= closedTo) tumbling.add(end);
        for (const at of this.#slidingEnds(index, closedTo)) sliding.set(at, (sliding.get(at) ?? new Set()).add(key));
      }
    }
    this.#late.clear();
    const out: WindowResult[] = [];
    for (const end of tumbling) this.#emit('t', end, keys, out);
    for (const [end, changed] of sliding) this.#emit('s', end, [...changed], out);
    return out;
  }

  /** Windows that end at or before `watermarkMs` and were not closed yet. `total` is the room's own key. */
  close(total: KeyRows, keys: readonly KeyRows[], watermarkMs: number): WindowResult[] {
    const first = total.rows[0];
    const to = this.#target(total, watermarkMs);
    // Before the first watermark nothing was closed, however old the first event is.
    if (this.#closedTo === null) this.#closedTo = first === undefined ? to : Math.min(first.index, to);
    const out: WindowResult[] = [];
    for (let end = this.#closedTo + 1; end <= to; end++) {
      if (!total.hasAny(end - this.#sliding, end)) {
        // A silent hour is not walked slice by slice.
        const next = total.rows.find((row) => row.index >= end);
        if (next === undefined || next.index >= to) break;
        end = next.index;
        continue;
      }
      if (end % this.#tumbling === 0) this.#emit('t', end, keys, out);
      if (end % this.#hop === 0 && this.#isRead(end)) this.#emit('s', end, keys, out);
    }
    this.#closedTo = Math.max(this.#closedTo, to);
    return out;
  }

  /**
   * Sums the slices of the next sliding window that are over, for some of `keys`. Of hundreds of products at once, a
   * minute each, it would be the longest pause there is.
   */
  prepare(keys: readonly KeyRows[]): void {
    if (this.#closedTo === null) return;
    const end = (Math.floor(this.#closedTo / this.#hop) + 1) * this.#hop;
    if (!this.#isRead(end)) return;
    if (end !== this.#prepared.end) this.#prepared = { end, keys: 0 };
    const to = Math.min(keys.length, this.#prepared.keys + Math.ceil(keys.length / PREPARED_IN));
    for (; this.#prepared.keys < to; this.#prepared.keys++)
      keys[this.#prepared.keys]!.prepare(end - this.#sliding, this.#closedTo);
  }

  /** How many windows over `key` have begun and are not closed. */
  openOver(key: KeyRows): number {
    if (this.#closedTo === null || key.rows.length === 0) return 0;
    const openSlices = (length: number) =>
      Math.max(0, key.lastIndex + length - Math.max(this.#closedTo!, key.rows[0]!.index));
    return Math.floor(openSlices(this.#sliding) / this.#hop) + Math.ceil(openSlices(1) / this.#tumbling);
  }

  /** Forgets revisions of windows that end before slice `before`. */
  forget(before: number): void {
    for (const name of this.#revisions.keys()) if (Number(name.slice(1)) < before) this.#revisions.delete(name);
  }

  /**
   * Our clock was set back: windows after the new watermark close once more, at their next revision. Those before it
   * do not: corrections of theirs that wait still go out.
   */
  rewind(watermarkMs: number): void {
    if (this.#closedTo === null) return;
    const closedTo = Math.min(this.#closedTo, Math.floor(watermarkMs / this.#sliceMs));
    this.#closedTo = closedTo;
    for (const [key, slices] of this.#late) {
      for (const [index, until] of slices) {
        if (index < closedTo) slices.set(index, Math.min(until, closedTo));
        else slices.delete(index);
      }
      if (slices.size === 0) this.#late.delete(key);
    }
  }

  save(): SliceWindowsState {
    return {
      closedTo: this.#closedTo,
      correctedMs: this.#correctedMs,
      revisions: [...this.#revisions],
      late: [...this.#late].flatMap(([key, slices]) =>
        [...slices].map(([index, closedTo]) => [key.kind, key.productId, index, closedTo] as const),
      ),
    };
  }

  load(state: SliceWindowsState, keyOf: (kind: KeyKind, productId: string | null) => KeyRows): void {
    this.#closedTo = state.closedTo;
    this.#correctedMs = state.correctedMs;
    for (const [name, revision] of state.revisions) this.#revisions.set(name, revision);
    for (const [kind, productId, index, closedTo] of state.late) {
      const key = keyOf(kind, productId);
      this.#late.set(key, (this.#late.get(key) ?? new Map<number, number>()).set(index, closedTo));
    }
  }

  /** Whether the sliding window that ends at slice `end` is read. */
  #isRead(end: number): boolean {
    return this.#reads((end - this.#sliding) * this.#sliceMs);
  }

  /** Ends of the sliding windows over slice `index` that are read, up to `closedTo`. */
  #slidingEnds(index: number, closedTo: number): number[] {
    const ends: number[] = [];
    const last = Math.min(index + this.#sliding, closedTo);
    for (let end = (Math.floor(index / this.#hop) + 1) * this.#hop; end <= last; end += this.#hop)
      if (this.#isRead(end)) ends.push(end);
    return ends;
  }

  #target(total: KeyRows, watermarkMs: number): number {
    if (watermarkMs !== Infinity) return Math.floor(watermarkMs / this.#sliceMs);
    const last = total.rows[total.rows.length - 1];
    return last === undefined
      ? (this.#closedTo ?? 0)
      : Math.max(last.index + this.#sliding, this.#closedTo ?? -Infinity);
  }

  #emit(kind: 't' | 's', end: number, keys: readonly KeyRows[], out: WindowResult[]): void {
    const spec = kind === 't' ? TUMBLING : SLIDING;
    const from = end - (kind === 't' ? this.#tumbling : this.#sliding);
    const name = `${kind}${end}`;
    const revision = this.#revisions.get(name) ?? 0;
    let emitted = false;
    for (const key of keys) {
      const sum = key.sum(from, end);
      if (sum === null) continue;
      const openMs = from * this.#sliceMs;
      const closeMs = end * this.#sliceMs;
      out.push({
        spec,
        roomId: this.roomId,
        productId: key.productId,
        openMs,
        closeMs,
        revision,
        counts: toWindowCounts(sum),
      });
      emitted = true;
    }
    if (emitted) this.#revisions.set(name, revision + 1);
  }
}
