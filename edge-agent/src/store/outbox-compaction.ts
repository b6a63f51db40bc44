import type { DatabaseSync } from 'node:sqlite';
import type { GapRecord, SignalRecord, WindowRecord } from '@livecue/shared/contract';
import { mergeInTime } from '@livecue/shared/merge';

/** Windows shorter than `lengthMs` become windows of `lengthMs`, `unitMs` of event time in one transaction. */
const LEVELS = [
  { lengthMs: 60_000, unitMs: 600_000 },
  { lengthMs: 3_600_000, unitMs: 3_600_000 },
] as const;
/**
 * A window this much older than the newest is closed for good: an hour is the longest lateness that may be
 * configured (`allowedLatenessMs`), and merging twice what may still be corrected would lose the correction.
 */
const SETTLED_MS = 70 * 60_000;
/** Records dropped in one transaction. */
const DROP_ROWS = 1_000;
const SEQS_IN_GAP = 500;

/** What one transaction made of waiting records. Null: there was nothing to do. */
export type Compacted = { readonly reason: GapRecord['reason']; readonly gone: number; readonly added: number } | null;

/** Inclusive ranges of seqs, ascending, disjoint. */
export type Ranges = readonly (readonly [from: number, to: number])[];

interface Waiting<B> {
  readonly seq: number;
  readonly body: B;
}

/**
 * Makes a backlog smaller: settled windows into longer ones, and only when nothing is left to merge, the oldest
 * windows and signals go. Both with a record that names the numbers that will never come. Runs inside a transaction
 * of the caller; `append` writes a record under the next number.
 */
export class OutboxCompaction {
  readonly #database: DatabaseSync;
  /** Event time up to which each level was merged. */
  readonly #done: number[] = LEVELS.map(() => Number.NEGATIVE_INFINITY);

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** The oldest unit in which there is something to merge, minutes before hours. `acked`: acknowledged above those that wait. */
  merge(append: (body: string) => void, acked: Ranges): Compacted {
    const newest = this.#one(`SELECT max(body ->> '$.windowStartMs') AS at FROM outbox WHERE body ->> '$.kind' = 'window'`);
    if (newest === null) return null;
    for (const level of LEVELS.keys()) {
      for (;;) {
        const unit = this.#oldestUnit(level, newest.at - SETTLED_MS);
        if (unit === null) break;
        this.#done[level] = unit.toMs;
        const made = this.#mergeUnit(unit, LEVELS[level]!.lengthMs, append, acked);
        if (made !== null) return made;
      }
    }
    return null;
  } // prettier-ignore

