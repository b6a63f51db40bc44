import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { questionOf, readFacts } from './answer-lines.ts';
import { answer } from './answer.ts';
import { runCommand } from './testing/run-command.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'livecue-answer-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => runCommand(answer, args);

const at = (name: string) => join(folder, name);
const jsonl = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const read = (text: string) => text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
const FACTS = [
  { factId: 'ship', question: '什么时候发货', answer: '48 小时内发出' },
  { factId: 'size', question: 'What sizes are there?', answer: 'S to XL', product: 'p3' },
  { factId: 'price', question: '多少钱', answer: '{price}', productId: 'p3' },
];

describe('livecue answer', () => {
  test('a line for each question in their order; a bad line is named and keeps its place', async () => {
    writeFileSync(at('f.jsonl'), jsonl(FACTS));
    writeFileSync(at('q.jsonl'), `${jsonl([{ text: '什么时候发货', viewer: 'a' }])}{"text": \n\n${jsonl([{ text: '什么时候发货', viewer: 'a' }, { q: 'what sizes are there', productId: ' P3 ' }])}`); // prettier-ignore
    const { code, stderr } = await run('--facts', at('f.jsonl'), '--in', at('q.jsonl'), '--out', at('out.jsonl'));
    expect(code).toBe(0);
    expect(stderr).toContain(`${at('q.jsonl')}:2: expected`);
    const [first, bad, again, size] = read(readFileSync(at('out.jsonl'), 'utf8'));
    expect(first).toMatchObject({ answers: [{ factId: 'ship' }], decision: 'answer', text: '48 小时内发出' });
    expect(bad).toEqual({ error: 'expected {"text": "…"} as JSON', line: 2 });
    expect(again).toMatchObject({ decision: 'human', reason: 'asked-again' });
    expect((size?.['answers'] as { factId: string }[])[0]?.factId).toBe('size');
  });

  test('with --strict the first bad line ends it with 1, in facts too', async () => {
    writeFileSync(at('f.jsonl'), `${jsonl(FACTS)}oops\n`);
    writeFileSync(at('good.jsonl'), jsonl(FACTS));
    writeFileSync(at('q.jsonl'), 'oops\n');
    const common = ['--out', '-', '--strict'];
    expect((await run('--facts', at('f.jsonl'), '--in', at('q.jsonl'), ...common)).stderr).toContain(`${at('f.jsonl')}:4:`); // prettier-ignore
    expect((await run('--facts', at('good.jsonl'), '--in', at('q.jsonl'), ...common)).code).toBe(1);
  });

  test('packed files, folders, a catalogue: price from it, and the product from its link number', async () => {
    const catalogue = { version: 1, products: [{ productId: 'p3', linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Shirt' }, price: '129', priceCurrency: 'CNY' }] }; // prettier-ignore
    writeFileSync(at('c.json'), JSON.stringify(catalogue));
    writeFileSync(at('f.jsonl.gz'), gzipSync(jsonl(FACTS)));
    mkdirSync(at('in'));
    writeFileSync(at('in/a.jsonl.gz'), gzipSync(jsonl([{ text: '3号多少钱' }])));
    writeFileSync(at('in/b.jsonl'), jsonl([{ text: '多少钱', product: 'p3' }]));
    const { code } = await run('--facts', at('f.jsonl.gz'), '--catalogue', at('c.json'), '--in', at('in'), '--out', at('out')); // prettier-ignore
    expect(code).toBe(0);
    expect(read(gunzipSync(readFileSync(at('out/a.jsonl.gz'))).toString())[0]).toMatchObject({ text: '¥129' });
    expect(read(readFileSync(at('out/b.jsonl'), 'utf8'))[0]).toMatchObject({ decision: 'answer', text: '¥129' });
  });

  test('a wrong call is 2 and says what to give; a missing file is told with what to do', async () => {
    expect(await run('--in', 'x')).toMatchObject({ code: 2, stderr: expect.stringContaining('give --facts, --in and --out') as string }); // prettier-ignore
    expect(await run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('Example: livecue answer') as string }); // prettier-ignore
    await expect(run('--facts', at('none.jsonl'), '--in', '-', '--out', '-')).rejects.toThrow(/none\.jsonl/);
  });
});

describe('facts as they come', () => {
  const facts = async (text: string) => {
    writeFileSync(at('facts'), text);
    return readFacts(at('facts'));
  };

  test.each([
    ['lines', '{"id": 7, "q": "多少钱", "a": "99"}\n'],
    ['a list', '[\n {"id": 7, "question": ["多少钱"], "answer": "99"}\n]'],
    ['an object with a list', '{"facts": [{"_id": 7, "title": "多少钱", "content": "99"}]}'],
  ])('%s', async (_, text) => {
    const read = await facts(text);
    expect(read.facts).toMatchObject([{ factId: '7', questions: ['多少钱'], answer: { zh: '99' } }]);
    expect(read.ids.get('7')).toBe(7);
  });

  test('lines with one id and answer are ways to ask for one fact; other answers stay apart', async () => {
    const read = await facts(jsonl([{ id: 'a', q: 'x', a: '1' }, { id: 'a', q: 'y', a: '1' }, { id: 'a', q: 'z', a: '2' }])); // prettier-ignore
    expect(read.facts.map(({ questions }) => questions)).toEqual([['x', 'y'], ['z']]);
  });

  test('a file without any fact says what a fact looks like', async () => {
    await expect(facts('{"x": 1}\n')).rejects.toThrow(/no fact in it, 1 lines are not read/);
    await expect(facts('')).rejects.toThrow(/no fact in it/);
  });

  test('a question is a line with a text, whatever else stands in it', () => {
    expect(questionOf('{"question": "hi", "user": 5, "product": 3}')).toEqual({ text: 'hi', productId: '3', viewer: '5' }); // prettier-ignore
    expect(questionOf('{"text": " "}')).toMatchObject({ text: '' });
    for (const bad of ['', '{}', '[]', 'null', '{"text": null}', 'plain words'])
      expect(questionOf(bad)).toContain('expected');
  });
});
