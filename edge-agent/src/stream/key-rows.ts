import { createAccumulator, mergeAll, mergeInto, trim, type Accumulator } from './accumulator.ts';
import type { LateText } from './late-text.ts';
import type { LiveCounts } from './live-counts.ts';
import type { RowRhythm, RowSignals } from './interest/row-signals.ts';

/** What a key stands for: the room as a whole, one product, or comments that name no product. */
export type KeyKind = 'room' | 'product' | 'unattributed';

/** The accumulator of one key for slices `[index, index + span)`; a row exists only when something was counted. */
export interface Row {
  readonly index: number;
  readonly span: number;
  readonly acc: Accumulator;
  /** What the last checkpoint holds of it and has not made into text: to be asked for it before `acc` changes. */
  frozen: LateText | null;
  /** Changed since the last checkpoint. */
  dirty: boolean;
  /** A checkpoint holds it. */
  stored: boolean;
  /** Its arrays hold nothing in reserve. */
  trimmed: boolean;
  /** Evicted or merged into a larger one. */
  gone: boolean;
  /** What interest last read here. Never stored. */
  signals: RowSignals | null;
  rhythm: RowRhythm | null;
}

/** An event behind a count, for evidence. */
export interface RecentId {
  readonly eventTimeMs: number;
  readonly id: string;
}
export const RECENT_IDS = 5;

/** A session that was emitted and may still change. */
export interface EmittedSession {
  readonly openMs: number;
  closeMs: number;
  events: number;
  revision: number;
}

/** What session windows remember of one key. */
export interface SessionMemory {
  /** Sum of the rows that no late event can change any more, as far as their session may still grow. */
  base: Accumulator | null;
  /** Rows below this index are in `base` or in sessions that are over. */
  foldedTo: number;
  emitted: EmittedSession[];
  /** `base` is not as the last checkpoint has it. */
  baseDirty: boolean;
  baseStored: boolean;
  /** No session of this key can close before this event time. */
  dueMs: number;
}

/** The sum of slices from `openIndex` on, kept up to date. */
export interface LiveSum {
  readonly lengthMs: number;
  /** The newest slice for which it is the window of that length. */
  readonly endIndex: number;
  readonly openIndex: number;
  readonly acc: Accumulator;
  readonly counts: LiveCounts;
}

/** What rows report to: the checkpoint. */
export interface Changes {
  rowChanged(key: KeyRows, row: Row): void;
  rowGone(key: KeyRows, row: Row): void;
  keyChanged(key: KeyRows): void;
}

/**
 * All slices of one key, ascending. One event is one accumulator update here; every window kind merges
 * these rows (general stream slicing: Traub et al., "Scotty", ICDE 2018; Carbone et al., "Cutty",
 * CIKM 2016), so the cost of an event does not grow with the number of windows over it.
 */
export class KeyRows {
  readonly kind: KeyKind;
  readonly productId: string | null;
  rows: Row[] = [];
  /** Raised by every event. */
  version = 0;
  /** Raised by what changes slices before the judged window of interest. */
  pastVersion = 0;
  /** What the next long window will be the sum of, as far as its slices are over. Never stored. */
  #ahead: { readonly from: number; readonly to: number; readonly acc: Accumulator | null } | null = null;
  /** Sums that a view reads again and again; events are counted there as well. Never stored. */
  live: LiveSum[] = [];
  readonly session: SessionMemory = {
    base: null,
    foldedTo: -Infinity,
    emitted: [],
    baseDirty: false,
    baseStored: false,
    dueMs: Infinity,
  };
  readonly recent = new Map<string, RecentId[]>();
  dirty = false;
  stored = false;
  gone = false;

  constructor(kind: KeyKind, productId: string | null) {
    this.kind = kind;
    this.productId = productId;
  }

  get lastIndex(): number {
    return this.rows.length === 0 ? -Infinity : this.rows[this.rows.length - 1]!.index;
  }

