import { execFile } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LIVECUE = path.join(ROOT, 'edge-agent/bin/livecue.mjs');
const PAGES = globSync(['*.md', 'docs/**/*.md', 'bench/*.md', 'models/**/*.md', 'cloud/**/*.md'], { cwd: ROOT }).sort();
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

interface Ran {
  readonly code: number;
  readonly said: string;
}

/** The program as its users have it. */
async function livecue(args: readonly string[], cwd = ROOT): Promise<Ran> {
  return promisify(execFile)(process.execPath, [LIVECUE, ...args], { cwd, maxBuffer: 64e6 }).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, said: error.stdout + error.stderr }), // prettier-ignore
  );
}

/** Every `livecue …` that a page tells to type, in one line. */
function callsIn(file: string): string[] {
  const text = read(file).replaceAll('\\\n', ' ');
  const code = [...text.matchAll(/```\w*\n(.*?)```/gs)].flatMap(([, block]) => block!.split('\n'));
  const inline = [...text.replace(/```.*?```/gs, '').matchAll(/`([^`\n]+)`/g)].map(([, words]) => words!);
  return [...code, ...inline].flatMap((line) => /(?:^|npx |\s)(livecue(?: [^#|>]*)?)/.exec(line)?.[1]?.trim() ?? []);
}

const calls = PAGES.flatMap((file) => callsIn(file).map((call) => ({ file, words: call.split(/\s+/).slice(1) }))).filter(({ words }) => /^[a-z][a-z-]*$/.test(words[0] ?? '')); // prettier-ignore
const commands = [...new Set(calls.map(({ words }) => words[0]!))].sort();

describe('what the pages tell to type', () => {
  test.each(commands)(
    'livecue %s knows the options that they name',
    async (command) => {
      const told = new Set(['--help']);
      for (const of of command === 'fleet' ? [['fleet'], ['fleet', 'model']] : [[command]]) {
        const { code, said } = await livecue([...of, '--help']);
        expect(code, said).toBe(0);
        for (const option of said.match(/--[a-z][a-z-]*/g) ?? []) told.add(option);
      }
      const missing = calls.filter(({ words }) => words[0] === command).flatMap(({ file, words }) => words.filter((word) => /^--[a-z]/.test(word)).map((word) => word.split('=')[0]!).filter((option) => !told.has(option)).map((option) => `${file}: ${option}`)); // prettier-ignore
      expect(missing).toEqual([]);
    },
    60_000,
  );

  test('every npm script that they name is there', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = PAGES.flatMap((file) => [...read(file).matchAll(/npm run ([a-z][\w:-]*)/g)].map(([, name]) => ({ file, name: name! }))); // prettier-ignore
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ name }) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('every page and picture that they point to is there', () => {
    const gone = PAGES.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, to]) => path.join(path.dirname(file), decodeURI(to!))).filter((to) => !existsSync(path.join(ROOT, to))).map((to) => `${file} → ${to}`),
    ); // prettier-ignore
    expect(gone).toEqual([]);
  });
});

/** The README's table from a simulated show to its report, each with the files that the one before has written. */
const CHAIN = [
  'simulate --seed 1 --minutes 6 --out room.jsonl',
  'replay room.jsonl --speed max --out out',
  'tune --in room.jsonl --set questionsPerMinute=12',
  'report --show out/show-log.jsonl --out report',
  'classify --in comments.jsonl --out labels.jsonl',
  'answer --facts faq.jsonl --in questions.jsonl --out answers.jsonl',
  'policy --show out/show-log.jsonl',
  'detect --in series.csv --out scored.csv',
  'score-orders --in room.jsonl --out orders.jsonl',
  'isolate --train rows.csv --in rows.csv --out scores.csv',
  'forecast --in sales.csv --horizon 7 --out expected.csv',
  'catalogue import products.csv --dry-run --data data',
];

describe('the commands of the README, one after the other', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'livecue-docs-'));
    const write = (file: string, lines: readonly string[]) => writeFileSync(path.join(folder, file), `${lines.join('\n')}\n`); // prettier-ignore
    write('comments.jsonl', ['{"text":"3号多少钱"}', '{"text":"has it come in blue?"}']);
    write('faq.jsonl', ['{"factId":"f1","text":"多久发货？下单后48小时内发货"}']);
    write('questions.jsonl', ['{"text":"几天发货"}']);
    write('series.csv', ['timestamp,value', ...Array.from({ length: 200 }, (_, n) => `${n},${n % 7}`)]);
    write('rows.csv', ['a,b', ...Array.from({ length: 300 }, (_, n) => `${n % 11},${n % 13}`)]);
    write('sales.csv', ['id,t,value', ...Array.from({ length: 60 }, (_, n) => `p1,${n},${3 + (n % 7)}`)]);
    write('products.csv', ['Product ID,No.,Name,Price,Stock', 'p1,1,Shirt,199.00,20']);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('each ends with 0', async () => {
    const failed: string[] = [];
    for (const call of CHAIN) {
      const { code, said } = await livecue(call.split(' '), folder);
      if (code !== 0) failed.push(`livecue ${call}: ${code}: ${said.slice(-600)}`);
    }
    expect(failed).toEqual([]);
    expect(existsSync(path.join(folder, 'orders.jsonl'))).toBe(true);
  }, 180_000);

  test('and each stands in the README', () => {
    const page = read('README.md');
    expect(CHAIN.map((call) => call.split(' ')[0]!).filter((name) => !page.includes(`livecue ${name}`))).toEqual([]);
  });
});
