/** What `livecue corrections` writes goes into training and never into a test. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { TrainingExample } from '@livecue/shared/contract';
import { afterAll, expect, test } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const python = ['/usr/bin/python3', 'python3'].find((one) => spawnSync(one, ['-c', 'import numpy']).status === 0);
if (python === undefined) console.log('python3 with numpy is absent: the reading of corrections is not tested');

const folder = mkdtempSync(path.join(tmpdir(), 'corrections-'));
afterAll(() => rmSync(folder, { recursive: true }));

const example = (text: string, intent: TrainingExample['intent'], spam: boolean): string =>
  JSON.stringify(
    TrainingExample.parse({
      version: 1,
      text,
      intent,
      offensive: false,
      spam,
      productIds: [],
      given: { intent: 'chat_other', intentScore: 0.5, offensive: false, spam: false, sentiment: 'neutral', productIds: [] },
      modelVersion: 'intent-1',
      correctedMs: 0,
      catalogueId: '0123456789abcdef',
    }),
  );

const SCRIPT = `
import json
from corrections import corrected
from sources import Source, without_test_texts
tested = Source("a test", "own", [], [("加V 看福利", 1)])
operators = Source("operators", "own", corrected("spam"))
without_test_texts([tested, operators])
print(json.dumps([corrected("intent"), operators.train, operators.removed, tested.test], ensure_ascii=False))
`;

function read(file: string, ...lines: string[]) {
  writeFileSync(path.join(folder, file), lines.map((line) => `${line}\n`).join(''));
  const env = { ...process.env, PYTHONPATH: here, LIVECUE_NODE: process.execPath };
  const args = ['-c', SCRIPT, '--corrections', path.join(folder, file)];
  return spawnSync(python ?? '', args, { env, encoding: 'utf8' });
}

test.skipIf(python === undefined)('corrections are learned from, but for those whose text is tested', () => {
  const said = read('good.jsonl', example('切个土豆丝', 'host_request', false), '', example('加v 看福利', 'spam_ad', true));
  expect(said.stderr).toBe('');
  expect(JSON.parse(said.stdout)).toEqual([
    [
      ['切个土豆丝', 'host_request'],
      ['加v 看福利', 'spam_ad'],
    ],
    [['切个土豆丝', false]],
    1,
    [['加V 看福利', 1]],
  ]);
});

test.skipIf(python === undefined)('a line that is none names its place and ends the training', () => {
  const said = read('bad.jsonl', example('好看', 'praise', false), '{"text": "好看"}');
  expect(said.status).toBe(1);
  expect(said.stderr).toContain('bad.jsonl:2 is not {"text": …, "spam": …}');
  expect(read('no.jsonl', '[').stderr).toContain('no.jsonl:1');
});
