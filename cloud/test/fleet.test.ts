import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { configOrigin, FleetList, fleetTopics, topics, type ConfigReport, type DeviceReport } from '@livecue/shared/contract'; // prettier-ignore
import { openDocument, parseVerifier, SignedDocument } from '@livecue/shared/proof';
import { startBroker } from '../src/broker/embedded-broker.ts';
import { readStudios } from '../src/fleet/studios.ts';
import { openDatabase, type Database } from '../src/receiver/database.ts';
import { noteCrypto } from '../src/receiver/note-crypto.ts';
import { createReceiver } from '../src/receiver/receiver.ts';
import { runCloud } from './processes.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
let database: Database;
beforeAll(async () => {
  database = await openDatabase(null);
}, 90_000);
afterAll(() => database.close());

const report = (part: Partial<DeviceReport> = {}): DeviceReport => ({ sentMs: 1_000, version: '0.1.0', startedMs: 0, mode: 'live', feedAgeMs: 400, eventsPerSecond: 10, commentsPerSecond: 2, modelP95Ms: 2, cpuShare: 0.2, rssBytes: 1e8, freeDiskBytes: 1e9, queued: 0, outbox: 0, clock: null, lastSyncMs: null, configVersion: null, modelVersion: 'intent-5', ...part }); // prettier-ignore
const config = (part: Partial<ConfigReport> = {}): ConfigReport => ({ state: 'applied', version: 7, inForce: 7, before: 6, seen: 7, when: null, note: '', reason: null, ignored: null, atMs: 0, trialUntilMs: null, hash: 'a'.repeat(64), drift: ['advise.cardsPer10Min'], ...part }); // prettier-ignore

async function connect(url: string): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 });
  cleanups.push(() => client.endAsync(true));
  return client;
}

async function brokerUrl(): Promise<string> {
  const broker = await startBroker({ host: '127.0.0.1', port: 0 });
  cleanups.push(() => broker.stop());
  return `mqtt://127.0.0.1:${broker.port}`;
}

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'livecue-fleet-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Lists of devices as they come to an agent. */
async function lists(client: MqttClient, agentId: string): Promise<FleetList[]> {
  const heard: FleetList[] = [];
  client.on('message', (topic, payload) => {
    if (topic === fleetTopics.fleet(agentId)) heard.push(FleetList.parse(JSON.parse(payload.toString())));
  });
  await client.subscribeAsync(fleetTopics.fleet(agentId), { qos: 1 });
  return heard;
}

describe('the receiver', () => {
  it('answers a report with the devices of the studio and its clock, and knows no one else', async () => {
    await database.query('DELETE FROM device_rows');
    const url = await brokerUrl();
    let nowMs = 50_000;
    const studioOf = (agentId: string) => (agentId === 'lone' ? ['lone'] : ['a-1', 'a-2', 'a-3']);
    const warnings: string[] = [];
    const receiver = createReceiver({ brokerUrl: url, database, nowMs: () => nowMs, logger: { info: () => undefined, warn: (text) => void warnings.push(text) }, studioOf }); // prettier-ignore
    cleanups.push(() => receiver.stop());
    await receiver.start(new AbortController().signal);
    const client = await connect(url);
    const say = (topic: string, value: unknown) => client.publishAsync(topic, JSON.stringify(value), { qos: 1, retain: true }); // prettier-ignore
    const [first, lone] = [await lists(client, 'a-1'), await lists(client, 'lone')];
    await say(topics.presence('a-2'), { state: 'offline', version: '0.1.0', epoch: 1 });
    await say(fleetTopics.device('a-2'), report({ sentMs: 900, cpuShare: 0.5 }));
    await say(fleetTopics.device('lone'), report({ sentMs: 700 }));
    await expect.poll(() => lone.length).toBe(1);
    expect(lone[0]).toMatchObject({ echo: { sentMs: 700, receivedMs: 50_000 }, devices: [{ agentId: 'lone' }] });
    await say(fleetTopics.reportedConfig('a-1'), config());
    await say(fleetTopics.desiredConfig('a-1'), { text: '{}', note: 'livecue/a-1/config\n8\nAAAA\n\n— x AAAA\n' });
    await say(fleetTopics.device('a-1'), report({ sentMs: 1_000 }));
    await expect.poll(() => first.length).toBe(1);
    expect(first[0]).toMatchObject({
      atMs: 50_000,
      echo: { sentMs: 1_000, receivedMs: 50_000 },
      devices: [
        { agentId: 'a-1', online: true, desired: 8, config: { inForce: 7, drift: ['advise.cardsPer10Min'] } },
        { agentId: 'a-2', online: false, desired: null, config: null, report: { cpuShare: 0.5 } },
      ],
    });
    // A minute without a report, and it counts as gone; what is no report changes nothing and stops nobody.
    nowMs += 61_000;
    const second = await lists(client, 'a-2');
    await say(fleetTopics.device('a-1'), 'no report');
    await say(fleetTopics.device('a-1'), { ...report(), comment: 'words' });
    await say(fleetTopics.device('a-3'), report({ version: 'NUL \u0000' }));
    await say(topics.presence('a-2'), { state: 'online', version: '0.1.0', epoch: 1 });
    await say(fleetTopics.device('a-2'), report({ sentMs: 2_000 }));
    const seen = () => second.at(-1)?.devices.map(({ agentId, online }) => `${agentId} ${online}`);
    await expect.poll(seen).toEqual(['a-1 false', 'a-2 true']);
    expect(warnings).toEqual([]);
    expect(await database.query('SELECT agent_id, online, desired_version::int, in_force::int, config_state, differs FROM devices WHERE agent_id = $1', ['a-1'])).toEqual([{ agent_id: 'a-1', online: true, desired_version: 8, in_force: 7, config_state: 'applied', differs: true }]); // prettier-ignore
  });
});

