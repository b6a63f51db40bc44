import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { modelTopics } from '@livecue/shared/contract';
import { fetchChunks } from './chunk-fetch.ts';
import { openPartFile } from './part-file.ts';
import { createMemoryBroker } from './testing/memory-broker.ts';
import { chunkTopics, describedFile } from './testing/signed-delivery.ts';

const folder = () => {
  const one = mkdtempSync(join(tmpdir(), 'livecue-fetch-'));
  made.push(one);
  return one;
};
const made: string[] = [];
afterEach(() => made.splice(0).forEach((one) => rmSync(one, { recursive: true })));

const BYTES = Buffer.from(Array.from({ length: 5_000 }, (_, i) => (i * 31) % 251));
const FILE = describedFile('model.onnx', BYTES, 100);
const TOPICS = chunkTopics(new Map([['model.onnx', BYTES]]), 100);
const QUICK = { atOnce: 8, waitMs: 20 };
const never = new AbortController().signal;

test('brings every chunk once, a few at a time', async () => {
  const broker = createMemoryBroker();
  for (const [topic, payload] of TOPICS) broker.retained.set(topic, Buffer.from(payload));
  let most = 0;
  let open = 0;
  const counting = {
    ...broker.channel,
    connected: true,
    subscribe(topic: string, listener: (payload: Buffer) => void) {
      most = Math.max(most, ++open);
      const end = broker.channel.subscribe(topic, listener);
      return () => {
        open--;
        end();
      };
    },
  };
  const at = folder();
  const part = await openPartFile(at, FILE, 100);
  await fetchChunks({ channel: counting, onProgress: () => undefined }, part, QUICK, never);
  part.close();
  expect(readFileSync(join(at, 'model.onnx')).equals(BYTES)).toBe(true);
  expect(broker.given.toSorted()).toEqual(TOPICS.map(([topic]) => topic).toSorted());
  expect([most, open]).toEqual([8, 0]);
});

test('what an ended run had is not asked for again', async () => {
  const broker = createMemoryBroker();
  for (const [topic, payload] of TOPICS) broker.retained.set(topic, Buffer.from(payload));
  const at = folder();
  const first = await openPartFile(at, FILE, 100);
  const ended = new AbortController();
  let chunks = 0;
  const stopped = fetchChunks({ channel: broker.channel, onProgress: () => void (++chunks === 20 && ended.abort(new Error('ended'))) }, first, QUICK, ended.signal); // prettier-ignore
  await expect(stopped).rejects.toThrow('ended');
  const had = FILE.chunks.length - first.missing().length;
  first.close();
  expect(had).toBeGreaterThanOrEqual(20);
  broker.given.length = 0;
  const second = await openPartFile(at, FILE, 100);
  await fetchChunks({ channel: broker.channel, onProgress: () => undefined }, second, QUICK, never);
  second.close();
  expect(broker.given).toHaveLength(FILE.chunks.length - had);
});

test('a missing and a wrong chunk are told while all others come, and are taken when they are put right', async () => {
  const broker = createMemoryBroker();
  for (const [topic, payload] of TOPICS) broker.retained.set(topic, Buffer.from(payload));
  broker.retained.delete(modelTopics.chunk(FILE.sha256, 3));
  broker.retained.set(modelTopics.chunk(FILE.sha256, 5), Buffer.alloc(100, 9));
  const part = await openPartFile(folder(), FILE, 100);
  const told = new Set<string>();
  const done = fetchChunks({ channel: broker.channel, onProgress: (problem) => void (problem !== null && told.add(problem)) }, part, QUICK, never); // prettier-ignore
  await expect.poll(() => [part.missing(), told.size]).toEqual([[3, 5], 2]);
  expect([...told].toSorted()).toEqual([
    'chunk 4 of 50 of model.onnx is not at the broker: publish the model again',
    'chunk 6 of 50 of model.onnx is not what was signed: publish the model again',
  ]);
  for (const [topic, payload] of TOPICS) broker.put(topic, payload as Buffer);
  await done;
  expect(part.missing()).toEqual([]);
  part.close();
});

test('time without a connection is nobody’s fault', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] });
  const broker = createMemoryBroker();
  broker.setConnected(false);
  const part = await openPartFile(folder(), FILE, 100);
  let told = 0;
  const done = fetchChunks({ channel: broker.channel, onProgress: (problem) => void (problem !== null && told++) }, part, QUICK, never); // prettier-ignore
  // Ten waits long: with a connection all eight would have been told.
  await vi.advanceTimersByTimeAsync(10 * QUICK.waitMs);
  expect(told).toBe(0);
  vi.useRealTimers();
  for (const [topic, payload] of TOPICS) broker.retained.set(topic, Buffer.from(payload));
  broker.setConnected(true);
  await done;
  expect(part.missing()).toEqual([]);
  part.close();
});

test('the disk’s error ends all of it, and no subscription stays', async () => {
  const broker = createMemoryBroker();
  for (const [topic, payload] of TOPICS) broker.retained.set(topic, Buffer.from(payload));
  const part = await openPartFile(folder(), FILE, 100);
  part.close();
  await expect(fetchChunks({ channel: broker.channel, onProgress: () => undefined }, part, QUICK, never)).rejects.toThrow(/EBADF/); // prettier-ignore
  broker.given.length = 0;
  broker.setConnected(true);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect(broker.given).toEqual([]);
});
