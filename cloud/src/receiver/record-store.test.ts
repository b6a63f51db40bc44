import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UplinkBody } from '@livecue/shared/contract';
import { startPostgres } from '../../test/postgres.ts';
import { openDatabase, type Database } from './database.ts';
import { decodeRecordMessage, type ReceivedRecord } from './record-message.ts';
import { countsOf } from './record.fixture.ts';
import { FROM_MS, room } from './views.fixture.ts';
import { readAcks, readWindowRows, writeRecords } from './record-store.ts';

const NOW_MS = 1_777_593_600_000;

function windowRecord(seq: number, key: number, revision: number, epoch = 1, agentId = 'studio-1'): ReceivedRecord {
  const group = key % 3 === 0 ? ({ kind: 'room' } as const) : ({ kind: 'product', productId: `p-${key}` } as const);
  const body: UplinkBody = { kind: 'window', roomId: 'main', group, windowStartMs: NOW_MS + 60_000 * Math.floor(key / 3), windowLengthMs: 60_000, revision, counts: countsOf(1000 * key + revision) }; // prettier-ignore
  return { ok: true, agentId, epoch, seq, body, payload: JSON.stringify(body) };
}

/** The room's window of `lengthMs` from `startMs` after `NOW_MS` on; merged when spans are given. */
function roomWindow(seq: number, agentId: string, [startMs, lengthMs]: readonly [number, number], covers?: [number, number][]): ReceivedRecord {
  const spans = covers?.map(([from, to]): [number, number] => [NOW_MS + from, NOW_MS + to]);
  const body: UplinkBody = { kind: 'window', roomId: 'main', group: { kind: 'room' }, windowStartMs: NOW_MS + startMs, windowLengthMs: lengthMs, revision: 0, counts: countsOf(lengthMs), ...(spans === undefined ? {} : { covers: spans }) };
  return { ok: true, agentId, epoch: 1, seq, body, payload: JSON.stringify(body) };
} // prettier-ignore

