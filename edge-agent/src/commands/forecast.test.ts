import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forecast } from './forecast.ts';
import { runCommand } from './testing/run-command.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'livecue-forecast-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => runCommand(forecast, args);

const at = (name: string) => join(folder, name);
const wave = (step: number) => 100 + 40 * Math.sin((2 * Math.PI * step) / 24);
const table = (rows: readonly string[]) => ['id,t,value', ...rows].join('\n');
const series = (id: string, steps: number, time: (step: number) => string | number = (step) => step) =>
  Array.from({ length: steps }, (_, step) => `${id},${time(step)},${wave(step).toFixed(6)}`);

interface Row {
  readonly id: string;
  readonly step: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

function read(text: string): Row[] {
  const [header, ...lines] = text.trim().split('\n');
  expect(header).toBe('id,step,mean,lo80,hi80');
  return lines.map((line) => {
    const [id = '', ...numbers] = line.split(',');
    const [step, mean, low, high] = numbers.map(Number) as [number, number, number, number];
    return { id, step, mean, low, high };
  });
}

test('each series is continued, in the order in which ids came, season guessed', async () => {
  writeFileSync(at('in.csv'), table([...series('b', 400), ...series('a', 300)]));
  const { code, stderr } = await run('--in', at('in.csv'), '--horizon', '30', '--out', at('out.csv'));
  expect(code).toBe(0);
  expect(stderr).toContain('2 series, 700 rows, season 24 (guessed)');
  const rows = read(readFileSync(at('out.csv'), 'utf8'));
  expect(rows.map(({ id, step }) => `${id}${step}`)).toEqual(['b', 'a'].flatMap((id) => Array.from({ length: 30 }, (_, step) => `${id}${step + 1}`))); // prettier-ignore
  for (const { id, step, mean, low, high } of rows) {
    expect(Math.abs(mean - wave((id === 'b' ? 400 : 300) + step - 1))).toBeLessThan(1);
    expect(low <= mean && mean <= high).toBe(true);
  }
});

test('rows in any order, interleaved, with dates, packed and without a header say the same', async () => {
  const date = (step: number) => new Date(Date.UTC(2026, 0, 1) + step * 3_600_000).toISOString();
  writeFileSync(at('plain.csv'), table(series('a', 300)));
  const mixed = [...series('a', 300, date), ...series('b', 300, date)].reverse().join('\r\n');
  writeFileSync(at('mixed.csv.gz'), gzipSync(mixed));
  await run('--in', at('plain.csv'), '--horizon', '5', '--season', '24', '--out', at('plain-out.csv'));
  const { code, stderr } = await run('--in', at('mixed.csv.gz'), '--horizon', '5', '--season', '24', '--out', at('mixed-out.csv.gz')); // prettier-ignore
  expect(code).toBe(0);
  expect(stderr).toContain('598 rows behind a later one');
  const plain = read(readFileSync(at('plain-out.csv'), 'utf8'));
  const packed = read(gunzipSync(readFileSync(at('mixed-out.csv.gz'))).toString('utf8'));
  expect(packed.filter(({ id }) => id === 'a').map(({ mean }) => mean)).toEqual(plain.map(({ mean }) => mean));
});

test('bad lines are named and left out, or end it when strict; gaps and repeated times are counted', async () => {
  const rows = series('a', 100);
  rows.splice(50, 2, 'a,50,12,3', 'a,yesterday,4', 'a,52,dear', ',53,4', 'a,54', 'a,55,1e999');
  rows.push('a,99,130', 'a,120,', 'a,121,NaN');
  writeFileSync(at('in.csv'), table(rows));
  const { code, stderr } = await run('--in', at('in.csv'), '--horizon', '3', '--out', at('out.csv'));
  expect(code).toBe(0);
  expect(stderr).toContain('in.csv:53: t: expected');
  expect(stderr).toContain('in.csv:54: value: expected a number');
  expect(stderr).toContain('in.csv:55: id: is empty');
  expect(stderr).toContain('in.csv:56: expected 3 columns, found 2');
  expect(stderr).toContain('in.csv:57: value: expected a number');
  expect(stderr).toMatch(/5 bad lines/);
  expect(stderr).toMatch(/\d+ steps without a row, \d+ repeated times/);
  expect(read(readFileSync(at('out.csv'), 'utf8'))).toHaveLength(3);
  const strict = await run('--in', at('in.csv'), '--horizon', '3', '--out', at('strict.csv'), '--strict');
  expect(strict.code).toBe(1);
});

test('sales while sold out are not read as missing demand, by share or by word', async () => {
  const days = Array.from({ length: 60 }, (_, day) => ({ day, out: day >= 45 }));
  const of = (word: (out: boolean) => string) => ['id,t,value,available', ...days.map(({ day, out }) => `a,${day},${out ? 5 : 10},${word(out)}`)].join('\n'); // prettier-ignore
  for (const [name, word] of [['share', (out: boolean) => (out ? '0.5' : '1')], ['word', (out: boolean) => (out ? 'false' : 'true')]] as const) {
    writeFileSync(at(`${name}.csv`), of(word));
    const { stdout } = await run('--in', at(`${name}.csv`), '--horizon', '3', '--out', '-');
    for (const { mean } of read(stdout)) expect(Math.abs(mean - 10)).toBeLessThan(1.2);
  }
}); // prettier-ignore

test('short, constant, huge and empty series have answers', async () => {
  const rows = ['one,0,7', 'none,0,', 'huge,0,1e15', 'huge,1,1e15', 'huge,2,1e15'];
  for (let step = 0; step < 40; step++) rows.push(`flat,${step},3`, `rare,${step},${step % 13 === 0 ? 2 : 0}`);
  writeFileSync(at('in.csv'), table(rows));
  const { stdout } = await run('--in', at('in.csv'), '--horizon', '4', '--out', '-');
  const found = Map.groupBy(read(stdout), ({ id }) => id);
  const means = (id: string) => found.get(id)!.map(({ mean }) => mean);
  expect(means('one')).toEqual([7, 7, 7, 7]);
  expect(means('none')).toEqual([0, 0, 0, 0]);
  expect(means('huge')).toEqual([1e15, 1e15, 1e15, 1e15]);
  expect(means('flat')).toEqual([3, 3, 3, 3]);
  for (const { mean, low } of found.get('rare')!) expect(mean >= 0 && mean < 2 && low >= 0).toBe(true);
});

test('a folder is forecast file by file, and the same file gives the same bytes twice', async () => {
  mkdirSync(at('in'));
  writeFileSync(join(at('in'), 'x.csv'), table(series('a', 200)));
  writeFileSync(join(at('in'), 'y.csv.gz'), gzipSync(table(series('b', 200))));
  for (const out of ['out', 'again']) expect((await run('--in', at('in'), '--horizon', '2', '--out', at(out))).code).toBe(0); // prettier-ignore
  expect(readFileSync(join(at('out'), 'x.csv'))).toEqual(readFileSync(join(at('again'), 'x.csv')));
  expect(read(gunzipSync(readFileSync(join(at('out'), 'y.csv.gz'))).toString('utf8'))).toHaveLength(2);
});

test.each([
  [['--in', 'x', '--out', 'y'], 'give --horizon, --in and --out'],
  [['--in', 'x', '--out', 'y', '--horizon', '0'], '--horizon 0: expected a whole number'],
  [['--in', 'x', '--out', 'y', '--horizon', '5', '--season', 'week'], '--season week: expected'],
  [['--in', 'x', '--out', 'x', '--horizon', '5'], 'are the same'],
  [['--what'], "Unknown option '--what'"],
])('a wrong call is 2 and says why: %j', async (args, why) => {
  const { code, stderr } = await run(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(why);
});

test('help has an example; a file that is not there, or names no columns, is told', async () => {
  const { code, stdout } = await run('--help');
  expect(code).toBe(0);
  expect(stdout).toContain('Example: livecue forecast');
  await expect(run('--in', at('gone.csv'), '--horizon', '1', '--out', '-')).rejects.toThrow('there is no such file');
  writeFileSync(at('in.csv'), 'when,what\n1,2\n');
  await expect(run('--in', at('in.csv'), '--horizon', '1', '--out', '-')).rejects.toThrow('names no columns');
});
