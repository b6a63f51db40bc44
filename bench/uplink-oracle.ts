import { openDatabase, type Database } from '../cloud/src/receiver/database.ts';
import type { Sums } from './uplink-room.ts';

/** What is in the database against what was sent; every difference in words. */
export async function judged(
  where: string,
  fleet: readonly { readonly id: string; readonly room: { readonly sums: Readonly<Sums> } }[],
) {
  const database = await openDatabase(where);
  try {
    const wrong: string[] = [];
    for (const { id, room } of fleet) {
      const stored = await sumsOf(database, id);
      for (const [what, expected] of Object.entries(room.sums))
        if (stored[what as keyof Sums] !== expected) wrong.push(`${id}: ${what} are ${stored[what as keyof Sums]}, sent were ${expected}`); // prettier-ignore
    }
    for (const table of ['findings', 'dead_letter']) {
      const count = await numberOf(database, `SELECT count(*) AS n FROM ${table}`);
      if (count !== 0) wrong.push(`${table} has ${count} rows`);
    }
    const rows = await database.query("SELECT relname AS name, pg_total_relation_size(oid) AS bytes FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"); // prettier-ignore
    const bytes = new Map<string, number>();
    for (const row of rows) {
      const name = String(row['name']).replace(/^window_rows_.*/, 'window_rows');
      bytes.set(name, (bytes.get(name) ?? 0) + Number(row['bytes']));
    }
    const per = (table: string, count: number) => Math.round((bytes.get(table) ?? 0) / count);
    const total = (of: (sums: Readonly<Sums>) => number) => fleet.reduce((sum, { room }) => sum + of(room.sums), 0);
    return {
      wrong,
      bytesARecord: {
        window: per(
          'window_rows',
          total((sums) => sums.windows),
        ),
        signal: per(
          'signal_rows',
          total((sums) => sums.signals),
        ),
        coverage: per(
          'coverage_rows',
          total((sums) => sums.coverage),
        ),
        log: per(
          'record_log',
          total((sums) => sums.records),
        ),
      },
    };
  } finally {
    await database.close();
  }
}

async function sumsOf(database: Database, agentId: string): Promise<Sums> {
  const of = (table: string, what = 'count(*)') => numberOf(database, `SELECT ${what} AS n FROM ${table} WHERE agent_id = $1`, [agentId]); // prettier-ignore
  return {
    records: await of('record_log'),
    windows: await of('window_rows'),
    signals: await of('signal_rows'),
    coverage: await of('coverage_rows'),
    prompts: await of('prompt_rows'),
    events: await of('window_rows', 'sum(events)'),
    unitsPaid: await of('window_rows', 'sum(units_paid)'),
  };
}

async function numberOf(database: Database, sql: string, parameters: readonly unknown[] = []): Promise<number> {
  return Number((await database.query(sql, parameters))[0]!['n']);
}
