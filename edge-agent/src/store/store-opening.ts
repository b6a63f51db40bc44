import { randomUUID } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeFolder } from './durable-file.ts';
import { openDurable, StoreDatabase } from './store-database.ts';
import {
  cloneOrRestore,
  fileIdentity,
  freshEpoch,
  raisedEpoch,
  readGeneration,
  writeGeneration,
} from './store-identity.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from './store-schema.ts';
import { isBusy, isDamage, TroubleError } from './store-trouble.ts';

export type Note = (level: 'info' | 'warn' | 'error', text: string) => void;

export const storeFiles = (folder: string) => ({
  database: join(folder, 'livecue.db'),
  generation: join(folder, 'livecue.generation'),
  reserve: join(folder, 'livecue.reserve'),
  lock: join(folder, 'livecue.lock'),
});

/** Holds the folder for this process until it ends, however it ends: the lock is the operating system's. */
export function lockFolder(folder: string): DatabaseSync {
  makeFolder(folder);
  const lock = new DatabaseSync(storeFiles(folder).lock, { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode=MEMORY; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw error;
    const message = `another agent is running with the data folder ${folder}; stop it first, or give this one a folder of its own with --data`;
    throw new TroubleError({ kind: 'in-use', message }, { cause: error });
  }
}

const LOG_CHUNK_BYTES = 1024 * 1024;

class DamagedFile extends Error {}

/** Opens, checks and migrates the file, and raises the epoch where its past is not certain. */
export function openForStart(folder: string, nowMs: number, note: Note): StoreDatabase {
  const { database: path } = storeFiles(folder);
  if (existsSync(path)) {
    try {
      return openChecked(folder, nowMs, note);
    } catch (error) {
      if (!isDamage(error) && !(error instanceof DamagedFile)) throw error;
      const aside = `${path}.damaged-${new Date(nowMs).toISOString().replaceAll(':', '')}`;
      for (const suffix of ['', '-wal']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
      note(
        'error',
        `the data file ${path} cannot be read (${(error as Error).message}); it is kept as ${aside}, and a new one begins`,
      );
    }
  }
  return openChecked(folder, nowMs, note);
}

function openChecked(folder: string, nowMs: number, note: Note): StoreDatabase {
  const { database: path } = storeFiles(folder);
  rewriteLog(path);
  const handle = openDurable(path);
  try {
    const problem = (handle.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }).quick_check;
    if (problem !== 'ok') throw new DamagedFile(problem);
    migrateWithCopy(handle, path);
    const isNew = handle.prepare('SELECT 1 FROM meta').get() === undefined;
    if (isNew) {
      handle
        .prepare(
          `INSERT INTO meta (only, instance, epoch, generation, file_identity, next_seq, journal_position)
           VALUES (1, ?, ?, ?, ?, 1, 0)`,
        )
        .run(randomUUID(), freshEpoch(nowMs), 0, fileIdentity(path));
    }
    const database = new StoreDatabase(handle);
    proveIdentity(database, folder, isNew, { nowMs, note });
    return database;
  } catch (error) {
    handle.close();
    throw error;
  }
}

/**
 * Writes the write-ahead log over with what can be read of it, and forces that to disk. After an fsync that failed
 * the kernel takes pages for written that never reached the disk: we would read them, build on them, and lose them
 * with the next power cut. Whoever had the failure may have been killed since, so this is done at every opening.
 */
function rewriteLog(path: string): void {
  let file: number;
  try {
    file = openSync(`${path}-wal`, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    const chunk = new Uint8Array(Math.min(LOG_CHUNK_BYTES, fstatSync(file).size));
    for (let at = 0; ;) {
      const length = readSync(file, chunk, 0, chunk.length, at);
      if (length === 0) break;
      for (let done = 0; done < length;) done += writeSync(file, chunk, done, length - done, at + done);
      at += length;
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function migrateWithCopy(handle: DatabaseSync, path: string): void {
  const version = schemaVersion(handle);
  if (version > SCHEMA_VERSION) {
    const message = `${path} was written by a newer LiveCue (schema ${version}, this one reads up to ${SCHEMA_VERSION}); start that version, or another folder with --data`;
    throw new TroubleError({ kind: 'refused', message });
  }
  if (version > 0 && version < SCHEMA_VERSION) {
    handle.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    copyFileSync(path, `${path}.before-schema-${SCHEMA_VERSION}`);
  }
  migrate(handle);
}

function proveIdentity(
  database: StoreDatabase,
  folder: string,
  isNew: boolean,
  now: { nowMs: number; note: Note },
): void {
  const files = storeFiles(folder);
  const meta = database.meta();
  const identity = fileIdentity(files.database);
  const beside = readGeneration(files.generation);
  const why = isNew
    ? null
    : cloneOrRestore({ generation: meta.generation, fileIdentity: meta.file_identity }, beside, identity);
  if (why !== null) {
    const epoch = raisedEpoch(meta.epoch, now.nowMs);
    now.note(
      'warn',
      `the data file ${files.database} is not the one that ran here last: ${why}; what waits for the cloud is sent again in epoch ${epoch}`,
    );
    database.renewEpoch(epoch);
  }
  raiseGeneration(database, folder, beside);
}

/**
 * Database first: a crash in between leaves it one ahead, which is no sign of a restore. It never gets further ahead,
 * however often the file beside it could not be written.
 */
export function raiseGeneration(database: StoreDatabase, folder: string, beside: number | null): void {
  const files = storeFiles(folder);
  const stored = database.meta().generation;
  const generation = Math.max(stored, (beside ?? stored) + 1);
  database.markRun(generation, fileIdentity(files.database));
  writeGeneration(files.generation, generation);
}

/**
 * Opens the file again after trouble. What a failed write may have left in the log is copied into the
 * database and forced to disk before anything new is accepted: a log whose middle never reached the disk
 * would cut off everything behind it after a power loss.
 */
export function openAgain(folder: string): StoreDatabase {
  const { database: path } = storeFiles(folder);
  rewriteLog(path);
  const handle = openDurable(path);
  try {
    handle.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    const problem = (handle.prepare('PRAGMA quick_check(1)').get() as { quick_check: string }).quick_check;
    if (problem !== 'ok') throw new DamagedFile(problem);
    return new StoreDatabase(handle);
  } catch (error) {
    handle.close();
    throw error;
  }
}
