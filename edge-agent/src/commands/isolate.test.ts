import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { createSeededNumbers } from '../inference/seeded-numbers.ts';
import type { Command } from './command.ts';
import { isolate } from './isolate.ts';
import { cellValue, csvFields } from './numeric-table.ts';
import { scoreOrders } from './score-orders.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'isolate-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => path.join(folder, name);

async function run(command: Command, ...args: string[]): Promise<{ code: number; err: string; out: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const read = async (stream: PassThrough) => {
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text;
  };
  const [out, err] = [read(stdout), read(stderr)];
  const code = await command(args, { stdout, stderr, env: {}, signal: new AbortController().signal });
  stdout.end();
  stderr.end();
  return { code, err: await err, out: await out };
}

const random = createSeededNumbers(1);
const crowd = Array.from({ length: 200 }, (_, i) => `r${i},${random()},${random()}`);
const scoresOf = (name: string): string[] => readFileSync(file(name), 'utf8').trimEnd().split('\n');

it('gives a score a row, the stranger the highest, the same for the same seed', async () => {
  writeFileSync(file('a.csv'), ['id,x,y', ...crowd, 'odd,9,-4'].join('\n'));
  const call = ['--train', file('a.csv'), '--in', file('a.csv'), '--ignore', 'id'];
  expect(await run(isolate, ...call, '--out', file('a.out'))).toMatchObject({ code: 0 });
  const [header, ...scores] = scoresOf('a.out');
  expect(header).toBe('score');
  const numbers = scores.map(Number);
  expect(numbers).toHaveLength(201);
  expect(numbers.indexOf(Math.max(...numbers))).toBe(200);
  await run(isolate, ...call, '--out', file('b.out'));
  expect(scoresOf('b.out')).toEqual(scoresOf('a.out'));
});

it('matches columns by name, reads and writes .gz, keeps lines beside each other and names the bad ones', async () => {
  writeFileSync(file('train.csv.gz'), gzipSync(['x,y', ...crowd.map((row) => row.split(',').slice(1).join(','))].join('\r\n')));
  writeFileSync(file('in.csv'), 'y,x\n0.5,0.5\n1,2,3\n,0.5\n"0.5",word\n1e15,inf\n');
  const { code, err } = await run(isolate, '--train', file('train.csv.gz'), '--in', file('in.csv'), '--out', file('c.csv.gz'));
  const lines = gunzipSync(readFileSync(file('c.csv.gz'))).toString().trimEnd().split('\n');
  expect(code).toBe(0);
  expect(lines.map((line) => line === '""' || Number.isFinite(Number(line)))).toEqual([false, true, true, true, true, true]); // prettier-ignore
  expect([lines[2], lines[4]]).toEqual(['""', '""']);
  expect(Number(lines[5])).toBeGreaterThan(Number(lines[1]));
  expect(err).toMatch(/in\.csv:3: 3 cells, the header has 2/);
  expect(err).toMatch(/in\.csv:5: column "x" is not a number/);
  expect(err).toMatch(/5 rows, 2 bad lines/);
}); // prettier-ignore

it('ends with 1 at the first bad line when strict, and says what is wrong with a call with 2', async () => {
  const strict = await run(isolate, '--train', file('a.csv'), '--in', file('in.csv'), '--out', file('d'), '--strict');
  expect(strict).toMatchObject({ code: 1 });
  for (const args of [[], ['--train', 'a', '--in', 'b'], ['--train', 'a', '--in', 'b', '--out', 'a'], ['--train', 'a', '--in', 'b', '--out', 'c', '--seed', '-1'], ['--no']]) {
    expect((await run(isolate, ...args)).code).toBe(2);
  }
  expect(await run(isolate, '--help')).toMatchObject({ code: 0, out: expect.stringContaining('Example: livecue isolate') });
  await expect(run(isolate, '--train', file('none'), '--in', 'b', '--out', 'c')).rejects.toThrow(/none/);
  writeFileSync(file('empty.csv'), 'x\n');
  await expect(run(isolate, '--train', file('empty.csv'), '--in', 'b', '--out', file('e'))).rejects.toThrow(/no rows to learn from/); // prettier-ignore
}); // prettier-ignore

