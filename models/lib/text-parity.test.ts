/** The trainer must see the tokens that the agent sees. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createFeatureReader } from '../../shared/src/text/index.ts';
import { createChance, oddString } from '../../shared/src/text/odd-strings.fixture.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const room = fileURLToPath(new URL('../../../shared/data/rooms/twitch-zh-104703028.jsonl.gz', import.meta.url));
const python = ['/usr/bin/python3', 'python3'].find((one) => spawnSync(one, ['-c', 'import numpy']).status === 0);
if (python === undefined) console.log('python3 with numpy is absent: tokens of trainer and agent are not compared');

const LINES = 10_000;
const SCRIPT = `
import hashlib, json, sys
import text
e = text.encode(json.load(sys.stdin))
for part, of in ((e.ids, e.offsets), (e.weights, e.offsets), (e.characters, e.character_offsets)):
    print(len(of) - 1, len(part), hashlib.sha256(part.tobytes()).hexdigest())
`;

function texts(): string[] {
  const real = existsSync(room)
    ? gunzipSync(readFileSync(room))
        .toString('utf8')
        .split('\n')
        .slice(0, LINES / 2)
        .map((line) => (JSON.parse(line) as { data: { text?: string } }).data.text ?? '')
    : [];
  const chance = createChance(5);
  return [...real, ...Array.from({ length: LINES - real.length }, () => oddString(chance))];
}

test.skipIf(python === undefined)('trainer and agent read 10,000 lines to the same bytes', () => {
  const lines = texts();
  const read = createFeatureReader();
  const features = lines.map((line) => read(line));
  const own = (['ids', 'weights', 'characters'] as const).map((part) => {
    const bytes = features.map((one) => Buffer.from(one[part].buffer, one[part].byteOffset, one[part].byteLength));
    const whole = Buffer.concat(bytes);
    return `${lines.length} ${whole.length / 4} ${createHash('sha256').update(whole).digest('hex')}`;
  });
  const env = { ...process.env, PYTHONPATH: folder, LIVECUE_NODE: process.execPath };
  const said = execFileSync(python ?? '', ['-c', SCRIPT], { input: JSON.stringify(lines), env, encoding: 'utf8' });
  expect(said.trim().split('\n')).toEqual(own);
});
