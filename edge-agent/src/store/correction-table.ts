import type { DatabaseSync } from 'node:sqlite';
import type { CorrectionRow } from './store-protocol.ts';

/** Text handed out at a time, so that one answer stays small whatever was corrected. */
const READ_BYTES = 1024 * 1024;

/**
 * What operators said of comments, one row a comment. Each call is one statement and with that one
 * transaction: on disk when it returns, or not there at all.
 */
export class CorrectionTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** In place of what was said of this comment before. Returns how many there are. */
  save(row: Omit<CorrectionRow, 'id'>): number {
    this.#database
      .prepare(
        `INSERT INTO corrections (key, corrected_ms, example) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET corrected_ms = excluded.corrected_ms, example = excluded.example`,
      )
      .run(row.key, row.correctedMs, row.example);
    return this.count();
  }

  /** Keys without a row are none; returns how many there are afterwards. */
  remove(keys: readonly string[]): number {
    this.#database
      .prepare('DELETE FROM corrections WHERE key IN (SELECT value FROM json_each(?))')
      .run(JSON.stringify(keys));
    return this.count();
  }

  removeAll(): number {
    return Number(this.#database.prepare('DELETE FROM corrections').run().changes);
  }

  /** Rows with a higher id, ascending; at least one when there is any. */
  read(afterId: number, limit: number): CorrectionRow[] {
    const statement = this.#database.prepare(
      'SELECT id, key, corrected_ms AS correctedMs, example FROM corrections WHERE id > ? ORDER BY id LIMIT ?',
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
    return (this.#database.prepare('SELECT count(*) AS n FROM corrections').get() as { n: number }).n;
  }
}
