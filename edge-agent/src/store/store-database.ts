import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { UplinkAck } from '@livecue/shared/contract';
import { CorrectionTable } from './correction-table.ts';
import { LeafTable, type UnprovenLeaves } from './leaf-table.ts';
import { gapInNewEpoch, joined, OutboxCompaction, type Compacted, type Ranges } from './outbox-compaction.ts';
import { SeenTable } from './seen-table.ts';
import { ShowLogTable } from './show-log-table.ts';
import { raisedEpoch } from './store-identity.ts';
import type { JournalRow, OutboxRows, RecoveredRows, StepWrite, WriteBatch } from './store-protocol.ts';

/** Packs deleted with every write: more than a write adds, so the journal shrinks while it is written. */
const DELETE_WITH_WRITE = 4;
const DELETE_IDLE = 64;
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
const VACUUM_FREE_PAGES = 4_096;
const VACUUM_CHUNK_PAGES = 512;
const JOURNAL_READ_BYTES = 4 * 1024 * 1024;

export interface MetaRow {
  readonly instance: string;
  readonly epoch: number;
  readonly generation: number;
  readonly file_identity: string;
  readonly next_seq: number;
  readonly journal_position: number;
  readonly last_offer: string;
  readonly acked: string;
}

/** Opens the file with the durability we promise, and reads back that SQLite agreed. */
export function openDurable(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // Exclusive, before anything is read: no shared-memory file, whose mapping would kill the process on a full disk.
    database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL');
    database.exec('PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-8192');
    database.exec('PRAGMA journal_size_limit=16777216; PRAGMA temp_store=MEMORY');
    const journal = (database.prepare('PRAGMA journal_mode').get() as { journal_mode: string }).journal_mode;
    const synchronous = (database.prepare('PRAGMA synchronous').get() as { synchronous: number }).synchronous;
    if (journal !== 'wal' || synchronous !== 2) {
      throw new Error(
        `SQLite keeps journal_mode=${journal}, synchronous=${synchronous} for ${path}; wal and 2 are needed`,
      );
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** All reads and writes of the store on one open handle. Any throw of a write leaves nothing written. */
export class StoreDatabase {
  readonly #database: DatabaseSync;
  readonly corrections: CorrectionTable;
  readonly orderLabels: CorrectionTable;
  readonly showLog: ShowLogTable;
  readonly #leaves: LeafTable;
  readonly #seen: SeenTable;
  readonly #compaction: OutboxCompaction;
  readonly #statements = new Map<string, StatementSync>();
  #journalBytes: number;
  #sinceCheckpoint = 0;
  #deletable = true;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.corrections = new CorrectionTable(database, 'corrections');
    this.orderLabels = new CorrectionTable(database, 'order_labels');
    this.showLog = new ShowLogTable(database);
    this.#leaves = new LeafTable(database);
    this.#seen = new SeenTable(database);
    this.#compaction = new OutboxCompaction(database);
    const row = this.#sql('SELECT coalesce(sum(length(frames)), 0) AS bytes FROM journal').get() as { bytes: number };
    this.#journalBytes = row.bytes;
  }

  get journalBytes(): number {
    return this.#journalBytes;
  }

  meta(): MetaRow {
    return this.#sql('SELECT * FROM meta').get() as unknown as MetaRow;
  }

  /** Highest position ever journalled or contained in the state. */
  lastPosition(): number {
    const row = this.#sql('SELECT max(last) AS last FROM journal').get() as { last: number | null };
    return Math.max(row.last ?? 0, this.meta().journal_position);
  }

  /** Frames and step in one transaction, on disk when it returns. Returns the number of outbox records. */
  write(batch: WriteBatch): number {
    let journalDelta = 0;
    this.#transaction(() => {
      for (const pack of batch.packs) {
        const frames = new Uint8Array(pack.buffer, 0, pack.length);
        // A write that failed may be there: its commit was in the log, and only the fsync after it failed.
        const added = this.#sql('INSERT INTO journal VALUES (?, ?, ?, ?) ON CONFLICT (first) DO NOTHING');
        if (added.run(pack.first, pack.last, crc32(frames), frames).changes === 1) journalDelta += pack.length;
      }
      if (batch.step !== null) this.#writeStep(batch.step);
      journalDelta -= this.#deleteOldPacks(DELETE_WITH_WRITE);
    });
    this.#journalBytes += journalDelta;
    this.#sinceCheckpoint += batch.packs.reduce((sum, pack) => sum + pack.length, 8192);
    if (batch.step === null) return 0;
    this.#deletable = true;
    this.#sinceCheckpoint += batch.step.put.reduce((sum, [, value]) => sum + value.length, 0);
    this.#sinceCheckpoint += batch.step.seen.reduce((sum, blob) => sum + blob.ids.length, 0);
    this.#sinceCheckpoint += batch.step.showLog.reduce((sum, row) => sum + row.entry.length, 0);
    return batch.step.outbox.length;
  }

  #writeStep(step: StepWrite): void {
    const { next_seq: nextSeq, last_offer: lastOffer } = this.meta();
    if (lastOffer === step.offer) return;
    const put = this.#sql('INSERT INTO state VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value');
    const del = this.#sql('DELETE FROM state WHERE key = ?');
    for (const key of step.del) del.run(key);
    for (const [key, value] of step.put) put.run(key, value);
    this.#seen.append(step.seen);
    let seq = nextSeq;
    for (const body of step.outbox) this.#append(seq++, body);
    this.showLog.append(step.showLog, step.keepShows, step.nowMs);
    this.showLog.sweep();
    this.#sql('UPDATE meta SET next_seq = ?, journal_position = max(journal_position, ?), last_offer = ?').run(
      seq,
      step.journalPosition,
      step.offer,
    );
  }

  #append(seq: number, body: string): void {
    this.#sql('INSERT INTO outbox VALUES (?, ?)').run(seq, body);
    this.#leaves.add(seq, body);
  }

  /** Merges some waiting windows into longer ones; when there are none left, up to `mayDrop` of the oldest records go. */
  shrinkOutbox(mayDrop: number): Compacted {
    let made: Compacted = null;
    this.#transaction(() => {
      const { next_seq: nextSeq, acked } = this.meta();
      let seq = nextSeq;
      const append = (body: string) => this.#append(seq++, body);
      made =
        this.#compaction.merge(append, JSON.parse(acked) as Ranges) ??
        (mayDrop > 0 ? this.#compaction.drop(append, mayDrop) : null);
      this.#sql('UPDATE meta SET next_seq = ?').run(seq);
    });
    if (made !== null) this.#sinceCheckpoint += CHECKPOINT_BYTES;
    return made;
  }

  /** Returns the bytes deleted. */
  #deleteOldPacks(limit: number): number {
    if (!this.#deletable) return 0;
    const rows = this.#sql(
      `DELETE FROM journal WHERE first IN
         (SELECT first FROM journal WHERE last <= (SELECT journal_position FROM meta) ORDER BY first LIMIT ?)
       RETURNING length(frames) AS bytes`,
    ).all(limit) as { bytes: number }[];
    this.#deletable = rows.length === limit;
    return rows.reduce((sum, row) => sum + row.bytes, 0);
  }

  recover(): RecoveredRows {
    const meta = this.meta();
    const state = this.#sql('SELECT key, value FROM state ORDER BY key').all() as { key: string; value: string }[];
    return {
      epoch: meta.epoch,
      state: state.map(({ key, value }) => [key, value] as const),
      seen: this.#seen.read(),
      journalPosition: meta.journal_position,
    };
  }

  /** Packs with frames after the position, some megabytes at most; empty when there are no more. */
  readJournal(after: number): JournalRow[] {
    const rows: JournalRow[] = [];
    let bytes = 0;
    const statement = this.#sql('SELECT first, last, crc, frames FROM journal WHERE last > ? ORDER BY first');
    for (const found of statement.iterate(after) as Iterable<unknown>) {
      const row = found as JournalRow & { crc: number };
      if (crc32(row.frames) !== row.crc) {
        throw new JournalDamage(
          `journal frames ${row.first} to ${row.last} fail their checksum: the disk returned other bytes`,
        );
      }
      rows.push({ first: row.first, last: row.last, frames: row.frames });
      bytes += row.frames.length;
      if (bytes >= JOURNAL_READ_BYTES) break;
    }
    return rows;
  }

  readOutbox(afterSeq: number, limit: number): OutboxRows {
    const rows = this.#sql('SELECT seq, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?').all(afterSeq, limit);
    return { epoch: this.meta().epoch, rows: rows as unknown as OutboxRows['rows'] };
  }

  readNewest(beforeSeq: number, limit: number): OutboxRows {
    const rows = this.#sql('SELECT seq, body FROM outbox WHERE seq < ? ORDER BY seq DESC LIMIT ?').all(
      beforeSeq,
      limit,
    );
    return { epoch: this.meta().epoch, rows: rows as unknown as OutboxRows['rows'] };
  }

  backlog(): number {
    return (this.#sql('SELECT count(*) AS n FROM outbox').get() as { n: number }).n;
  }

  /**
   * Deletes what the receiver has committed. An acknowledgement of a higher epoch, or of records that this
   * database has not written, means that our past was lost unnoticed: a new epoch begins, in which all
   * that waits is numbered from 1 and sent again.
   */
  acknowledge(ack: UplinkAck, nowMs: number): { epoch: number; left: number; renewed: boolean } {
    const meta = this.meta();
    const highest = ack.ranges.at(-1)?.[1] ?? ack.contiguous;
    const renewed = ack.epoch > meta.epoch || (ack.epoch === meta.epoch && highest >= meta.next_seq);
    if (renewed) {
      this.renewEpoch(raisedEpoch(Math.max(meta.epoch, ack.epoch), nowMs));
    } else if (ack.epoch === meta.epoch) {
      this.#transaction(() => {
        this.#sql('DELETE FROM outbox WHERE seq <= ?').run(ack.contiguous);
        const range = this.#sql('DELETE FROM outbox WHERE seq BETWEEN ? AND ?');
        for (const [from, to] of ack.ranges) range.run(from, to);
        const above = JSON.parse(meta.acked) as Ranges;
        const acked = joined([...above, ...ack.ranges]).filter(([, to]) => to > ack.contiguous);
        this.#sql('UPDATE meta SET acked = ? WHERE acked <> ?1').run(JSON.stringify(acked));
      });
    }
    return { epoch: this.meta().epoch, left: this.backlog(), renewed };
  }

  /** Begins an epoch: what waits in the outbox is numbered from 1, without holes. */
  renewEpoch(epoch: number): void {
    this.#transaction(() => {
      this.#gapsIntoNewEpoch();
      this.#database.exec(`
        CREATE TEMP TABLE waiting AS SELECT row_number() OVER (ORDER BY seq) AS seq, body FROM outbox;
        DELETE FROM outbox;
        INSERT INTO outbox SELECT seq, body FROM waiting;
        DROP TABLE waiting;`);
      this.#sql(`UPDATE meta SET epoch = ?, acked = '[]', next_seq = (SELECT count(*) + 1 FROM outbox)`).run(epoch);
      const waiting = this.#sql('SELECT seq, body FROM outbox ORDER BY seq').all();
      this.#leaves.restart(waiting as unknown as OutboxRows['rows']);
    });
  }

  #gapsIntoNewEpoch(): void {
    const gaps = this.#sql(`SELECT seq, body FROM outbox WHERE body LIKE '{"kind":"gap"%'`).all();
    for (const { seq, body } of gaps as unknown as OutboxRows['rows']) {
      const now = gapInNewEpoch(body);
      if (now === null) this.#sql('DELETE FROM outbox WHERE seq = ?').run(seq);
      else this.#sql('UPDATE outbox SET body = ? WHERE seq = ?').run(now, seq);
    }
  }

  /**
   * Says whose records these are. Another agent's than before, or records from before there was a tree: a new
   * epoch begins, since a tree belongs to one agent and holds all records of its epoch.
   */
  claim(agentId: string, nowMs: number): { epoch: number; renewed: boolean } {
    const { epoch, next_seq } = this.meta();
    const { owner } = this.#leaves;
    const renewed = (owner !== null && owner !== agentId) || this.#leaves.size !== next_seq - 1;
    if (renewed) this.renewEpoch(raisedEpoch(epoch, nowMs));
    if (owner !== agentId) this.#transaction(() => void (this.#leaves.owner = agentId));
    return { epoch: this.meta().epoch, renewed };
  }

  unproven(limit: number): UnprovenLeaves & { epoch: number } {
    return { epoch: this.meta().epoch, ...this.#leaves.read(limit) };
  }

  prove(epoch: number, size: number): void {
    this.#transaction(() => {
      if (epoch === this.meta().epoch) this.#leaves.prove(size);
    });
  }

  /** Rewrites who this database is, after it was opened. */
  markRun(generation: number, identity: string): void {
    this.#sql('UPDATE meta SET generation = ?, file_identity = ?').run(generation, identity);
  }

  /** What a write has left to do; cheap when there is nothing. Called after replies went out. */
  maintain(idle: boolean): void {
    if (idle && this.#deletable) {
      this.#transaction(() => {
        this.#journalBytes -= this.#deleteOldPacks(DELETE_IDLE);
      });
      this.#sinceCheckpoint += 64 * 1024;
    }
    if (this.#sinceCheckpoint >= CHECKPOINT_BYTES || (idle && this.#sinceCheckpoint > 0)) {
      this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)');
      this.#sinceCheckpoint = 0;
    }
    if (!idle) return;
    const free = (this.#database.prepare('PRAGMA freelist_count').get() as { freelist_count: number }).freelist_count;
    if (free > VACUUM_FREE_PAGES) {
      this.#database.exec(`PRAGMA incremental_vacuum(${VACUUM_CHUNK_PAGES})`);
      this.#sinceCheckpoint += 1;
    }
  }

  /** `checkpoint` leaves one plain file behind; without it the write-ahead log is read at the next open. */
  close(checkpoint: boolean): void {
    this.#statements.clear();
    try {
      if (checkpoint) this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      this.#database.close();
    }
  }

  #transaction(work: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.#database.exec('COMMIT');
    } catch (error) {
      // SQLite has rolled back by itself after most disk errors; a second ROLLBACK would hide the first error.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#seen.forget();
      throw error;
    }
  }

  #sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

/** The journal holds other bytes than were written: never read past it silently. */
export class JournalDamage extends Error {
  override readonly name = 'JournalDamage';
}
