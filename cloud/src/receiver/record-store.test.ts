import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UplinkBody } from '@livecue/shared/contract';
import { startPostgres } from '../../test/postgres.ts';
import { openDatabase, type Database } from './database.ts';
import { decodeRecordMessage, type ReceivedRecord } from './record-message.ts';
import { countsOf } from './record.fixture.ts';
import { readAcks, readWindowRows, writeRecords } from './record-store.ts';

const NOW_MS = 1_777_593_600_000;

function windowRecord(seq: number, key: number, revision: number, epoch = 1, agentId = 'studio-1'): ReceivedRecord {
  const group = key % 3 === 0 ? ({ kind: 'room' } as const) : ({ kind: 'product', productId: `p-${key}` } as const);
  const body: UplinkBody = { kind: 'window', roomId: 'main', group, windowStartMs: NOW_MS + 60_000 * Math.floor(key / 3), windowLengthMs: 60_000, revision, counts: countsOf(1000 * key + revision) }; // prettier-ignore
  return { ok: true, agentId, epoch, seq, body };
}

function promptRecord(seq: number, revision: number): ReceivedRecord {
  const body: UplinkBody = { kind: 'prompt', roomId: 'main', promptId: 'card-1', rule: 'stock-out', priority: 'act-now', productId: 'p-1', raisedMs: NOW_MS, revision, outcome: revision === 0 ? null : 'done', closedMs: revision === 0 ? null : NOW_MS + 5_000 }; // prettier-ignore
  return { ok: true, agentId: 'studio-1', epoch: 1, seq, body };
}

const engines: [string, () => Promise<{ url: string | null; end(): Promise<void> } | null>][] = [
  ['PGlite', async () => ({ url: null, end: async () => undefined })],
  ['PostgreSQL', startPostgres],
];

describe.each(engines)('records in %s', (_name, start) => {
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
  const test = (words: string, body: (own: Database) => Promise<void>) =>
    it(words, async (context) => {
      if (database === null) return context.skip();
      for (const table of ['window_rows', 'prompt_rows', 'dead_letter', 'agent_streams'])
        await database.query(`DELETE FROM ${table}`);
      await body(database);
    });

  test('give the same rows in any order, split and repetition: the highest revision of each', async (own) => {
    const records = Array.from({ length: 24 }, (_, n) => windowRecord(n + 1, n % 6, Math.floor(n / 6)));
    const shuffled = fc.shuffledSubarray([...records, ...records.slice(5, 15)], { minLength: 34, maxLength: 34 });
    await fc.assert(
      fc.asyncProperty(shuffled, fc.integer({ min: 1, max: 34 }), async (order, size) => {
        await own.query('DELETE FROM window_rows');
        await own.query('DELETE FROM agent_streams');
        let acks: unknown = null;
        for (let at = 0; at < order.length; at += size)
          ({ acks } = await writeRecords(own, order.slice(at, at + size), NOW_MS));
        const rows = await readWindowRows(own);
        expect(rows.map((row) => [row['window_start_ms'], row['group_kind'], row['product_id'], row['revision'], (row['counts'] as { events: number }).events])).toEqual([
          [NOW_MS, 'product', 'p-1', 3, 1003], [NOW_MS, 'product', 'p-2', 3, 2003], [NOW_MS, 'room', '', 3, 3],
          [NOW_MS + 60_000, 'product', 'p-4', 3, 4003], [NOW_MS + 60_000, 'product', 'p-5', 3, 5003], [NOW_MS + 60_000, 'room', '', 3, 3003],
        ]); // prettier-ignore
        expect(acks).toEqual([['studio-1', { epoch: 1, contiguous: 24, ranges: [] }]]);
      }),
      { numRuns: 12 },
    );
  });

  test('fill the typed columns', async (own) => {
    await writeRecords(own, [windowRecord(1, 4, 2), promptRecord(3, 1), promptRecord(2, 0)], NOW_MS);
    const [row] = await own.query('SELECT * FROM window_rows');
    expect(row).toMatchObject({ agent_id: 'studio-1', room_id: 'main', window_length_ms: 60_000, revision: 2 });
    expect([row!['events'], row!['orders_paid'], row!['units_paid'], row!['stock_level'], row!['audience_max']].map((value) => value === null ? null : Number(value))).toEqual([4002, 3, 4, -2, null]); // prettier-ignore
    expect((row!['window_start'] as Date).getTime()).toBe(NOW_MS + 60_000);
    expect(row!['counts']).toEqual(countsOf(4002));
    const [card] = await own.query('SELECT revision, outcome, closed_at FROM prompt_rows');
    expect(card).toEqual({ revision: 1, outcome: 'done', closed_at: new Date(NOW_MS + 5_000) });
  });

  test('of a lower epoch are refused, a higher epoch starts its seqs anew', async (own) => {
    await writeRecords(own, [windowRecord(1, 0, 0, 5), windowRecord(2, 1, 0, 5)], NOW_MS);
    const mixed = await writeRecords(own, [windowRecord(3, 0, 9, 5), windowRecord(2, 2, 0, 8)], NOW_MS);
    expect(mixed).toMatchObject({ fenced: 1, acks: [['studio-1', { epoch: 8, contiguous: 0, ranges: [[2, 2]] }]] });
    const late = await writeRecords(own, [windowRecord(4, 0, 9, 5)], NOW_MS);
    expect(late).toMatchObject({ fenced: 1, acks: [['studio-1', { epoch: 8, contiguous: 0, ranges: [[2, 2]] }]] });
    expect((await readWindowRows(own)).map((row) => row['revision'])).toEqual([0, 0, 0]);
    expect(await readAcks(own)).toEqual([['studio-1', { epoch: 8, contiguous: 0, ranges: [[2, 2]] }]]);
  });

  test('that cannot be read are kept with the reason and acknowledged, so that nobody sends them for ever', async (own) => {
    const message = (seq: string | undefined, payload: string) =>
      decodeRecordMessage({ topic: 'livecue/1/studio-1/records', payload: new TextEncoder().encode(payload), userProperties: { epoch: '1', ...(seq === undefined ? {} : { seq }) } })!; // prettier-ignore
    const bad = [
      message('1', '{"kind":"window"}'),
      message('2', 'no json\u0000'),
      message(undefined, '{}'),
      message('0', '{}'),
    ];
    const outcome = await writeRecords(own, bad, NOW_MS);
    expect(outcome).toMatchObject({ deadLetters: 4, acks: [['studio-1', { epoch: 1, contiguous: 2, ranges: [] }]] });
    const rows = await own.query('SELECT seq, reason, payload FROM dead_letter ORDER BY id');
    expect(rows.map((row) => (row['seq'] === null ? null : Number(row['seq'])))).toEqual([1, 2, null, null]);
    expect(rows[0]!['reason']).toContain('roomId');
    expect(rows[1]!['reason']).toContain('not JSON');
  });

  test('leave nothing behind when the transaction fails', async (own) => {
    const [tooLong] = [windowRecord(2, 1, 0)].map((record) => ({ ...record, body: { ...(record as { body: UplinkBody }).body, revision: 2 ** 40 } }) as ReceivedRecord); // prettier-ignore
    await expect(writeRecords(own, [windowRecord(1, 0, 0), tooLong!], NOW_MS)).rejects.toThrow();
    expect(await readWindowRows(own)).toEqual([]);
    expect(await readAcks(own)).toEqual([]);
  });
});
