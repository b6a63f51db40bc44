import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { INTENTS } from '@livecue/shared/insight';
import { normalise } from '@livecue/shared/text';
import { describe, expect, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const TESTS = ['dev-zh', 'dev-en', 'late-zh', 'judge-zh', 'judge-en', 'other-zh'];

interface Line {
  readonly text: string;
  readonly intent: string;
}

function lines(file: string): Line[] {
  return readFileSync(`${here}${file}`, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

const written = readdirSync(`${here}written`).flatMap((file) => lines(`written/${file}`));

describe('labelled lines', () => {
  it('have text and a label of the guide', () => {
    const wrong = [...written, ...TESTS.flatMap((name) => lines(`${name}.jsonl`))].filter(
      ({ text, intent }) => normalise(text) === '' || !INTENTS.some((known) => known === intent),
    );
    expect(wrong).toEqual([]);
  });

  it('of one test set do not stand twice with two labels', () => {
    for (const name of TESTS) {
      const said = new Map<string, string>();
      for (const { text, intent } of lines(`${name}.jsonl`)) {
        const key = normalise(text);
        expect([name, key, said.get(key) ?? intent]).toEqual([name, key, intent]);
        said.set(key, intent);
      }
    }
  });

  it('cover every label in the training comments and in both independent sets', () => {
    for (const set of [written, lines('judge-zh.jsonl'), lines('judge-en.jsonl')]) {
      expect(new Set(set.map(({ intent }) => intent)).size).toBe(INTENTS.length);
    }
  });

  it('read to learn from are none of those read to measure by, and none stands twice', () => {
    const digests = ['read-labels.jsonl', 'fresh-labels.jsonl'].flatMap((file) =>
      lines(file).map((line) => (line as unknown as { sha256: string }).sha256),
    );
    expect(new Set(digests).size).toBe(digests.length);
  });
});
