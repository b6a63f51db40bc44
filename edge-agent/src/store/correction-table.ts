import type { DatabaseSync } from 'node:sqlite';
import type { CorrectionRow, Labelled } from './store-protocol.ts';

/** Text handed out at a time, so that one answer stays small whatever was corrected. */
const READ_BYTES = 1024 * 1024;

/**
 * What operators said of comments or of orders, one row each. Each call is one statement and with that one
 * transaction: on disk when it returns, or not there at all.
 */
export class CorrectionTable {
  readonly #database: DatabaseSync;
  /** A name of ours, never a text from outside. */
  readonly #table: Labelled;

  constructor(database: DatabaseSync, table: Labelled) {
    this.#database = database;
    this.#table = table;
  }

  /** In place of what was said of it before. Returns how many there are. */
  save(row: Omit<CorrectionRow, 'id'>): number {
    this.#database
      .prepare(
        `INSERT INTO ${this.#table} (key, corrected_ms, example) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET corrected_ms = excluded.corrected_ms, example = excluded.example`,
      )
      .run(row.key, row.correctedMs, row.example);
    return this.count();
  }

  /** Keys without a row are none; returns how many there are afterwards. */
  remove(keys: readonly string[]): number {
    this.#database
      .prepare(`DELETE FROM ${this.#table} WHERE key IN (SELECT value FROM json_each(?))`)
      .run(JSON.stringify(keys));
    return this.count();
  }

  removeAll(): number {
    return Number(this.#database.prepare(`DELETE FROM ${this.#table}`).run().changes);
  }

  /** Rows with a higher id, ascending; at least one when there is any. */
  read(afterId: number, limit: number): CorrectionRow[] {
    const statement = this.#database.prepare(
      `SELECT id, key, corrected_ms AS correctedMs, example FROM ${this.#table} WHERE id > ? ORDER BY id LIMIT ?`,
    );
    const rows: CorrectionRow[] = [];
    let bytes = 0;
    for (const found of statement.iterate(afterId, limit) as Iterable<unknown>) {
      const row = found as CorrectionRow;
      rows.push(row);
      bytes += row.example.length;
      if (bytes >= READ_BYTES) break;
    }
    return rows;
  }

  count(): number {
    return (this.#database.prepare(`SELECT count(*) AS n FROM ${this.#table}`).get() as { n: number }).n;
  }
}
