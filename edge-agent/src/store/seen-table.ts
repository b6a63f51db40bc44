import type { DatabaseSync } from 'node:sqlite';
import { SEEN_SCOPES, SEEN_TTL_MS } from '../core-ports.ts';
import type { SeenBlob } from './store-protocol.ts';

type Scope = SeenBlob['scope'];

/** Rows that go with one write because there are too many ids: an older file may hold some ten thousand too many. */
const DELETED_AT_ONCE = 64;

/**
 * Ids of admitted events, a row a step and scope. Of each scope the newest `maxIds` are kept (to a row), none that is
 * older than the newest by more than its time to live: a loud room's would fill the disk in two days, and no start
 * could wait for them. The machine's clock has no say: one that is an hour ahead for a moment makes nothing old.
 * All calls but `read` are made within the caller's transaction; when that fails, `forget` must follow.
 */
export class SeenTable {
  readonly #database: DatabaseSync;
  readonly #maxIds: number;
  /** Ids in the table by scope; null: to be counted. */
  #held: Map<Scope, number> | null = null;

  constructor(database: DatabaseSync, maxIds = 1_000_000) {
    this.#database = database;
    this.#maxIds = maxIds;
  }

  append(blobs: readonly SeenBlob[]): void {
    const held = (this.#held ??= this.#count());
    const insert = this.#database.prepare(
      'INSERT INTO seen (scope, newest_ms, count, ids, seen_ms) VALUES (?, ?, ?, ?, ?)',
    );
    for (const { scope, newestMs, count, ids, seenMs } of blobs) {
      insert.run(scope, newestMs, count, ids, seenMs);
      held.set(scope, (held.get(scope) ?? 0) + count);
    }
    for (const scope of SEEN_SCOPES) this.#expire(scope, held);
  }

  /** What is known again after a restart, oldest first. */
  read(): Pick<SeenBlob, 'scope' | 'ids' | 'seenMs'>[] {
    const found: Pick<SeenBlob, 'scope' | 'ids' | 'seenMs'>[] = [];
    const held = new Map<Scope, number>();
    const rows = this.#database.prepare('SELECT scope, count, ids, seen_ms AS seenMs FROM seen ORDER BY step DESC');
    for (const { scope, count, ids, seenMs } of rows.iterate() as Iterable<unknown> as Iterable<SeenBlob>) {
      const newer = held.get(scope) ?? 0;
      if (newer >= this.#maxIds) continue;
      held.set(scope, newer + count);
      found.push({ scope, ids, seenMs });
    }
    return found.reverse();
  }

  /** The transaction was rolled back: what is held is counted anew. */
  forget(): void {
    this.#held = null;
  }

  #expire(scope: Scope, held: Map<Scope, number>): void {
    const old = this.#database.prepare(
      'DELETE FROM seen WHERE scope = ? AND newest_ms < (SELECT max(newest_ms) FROM seen WHERE scope = ?) - ? RETURNING count',
    );
    const gone = old.all(scope, scope, SEEN_TTL_MS[scope]) as { count: number }[];
    let left = (held.get(scope) ?? 0) - gone.reduce((sum, { count }) => sum + count, 0);
    const oldest = this.#database.prepare(
      'SELECT step, count FROM seen WHERE scope = ? ORDER BY newest_ms, step LIMIT 1',
    );
    const remove = this.#database.prepare('DELETE FROM seen WHERE step = ?');
    for (let deleted = 0; left > this.#maxIds && deleted < DELETED_AT_ONCE; deleted++) {
      const { step, count } = oldest.get(scope) as { step: number; count: number };
      if (left - count < this.#maxIds) break;
      remove.run(step);
      left -= count;
    }
    held.set(scope, left);
  }

  #count(): Map<Scope, number> {
    const rows = this.#database.prepare('SELECT scope, sum(count) AS held FROM seen GROUP BY scope').all();
    return new Map((rows as { scope: Scope; held: number }[]).map(({ scope, held }) => [scope, held]));
  }
}
