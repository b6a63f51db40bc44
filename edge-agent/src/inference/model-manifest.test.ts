import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { INTENTS } from '@livecue/shared/insight';
import { ModelError, openIntentRules, openManifest } from './model-manifest.ts';

const shipped = fileURLToPath(new URL('../../../models/intent-rules', import.meta.url));
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'livecue-model-'));
  for (const file of ['manifest.json', 'rules.json']) writeFileSync(join(folder, file), readFileSync(join(shipped, file)));
}); // prettier-ignore
afterEach(() => rmSync(folder, { recursive: true }));

function alter(change: Record<string, unknown>): void {
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, ...change }));
}

function problem(): string {
  try {
    openIntentRules(folder);
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError);
    return (error as ModelError).message;
  }
  return 'none';
}

test('the shipped rules open and their labels are the intents', () => {
  const { manifest, rules } = openIntentRules(shipped);
  expect(manifest.labels).toEqual(INTENTS);
  // chat_other is what is left.
  expect(new Set(rules.rules.map((rule) => rule.intent))).toEqual(new Set(INTENTS.slice(0, -1)));
});

test('one changed byte is noticed, with both checksums named', () => {
  const path = join(folder, 'rules.json');
  writeFileSync(path, `${readFileSync(path, 'utf8')} `);
  expect(problem()).toMatch(/sha256 is [0-9a-f]{64}, the manifest says [0-9a-f]{64}.*reinstall/);
});

test('a missing folder, file or manifest is named', () => {
  rmSync(join(folder, 'rules.json'));
  expect(problem()).toMatch(/rules\.json: it cannot be read; reinstall/);
  expect(() => openManifest(join(folder, 'nowhere'))).toThrow(/nowhere.*cannot be read/);
});

test('what is not JSON or not a manifest is named by its key', () => {
  alter({ sha256: 'abc' });
  expect(problem()).toMatch(/manifest\.json: sha256: /);
  alter({ surprise: 1 });
  expect(problem()).toMatch(/manifest\.json: /);
  writeFileSync(join(folder, 'manifest.json'), '{');
  expect(problem()).toMatch(/not JSON/);
});

test('rules for another text version, task or label set are refused', () => {
  alter({ textVersion: 99 });
  expect(problem()).toMatch(/text version 99, this agent has 1/);
  alter({ textVersion: 1, task: 'spam' });
  expect(problem()).toMatch(/expected rules of task intent, found rules of spam/);
  alter({ task: 'intent', labels: ['price'] });
  expect(problem()).toMatch(/labels must be spam_ad, /);
});

test('a manifest cannot point out of its folder', () => {
  alter({ file: '../rules.json' });
  expect(problem()).toMatch(/plain name/);
});