describe('livecue fleet', () => {
  it('makes a key once, signs versions that go up, and says where devices stand', async () => {
    const folder = temporary();
    const [key, file] = [join(folder, 'key.json'), join(folder, 'calm.json')];
    const made = await runCloud('fleet', 'keygen', '--key', key);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect((await runCloud('fleet', 'keygen', '--key', key)).code).toBe(2);
    const verifier = parseVerifier(noteCrypto, made.stdout.trim())!;

    const url = await brokerUrl();
    const client = await connect(url);
    await client.publishAsync(fleetTopics.reportedConfig('studio-2'), JSON.stringify(config({ seen: 11, state: 'rolled-back', inForce: 10, reason: 'the panel does not answer' })), { qos: 1, retain: true }); // prettier-ignore
    await client.publishAsync(fleetTopics.device('studio-2'), JSON.stringify(report()), { qos: 1, retain: true });
    writeFileSync(file, '{"advise":{"cardsPer10Min":2}}');
    const send = (...more: string[]) => runCloud('fleet', 'config', '--agent', 'studio-1', '--agent', 'studio-2', '--file', file, '--key', key, '--broker', url, ...more); // prettier-ignore
    expect((await send('--note', 'calmer')).stdout).toBe('{"agentId":"studio-1","version":1}\n{"agentId":"studio-2","version":12}\n'); // prettier-ignore
    expect((await send('--when', 'now')).stdout).toBe('{"agentId":"studio-1","version":2}\n{"agentId":"studio-2","version":13}\n'); // prettier-ignore
    const kept = new Promise<SignedDocument>((resolve) => client.once('message', (_topic, payload) => resolve(SignedDocument.parse(JSON.parse(payload.toString()))))); // prettier-ignore
    await client.subscribeAsync(fleetTopics.desiredConfig('studio-2'), { qos: 1 });
    const opened = openDocument(noteCrypto, verifier, configOrigin('studio-2'), await kept);
    expect(opened).toEqual({ ok: true, version: 13, text: '{"settings":{"advise":{"cardsPer10Min":2}},"when":"now","note":""}' }); // prettier-ignore

    const status = await runCloud('fleet', 'status', '--broker', url);
    expect(JSON.parse(status.stdout)).toMatchObject({ agentId: 'studio-2', desired: 13, inForce: 10, differs: true, state: 'rolled-back', reason: 'the panel does not answer', drift: ['advise.cardsPer10Min'] }); // prettier-ignore
  }, 90_000);

  it('refuses before it sends: a forbidden key, a value out of range, a wrong file, an unknown agent name', async () => {
    const folder = temporary();
    const [key, file] = [join(folder, 'key.json'), join(folder, 'settings.json')];
    await runCloud('fleet', 'keygen', '--key', key);
    const send = async (settings: string, agent = 'studio-1') => {
      writeFileSync(file, settings);
      return runCloud('fleet', 'config', '--agent', agent, '--file', file, '--key', key, '--broker', 'mqtt://127.0.0.1:1'); // prettier-ignore
    };
    expect(await send('{"panel":{"host":"0.0.0.0"}}')).toMatchObject({ code: 1, stderr: expect.stringContaining('panel.host: the cloud side may not set it') }); // prettier-ignore
    expect((await send('{"advise":{"cardsPer10Min":99}}')).stderr).toContain('advise.cardsPer10Min');
    expect((await send('{"advise":')).stderr).toContain('settings.json');
    expect((await send('{}', 'Studio 1')).code).toBe(2);
    expect((await send('{}')).stderr).toContain('no connection to the broker mqtt://127.0.0.1:1');
  }, 90_000);
});

it('a file of studios says who sees whom, and refuses an agent in two', () => {
  const file = join(temporary(), 'studios.json');
  writeFileSync(file, '{"north":["a-1","a-2"],"south":["b-1"]}');
  const studioOf = readStudios(file);
  expect([studioOf('a-2'), studioOf('b-1'), studioOf('c-1')]).toEqual([['a-1', 'a-2'], ['b-1'], ['c-1']]);
  writeFileSync(file, '{"north":["a-1"],"south":["a-1"]}');
  expect(() => readStudios(file)).toThrow(/a-1 stands in south and in another one/);
});
