import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { UplinkAck, topics } from '@livecue/shared/contract';
import { verifierText } from '@livecue/shared/proof';
import { startBroker } from '../src/broker/embedded-broker.ts';
import { openDatabase, type Database } from '../src/receiver/database.ts';
import { noteCrypto } from '../src/receiver/note-crypto.ts';
import { createReceiver } from '../src/receiver/receiver.ts';
import { startEjabberd } from './ejabberd.ts';
import { startMosquitto } from './mosquitto.ts';
import { freePort, runCloud, startCloud } from './processes.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
let database: Database;
beforeAll(async () => {
  database = await openDatabase(null);
});
afterAll(() => database.close());
/** A PGlite takes seconds to start: one for all, emptied for each. */
async function emptyDatabase(): Promise<void> {
  for (const table of [
    'window_rows',
    'prompt_rows',
    'dead_letter',
    'agent_streams',
    'record_log',
    'findings',
    'checkpoints',
    'agent_keys',
  ])
    await database.query(`DELETE FROM ${table}`);
}
const silent = { info: () => undefined, warn: () => undefined };

async function client(url: string): Promise<MqttClient> {
  const made = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 });
  cleanups.push(() => made.endAsync(true));
  return made;
}

function prompt(n: number) {
  return { kind: 'prompt', roomId: 'main', promptId: `card-${n}`, rule: 'stock-out', priority: 'advice', productId: null, raisedMs: 1_777_593_600_000, revision: 0, outcome: null, closedMs: null }; // prettier-ignore
}

const publish = (own: MqttClient, seq: number, body: unknown) =>
  own.publishAsync(topics.records('studio-1'), JSON.stringify(body), { qos: 1, properties: { contentType: 'application/json', userProperties: { specversion: '1.0', epoch: '3', seq: String(seq) } } }); // prettier-ignore

/** The next acknowledgement that fits; what is retained counts. */
async function nextAck(
  own: MqttClient,
  fits: (ack: UplinkAck) => boolean,
): Promise<{ ack: UplinkAck; retain: boolean }> {
  const found = new Promise<{ ack: UplinkAck; retain: boolean }>((resolve) => {
    own.on('message', (_topic, payload, packet) => {
      const ack = UplinkAck.parse(JSON.parse(payload.toString()));
      if (fits(ack)) resolve({ ack, retain: packet.retain });
    });
  });
  await own.subscribeAsync(topics.ack('studio-1'), { qos: 1 });
  return found;
}

const brokers: [string, () => Promise<string | null>][] = [
  ['the embedded broker', async () => {
    const broker = await startBroker({ host: '127.0.0.1', port: 0 });
    cleanups.push(() => broker.stop());
    return `mqtt://127.0.0.1:${broker.port}`;
  }],
  ['Mosquitto', async () => {
    const broker = await startMosquitto(await freePort());
    if (broker !== null) cleanups.push(() => broker.end());
    return broker?.url ?? null;
  }],
  ['ejabberd', async () => {
    const broker = await startEjabberd(await freePort());
    if (broker !== null) cleanups.push(() => broker.end());
    return broker?.url ?? null;
  }],
]; // prettier-ignore