function promptRecord(seq: number, revision: number): ReceivedRecord {
  const body: UplinkBody = { kind: 'prompt', roomId: 'main', promptId: 'card-1', rule: 'stock-out', priority: 'act-now', productId: 'p-1', raisedMs: NOW_MS, revision, outcome: revision === 0 ? null : 'done', closedMs: revision === 0 ? null : NOW_MS + 5_000 }; // prettier-ignore
  return { ok: true, agentId: 'studio-1', epoch: 1, seq, body, payload: JSON.stringify(body) };
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
      for (const table of [
        'window_rows',
        'prompt_rows',
        'signal_rows',
        'decision_rows',
        'coverage_rows',
        'dead_letter',
        'agent_streams',
      ])
        await database.query(`DELETE FROM ${table}`);
      await body(database);
    });

  test('of merged windows stand in place of those that they were merged from, whichever came first, of that agent alone', async (own) => {
    const [first, second, third] = [[0, 10_000], [10_000, 10_000], [20_000, 10_000]] as const; // prettier-ignore
    const minute = roomWindow(9, 'studio-1', [0, 60_000], [[0, 20_000]]);
    const shorter = [
      roomWindow(1, 'studio-1', first),
      roomWindow(2, 'studio-1', second),
      roomWindow(3, 'studio-1', third),
    ];
    const lengths = async () => (await own.query("SELECT agent_id || ' ' || window_length_ms || ' ' || extract(second FROM window_start) AS row FROM window_rows ORDER BY 1")).map(({ row }) => row); // prettier-ignore
    const expected = ['studio-1 10000 20.000000', 'studio-1 60000 0.000000'];
    for (const batches of [
      [shorter, [minute]],
      [[minute], shorter],
      [[shorter[0]!, minute], shorter.slice(1)],
    ]) {
      await own.query('DELETE FROM window_rows');
      for (const batch of batches) await writeRecords(own, batch, NOW_MS);
      expect(await lengths()).toEqual(expected);
    }
    // Another agent's window of the same time, and one that comes beside the first agent's.
    await writeRecords(own, [roomWindow(1, 'studio-2', first), roomWindow(10, 'studio-1', second)], NOW_MS);
    expect(await lengths()).toEqual([...expected, 'studio-2 10000 0.000000']);
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

  test('answer the questions of a cloud team as a count by hand does', async (own) => {
    const bodies = room(7, 5);
    const records = bodies.map((body, n): ReceivedRecord => ({ ok: true, agentId: 'studio-1', epoch: 1, seq: n + 1, body, payload: JSON.stringify(body) })); // prettier-ignore
    for (let at = 0; at < records.length; at += 37)
      await writeRecords(own, records.slice(at, at + 37), FROM_MS + 400_000);
    const of = <K extends UplinkBody['kind']>(kind: K) => bodies.filter((body): body is Extract<UplinkBody, { kind: K }> => body.kind === kind); // prettier-ignore
    const rows = async (view: string, where = 'true') => own.query(`SELECT * FROM ${view} WHERE ${where}`);
    const inMinute = (productId: string, minute: number) =>
      of('window').filter(({ group, windowStartMs }) => group.kind === 'product' && group.productId === productId && Math.floor((windowStartMs - FROM_MS) / 60_000) === minute); // prettier-ignore
    const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

    const minutes = await rows('minutes', "product_id = 'b'");
    expect(minutes).toHaveLength(5);
    for (const row of minutes) {
      const minute = ((row['minute'] as Date).getTime() - FROM_MS) / 60_000;
      const windows = inMinute('b', minute);
      expect(Number(row['units_paid'])).toBe(sum(windows.map(({ counts }) => counts.unitsPaid)));
      expect(Number(row['commenters_least'])).toBe(Math.max(...windows.map(({ counts }) => counts.commenters)));
      const told = windows.filter(({ counts }) => counts.stock !== null).sort((x, y) => y.windowStartMs - x.windowStartMs); // prettier-ignore
      expect(row['stock_level'] === null ? null : Number(row['stock_level'])).toBe(
        told[0]?.counts.stock?.level ?? null,
      );
      expect(Number(row['minute_share'])).toBe(1);
      const [price] = await rows('minute_intents', `product_id = 'b' AND intent = 'price' AND minute = '${(row['minute'] as Date).toISOString()}'`); // prettier-ignore
      expect(Number(price!['comments'])).toBe(sum(windows.map(({ counts }) => counts.intents.price!.comments)));
      const money = await rows('minute_money', `product_id = 'b' AND minute = '${(row['minute'] as Date).toISOString()}' ORDER BY currency`); // prettier-ignore
      expect(money.map((own) => [own['currency'], Number(own['paid_minor']), Number(own['refunded_minor'])])).toEqual([
        ['CNY', sum(windows.map(({ counts }) => counts.revenueMinor.CNY!)), sum(windows.map(({ counts }) => counts.refundMinor.CNY!))],
        ['USD', sum(windows.map(({ counts }) => counts.revenueMinor.USD!)), 0],
      ]); // prettier-ignore
    }

    const forecasts = await rows('forecast_against_fact', "product_id = 'a' AND minutes = 3");
    expect(forecasts).toHaveLength(5);
    for (const row of forecasts) {
      const saidMs = (row['said_at'] as Date).getTime();
      const sold = sum(of('window').filter(({ group, windowStartMs }) => group.kind === 'product' && group.productId === 'a' && windowStartMs >= saidMs && windowStartMs < saidMs + 180_000).map(({ counts }) => counts.unitsPaid)); // prettier-ignore
      expect(Number(row['units'])).toBe(sold);
      expect(row['inside']).toBe(sold >= Number(row['lo80']) && sold <= Number(row['hi80']));
      expect(row['complete'] ?? false).toBe(saidMs + 180_000 <= FROM_MS + 300_000);
    }

    const [uplift] = await rows('uplift', "rule = 'stock-out'");
    const arm = (held: boolean) => {
      const own = of('decision').filter(
        (one) => one.rule === 'stock-out' && one.held === held && one.followed !== null,
      );
      const weights = own.map(({ propensity }) => 1 / propensity);
      const mean = sum(own.map(({ followed }, n) => followed!.orders * weights[n]!)) / sum(weights);
      const variance = sum(own.map(({ followed }, n) => ((followed!.orders - mean) * weights[n]!) ** 2)) / sum(weights) ** 2; // prettier-ignore
      return { n: own.length, mean, variance };
    };
    const [shown, held] = [arm(false), arm(true)];
    expect([Number(uplift!['shown']), Number(uplift!['held_back'])]).toEqual([shown.n, held.n]);
    expect(Number(uplift!['orders_uplift'])).toBeCloseTo(shown.mean - held.mean, 9);
    expect(Number(uplift!['orders_low'])).toBeCloseTo(shown.mean - held.mean - 1.96 * Math.sqrt(shown.variance + held.variance), 9); // prettier-ignore

    const [coverage] = await rows('minute_coverage', 'true ORDER BY minute');
    const first = of('coverage').filter(({ windowStartMs }) => windowStartMs < FROM_MS + 60_000);
    expect(Number(coverage!['coverage'])).toBeCloseTo(1 - sum(first.map(({ gapMs }) => gapMs)) / 60_000, 12);
    expect(Number(coverage!['refused'])).toBe(sum(first.map(({ refused }) => refused)));
    const lags = of('window').map(({ windowStartMs }) => 400 - (windowStartMs - FROM_MS) / 1000 - 10).sort((x, y) => x - y); // prettier-ignore
    const [lag] = await rows('lag');
    expect(Number(lag!['median_seconds'])).toBeCloseTo((lags[lags.length / 2 - 1]! + lags[lags.length / 2]!) / 2, 6);
    expect(await rows('minute_interest')).toHaveLength(of('signal').filter(({ interest }) => interest !== null).length);
    expect(await rows('agents')).toMatchObject([{ agent_id: 'studio-1', holes: 0 }]);
  });

  test('answer every query of the Grafana dashboard', async (own) => {
    const records = room(3, 2).map((body, n): ReceivedRecord => ({ ok: true, agentId: 'studio-1', epoch: 1, seq: n + 1, body, payload: JSON.stringify(body) })); // prettier-ignore
    await writeRecords(own, records, FROM_MS + 200_000);
    const file = new URL('../../grafana/livecue-rooms.json', import.meta.url);
    const dashboard = JSON.parse(readFileSync(file, 'utf8')) as {
      panels: { title: string; targets: { rawSql: string }[] }[];
      templating: { list: { name: string; type: string; query: string }[] };
    };
    const queries = [
      ...dashboard.panels.map(({ title, targets }) => [title, targets[0]!.rawSql] as const),
      ...dashboard.templating.list.filter(({ type }) => type === 'query').map(({ name, query }) => [name, query] as const),
    ]; // prettier-ignore
    expect(queries).toHaveLength(14);
    for (const [title, sql] of queries) {
      // What Grafana puts in for its macros and variables.
      const filled = sql
        .replaceAll(/\$__timeFilter\((\w+)\)/g, "$1 BETWEEN '2026-04-30T00:00:00Z' AND '2026-05-02T00:00:00Z'")
        .replaceAll('$agent', "'studio-1'")
        .replaceAll('$room', "'main'");
      const rows = await own.query(filled.replace("now() - interval '30 days'", "'2026-04-30T00:00:00Z'"));
      if (title !== 'Dead letters' && title !== 'Cards by rule') expect([title, rows.length]).not.toEqual([title, 0]);
    }
  });
});
