import type { WindowCounts } from '@livecue/shared/insight';
import { createAccumulator, mergeAll, mergeInto, SUM, type Accumulator } from './accumulator.ts';
import { toWindowCounts } from './live-counts.ts';
import type { KeyRows } from './key-rows.ts';

/** A session that closed, or one that a late event changed or swallowed. */
export interface ClosedSession {
  readonly openMs: number;
  readonly closeMs: number;
  readonly revision: number;
  readonly counts: WindowCounts;
}

interface Session {
  openMs: number;
  lastMs: number;
  readonly parts: Accumulator[];
}

/**
 * Session windows of one key: events belong together while the next is less than `gapMs` after the
 * last, so the window is `[first, last + gapMs)`. They are read from the same slices as all windows:
 * a slice is never longer than the gap, so all of a row lies in one session, and its first and last
 * event time say in which.
 *
 * When a late event joins two sessions that were emitted, the earlier opening stays and comes out at
 * revision + 1; the one that is no more comes out at revision + 1 with all counts zero.
 */
export class SessionWindows {
  readonly #gapMs: number;

  constructor(gapMs: number) {
    this.#gapMs = gapMs;
  }

  /** Called for every event counted for `key`: its session closes no earlier than this, late or not. */
  note(key: KeyRows, eventTimeMs: number): void {
    const memory = key.session;
    memory.dueMs = Math.min(memory.dueMs, eventTimeMs + this.#gapMs);
  }

  /** Sessions of `key` that `watermarkMs` closes, and corrections of earlier ones. */
  close(key: KeyRows, watermarkMs: number): ClosedSession[] {
    const memory = key.session;
    if (memory.dueMs > watermarkMs) return [];
    const closed: ClosedSession[] = [];
    const sessions = this.#sessions(key);
    memory.dueMs = Infinity;
    for (const session of sessions) {
      const closeMs = session.lastMs + this.#gapMs;
      if (closeMs > watermarkMs) memory.dueMs = Math.min(memory.dueMs, closeMs);
      else this.#emit(key, session, closeMs, closed);
    }
    this.#withdraw(key, sessions, closed);
    memory.emitted.sort((a, b) => a.openMs - b.openMs);
    return closed;
  }

  /**
   * Folds rows that end before slice `before` into the base, and forgets what no event admitted at
   * `horizonMs` or later can touch. Returns whether anything changed.
   */
  fold(key: KeyRows, before: number, horizonMs: number): boolean {
    const memory = key.session;
    let changed = false;
    for (const row of key.rows) {
      if (row.index < memory.foldedTo || row.index + row.span > before) continue;
      if (memory.base !== null && row.acc.firstMs >= memory.base.lastMs + this.#gapMs) this.#forgetBase(key);
      memory.base ??= createAccumulator();
      mergeInto(memory.base, row.acc);
      memory.baseDirty = true;
      changed = true;
    }
    if (before > memory.foldedTo) memory.foldedTo = before;
    if (memory.base !== null && this.#isOver(key, memory.base, horizonMs)) {
      this.#forgetBase(key);
      changed = true;
    }
    const kept = memory.emitted.filter((entry) => entry.closeMs >= horizonMs || entry.openMs === memory.base?.firstMs);
    if (kept.length < memory.emitted.length) {
      memory.emitted = kept;
      changed = true;
    }
    return changed;
  }

  /** True when neither an event to come nor a row not folded yet can join `base`. */
  #isOver(key: KeyRows, base: Accumulator, horizonMs: number): boolean {
    const closeMs = base.lastMs + this.#gapMs;
    if (closeMs >= horizonMs) return false;
    return !key.rows.some((row) => row.index >= key.session.foldedTo && row.acc.firstMs < closeMs);
  }

  #forgetBase(key: KeyRows): void {
    const openMs = key.session.base?.firstMs;
    key.session.emitted = key.session.emitted.filter((entry) => entry.openMs !== openMs);
    key.session.base = null;
    key.session.baseDirty = true;
  }

  #sessions(key: KeyRows): Session[] {
    const { base, foldedTo } = key.session;
    const parts = key.rows.filter((row) => row.index >= foldedTo).map((row) => row.acc);
    if (base !== null) parts.push(base);
    parts.sort((a, b) => a.firstMs - b.firstMs);
    const sessions: Session[] = [];
    for (const acc of parts) {
      const current = sessions[sessions.length - 1];
      if (current === undefined || acc.firstMs >= current.lastMs + this.#gapMs) {
        sessions.push({ openMs: acc.firstMs, lastMs: acc.lastMs, parts: [acc] });
      } else {
        current.lastMs = Math.max(current.lastMs, acc.lastMs);
        current.parts.push(acc);
      }
    }
    return sessions;
  }

  #emit(key: KeyRows, session: Session, closeMs: number, closed: ClosedSession[]): void {
    const { emitted } = key.session;
    const events = session.parts.reduce((sum, part) => sum + part.sums[SUM.events]!, 0);
    const known = emitted.find((entry) => entry.openMs === session.openMs);
    if (known !== undefined && known.events === events && known.closeMs === closeMs) return;
    const revision = known === undefined ? 0 : known.revision + 1;
    if (known === undefined) emitted.push({ openMs: session.openMs, closeMs, events, revision });
    else Object.assign(known, { closeMs, events, revision });
    const sum = mergeAll(session.parts) ?? createAccumulator();
    closed.push({ openMs: session.openMs, closeMs, revision, counts: toWindowCounts(sum) });
  }

  #withdraw(key: KeyRows, sessions: readonly Session[], closed: ClosedSession[]): void {
    const { session } = key;
    const swallowed = session.emitted.filter((entry) => !sessions.some(({ openMs }) => openMs === entry.openMs));
    for (const { openMs, closeMs, revision } of swallowed) {
      closed.push({ openMs, closeMs, revision: revision + 1, counts: toWindowCounts(createAccumulator()) });
    }
    if (swallowed.length > 0) session.emitted = session.emitted.filter((entry) => !swallowed.includes(entry));
  }
}
