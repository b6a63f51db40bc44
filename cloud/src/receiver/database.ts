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
  /**
   * Commits when `work` resolves, rolls back when it rejects. A statement that is not answered within a minute rejects:
   * a connection may be gone without a word. `patient`: it may take as long as it takes.
   */
  transaction<T>(work: (query: Query) => Promise<T>, patience?: 'patient'): Promise<T>;
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

const ANSWER_MS = 60_000;

function openPostgres(url: string): Database {
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 10_000, keepAlive: true });
  // A connection that breaks while idle: the next query opens another, and tells when it cannot.
  pool.on('error', () => undefined);
  // One that breaks while nobody listens would end the program: at once after it was made, or between two statements.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  const { host, pathname } = new URL(url);
  return {
    kind: 'postgres',
    place: `postgres://${host}${pathname}`,
    query: async (sql, parameters = []) => (await pool.query<Row>(timed(sql, parameters, ANSWER_MS))).rows,
    async transaction(work, patience) {
      const client = await pool.connect();
      const limitMs = patience === undefined ? ANSWER_MS : 0;
      const ask: Query = async (sql, parameters = []) =>
        (await client.query<Row>(timed(sql, parameters, limitMs))).rows;
      let broken: Error | undefined;
      const lost = (error: Error) => void (broken ??= error);
      client.on('error', lost);
      try {
        await ask('BEGIN');
        const result = await work(ask);
        await ask('COMMIT');
        return result;
      } catch (error) {
        // Not answered: whatever the server makes of it, this connection is of no more use.
        if (!isAnswer(error)) broken ??= error as Error;
        broken ??= await ask('ROLLBACK').then(() => undefined, (failed: Error) => failed); // prettier-ignore
        throw error;
      } finally {
        client.off('error', lost);
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

/** `query_timeout` is read by pg and missing in its types; 0 waits for ever. */
const timed = (text: string, values: readonly unknown[], limitMs: number) =>
  ({ text, values: [...values], query_timeout: limitMs }) as pg.QueryConfig;

/** An error with an SQLSTATE: the server has answered, and the connection goes on. */
const isAnswer = (error: unknown) => /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code));

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
  }, 'patient');
}
