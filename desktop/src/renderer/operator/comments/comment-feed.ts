import type { CommentExtent, CommentFilter, CommentRow, CorrectedLabels } from '@livecue/shared/contract';
import { PanelRefusedError, type PanelClient } from '../../client/panel-client.ts';
import { wordsOf } from '../../parts/error-words.ts';

/** Rows that the page holds while it follows, and while somebody reads back; further ones are read again. */
export const ROWS_FOLLOWED = 400;
export const ROWS_HELD = 2_000;
const ROWS_WAITING = 200;
const PAGE_ROWS = 100;
const UNDOS = 50;

export const ALL_COMMENTS: CommentFilter = { intent: null, productId: null, mark: null, text: '' };

export interface CommentView {
  /** Newest first, without a hole under the filter. */
  readonly rows: readonly CommentRow[];
  readonly extent: CommentExtent | null;
  /** Matching comments that came while the list is held, or that were given up above a long look back. */
  readonly waiting: number;
  /** Nothing older matches among what the agent keeps. */
  readonly complete: boolean;
  /** Why there are no comments to see, in the agent's words; null while all is well. */
  readonly problem: { readonly code: string; readonly message: string } | null;
  /** The last correction that can be taken back. */
  readonly undoable: Correction | null;
}

export interface Correction {
  readonly seq: number;
  readonly before: CorrectedLabels | null;
  readonly row: CommentRow;
}

export interface CommentFeed {
  subscribe(listener: () => void): () => void;
  read(): CommentView;
  /** Asks the agent for what is new; one question at a time. */
  poll(): Promise<void>;
  /** While held, new rows wait. */
  hold(held: boolean): void;
  /** Shows what waits. */
  resume(): void;
  /** Reads further back. */
  older(): Promise<void>;
  filter(filter: CommentFilter): void;
  /** Rejects with the agent's words. */
  correct(row: CommentRow, labels: CorrectedLabels | null): Promise<CommentRow>;
  /** Takes the last correction back; null when there is none. */
  undo(): Promise<CommentRow | null>;
}

const START: CommentView = { rows: [], extent: null, waiting: 0, complete: false, problem: null, undoable: null };