it('reads cells and fields as CSV has them', () => {
  expect(csvFields('a,"b,""c""", d ,')).toEqual(['a', 'b,"c"', 'd', '']);
  expect(csvFields('a,"b')).toBeNull();
  expect(['1.5', ' -2e3'.trim(), '', 'NaN', 'NA', '-inf', '0x10', 'one'].map(cellValue)).toEqual([1.5, -2000, Number.NaN, Number.NaN, Number.NaN, -3.4028234663852886e38, null, null]); // prettier-ignore
});

const order = (number: string, atS: number, buyer: string) => ({
  id: `e${number}`, source: 'shop/test/1', type: 'shop.order.created', time: new Date(Date.UTC(2026, 0, 1) + atS * 1000).toISOString(),
  data: { orderNumber: number, orderStatus: 'OrderPaymentDue', priceCurrency: 'CNY', partial: false, customerRef: buyer, orderedItem: [{ productID: 'p', orderQuantity: 1, price: '9.90' }] },
}); // prettier-ignore

it('scores orders: one line each in order, all of a run flagged with reasons, bad lines named, repeats told once', async () => {
  const ring = Array.from({ length: 5 }, (_, i) => order(`ring${i}`, 600 + i * 8, 'brusher'));
  const others = Array.from({ length: 20 }, (_, i) => order(`o${i}`, i * 30, `b${i}`));
  const events = [...others, ...ring, ring[0], { nonsense: true }].map((event) => JSON.stringify(event));
  mkdirSync(file('orders'));
  writeFileSync(file('orders/show.jsonl'), `${events.join('\n')}\n{cut\n`);
  const { code, err } = await run(scoreOrders, '--in', file('orders'), '--out', file('scored'));
  expect(code).toBe(0);
  expect(err).toMatch(/show\.jsonl:27: malformed/);
  expect(err).toMatch(/show\.jsonl:28: it is not JSON/);
  const rows = readFileSync(file('scored/show.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { orderNumber: string; score: number; flagged: boolean; reasons: { feature: string; text: string }[] }); // prettier-ignore
  expect(rows.map(({ orderNumber }) => orderNumber)).toEqual([...others, ...ring].map(({ data }) => data.orderNumber));
  expect(rows.filter(({ flagged }) => flagged).map(({ orderNumber }) => orderNumber)).toEqual(ring.map(({ data }) => data.orderNumber)); // prettier-ignore
  for (const { flagged, reasons, score } of rows) {
    expect(score >= 0 && score <= 1).toBe(true);
    expect(reasons.length > 0).toBe(flagged);
  }
  expect(rows.at(-1)?.reasons[0]).toMatchObject({ feature: 'sameProductOrders1H', text: '5 orders of the buyer for the same product in 1 h (usual 1)' }); // prettier-ignore
  expect((await run(scoreOrders, '--in', file('orders'), '--out', file('scored'), '--strict')).code).toBe(1);
  expect((await run(scoreOrders, '--in', 'a')).code).toBe(2);
});

it('writes the numbers of the trainer, and reasons of all orders, when asked', async () => {
  writeFileSync(file('one.jsonl'), JSON.stringify(order('1', 0, 'b')));
  const { out } = await run(scoreOrders, '--in', file('one.jsonl'), '--out', '-', '--features');
  expect(JSON.parse(out)).toMatchObject({ orderNumber: '1', features: { buyerOrders1H: 1, units: 1, accountAgeDays: 30 } });
  const all = await run(scoreOrders, '--in', file('one.jsonl'), '--out', '-', '--all');
  expect((JSON.parse(all.out) as { reasons: unknown[] }).reasons.length).toBeGreaterThan(0);
}); // prettier-ignore
