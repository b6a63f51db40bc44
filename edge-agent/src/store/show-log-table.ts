import type { DatabaseSync } from 'node:sqlite';
import type { KeepShows, ShowLogRow, StoredShow } from './store-protocol.ts';

/** Text handed out at a time: a report is made while the show's successor may already run. */
const READ_BYTES = 256 * 1024;
/** Deleted with each step. */
const SWEEP_ROWS = 200;
const DAY_MS = 86_400_000;

/** The record of shows: appended to within the transaction of a step, read by show, old shows removed whole. */
export class ShowLogTable {
  readonly #database: DatabaseSync;
  /** Shows that are no longer kept may be left. */
  #sweeping = true;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Within the caller's transaction, as `sweep`. */
  append(rows: readonly Omit<ShowLogRow, 'id'>[], keep: KeepShows, nowMs: number): void {
    if (rows.length === 0) return;
    const log = this.#database.prepare('INSERT INTO show_log (show_id, entry) VALUES (?, ?)');
    const shows = this.#database.prepare(
      `INSERT INTO shows VALUES (?, ?, ?, 1, ?, 0)
       ON CONFLICT (show_id) DO UPDATE SET first_ms = min(first_ms, excluded.first_ms),
         last_ms = max(last_ms, excluded.last_ms), entries = entries + 1, ended = max(ended, excluded.ended)`,
    );
    for (const { showId, atMs, ends, entry } of rows) {
      log.run(showId, entry);
      shows.run(showId, atMs, atMs, ends ? 1 : 0);
    }
    this.#expire(keep, nowMs);
  }

  /** The newest show stays in any case: it may be running. */
  #expire(keep: KeepShows, nowMs: number): void {
    const newest = 'SELECT show_id FROM shows WHERE removed = 0 ORDER BY first_ms DESC, show_id DESC LIMIT';
    const { changes } = this.#database
      .prepare(
        `UPDATE shows SET removed = 1 WHERE removed = 0 AND show_id NOT IN (${newest} 1)
         AND (last_ms < ? OR show_id NOT IN (${newest} ?))`,
      )
      .run(nowMs - keep.days * DAY_MS, keep.shows);
    if (Number(changes) > 0) this.#sweeping = true;
  }

  /** Deletes some rows of a show that is no longer kept; cheap when there is none. */
  sweep(): void {
    if (!this.#sweeping) return;
    const found = this.#database.prepare('SELECT show_id AS showId FROM shows WHERE removed = 1 LIMIT 1').get();
    this.#sweeping = found !== undefined;
    if (found === undefined) return;
    const { showId } = found as { showId: string };
    const { changes } = this.#database
      .prepare('DELETE FROM show_log WHERE id IN (SELECT id FROM show_log WHERE show_id = ? LIMIT ?)')
      .run(showId, SWEEP_ROWS);
    if (Number(changes) < SWEEP_ROWS) this.#database.prepare('DELETE FROM shows WHERE show_id = ?').run(showId);
  }

  /** Oldest first. */
  shows(): StoredShow[] {
    const rows = this.#database
      .prepare(
        'SELECT show_id AS showId, first_ms AS firstMs, last_ms AS lastMs, entries, ended FROM shows WHERE removed = 0 ORDER BY first_ms, show_id',
      ) // prettier-ignore
      .all() as unknown as (Omit<StoredShow, 'ended'> & { ended: number })[];
    return rows.map((row) => ({ ...row, ended: row.ended === 1 }));
  }

  /** Entries with a higher id, ascending; at least one when there is any. */
  read(showId: string, afterId: number): Pick<ShowLogRow, 'id' | 'entry'>[] {
    const statement = this.#database.prepare('SELECT id, entry FROM show_log WHERE show_id = ? AND id > ? ORDER BY id');
    const rows: Pick<ShowLogRow, 'id' | 'entry'>[] = [];
    let bytes = 0;
    for (const found of statement.iterate(showId, afterId) as Iterable<unknown>) {
      const row = found as Pick<ShowLogRow, 'id' | 'entry'>;
      rows.push(row);
      bytes += row.entry.length;
      if (bytes >= READ_BYTES) break;
    }
    return rows;
  }
}