/** The page's window on the comments of the agent: bounded, whatever the length of the session. */
export function createCommentFeed(client: Pick<PanelClient, 'call'>): CommentFeed {
  const listeners = new Set<() => void>();
  let view = START;
  let filter = ALL_COMMENTS;
  /** Newest comment that the agent has told of, shown or waiting. */
  let cursor = 0;
  let revision = 0;
  let started = false;
  let pending: CommentRow[] = [];
  /** Newer rows were given up for a long look back: only a new start shows them. */
  let detached = false;
  let held = false;
  /** Raised with each new start: answers to older questions are not looked at. */
  let generation = 0;
  let asking = false;
  let readingBack = false;
  let undos: Correction[] = [];

  function set(part: Partial<CommentView>): void {
    view = { ...view, ...part };
    for (const listener of listeners) listener();
  }

  function restart(): void {
    generation += 1;
    started = false;
    cursor = 0;
    pending = [];
    detached = false;
    asking = readingBack = false;
  }

  function replace(changed: readonly CommentRow[]): readonly CommentRow[] {
    if (changed.length === 0) return view.rows;
    const bySeq = new Map(changed.map((row) => [row.seq, row]));
    pending = pending.map((row) => bySeq.get(row.seq) ?? row);
    return view.rows.map((row) => bySeq.get(row.seq) ?? row);
  }

  /** `fresh` newest first, `skipped` of them left out below. */
  function join(rows: readonly CommentRow[], fresh: readonly CommentRow[], skipped: number): Partial<CommentView> {
    if (skipped > 0) return { rows: fresh.slice(0, ROWS_FOLLOWED), complete: false };
    const all = [...fresh, ...rows];
    return all.length <= ROWS_FOLLOWED ? { rows: all } : { rows: all.slice(0, ROWS_FOLLOWED), complete: false };
  }

  function take(answer: Awaited<ReturnType<typeof ask>>): void {
    const { extent, skipped } = answer;
    const first = !started;
    started = true;
    const rows = first ? [] : replace(answer.changed);
    const fresh = answer.rows.toReversed();
    cursor = extent.newestSeq;
    revision = answer.revision;
    if (first) return set({ extent, problem: null, rows: fresh, waiting: 0, complete: skipped === 0 });
    if (fresh.length === 0) {
      if (rows !== view.rows || view.problem !== null || JSON.stringify(extent) !== JSON.stringify(view.extent))
        set({ extent, problem: null, rows });
      return;
    }
    // Where there is no row yet, none can be moved.
    const free = !held || rows.length === 0;
    if (free && !detached) return set({ extent, problem: null, ...join(rows, fresh, skipped) });
    pending = [...fresh, ...(skipped > 0 ? [] : pending)].slice(0, ROWS_WAITING);
    set({ extent, problem: null, rows, waiting: view.waiting + fresh.length + skipped });
  }

  const ask = () => client.call('comments.after', { after: cursor, revision, limit: PAGE_ROWS, filter });

  async function poll(): Promise<void> {
    if (asking) return;
    asking = true;
    const own = generation;
    try {
      const answer = await ask();
      if (own !== generation) return;
      const known = view.extent;
      if (known !== null && known.session !== answer.extent.session) {
        // The agent was started again: its numbers mean other comments now.
        restart();
        revision = 0;
        undos = [];
        set({ ...START });
      } else if (answer.changesLost) {
        restart();
      } else {
        take(answer);
      }
    } catch (error) {
      if (own === generation) refused(error);
    } finally {
      if (own === generation) asking = false;
    }
  }

  /** A lost connection has its own banner; everything else is said in the list. */
  function refused(error: unknown): void {
    if (error instanceof PanelRefusedError && error.code === 'no-answer') return;
    const code = error instanceof PanelRefusedError ? error.code : 'internal';
    set({ problem: { code, message: wordsOf(error) } });
  }

  async function say(row: CommentRow, labels: CorrectedLabels | null): Promise<CommentRow> {
    const session = view.extent?.session ?? 0;
    const { row: now, examples } = await client.call('comments.correct', { session, seq: row.seq, labels });
    set({ rows: replace([now]), extent: view.extent === null ? null : { ...view.extent, examples } });
    return now;
  }

  const noteUndo = () => set({ undoable: undos.at(-1) ?? null });

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    read: () => view,
    poll,
    hold(next) {
      if (next === held) return;
      held = next;
      if (!held && view.waiting > 0) this.resume();
    },
    resume() {
      if (!detached && view.waiting <= pending.length) {
        const fresh = pending;
        pending = [];
        return set({ waiting: 0, ...join(view.rows, fresh, 0) });
      }
      restart();
      void poll();
    },
    async older() {
      const last = view.rows.at(-1);
      if (readingBack || view.complete || last === undefined) return;
      readingBack = true;
      const own = generation;
      try {
        const { rows } = await client.call('comments.before', { before: last.seq, limit: PAGE_ROWS, filter });
        if (own !== generation || view.rows.at(-1)?.seq !== last.seq) return;
        const all = [...view.rows, ...rows];
        const surplus = Math.max(0, all.length - ROWS_HELD);
        detached ||= surplus > 0;
        set({ rows: all.slice(surplus), waiting: view.waiting + surplus, complete: rows.length < PAGE_ROWS });
      } catch (error) {
        if (own === generation) refused(error);
      } finally {
        if (own === generation) readingBack = false;
      }
    },
    filter(next) {
      filter = next;
      restart();
      set({ rows: [], waiting: 0, complete: false });
      void poll();
    },
    async correct(row, labels) {
      const now = await say(row, labels);
      undos = [...undos, { seq: row.seq, before: row.corrected, row: now }].slice(-UNDOS);
      noteUndo();
      return now;
    },
    async undo() {
      const last = undos.at(-1);
      if (last === undefined) return null;
      // Gone from the list also when it is refused: a comment that was let go stays as it is.
      undos = undos.slice(0, -1);
      try {
        return await say(last.row, last.before);
      } finally {
        noteUndo();
      }
    },
  };
}
