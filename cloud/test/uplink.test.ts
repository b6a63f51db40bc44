import { generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createUplink } from '../../edge-agent/src/sync/mqtt-uplink.ts';
import { createNoteSigner } from '../../edge-agent/src/sync/note-signer.ts';
import { openDatabase } from '../src/receiver/database.ts';
import { createReceiver } from '../src/receiver/receiver.ts';
import { startEjabberd } from './ejabberd.ts';
import { MemoryOutbox } from './memory-outbox.ts';
import { startMosquitto } from './mosquitto.ts';
import { freePort } from './processes.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function prompts(from: number, to: number) {
  return Array.from({ length: to - from + 1 }, (_, n) => ({ kind: 'prompt', roomId: 'main', promptId: `卡-${from + n}`, rule: 'stock-out', priority: 'advice', productId: null, raisedMs: 1_777_593_600_000, revision: 0, outcome: null, closedMs: null }) as const); // prettier-ignore
}

/** Ten seconds a second: a checkpoint comes ten seconds after the one before. */
const BEGAN_MS = Date.now();
const fastMs = () => BEGAN_MS + (Date.now() - BEGAN_MS) * 10;

/** An agent with a key, its outbox in memory. */
function agentOn(brokerUrl: string, outbox: MemoryOutbox) {
  const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
  const uplink = createUplink({ outbox, nowMs: fastMs, logger: silent }, { agentId: 'studio-1', brokerUrl, version: '0.1.0', maxInFlight: 100, resendAfterMs: 10_000, signer: createNoteSigner('studio-1', key), backOffMs: { first: 50, longest: 200 } }); // prettier-ignore
  cleanups.push(() => uplink.stop());
  return uplink;
}

describe.each([
  ['Mosquitto', startMosquitto],
  ['ejabberd', startEjabberd],
])('an agent and a receiver on %s', (_name, start) => {
  it('bring every record over once, a broker that is killed between included, and the tree is verified', async (context) => {
    const port = await freePort();
    const first = await start(port);
    if (first === null) return context.skip();
    cleanups.push(() => first.end('SIGKILL'));
    const database = await openDatabase(null);
    cleanups.push(() => database.close());
    const receiver = createReceiver({ brokerUrl: first.url, database, nowMs: Date.now, logger: silent, reconnectMs: 100 }); // prettier-ignore
    cleanups.push(() => receiver.stop());
    await receiver.start(new AbortController().signal);
    const outbox = new MemoryOutbox('studio-1');
    const uplink = agentOn(first.url, outbox);
    await uplink.start(new AbortController().signal);
    outbox.add(prompts(1, 300));
    await expect.poll(() => outbox.size, { interval: 20 }).toBe(0);
    await first.end('SIGKILL');
    outbox.add(prompts(301, 600));
    await expect.poll(() => uplink.status().state).not.toBe('connected');
    expect(outbox.size).toBe(300);
    const second = await start(port);
    cleanups.push(() => second?.end('SIGKILL'));
    await expect.poll(() => outbox.size, { interval: 20 }).toBe(0);
    expect(await database.query('SELECT count(*)::int AS n, count(DISTINCT seq)::int AS seqs, max(seq)::int AS last FROM record_log')).toEqual([{ n: 600, seqs: 600, last: 600 }]); // prettier-ignore
    expect(await database.query('SELECT count(*)::int AS n FROM prompt_rows')).toEqual([{ n: 600 }]);
    await expect.poll(() => uplink.status().verified).toBe(600);
    expect(await database.query('SELECT what, words FROM findings')).toEqual([]);
    expect(uplink.status().problem).toBeNull();
  }, 40_000);
});