  /** The row of a slice, made when it is the first event there. */
  rowAt(index: number): Row {
    const { rows } = this;
    if (this.#ahead !== null && index < this.#ahead.to) this.#ahead = null;
    let at = rows.length;
    while (at > 0 && rows[at - 1]!.index > index) at--;
    const found = at > 0 ? rows[at - 1]! : undefined;
    if (found !== undefined && found.index === index && found.span === 1) return found;
    const row = newRow(index, 1);
    if (at === rows.length) rows.push(row);
    else rows.splice(at, 0, row);
    return row;
  }

  /** Accumulators of the rows that lie wholly in slices `[from, to)`. */
  parts(from: number, to: number): Accumulator[] {
    const found: Accumulator[] = [];
    for (let at = this.rows.length - 1; at >= 0; at--) {
      const row = this.rows[at]!;
      if (row.index < from) break;
      if (row.index + row.span <= to) found.push(row.acc);
    }
    return found.reverse();
  }

  /** Sum of slices `[from, to)`, or null when nothing was counted there. */
  sum(from: number, to: number): Accumulator | null {
    const ahead = this.#ahead;
    if (ahead === null || ahead.from !== from || ahead.to > to) return mergeAll(this.parts(from, to));
    const rest = this.parts(ahead.to, to);
    return mergeAll(ahead.acc === null ? rest : [ahead.acc, ...rest]);
  }

  /** Sums slices `[from, to)` for a `sum` from there that will be asked for: many of them at once are a pause. */
  prepare(from: number, to: number): void {
    this.#ahead = { from, to, acc: mergeAll(this.parts(from, to)) };
  }

  /** True when anything was counted in slices `[from, to)`; half of the cost of knowing that a window is empty. */
  hasAny(from: number, to: number): boolean {
    for (let at = this.rows.length - 1; at >= 0; at--) {
      const row = this.rows[at]!;
      if (row.index < from) return false;
      if (row.index < to) return true;
    }
    return false;
  }

  noteRecent(of: string, eventTimeMs: number, id: string): void {
    let list = this.recent.get(of);
    if (list === undefined) this.recent.set(of, (list = []));
    let at = list.length;
    while (at > 0 && isAfter(list[at - 1]!, eventTimeMs, id)) at--;
    if (at === 0 && list.length === RECENT_IDS) return;
    list.splice(at, 0, { eventTimeMs, id });
    if (list.length > RECENT_IDS) list.shift();
  }

  /** Gives back reserved memory of rows that end at or before slice `before`. */
  trim(before: number): void {
    for (let at = this.rows.length - 1; at >= 0; at--) {
      const row = this.rows[at]!;
      if (row.index + row.span > before) continue;
      if (row.trimmed) return;
      trim(row.acc);
      row.trimmed = true;
    }
  }

  /** Forgets rows that end at or before slice `before`. */
  evict(before: number, changes: Changes): void {
    let count = 0;
    while (count < this.rows.length && this.rows[count]!.index + this.rows[count]!.span <= before) count++;
    if (count === 0) return;
    for (const row of this.rows.splice(0, count)) this.#drop(row, changes);
  }

  /**
   * Merges rows of single slices before `before` into rows of `span` slices, aligned to `span`. They
   * serve long views only, and cost a sixth of the memory.
   */
  compact(before: number, span: number, changes: Changes): void {
    if (this.rows.length === 0 || this.rows[0]!.index >= before) return;
    const kept: Row[] = [];
    const grown = new Set<Row>();
    let block: Row | null = null;
    for (const row of this.rows) {
      const start = Math.floor(row.index / span) * span;
      if (start + span > before) {
        kept.push(row);
        continue;
      }
      if (block === null || block.index !== start) {
        // A block of its own size stays; anything else is copied into a new one.
        if (row.index === start && row.span === span) block = row;
        else block = newRow(start, span);
        kept.push(block);
      }
      if (row === block) continue;
      block.frozen?.text();
      mergeInto(block.acc, row.acc);
      this.#drop(row, changes);
      changes.rowChanged(this, block);
      grown.add(block);
    }
    if (kept.length === this.rows.length && kept.every((row, at) => row === this.rows[at])) return;
    for (const block of grown) trim(block.acc);
    this.rows = kept;
    this.#ahead = null;
    this.pastVersion++;
    // A window that began inside a new long row now begins after it.
    const cut = ({ openIndex }: LiveSum) =>
      kept.some(({ index, span }) => index < openIndex && openIndex < index + span);
    this.live = this.live.filter((live) => !cut(live));
  }

  #drop(row: Row, changes: Changes): void {
    row.gone = true;
    changes.rowGone(this, row);
  }
}

function newRow(index: number, span: number): Row {
  const acc = createAccumulator();
  return {
    index,
    span,
    acc,
    frozen: null,
    dirty: false,
    stored: false,
    trimmed: span > 1,
    gone: false,
    signals: null,
    rhythm: null,
  };
}

function isAfter(known: RecentId, eventTimeMs: number, id: string): boolean {
  return known.eventTimeMs === eventTimeMs ? known.id > id : known.eventTimeMs > eventTimeMs;
}
