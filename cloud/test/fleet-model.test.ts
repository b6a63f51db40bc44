import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ModelDelivery, modelOrigin, modelTopics } from '@livecue/shared/contract';
import { openDocument, parseVerifier, SignedDocument } from '@livecue/shared/proof';
import { UsageError } from '../src/access.ts';
import { startBroker, type EmbeddedBroker } from '../src/broker/embedded-broker.ts';
import { openFleetBroker, type FleetBroker } from '../src/fleet/fleet-broker.ts';
import { makeFleetKey, type FleetKey } from '../src/fleet/fleet-key.ts';
import { runFleetModel } from '../src/fleet-model/command.ts';
import { noteCrypto } from '../src/receiver/note-crypto.ts';

const MODELS = fileURLToPath(new URL('../../models', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'livecue-fleet-model-'));
const keyFile = join(folder, 'key.json');
const BYTES = Buffer.from(Array.from({ length: 3_000 }, (_, i) => (i * 7) % 256));
let broker: EmbeddedBroker;
let url: string;
let client: FleetBroker;
let key: FleetKey;

beforeAll(async () => {
  broker = await startBroker({ host: '127.0.0.1', port: 0 });
  url = `mqtt://127.0.0.1:${broker.port}`;
  client = await openFleetBroker(url, {});
  key = makeFleetKey(keyFile, 'studio-fleet');
});
afterAll(async () => {
  await client.close();
  await broker.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => writeModel());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const manifest = { kind: 'onnx', task: 'spam', version: 'spam-9', textVersion: 1, labels: ['fine', 'spam'], file: 'model.onnx', sha256: sha256(BYTES), inputs: [], thresholds: { spam: 0.5 }, golden: 'golden.jsonl' }; // prettier-ignore

function writeModel(over: Record<string, unknown> = {}): void {
  writeFileSync(join(folder, 'model.onnx'), BYTES);
  writeFileSync(join(folder, 'golden.jsonl'), '{"text":"a","scores":[1,0]}\n');
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, ...over }));
}

async function run(...args: string[]): Promise<Record<string, unknown>[]> {
  let said = '';
  await runFleetModel([...args, '--broker', url], { write: (text) => void (said += text) });
  return said.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
}
const send = (agent: string, ...more: string[]) =>
  run('--agent', agent, '--folder', folder, '--key', keyFile, '--chunk-bytes', '1024', ...more);

async function desired(agent: string): Promise<{ version: number; delivery: ModelDelivery } | null> {
  const topic = modelTopics.desired(agent, 'spam');
  const payload = (await client.retained([topic], 100)).get(topic);
  if (payload === undefined) return null;
  const document = SignedDocument.parse(JSON.parse(payload.toString()));
  const opened = openDocument(noteCrypto, parseVerifier(noteCrypto, key.verifier)!, modelOrigin(agent, 'spam'), document); // prettier-ignore
  return opened.ok ? { version: opened.version, delivery: ModelDelivery.parse(JSON.parse(opened.text)) } : null;
}

test('chunks make the files again, and each agent gets a delivery signed for it alone', async () => {
  const said = await run('--agent', 'a1', '--agent', 'a2', '--folder', folder, '--key', keyFile, '--chunk-bytes', '1024', '--canary-minutes', '5'); // prettier-ignore
  expect(said.slice(-2)).toEqual([
    { agentId: 'a1', task: 'spam', model: 'spam-9', version: 1 },
    { agentId: 'a2', task: 'spam', model: 'spam-9', version: 1 },
  ]);
  const { delivery } = (await desired('a1'))!;
  expect(delivery).toMatchObject({ task: 'spam', modelVersion: 'spam-9', canaryMinutes: 5, canaryComments: 500, when: 'now' }); // prettier-ignore
  expect((await desired('a2'))?.delivery).toEqual(delivery);
  expect(delivery.files.map(({ name }) => name)).toEqual(['manifest.json', 'model.onnx', 'golden.jsonl']);
  const found = await client.retained([modelTopics.chunk(sha256(BYTES), '+')], 100);
  expect(found.size).toBe(3);
  const whole = Buffer.concat([0, 1, 2].map((index) => found.get(modelTopics.chunk(sha256(BYTES), index))!));
  expect(whole.equals(BYTES)).toBe(true);
});

test('the same call changes nothing, another one is one version on, also after what the agent has seen', async () => {
  await send('b1');
  expect((await send('b1')).at(-1)).toMatchObject({ version: 1, unchanged: true });
  expect((await send('b1', '--canary-comments', '700')).at(-1)).toEqual({ agentId: 'b1', task: 'spam', model: 'spam-9', version: 2 }); // prettier-ignore
  // The broker lost the delivery, the agent remembers it.
  await client.keep(modelTopics.desired('b1', 'spam'), '');
  const report = { task: 'spam', version: 7, modelVersion: 'spam-9', state: 'live', atMs: 1, untilMs: null, reason: null, ignored: null, chunks: null, canary: null }; // prettier-ignore
  await client.keep(modelTopics.reported('b1', 'spam'), JSON.stringify(report));
  expect((await send('b1')).at(-1)).toMatchObject({ version: 8 });
  expect(await run('--agent', 'b1')).toEqual([{ agentId: 'b1', ...report }]);
});

test('chunks can be taken off the broker again', async () => {
  await send('c1');
  expect((await run('--folder', folder, '--remove')).at(-1)).toEqual({ model: 'spam-9', removed: 5 });
  expect((await client.retained([modelTopics.chunk(sha256(BYTES), '+')], 100)).size).toBe(0);
});

test('what is no model for delivery is refused before anything is published, with the reason', async () => {
  const demand = join(folder, 'demand');
  cpSync(join(MODELS, 'demand'), demand, { recursive: true });
  await expect(run('--agent', 'd1', '--folder', demand, '--key', keyFile)).rejects.toThrow(/models of demand come with the agent/); // prettier-ignore
  await expect(run('--agent', 'd1', '--folder', join(MODELS, 'intent-rules'), '--key', keyFile)).rejects.toThrow(/rules are not delivered/); // prettier-ignore
  writeModel({ sha256: 'a'.repeat(64) });
  await expect(send('d1')).rejects.toThrow(/its sha256 is .* the manifest says a/);
  writeModel({ golden: '../golden.jsonl' });
  await expect(send('d1')).rejects.toThrow(/names \.\.\/golden\.jsonl, which is not in the folder/);
  writeModel();
  await expect(send('d1', '--canary-comments', '5')).rejects.toThrow(/canaryComments/);
  await expect(send('d1', '--when', 'soon')).rejects.toThrow(UsageError);
  await expect(send('D 1')).rejects.toThrow(UsageError);
  await expect(run('--folder', folder)).rejects.toThrow(/give --agent/);
  await expect(run('--agent', 'd1', '--folder', folder)).rejects.toThrow(/give --key/);
  expect(await desired('d1')).toBeNull();
});
