import { mkdirSync, fsyncSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import pg from 'pg';
import { MIGRATIONS } from './schema.ts';

export type Row = Record<string, unknown>;
export type Query = (sql: string, parameters?: readonly unknown[]) => Promise<Row[]>;

/** What the receiver asks of a database. Errors of the database are thrown as they are. */
export interface Database {
  readonly kind: 'pglite' | 'postgres';
  /** Where it is, without user and password. */
  readonly place: string;
  readonly query: Query;
  /** Commits when `work` resolves, rolls back when it rejects. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** `postgres://…` for a server; anything else is a folder for PGlite, null for one in memory. */
export async function openDatabase(where: string | null): Promise<Database> {
  const database = where !== null && /^postgres(ql)?:\/\//.test(where) ? openPostgres(where) : await openPglite(where);
  try {
    await whenStarted(() => migrate(database));
    return database;
  } catch (error) {
    await database.close();
    throw new Error(`opening the database ${database.place}: ${(error as Error).message}`, { cause: error });
  }
}

/** PostgreSQL's cannot_connect_now: it is starting up, as when machine and receiver start together. */
const STARTING_UP = '57P03';
const START_WAIT_MS = 30_000;
const START_RETRY_MS = 200;

async function whenStarted(work: () => Promise<void>): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += START_RETRY_MS) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: unknown }).code !== STARTING_UP || waitedMs >= START_WAIT_MS) throw error;
      await new Promise((resolve) => setTimeout(resolve, START_RETRY_MS));
    }
  }
}

function openPostgres(url: string): Database {
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 10_000 });
  // A connection that breaks while idle: the next query opens another, and tells when it cannot.
  pool.on('error', () => undefined);
  const { host, pathname } = new URL(url);
  return {
    kind: 'postgres',
    place: `postgres://${host}${pathname}`,
    query: async (sql, parameters = []) => (await pool.query<Row>(sql, [...parameters])).rows,
    async transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query('BEGIN');
        const result = await work(async (sql, parameters = []) => (await client.query<Row>(sql, [...parameters])).rows);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        broken = await client.query('ROLLBACK').then(() => undefined, (failed: Error) => failed); // prettier-ignore
        throw error;
      } finally {
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

/** Emscripten's file system has no fsync unless someone gives it one. */
interface NodeFsModule {
  readonly NODEFS: { readonly stream_ops: { fsync?: (stream: { nfd: number }) => number } };
}

class DurableNodeFS extends NodeFS {
  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const made = await super.init(...args);
    const giveFsync = (module: unknown) => {
      (module as NodeFsModule).NODEFS.stream_ops.fsync = ({ nfd }) => {
        fsyncSync(nfd);
        return 0;
      };
    };
    made.emscriptenOpts.preRun = [...(made.emscriptenOpts.preRun ?? []), giveFsync];
    return made;
  }
}

/**
 * PGlite starts PostgreSQL with fsync off (`-F`), and its `fdatasync` does nothing. We acknowledge after
 * COMMIT, so a COMMIT has to reach the disk: fsync on, by the call that we can provide. 16 MB of shared
 * buffers in place of 128 are plenty for one writer of small rows.
 */
function durableParams(): string[] {
  const own = PGlite.defaultStartParams.filter((parameter) => parameter !== '-F');
  return [
    ...own,
    '-c',
    'wal_sync_method=fsync',
    '-c',
    'shared_buffers=16MB',
    '-c',
    'max_wal_size=64MB',
    '-c',
    'min_wal_size=32MB',
  ];
}

/** PGlite does not notice a second process in its folder; the operating system's lock does. */
function lockFolder(folder: string): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(`${folder}.lock`, { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode=MEMORY; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw new DatabaseInUseError(`another receiver has the database folder ${folder} open: stop it first, or give --database another folder`, { cause: error }); // prettier-ignore
  }
}

export class DatabaseInUseError extends Error {
  readonly code = 'database-in-use';
}

async function openPglite(folder: string | null): Promise<Database> {
  const lock = folder === null ? null : lockFolder(folder);
  const pglite =
    folder === null ? await PGlite.create() : await PGlite.create({ fs: new DurableNodeFS(folder), startParams: durableParams() }); // prettier-ignore
  let closing: Promise<void> | null = null;
  return {
    kind: 'pglite',
    place: folder ?? 'memory',
    query: async (sql, parameters = []) => (await pglite.query<Row>(sql, [...parameters])).rows,
    transaction: (work) =>
      pglite.transaction(async (transaction) =>
        work(async (sql, parameters = []) => (await transaction.query<Row>(sql, [...parameters])).rows),
      ),
    close: () => (closing ??= pglite.close().finally(() => lock?.close())),
  };
}

async function migrate(database: Database): Promise<void> {
  await database.transaction(async (query) => {
    // One starter at a time: receivers may come up together.
    await query('SELECT pg_advisory_xact_lock(7427)');
    await query('CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)');
    const version = Number((await query('SELECT max(version) AS version FROM schema_version'))[0]?.['version'] ?? 0);
    if (version > MIGRATIONS.length) {
      throw new Error(
        `its schema is version ${version}, this receiver knows ${MIGRATIONS.length}: start the newer one`,
      );
    }
    for (let next = version; next < MIGRATIONS.length; next++) {
      for (const statement of MIGRATIONS[next]!.split(/;\s*$/m)) if (statement.trim() !== '') await query(statement);
      await query('INSERT INTO schema_version VALUES ($1)', [next + 1]);
    }
  });
}