describe.each(brokers)('a receiver on %s', (_name, start) => {
  it('acknowledges after the COMMIT, keeps what it cannot read apart, and tells a new connection what it has', async (context) => {
    const url = await start();
    if (url === null) return context.skip();
    await emptyDatabase();
    const receiver = createReceiver({ brokerUrl: url, database, nowMs: () => 1_777_593_600_000, logger: silent });
    cleanups.push(() => receiver.stop());
    await receiver.start(new AbortController().signal);
    const sender = await client(url);
    const listener = await client(url);
    const seen = nextAck(listener, (ack) => ack.contiguous === 3 && ack.ranges.length === 1);
    for (const seq of [3, 1, 5]) await publish(sender, seq, prompt(seq));
    await publish(sender, 2, { kind: 'nonsense' });
    expect((await seen).ack).toEqual({ epoch: 3, contiguous: 3, ranges: [[5, 5]] });
    expect(await database.query('SELECT prompt_id FROM prompt_rows ORDER BY 1')).toEqual([{ prompt_id: 'card-1' }, { prompt_id: 'card-3' }, { prompt_id: 'card-5' }]); // prettier-ignore
    expect(receiver.status()).toMatchObject({ received: 4, committed: 4, deadLetters: 1, connected: true });
    const late = await nextAck(await client(url), () => true);
    expect(late).toEqual({ ack: { epoch: 3, contiguous: 3, ranges: [[5, 5]] }, retain: true });
  });

  it('acknowledges nothing while the database refuses, and everything when it takes again', async (context) => {
    const url = await start();
    if (url === null) return context.skip();
    await emptyDatabase();
    let refusals = 3;
    const failing: Database = { ...database, transaction: (work) => (refusals-- > 0 ? Promise.reject(new Error('connection lost')) : database.transaction(work)) }; // prettier-ignore
    const receiver = createReceiver({ brokerUrl: url, database: failing, nowMs: () => 0, logger: silent });
    cleanups.push(() => receiver.stop());
    await receiver.start(new AbortController().signal);
    const sender = await client(url);
    const acks: UplinkAck[] = [];
    const done = nextAck(await client(url), (ack) => acks.push(ack) > 0 && ack.contiguous === 2);
    await publish(sender, 1, prompt(1));
    await publish(sender, 2, prompt(2));
    await done;
    expect(acks.every(({ contiguous }) => contiguous > 0)).toBe(true);
    expect(await database.query('SELECT count(*)::int AS n FROM prompt_rows')).toEqual([{ n: 2 }]);
    expect(await database.query('SELECT count(*)::int AS n FROM dead_letter')).toEqual([{ n: 0 }]);
  });

  it('remembers the key of a birth that the database did not take, and notes it before the next checkpoint', async (context) => {
    const url = await start();
    if (url === null) return context.skip();
    await emptyDatabase();
    await database.query('DELETE FROM agent_keys');
    let refusals = 1;
    const failing: Database = { ...database, transaction: (work) => (refusals-- > 0 ? Promise.reject(new Error('connection lost')) : database.transaction(work)) }; // prettier-ignore
    const told: string[] = [];
    const receiver = createReceiver({ brokerUrl: url, database: failing, nowMs: () => 0, logger: { ...silent, warn: (text) => told.push(text) } }); // prettier-ignore
    cleanups.push(() => receiver.stop());
    refusals = 0;
    await receiver.start(new AbortController().signal);
    refusals = 1;
    const sender = await client(url);
    const { publicKey } = generateKeyPairSync('ed25519');
    const verifier = verifierText(noteCrypto, 'livecue-studio-1', new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url'))); // prettier-ignore
    await sender.publishAsync(topics.presence('studio-1'), JSON.stringify({ state: 'online', version: '0.1.0', epoch: 3, key: verifier }), { qos: 1 }); // prettier-ignore
    await expect.poll(() => told.join()).toContain('connection lost');
    expect(await database.query('SELECT key FROM agent_keys')).toEqual([]);
    await sender.publishAsync(topics.checkpoint('studio-1'), '{}', { qos: 1 });
    await expect.poll(() => database.query('SELECT key FROM agent_keys')).toEqual([{ key: verifier }]);
  });

  it('makes one record that the database refuses a dead letter, and stores the others', async (context) => {
    const url = await start();
    if (url === null) return context.skip();
    await emptyDatabase();
    const receiver = createReceiver({ brokerUrl: url, database, nowMs: () => 0, logger: silent });
    cleanups.push(() => receiver.stop());
    await receiver.start(new AbortController().signal);
    const sender = await client(url);
    const done = nextAck(await client(url), (ack) => ack.contiguous === 3);
    await publish(sender, 1, prompt(1));
    await publish(sender, 2, { ...prompt(2), revision: 2 ** 40 });
    await publish(sender, 3, prompt(3));
    await done;
    expect(await database.query('SELECT prompt_id FROM prompt_rows ORDER BY 1')).toEqual([
      { prompt_id: 'card-1' },
      { prompt_id: 'card-3' },
    ]);
    expect((await database.query('SELECT reason FROM dead_letter'))[0]!['reason']).toContain('refused by the database');
  });
});

describe('several receivers', () => {
  it('that share a subscription divide the records, and any of them acknowledges for all', async (context) => {
    const mosquitto = await startMosquitto(await freePort());
    if (mosquitto === null) return context.skip();
    cleanups.push(() => mosquitto.end());
    await emptyDatabase();
    const receivers = [1, 2, 3].map(() => createReceiver({ brokerUrl: mosquitto.url, database, nowMs: () => 1_777_593_600_000, logger: silent, shareName: 'cloud' })); // prettier-ignore
    for (const receiver of receivers) {
      cleanups.push(() => receiver.stop());
      await receiver.start(new AbortController().signal);
    }
    const done = nextAck(await client(mosquitto.url), ({ contiguous }) => contiguous === 300);
    const sender = await client(mosquitto.url);
    for (let seq = 1; seq <= 300; seq++) await publish(sender, seq, prompt(seq));
    expect((await done).ack).toEqual({ epoch: 3, contiguous: 300, ranges: [] });
    const received = receivers.map((receiver) => receiver.status().received);
    expect(received.reduce((sum, own) => sum + own, 0)).toBe(300);
    for (const own of received) expect(own).toBeGreaterThan(0);
    expect(await database.query('SELECT count(*)::int AS n FROM prompt_rows')).toEqual([{ n: 300 }]);
    const text = await receivers[0]!.metrics.text();
    expect(text).toContain(`livecue_receiver_records_committed_total ${received[0]}`);
    expect(text).toContain(`livecue_receiver_batch_records_sum ${received[0]}`);
    expect(text).toContain('livecue_receiver_connected 1');
  });
});

describe('the program', () => {
  it('serves its metrics on loopback when asked', async () => {
    const broker = await startBroker({ host: '127.0.0.1', port: 0 });
    cleanups.push(() => broker.stop());
    const folder = mkdtempSync(join(tmpdir(), 'livecue-cloud-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const running = await startCloud('receiver', '--broker', `mqtt://127.0.0.1:${broker.port}`, '--database', join(folder, 'pglite'), '--metrics', '0'); // prettier-ignore
    cleanups.push(() => running.end());
    const url = String(running.told['metrics']);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('livecue_receiver_records_received_total 0')]); // prettier-ignore
    expect((await fetch(url.replace('metrics', ''))).status).toBe(404);
    expect(await runCloud('receiver', '--metrics', 'x')).toMatchObject({ code: 2, stderr: expect.stringContaining('--metrics x') }); // prettier-ignore
  });

  it('says clearly that its port is taken, and ends with code 1', async () => {
    const broker = await startBroker({ host: '127.0.0.1', port: 0 });
    cleanups.push(() => broker.stop());
    const { code, stderr } = await runCloud('broker', '--port', String(broker.port));
    expect(code).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${broker.port}`);
    expect(stderr).toContain('--port');
  });

  it('ends when the agent that started it is gone', async () => {
    const broker = await startCloud('broker', '--port', '0');
    cleanups.push(() => broker.end('SIGKILL'));
    const gone = new Promise<number | null>((resolve) => broker.child.once('exit', resolve));
    broker.child.disconnect();
    expect(await gone).toBe(0);
  });

  it('shows its help, and refuses words it does not know with code 2', async () => {
    expect(await runCloud('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('receiver rows') });
    expect(await runCloud('recieve')).toMatchObject({ code: 2, stderr: expect.stringContaining('recieve') });
  });

  it('makes one folder the database of one receiver', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'livecue-cloud-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    const first = await openDatabase(join(folder, 'pglite'));
    await expect(openDatabase(join(folder, 'pglite'))).rejects.toThrow(/another receiver/);
    await first.close();
    const again = await openDatabase(join(folder, 'pglite'));
    expect(await again.query("SELECT setting FROM pg_settings WHERE name = 'fsync'")).toEqual([{ setting: 'on' }]);
    await again.close();
  });
});
