import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AnomalyDetector } from '../stream/anomaly/anomaly-detector.ts';
import { detect } from './detect.ts';
import { parseSeriesLine } from './series-line.ts';
import { runCommand } from './testing/run-command.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'livecue-detect-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => runCommand(detect, args);

const at = (name: string) => join(folder, name);
const BEGIN_MS = Date.parse('2026-01-01T00:00:00Z');
const time = (row: number) => new Date(BEGIN_MS + row * 300_000).toISOString().replace('T', ' ').slice(0, 19);
const rows = Array.from({ length: 5000 }, (_, row) => [time(row), String(50 + ((row * 37) % 11) + (row === 4000 ? 300 : 0))] as const); // prettier-ignore
const csv = (of: readonly (readonly string[])[]) => ['timestamp,value', ...of.map((row) => row.join(','))].join('\n');

test('every row comes back as it was, with the score that the detector gives it', async () => {
  writeFileSync(at('in.csv'), csv(rows));
  const { code, stderr } = await run('--in', at('in.csv'), '--out', at('out.csv'));
  expect(code).toBe(0);
  expect(stderr).toContain(`5000 points, `);
  const out = readFileSync(at('out.csv'), 'utf8').trim().split('\n');
  expect(out[0]).toBe('timestamp,value,anomaly_score');
  const detector = new AnomalyDetector();
  const want = rows.map(([when, value], row) => `${when},${value},${detector.update(BEGIN_MS + row * 300_000, Number(value))}`); // prettier-ignore
  expect(out.slice(1)).toEqual(want);
  expect(Number(out[4001]!.split(',')[2])).toBeGreaterThan(0.9);
});

test('the beginning of a file gets the same scores as the whole of it', async () => {
  writeFileSync(at('whole.csv'), csv(rows));
  writeFileSync(at('part.csv'), csv(rows.slice(0, 3000)));
  await run('--in', at('whole.csv'), '--out', at('whole-out.csv'));
  await run('--in', at('part.csv'), '--out', at('part-out.csv'));
  const [whole, part] = ['whole-out.csv', 'part-out.csv'].map((name) => readFileSync(at(name), 'utf8'));
  expect(whole!.startsWith(part!)).toBe(true);
});

test('a folder is scored file by file, each a series of its own, packed as it was', async () => {
  mkdirSync(at('in'));
  writeFileSync(at('in/a.csv.gz'), gzipSync(csv(rows)));
  writeFileSync(at('in/b.csv'), `\ufeff${csv(rows).replaceAll('\n', '\r\n')}\r\n`);
  writeFileSync(at('in/notes.txt'), 'not a series');
  expect((await run('--in', at('in'), '--out', at('out'))).code).toBe(0);
  const a = gunzipSync(readFileSync(at('out/a.csv.gz'))).toString('utf8');
  expect(a).toBe(readFileSync(at('out/b.csv'), 'utf8'));
  expect(a.split('\n')).toHaveLength(5002);
  await expect(run('--in', at('in'), '--out', '-')).rejects.toThrow('Give --out a folder');
});

test('bad lines are named and left out; missing values stay with 0', async () => {
  writeFileSync(at('in.csv'), 'timestamp,value\n2026-01-01 00:00:00,1\nyesterday,2\n2026-01-01 00:05:00,many\n2026-01-01 00:10:00\n\n2026-01-01 00:15:00,\n2026-01-01 00:20:00,NaN\n1767226800,3e2\n'); // prettier-ignore
  const { code, stdout, stderr } = await run('--in', at('in.csv'), '--out', '-');
  expect(code).toBe(0);
  expect(stdout).toBe('timestamp,value,anomaly_score\n2026-01-01 00:00:00,1,0\n2026-01-01 00:15:00,,0\n2026-01-01 00:20:00,NaN,0\n1767226800,3e2,0\n'); // prettier-ignore
  expect(stderr).toContain('in.csv:3: timestamp:');
  expect(stderr).toContain('in.csv:4: value:');
  expect(stderr).toContain('in.csv:5: expected 2 columns, found 1');
  expect(stderr).toContain('4 points, 0 alarms, 3 bad lines');
});

test('with --strict the first bad line ends it, and what came before is there', async () => {
  writeFileSync(at('in.csv'), 'timestamp,value\n2026-01-01 00:00:00,1\nyesterday,2\n2026-01-01 00:05:00,3\n');
  expect((await run('--in', at('in.csv'), '--out', at('out.csv'), '--strict')).code).toBe(1);
  expect(readFileSync(at('out.csv'), 'utf8')).toBe('timestamp,value,anomaly_score\n2026-01-01 00:00:00,1,0\n');
});

test('columns are found by their names, others are left out', async () => {
  writeFileSync(at('in.csv'), 'id,Value,"timestamp"\n7,1,2026-01-01T00:00:00Z\n');
  expect((await run('--in', at('in.csv'), '--out', '-')).stdout).toBe('timestamp,value,anomaly_score\n2026-01-01T00:00:00Z,1,0\n'); // prettier-ignore
});

test('a file that is missing, cut short or without a header is said with its name', async () => {
  await expect(run('--in', at('no.csv'), '--out', at('out.csv'))).rejects.toThrow('no.csv');
  writeFileSync(at('cut.csv.gz'), gzipSync(csv(rows)).subarray(0, 2000));
  await expect(run('--in', at('cut.csv.gz'), '--out', at('out.csv'))).rejects.toThrow('cut short');
  writeFileSync(at('bare.csv'), '2026-01-01 00:00:00,1\n');
  await expect(run('--in', at('bare.csv'), '--out', at('out.csv'))).rejects.toThrow('no columns');
  await expect(run('--in', at('bare.csv'), '--out', at('no/out.csv'))).rejects.toThrow('Give --out');
});

test('a wrong call is answered with code 2 and the help', async () => {
  for (const args of [[], ['--in', 'a.csv'], ['--in', 'a.csv', '--out', 'a.csv'], ['--fast']]) {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toContain('Example: livecue detect');
  }
  expect((await run('--help')).code).toBe(0);
});

test.each([
  ['2026-01-01 00:00:00', BEGIN_MS],
  ['2026-01-01T00:00:00.250Z', BEGIN_MS + 250],
  ['2026-01-01 08:00+08:00', BEGIN_MS],
  ['2026-01-01', BEGIN_MS],
  ['1767225600', BEGIN_MS],
  ['1767225600000', BEGIN_MS],
  ['"2026-01-01 00:00:00"', BEGIN_MS],
])('the time %s is read', (text, want) => {
  expect(parseSeriesLine(`${text},1`, { time: 0, value: 1 })).toMatchObject({ timeMs: want, value: 1 });
});

test.each(['2026-13-01', '01/02/2026', '', 'now', '2026-01-01 25:00:00'])('%j is no time', (text) => {
  expect(parseSeriesLine(`${text},1`, { time: 0, value: 1 })).toHaveProperty('wrong');
});
