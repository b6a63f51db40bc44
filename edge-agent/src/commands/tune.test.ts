import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demoCatalogue } from '../ingest/simulator/catalogue.ts';
import { tune } from './tune.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);
const HOSTILE = '<script>alert(1)</script>';
let folder = '';
const at = (name: string) => path.join(folder, name);

/** `viewers` ask for the size of product 3 (or 4), one each, from `fromMs` on. */
function questions(link: number, viewers: number, fromMs: number): string[] {
  return Array.from({ length: viewers }, (_, n) => {
    const time = new Date(START_MS + fromMs + n * 100).toISOString();
    const data = { text: `${link}号什么尺码`, author: { identifier: `v${link}-${n}`, name: 'x' }, isPaid: false };
    return JSON.stringify({ specversion: '1.0', id: `c${link}-${n}`, source: 'live/test/r1', type: 'live.comment.created', time, data }); // prettier-ignore
  });
}

/** Likes keep the feed alive. */
const likes = Array.from({ length: 180 }, (_, n) => JSON.stringify({ specversion: '1.0', id: `l${n}`, source: 'live/test/r1', type: 'live.like.added', time: new Date(START_MS + n * 1000).toISOString(), data: { count: 1, agent: { identifier: `u${n}`, name: 'y' }, userInteractionCount: n + 1 } })); // prettier-ignore

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'livecue-tune-'));
  const lines = [...likes, ...questions(3, 10, 10_000), ...questions(4, 25, 60_000)];
  lines.sort((a, b) => ((JSON.parse(a) as { time: string }).time < (JSON.parse(b) as { time: string }).time ? -1 : 1));
  writeFileSync(at('show.jsonl'), `${lines.join('\n')}\n`);
  const catalogue = demoCatalogue();
  const products = catalogue.products.map((product) => ({ ...product, name: { zh: HOSTILE, en: HOSTILE } }));
  writeFileSync(at('catalogue.json'), JSON.stringify({ ...catalogue, products }));
  writeFileSync(at('config.json'), JSON.stringify({ advise: { holdBackShare: 0 } }));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function call(...args: string[]) {
  let stderr = '';
  const out = { write: () => true, isTTY: false } as unknown as NodeJS.WriteStream;
  const err = { write: (text: string) => ((stderr += text), true), isTTY: false } as unknown as NodeJS.WriteStream;
  const code = await tune(['--in', at('show.jsonl'), '--catalogue', at('catalogue.json'), '--config', at('config.json'), '--out', at('out'), ...args], { stdout: out, stderr: err, env: {}, signal: new AbortController().signal }); // prettier-ignore
  return { code, stderr };
}

interface Told {
  readonly counts: Record<string, number>;
  readonly cards: { status: string; before: { prompt: { key: string } } | null; instead: string | null }[];
}
const told = () => (JSON.parse(readFileSync(at('out/tune.json'), 'utf8')) as { comparison: Told }).comparison;

it('finds no difference where the value is what it was', async () => {
  const { code, stderr } = await call('--set', 'questionsPerMinute=8');
  expect(code, stderr).toBe(0);
  const { counts } = told();
  expect(counts).toMatchObject({ moved: 0, gone: 0, new: 0 });
  expect(counts['kept']).toBeGreaterThanOrEqual(2);
}, 60_000);

it('loses exactly the card that a higher threshold asks too much of, says how to adopt it, and escapes every name', async () => {
  const { code, stderr } = await call('--set', 'counted-questions.questionsPerMinute=15');
  expect(code, stderr).toBe(0);
  const { counts, cards } = told();
  expect(counts).toMatchObject({ gone: 1, new: 0 });
  const gone = cards.filter(({ status }) => status === 'gone');
  expect(gone).toMatchObject([{ before: { prompt: { key: 'counted-questions/size_spec/LC-103' } }, instead: null }]);
  expect(stderr).toContain('advise.questionsPerMinute: 8 → 15');
  expect(stderr).toContain('"questionsPerMinute": 15');
  for (const name of ['out/tune.zh.html', 'out/tune.en.html']) {
    const page = readFileSync(at(name), 'utf8');
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script');
    expect(page).not.toMatch(/(?:src|href)="https?:/);
    expect(page).toContain('advise.questionsPerMinute');
  }
}, 60_000); // prettier-ignore

it('refuses an unknown key with the list of all, and a value out of range, before anything is replayed', async () => {
  const unknown = await call('--set', 'advise.nothing=3');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toContain('there is no setting "advise.nothing"');
  expect(unknown.stderr).toMatch(/advise\.questionsPerMinute\s+whole number, 2 to 1000; default 8/);
  const wrong = await call('--set', 'stockOutMinutes=0');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('advise.stockOutMinutes');
  expect(wrong.stderr).toContain('1 to 120');
  expect((await call('--set', 'stockOutMinutes')).stderr).toContain('expected key=value');
});
