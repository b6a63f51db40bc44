import type { DatabaseSync } from 'node:sqlite';

/**
 * One entry a version, applied in order, each in its own transaction; `PRAGMA user_version` says how many
 * are in. An entry that has been released is never edited.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- One row: who this database is and how far it is.
  CREATE TABLE meta (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    instance TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    file_identity TEXT NOT NULL,
    next_seq INTEGER NOT NULL,
    journal_position INTEGER NOT NULL
  ) STRICT;
  -- Frames of one group commit, packed (frame-pack.ts).
  CREATE TABLE journal (
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    frames BLOB NOT NULL
  ) STRICT;
  CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  -- Ids of one step and scope, and when they were seen: seen-blobs.ts has the forms.
  CREATE TABLE seen (
    step INTEGER PRIMARY KEY,
    scope TEXT NOT NULL,
    newest_ms INTEGER NOT NULL,
    count INTEGER NOT NULL,
    ids TEXT NOT NULL,
    seen_ms TEXT NOT NULL
  ) STRICT;
  CREATE INDEX seen_by_age ON seen (scope, newest_ms);
  CREATE TABLE outbox (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
  `,
  `
  -- What operators said of comments: training examples as JSON, by source and id of the comment. Never sent.
  CREATE TABLE corrections (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    corrected_ms INTEGER NOT NULL,
    example TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- What operators said of orders that looked like fraud, as JSON, by shop and number. Never sent.
  CREATE TABLE order_labels (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    corrected_ms INTEGER NOT NULL,
    example TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- The record of each show, an entry of shared/contract/show-log.ts a row. Never sent.
  CREATE TABLE show_log (id INTEGER PRIMARY KEY, show_id TEXT NOT NULL, entry TEXT NOT NULL) STRICT;
  CREATE INDEX show_log_by_show ON show_log (show_id, id);
  -- Of shows that are no longer kept (removed = 1) the rows go bit by bit, then the show.
  CREATE TABLE shows (
    show_id TEXT PRIMARY KEY,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    removed INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- Leaf hashes of this epoch's records until the receiver has verified them (leaf-table.ts), and the frontier of
  -- the tree below them: how many records it holds and its hashes, 32 bytes each.
  CREATE TABLE leaves (seq INTEGER PRIMARY KEY, leaf BLOB NOT NULL) STRICT;
  CREATE TABLE proof (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    size INTEGER NOT NULL,
    roots BLOB NOT NULL,
    agent_id TEXT
  ) STRICT;
  INSERT INTO proof VALUES (1, 0, x'', NULL);
  `,
  `
  -- The last step that was written, by the name under which it was offered.
  ALTER TABLE meta ADD COLUMN last_offer TEXT NOT NULL DEFAULT '';
  `,
  `
  -- Ranges of acknowledged seqs that have unacknowledged ones below them, as JSON.
  ALTER TABLE meta ADD COLUMN acked TEXT NOT NULL DEFAULT '[]';
  `,
];

/** Newest version this program reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

export function schemaVersion(database: DatabaseSync): number {
  return (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
}

/** Brings the schema from its version to the newest. The caller has made a copy of the file. */
export function migrate(database: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void {
  for (let version = schemaVersion(database); version < migrations.length; version++) {
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(migrations[version]!);
      database.exec(`PRAGMA user_version = ${version + 1}`);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}
