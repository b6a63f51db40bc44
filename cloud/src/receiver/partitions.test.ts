import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres } from '../../test/postgres.ts';
import { openDatabase, type Database } from './database.ts';
import { maintain, periodOf } from './partitions.ts';
import type { ReceivedRecord } from './record-message.ts';
import { countsOf } from './record.fixture.ts';
import { readWindowRows, writeRecords } from './record-store.ts';
import { MIGRATIONS, SELECT_WINDOWS } from './schema.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Date.UTC(2026, 4, 14, 9, 30);

function windowAt(startMs: number, seq: number, revision = 0): ReceivedRecord {
  const body = { kind: 'window', roomId: 'main', group: { kind: 'room' }, windowStartMs: startMs, windowLengthMs: 60_000, revision, counts: countsOf(seq) } as const; // prettier-ignore
  return { ok: true, agentId: 'studio-1', epoch: 1, seq, body, payload: JSON.stringify(body) };
}

const engines: [string, 'day' | 'month', () => Promise<{ url: string | null; end(): Promise<void> } | null>][] = [
  ['PGlite', 'month', async () => ({ url: null, end: async () => undefined })],
  ['PostgreSQL', 'day', startPostgres],
];

describe.each(engines)('windows divided by time in %s', (_name, unit, start) => {
  let server: { url: string | null; end(): Promise<void> } | null = null;
  let database: Database | null = null;
  beforeAll(async () => {
    server = await start();
    if (server !== null) database = await openDatabase(server.url);
  });
  afterAll(async () => {
    await database?.close();
    await server?.end();
  });
  beforeEach(async (context) => {
    if (database === null) return context.skip();
    for (const name of await partitions()) if (name !== 'window_rows_rest') await database.query(`DROP TABLE ${name}`);
    for (const table of ['window_rows', 'prompt_rows', 'record_log', 'dead_letter', 'agent_streams'])
      await database.query(`DELETE FROM ${table}`);
  });

  const partitions = async () => {
    const rows = await database!.query(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'window_rows'::regclass ORDER BY 1`,
    );
    return rows.map(({ name }) => String(name));
  };
  const inTable = async (name: string) => Number((await database!.query(`SELECT count(*) AS n FROM ${name}`))[0]!['n']);
  const starts = async () => (await readWindowRows(database!)).map((row) => row['window_start_ms']);

  it('every row comes into the partition of its time, none is lost or doubled, and revisions still replace', async () => {
    const own = database!;
    const times = [-40, -3, -1, 0, 1, 1.9].map((days) => NOW_MS + days * DAY_MS);
    await writeRecords(own, times.slice(0, 4).map((ms, n) => windowAt(ms, n + 1)), NOW_MS); // prettier-ignore
    const { made, dropped, deleted } = await maintain(own, { nowMs: NOW_MS, keepDays: 400 });
    const expected = [...new Set([...times, NOW_MS + 2 * DAY_MS].map((ms) => periodOf(ms, unit).name))].sort();
    expect([...made].sort()).toEqual(expected);
    expect([dropped, deleted]).toEqual([[], 0]);
    await writeRecords(own, times.map((ms, n) => windowAt(ms, n + 5, 1)), NOW_MS); // prettier-ignore
    expect(await starts()).toEqual(times);
    expect((await readWindowRows(own)).map((row) => row['revision'])).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await inTable('window_rows_rest')).toBe(0);
    for (const ms of times) expect(await inTable(periodOf(ms, unit).name)).toBeGreaterThan(0);
    expect((await maintain(own, { nowMs: NOW_MS, keepDays: 400 })).made).toEqual([]);
  });

  it('a window from a wrong clock waits in the rest until its day comes', async () => {
    const own = database!;
    const far = NOW_MS + 70 * DAY_MS;
    await writeRecords(own, [windowAt(NOW_MS, 1), windowAt(far, 2)], NOW_MS);
    await maintain(own, { nowMs: NOW_MS, keepDays: 400 });
    expect([await inTable('window_rows_rest'), await starts()]).toEqual([1, [NOW_MS, far]]);
    expect((await maintain(own, { nowMs: far, keepDays: 400 })).made).toContain(periodOf(far, unit).name);
    expect([await inTable('window_rows_rest'), await starts()]).toEqual([0, [NOW_MS, far]]);
  });

  it('drops what is older than the days to keep, to the last partition, and takes late rows no better', async () => {
    const own = database!;
    const times = [-100, -45, -10, 0].map((days) => NOW_MS + days * DAY_MS);
    await writeRecords(own, times.map((ms, n) => windowAt(ms, n + 1)), NOW_MS); // prettier-ignore
    await maintain(own, { nowMs: NOW_MS, keepDays: 400 });
    const { dropped } = await maintain(own, { nowMs: NOW_MS, keepDays: 30 });
    // The month before last reaches into the kept days where partitions are months.
    const kept = times.filter((ms) => Date.parse(periodOf(ms, unit).to) > NOW_MS - 30 * DAY_MS);
    expect(await starts()).toEqual(kept);
    expect(dropped).toHaveLength(times.length - kept.length);
    await writeRecords(own, [windowAt(times[0]!, 9)], NOW_MS);
    expect(await maintain(own, { nowMs: NOW_MS, keepDays: 30 })).toMatchObject({ deleted: 1, dropped: [] });
    expect(await starts()).toEqual(kept);
  });

  it('several receivers may keep it at once', async () => {
    const own = database!;
    await writeRecords(own, [windowAt(NOW_MS - 5 * DAY_MS, 1)], NOW_MS);
    const all = await Promise.all([1, 2, 3].map(() => maintain(own, { nowMs: NOW_MS, keepDays: 400 })));
    expect(all.filter(({ made }) => made.length > 0)).toHaveLength(1);
    expect(await starts()).toEqual([NOW_MS - 5 * DAY_MS]);
  });

  it('a database of the first version keeps its rows', async () => {
    await database!.transaction(async (query) => {
      await query('CREATE SCHEMA first_version');
      await query('SET LOCAL search_path = first_version');
      const run = async (migration: string) => {
        for (const statement of migration.split(/;\s*$/m)) if (statement.trim() !== '') await query(statement);
      };
      await run(MIGRATIONS[0]!);
      await query(
        `INSERT INTO window_rows SELECT 'a', 'main', $1::timestamptz + n * interval '1 minute', 60000, 'room', '', 0,
         n, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, '{}', $1 FROM generate_series(1, 1000) AS n`,
        [new Date(NOW_MS).toISOString()],
      );
      const before = await query(SELECT_WINDOWS);
      for (const migration of MIGRATIONS.slice(1)) await run(migration);
      expect(await query(SELECT_WINDOWS)).toEqual(before);
      expect(before).toHaveLength(1000);
      await query('DROP SCHEMA first_version CASCADE');
    });
  });
});
