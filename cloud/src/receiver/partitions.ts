import type { Database, Query } from './database.ts';

const DAY_MS = 86_400_000;
/** Partitions are made this long before their rows come, so that no row waits for one. */
const AHEAD_MS = 2 * DAY_MS;
/** Advisory lock of maintenance: of several receivers one at a time does it. */
const LOCK = 7428;

export interface Maintained {
  /** Partitions that were made and that were dropped, by name. */
  readonly made: readonly string[];
  readonly dropped: readonly string[];
  /** Rows older than the time to keep, deleted one by one: cards, dead letters, late windows. */
  readonly deleted: number;
}

/**
 * Keeps `window_rows` divided by time (UTC days on a server, months in the small embedded database) and
 * drops what is older than `keepDays`. Rows that no partition covers go to `window_rows_rest` and are
 * moved out of it here: a row is never refused because its partition is missing. Rows of the future beyond
 * two days, from an agent with a wrong clock, stay in the rest until their time comes.
 */
export function maintain(
  database: Database,
  config: { readonly nowMs: number; readonly keepDays: number },
): Promise<Maintained> {
  const unit = database.kind === 'postgres' ? 'day' : 'month';
  const oldestMs = config.nowMs - config.keepDays * DAY_MS;
  return database.transaction(async (query) => {
    await query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    // First, so that no writer holds a row of the rest while we wait for the table.
    await query('LOCK TABLE window_rows_rest IN ACCESS EXCLUSIVE MODE');
    const dropped = await dropOld(query, oldestMs);
    const deleted = await deleteOld(query, oldestMs);
    const made = await makeMissing(query, unit, config.nowMs);
    return { made, dropped, deleted };
  }, 'patient');
}

interface Period {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** The partition of a moment: named by the first day it holds. */
export function periodOf(ms: number, unit: 'day' | 'month'): Period {
  const day = new Date(ms);
  const [year, month, date] = [day.getUTCFullYear(), day.getUTCMonth(), unit === 'day' ? day.getUTCDate() : 1];
  const from = new Date(Date.UTC(year, month, date));
  const to = new Date(unit === 'day' ? Date.UTC(year, month, date + 1) : Date.UTC(year, month + 1, 1));
  const stamp = from.toISOString().slice(0, 10).replaceAll('-', '');
  return { name: `window_rows_${unit}_${stamp}`, from: from.toISOString(), to: to.toISOString() };
}

async function dropOld(query: Query, oldestMs: number): Promise<string[]> {
  const rows = await query(
    `SELECT c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i
     JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'window_rows'::regclass`,
  );
  const dropped: string[] = [];
  for (const { name, bound } of rows) {
    const end = /TO \('([^']+)'\)/.exec(String(bound))?.[1];
    if (end === undefined || Date.parse(isoOf(end)) > oldestMs) continue;
    await query(`DROP TABLE ${String(name)}`);
    dropped.push(String(name));
  }
  return dropped;
}

/** PostgreSQL writes `2026-05-01 00:00:00+00`, which JavaScript does not promise to read. */
function isoOf(text: string): string {
  return text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
}

async function deleteOld(query: Query, oldestMs: number): Promise<number> {
  const oldest = [new Date(oldestMs).toISOString()];
  let deleted = 0;
  for (const [table, column] of [['window_rows_rest', 'window_start'], ['prompt_rows', 'raised_at'], ['signal_rows', 'window_start'], ['decision_rows', 'decided_at'], ['coverage_rows', 'window_start'], ['gap_rows', 'gap_from'], ['dead_letter', 'received_at'], ['record_log', 'received_at']]) {
    const rows = await query(
      `WITH gone AS (DELETE FROM ${table} WHERE ${column} < $1::timestamptz RETURNING 1) SELECT count(*)::int AS n FROM gone`,
      oldest,
    );
    deleted += Number(rows[0]!['n']);
  } // prettier-ignore
  return deleted;
}

async function makeMissing(query: Query, unit: 'day' | 'month', nowMs: number): Promise<string[]> {
  const newest = [new Date(nowMs + AHEAD_MS).toISOString()];
  const waiting = await query(
    `SELECT DISTINCT date_trunc('day', window_start AT TIME ZONE 'UTC')::date::text AS day FROM window_rows_rest WHERE window_start < $1::timestamptz`,
    newest,
  );
  const moments = [
    nowMs,
    nowMs + AHEAD_MS / 2,
    nowMs + AHEAD_MS,
    ...waiting.map(({ day }) => Date.parse(`${String(day)}T00:00:00Z`)),
  ];
  const periods = new Map(moments.map((ms) => periodOf(ms, unit)).map((period) => [period.name, period]));
  const made: string[] = [];
  for (const { name, from, to } of [...periods.values()].sort((a, b) => (a.from < b.from ? -1 : 1))) {
    if ((await query('SELECT to_regclass($1) AS found', [name]))[0]!['found'] !== null) continue;
    await query(`CREATE TABLE ${name} (LIKE window_rows INCLUDING ALL)`);
    await query(
      `WITH moved AS (DELETE FROM window_rows_rest WHERE window_start >= $1::timestamptz AND window_start < $2::timestamptz RETURNING *)
       INSERT INTO ${name} SELECT * FROM moved`,
      [from, to],
    );
    await query(`ALTER TABLE window_rows ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}')`);
    made.push(name);
  } // prettier-ignore
  return made;
}