  #oldestUnit(level: number, settledMs: number): { roomId: string; fromMs: number; toMs: number } | null {
    const { lengthMs, unitMs } = LEVELS[level]!;
    const found = this.#one(
      `SELECT min(body ->> '$.windowStartMs') AS at, body ->> '$.roomId' AS roomId FROM outbox
       WHERE body ->> '$.kind' = 'window' AND body ->> '$.windowLengthMs' < ? AND body ->> '$.windowStartMs' >= ?`,
      lengthMs,
      this.#done[level] === Number.NEGATIVE_INFINITY ? -1e15 : this.#done[level]!,
    );
    if (found === null) return null;
    const fromMs = Math.floor(found.at / unitMs) * unitMs;
    return fromMs + unitMs > settledMs ? null : { roomId: found.roomId, fromMs, toMs: fromMs + unitMs };
  }

  #mergeUnit(
    { roomId, fromMs, toMs }: { roomId: string; fromMs: number; toMs: number },
    lengthMs: number,
    append: (body: string) => void,
    acked: Ranges,
  ): Compacted {
    const rows = this.#rows<WindowRecord>(
      `body ->> '$.kind' = 'window' AND body ->> '$.roomId' = ? AND body ->> '$.windowLengthMs' < ?
       AND body ->> '$.windowStartMs' >= ? AND body ->> '$.windowStartMs' < ? ORDER BY seq`,
      roomId,
      lengthMs,
      fromMs,
      toMs,
    );
    const groups = Map.groupBy(this.#certain(rows, toMs, acked), ({ body }) => `${Math.floor(body.windowStartMs / lengthMs)} ${JSON.stringify(body.group)}`); // prettier-ignore
    const merged = [...groups.values()].filter((parts) => parts.length > 1);
    if (merged.length === 0) return null;
    for (const parts of merged) append(JSON.stringify(mergedWindow(parts.map(({ body }) => body), lengthMs))); // prettier-ignore
    const gone = merged.flat();
    const gaps = this.#giveUp(gone, { roomId, reason: 'merged', fromMs, toMs }, append);
    return { reason: 'merged', gone: gone.length, added: merged.length + gaps };
  }

  /**
   * Windows whose newest revision waits here for certain. Records are sent newest first: where something later is
   * acknowledged, that may have been a newer revision, and a merged window would put the older one in its place.
   */
  #certain(rows: readonly Waiting<WindowRecord>[], toMs: number, acked: Ranges): Waiting<WindowRecord>[] {
    const later = this.#one(`SELECT min(seq) AS at FROM outbox WHERE body ->> '$.kind' = 'window' AND body ->> '$.windowStartMs' >= ?`, toMs + SETTLED_MS); // prettier-ignore
    const until = later?.at ?? Number.POSITIVE_INFINITY;
    const highest = acked.reduce((most, [from, to]) => (from < until ? Math.max(most, Math.min(to, until)) : most), 0);
    const windows = Map.groupBy(rows, ({ body }) => `${body.windowStartMs} ${body.windowLengthMs} ${JSON.stringify(body.group)}`); // prettier-ignore
    return [...windows.values()].filter((revisions) => revisions.some(({ seq }) => seq > highest)).flat();
  }

  /** The oldest windows and signals, at most so many; cards, decisions and coverage are few and stay. */
  drop(append: (body: string) => void, most: number): Compacted {
    const rows = this.#rows<WindowRecord | SignalRecord>(`body ->> '$.kind' IN ('window', 'signal') ORDER BY seq LIMIT ${Math.min(most, DROP_ROWS)}`); // prettier-ignore
    const [first] = rows;
    if (first === undefined) return null;
    const gone = rows.filter(({ body }) => body.roomId === first.body.roomId);
    const fromMs = gone.reduce((least, { body }) => Math.min(least, body.windowStartMs), Infinity);
    const toMs = gone.reduce((most, { body }) => Math.max(most, body.windowStartMs + body.windowLengthMs), -Infinity);
    const gaps = this.#giveUp(gone, { roomId: first.body.roomId, reason: 'dropped', fromMs, toMs }, append);
    return { reason: 'dropped', gone: gone.length, added: gaps };
  }

  /** Deletes the records and appends what names them. Returns the number of such records. */
  #giveUp(
    gone: readonly Waiting<WindowRecord | SignalRecord>[],
    what: Pick<GapRecord, 'roomId' | 'reason' | 'fromMs' | 'toMs'>,
    append: (body: string) => void,
  ): number {
    const remove = this.#database.prepare('DELETE FROM outbox WHERE seq = ?');
    for (const { seq } of gone) remove.run(seq);
    const signals = gone.filter(({ body }) => body.kind === 'signal').length;
    const seqs = rangesOf(gone.map(({ seq }) => seq));
    let rows = { windows: gone.length - signals, signals };
    let gaps = 0;
    for (let at = 0; at < seqs.length; at += SEQS_IN_GAP, gaps++) {
      const gap: GapRecord = { kind: 'gap', ...what, ...rows, seqs: seqs.slice(at, at + SEQS_IN_GAP), revision: 0 };
      append(JSON.stringify(gap));
      rows = { windows: 0, signals: 0 };
    }
    return gaps;
  }

  #rows<B>(where: string, ...values: (string | number)[]): Waiting<B>[] {
    const rows = this.#database.prepare(`SELECT seq, body FROM outbox WHERE ${where}`).all(...values);
    return (rows as { seq: number; body: string }[]).map(({ seq, body }) => ({ seq, body: JSON.parse(body) as B }));
  }

  #one(sql: string, ...values: number[]): { at: number; roomId: string } | null {
    const row = this.#database.prepare(sql).get(...values) as { at: number | null; roomId: string };
    return row.at === null ? null : { at: row.at, roomId: row.roomId };
  }
}

/** Of each window its highest revision; distinct viewers do not add up (`mergeInTime`). */
function mergedWindow(parts: readonly WindowRecord[], windowLengthMs: number): WindowRecord {
  const newest = new Map<string, WindowRecord>();
  for (const part of parts) {
    const key = `${part.windowStartMs} ${part.windowLengthMs}`;
    if ((newest.get(key)?.revision ?? -1) < part.revision) newest.set(key, part);
  }
  const windows = [...newest.values()];
  const { roomId, group, windowStartMs } = windows[0]!;
  return {
    kind: 'window',
    roomId,
    group,
    windowStartMs: Math.floor(windowStartMs / windowLengthMs) * windowLengthMs,
    windowLengthMs,
    revision: 0,
    counts: mergeInTime(windows.map(({ counts }) => counts)),
    covers: joined(windows.flatMap((one) => one.covers ?? [[one.windowStartMs, one.windowStartMs + one.windowLengthMs]])),
  };
} // prettier-ignore

/** Spans that touch as one, ascending. */
export function joined(spans: readonly (readonly [number, number])[]): [number, number][] {
  const all: [number, number][] = [];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

function rangesOf(seqs: readonly number[]): [number, number][] {
  return joined(seqs.map((seq) => [seq, seq + 1])).map(([from, to]) => [from, to - 1]);
}

/** Records of a gap in a new epoch: what was merged needs no word there, what was dropped has no numbers any more. */
export function gapInNewEpoch(body: string): string | null {
  const gap = JSON.parse(body) as GapRecord;
  return gap.reason === 'merged' ? null : JSON.stringify({ ...gap, seqs: [] });
}
