import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { LabelledOrder } from '@livecue/shared/contract';
import { ORDER_FEATURES } from '@livecue/shared/insight';
import { openStore } from '../store/open-store.ts';
import { orderLabels } from './order-labels.ts';

const silent = () => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };
const cleanups: (() => unknown)[] = [];
afterEach(() => void cleanups.splice(0).forEach((cleanup) => cleanup()));

async function run(...args: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await orderLabels(args, { stdout, stderr, env: {}, signal: new AbortController().signal });
  return { code, stdout: String(stdout.read() ?? ''), stderr: String(stderr.read() ?? '') };
}

const label = (n: number): LabelledOrder => ({
  version: 1, orderNumber: `n${n}`, eventTimeMs: n, productId: null, verdict: n % 2 === 0 ? 'confirmed' : 'false-alarm',
  features: Object.fromEntries(ORDER_FEATURES.map((name, i) => [name, i / n])) as LabelledOrder['features'],
  score: 0.7, by: 'model', modelVersion: 'order-fraud-1', labelledMs: n,
}); // prettier-ignore

test('livecue order-labels writes what a trainer needs, every verdict once and as it was stored; corrections stay apart', async () => {
  const data = mkdtempSync(path.join(tmpdir(), 'livecue-labels-'));
  cleanups.push(() => rmSync(data, { recursive: true, force: true }));
  const store = await openStore({ folder: data, agentId: 'studio-1', nowMs: () => 0, logger, reserveBytes: 64 * 1024 });
  for (let n = 1; n <= 4; n++) expect(await store.orderLabels.save(`n${n}`, label(n))).toBe(n);
  expect(await store.orderLabels.save('n4', { ...label(4), verdict: 'false-alarm' })).toBe(4);
  expect(await store.orderLabels.remove(['n3', 'nowhere'])).toBe(3);
  expect(await store.corrections.count()).toBe(0);
  await store.stop();
  const out = path.join(data, 'verdicts.jsonl');
  expect(await run('--out', out, '--data', data)).toMatchObject({ code: 0, stderr: `3 verdicts written to ${out}\n` });
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n').map((line) => LabelledOrder.parse(JSON.parse(line))); // prettier-ignore
  expect(lines).toEqual([label(1), label(2), { ...label(4), verdict: 'false-alarm' }]);
}, 15_000);

test('livecue order-labels explains itself and refuses a wrong call', async () => {
  expect((await run('--help')).stdout).toContain('Example: livecue order-labels');
  expect(await run('--data', 'x')).toMatchObject({ code: 2, stderr: expect.stringContaining('give --out') });
});
