import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { INTENTS } from '@livecue/shared/insight';
import { classify } from './classify.ts';
import { runCommand } from './testing/run-command.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'livecue-classify-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => runCommand(classify, args);

const at = (name: string) => join(folder, name);
const lines = (text: string) => text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
const input = (texts: readonly string[]) => texts.map((text) => `${JSON.stringify({ text })}\n`).join('');
const CATALOGUE = {
  version: 1,
  products: [{ productId: 'p3', skus: [], linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' }, aliases: [], stock: null, facts: {} }],
}; // prettier-ignore

test('each comment gets its line, in order, with all keys', async () => {
  const texts = ['3号多少钱', '死全家的骗子', '666', 'how much is it', ''];
  writeFileSync(at('in.jsonl'), input(texts));
  writeFileSync(at('catalogue.json'), JSON.stringify(CATALOGUE));
  const { code } = await run('--in', at('in.jsonl'), '--out', at('out.jsonl'), '--catalogue', at('catalogue.json'));
  expect(code).toBe(0);
  const out = lines(readFileSync(at('out.jsonl'), 'utf8'));
  expect(out).toHaveLength(texts.length);
  for (const one of out) {
    expect(Object.keys(one)).toEqual(['intent', 'intentScores', 'offensive', 'offensiveScore', 'spam', 'spamScore', 'sentiment', 'sentimentScore', 'products']); // prettier-ignore
    expect(INTENTS).toContain(one.intent);
  }
  expect(out[0]).toMatchObject({ intent: 'price', offensive: false, spam: false, products: [{ productId: 'p3' }] });
  expect(out[1]).toMatchObject({ offensive: true });
  expect(out[2]).toMatchObject({ intent: 'chat_other', spam: false });
});

test('.gz is read and written, and a file longer than one run of lines keeps its order', async () => {
  const texts = Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? '多少钱' : `来了${i}`));
  writeFileSync(at('in.jsonl.gz'), gzipSync(input(texts)));
  expect((await run('--in', at('in.jsonl.gz'), '--out', at('out.jsonl.gz'))).code).toBe(0);
  const out = lines(gunzipSync(readFileSync(at('out.jsonl.gz'))).toString('utf8'));
  expect(out).toHaveLength(5000);
  expect(new Set(out.filter((_, i) => i % 2 === 0).map((one) => one.intent))).toEqual(new Set(['price']));
});

test('the same comment is read the same in any file', async () => {
  writeFileSync(at('a.jsonl'), input(['好看', '这个质量也太差了吧', '加V看福利']));
  writeFileSync(at('b.jsonl'), input(['x'.repeat(3000), '加V看福利', '这个质量也太差了吧', '好看']));
  await run('--in', at('a.jsonl'), '--out', at('a.out'));
  await run('--in', at('b.jsonl'), '--out', at('b.out'));
  expect(
    lines(readFileSync(at('b.out'), 'utf8'))
      .slice(1)
      .toReversed(),
  ).toEqual(lines(readFileSync(at('a.out'), 'utf8')));
});

test('bad lines are named, keep their place and do not stop the rest; with --strict they do', async () => {
  writeFileSync(at('in.jsonl'), `{"text":"好"}\nnonsense\n\n{"words":"x"}\n{"text":7}\n{"text":"\\ud800"}\n`);
  const { code, stderr } = await run('--in', at('in.jsonl'), '--out', at('out.jsonl'));
  expect(code).toBe(0);
  expect(stderr).toMatch(/in\.jsonl:2: expected[^]*in\.jsonl:4: [^]*in\.jsonl:5: [^]*5 comments, 3 bad lines/);
  const out = lines(readFileSync(at('out.jsonl'), 'utf8'));
  expect(out.map((one) => one.line ?? one.intent)).toEqual(['chat_other', 2, 4, 5, 'chat_other'].map((want, i) => (i === 0 || i === 4 ? expect.any(String) : want))); // prettier-ignore
  expect((await run('--in', at('in.jsonl'), '--out', at('out.jsonl'), '--strict')).code).toBe(1);
});

test('a line ends at a line feed alone, whatever stands in a comment', async () => {
  writeFileSync(at('in.jsonl'), '{"text":"a\u2028b\u2029c\u0085d"}\r\n{"text":"好"}');
  const { code, stderr } = await run('--in', at('in.jsonl'), '--out', at('out.jsonl'), '--strict');
  expect([code, stderr]).toEqual([0, expect.stringContaining('2 comments, 0 bad lines')]);
});

test('folders give the same file names', async () => {
  mkdirSync(at('in'));
  writeFileSync(join(at('in'), 'a.jsonl'), input(['好']));
  writeFileSync(join(at('in'), 'b.jsonl.gz'), gzipSync(input(['坏', '差'])));
  writeFileSync(join(at('in'), 'notes.txt'), 'not comments');
  expect((await run('--in', at('in'), '--out', at('out'))).code).toBe(0);
  expect(lines(readFileSync(join(at('out'), 'a.jsonl'), 'utf8'))).toHaveLength(1);
  expect(lines(gunzipSync(readFileSync(join(at('out'), 'b.jsonl.gz'))).toString('utf8'))).toHaveLength(2);
});

test('stdout gets the lines alone', async () => {
  writeFileSync(at('in.jsonl'), input(['好', '坏']));
  const { code, stdout } = await run('--in', at('in.jsonl'), '--out', '-');
  expect(code).toBe(0);
  expect(lines(stdout)).toHaveLength(2);
});

test('a wrong call is code 2 with the help; a missing or broken file is an error that names it', async () => {
  for (const args of [[], ['--in', 'x'], ['--nonsense'], ['--in', at('x'), '--out', at('x')]]) {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Example: livecue classify/);
  }
  expect((await run('--help')).code).toBe(0);
  await expect(run('--in', at('none.jsonl'), '--out', at('out'))).rejects.toThrow(/none\.jsonl: there is no such/);
  writeFileSync(at('cut.jsonl.gz'), gzipSync(input(['好'.repeat(500), 'ab'])).subarray(0, 30));
  await expect(run('--in', at('cut.jsonl.gz'), '--out', at('out'))).rejects.toThrow(
    /Reading .*cut\.jsonl\.gz after line/,
  );
  writeFileSync(at('in.jsonl'), input(['好']));
  await expect(run('--in', at('in.jsonl'), '--out', join(folder, 'no', 'such', 'out'))).rejects.toThrow(
    /Writing .*out/,
  );
});
