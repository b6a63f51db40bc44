import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentPresence, fleetTopics, modelTopics, topics, UplinkAck } from '@livecue/shared/contract';
import { eventually, ROOT, runCommand, startAgent, startCloud, temporaryFolder, writeConfig } from './program.ts';

const MOSQUITTO = '/usr/sbin/mosquitto';
const USERS = ['studio-a', 'studio-b', 'receiver', 'fleet'];
const absent = [MOSQUITTO, '/usr/bin/mosquitto_passwd', '/usr/bin/openssl'].filter((file) => !existsSync(file));
if (absent.length > 0) console.log(`skipped: ${absent.join(', ')} not installed (apt-get install mosquitto openssl)`);

const { folder, remove } = temporaryFolder();
const cleanups: (() => unknown)[] = [];
let port = 0;
let url = '';

/** An authority, a certificate for localhost and one signed by a stranger, as docs/brokers.md makes them. */
function makeCertificates(): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  for (const name of ['ca', 'stranger'])
    openssl('req', '-x509', ...key, '-keyout', `${name}-key.pem`, '-out', `${name}.pem`, '-subj', `/CN=${name}`);
  openssl('req', '-x509', ...key, '-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-keyout', 'server-key.pem', '-out', 'server.pem', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-addext', 'basicConstraints=CA:FALSE'); // prettier-ignore
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return free;
}

/** The sample configuration as it is shipped, with a free port in place of 8883. */
async function startSample(): Promise<void> {
  makeCertificates();
  port = await freePort();
  url = `mqtts://localhost:${port}`;
  const sample = path.join(ROOT, 'cloud/mosquitto');
  const config = readFileSync(path.join(sample, 'mosquitto.conf'), 'utf8');
  expect(config).toContain('listener 8883\n');
  // As root Mosquitto drops to a user that could not read the temporary folder.
  writeFileSync(
    path.join(folder, 'mosquitto.conf'),
    `${config.replace('listener 8883', `listener ${port} 127.0.0.1`)}\nuser root\n`,
  );
  copyFileSync(path.join(sample, 'acl'), path.join(folder, 'acl'));
  chmodSync(path.join(folder, 'acl'), 0o600);
  writeFileSync(path.join(folder, 'passwords'), USERS.map((user) => `${user}:secret-of-${user}\n`).join(''), { mode: 0o600 }); // prettier-ignore
  execFileSync('mosquitto_passwd', ['-U', 'passwords'], { cwd: folder });
  const broker: ChildProcess = spawn(MOSQUITTO, ['-c', 'mosquitto.conf'], { cwd: folder, stdio: 'ignore' });
  const gone = new Promise((resolve) => broker.once('exit', resolve));
  cleanups.push(() => broker.kill('SIGTERM') && gone);
  await eventually('Mosquitto listens', 10_000, () => new Promise<true | undefined>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(undefined));
  })); // prettier-ignore
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // What the other tests wrote there.
  }
}

const ca = () => readFileSync(path.join(folder, 'ca.pem'));

async function login(user: string, more: mqtt.IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0, connectTimeout: 5_000, ca: ca(), username: user, password: `secret-of-${user}`, ...more }); // prettier-ignore
  cleanups.push(() => client.endAsync(true));
  return client;
}

beforeAll(async () => {
  if (absent.length === 0) await startSample();
}, 30_000);
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  remove();
});

describe.skipIf(absent.length > 0)('Mosquitto by the sample configuration', () => {
  test('an agent can neither read nor write what is another agent’s', async () => {
    const [a, b, receiver, fleet] = [await login('studio-a'), await login('studio-b'), await login('receiver'), await login('fleet')]; // prettier-ignore
    const heard = new Set<string>();
    for (const client of [a, b, receiver]) client.on('message', (topic, payload) => heard.add(`${topic} ${payload.toString()}`)); // prettier-ignore
    const may = async (client: MqttClient, topic: string) => {
      const granted = await client.subscribeAsync(topic, { qos: 1 }).catch(() => [{ qos: 128 }]);
      return granted[0]!.qos < 128;
    };
    await receiver.subscribeAsync('$share/cloud/livecue/1/+/records', { qos: 1 });
    expect(await may(a, topics.ack('studio-a'))).toBe(true);
    // Mosquitto grants a subscription with wildcards and then delivers what may be read: nothing of others.
    for (const topic of [topics.ack('studio-b'), topics.records('studio-b'), 'livecue/1/+/ack', '#']) await may(a, topic); // prettier-ignore
    const wrote = async (client: MqttClient, topic: string) =>
      client.publishAsync(topic, `by ${String(client.options.username)}`, { qos: 1 }).then(
        (packet) => ((packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0) < 128,
        () => false,
      );
    expect(await wrote(a, topics.records('studio-b'))).toBe(false);
    expect(await wrote(a, topics.ack('studio-a'))).toBe(false);
    expect(await wrote(a, topics.presence('studio-b'))).toBe(false);
    expect(await wrote(a, fleetTopics.desiredConfig('studio-a'))).toBe(false);
    expect(await wrote(a, fleetTopics.device('studio-b'))).toBe(false);
    expect(await wrote(a, fleetTopics.reportedConfig('studio-b'))).toBe(false);
    expect(await wrote(a, fleetTopics.fleet('studio-a'))).toBe(false);
    expect(await wrote(receiver, fleetTopics.desiredConfig('studio-a'))).toBe(false);
    expect(await wrote(fleet, fleetTopics.fleet('studio-a'))).toBe(false);
    expect(await wrote(receiver, topics.records('studio-a'))).toBe(false);
    expect(await wrote(receiver, topics.ack('studio-b'))).toBe(true);
    for (const [client, topic] of [
      [b, fleetTopics.device('studio-b')],
      [b, fleetTopics.reportedConfig('studio-b')],
      [receiver, fleetTopics.fleet('studio-b')],
      [fleet, fleetTopics.desiredConfig('studio-b')],
    ] as const)
      expect(await wrote(client, topic), topic).toBe(true);
    expect(await wrote(b, topics.records('studio-b'))).toBe(true);
    expect(await wrote(receiver, topics.ack('studio-a'))).toBe(true);
    expect(await wrote(a, topics.records('studio-a'))).toBe(true);
    await eventually('all that may be heard', 10_000, () => (heard.size >= 3 ? true : undefined));
    expect([...heard].sort()).toEqual([
      `${topics.ack('studio-a')} by receiver`,
      `${topics.records('studio-a')} by studio-a`,
      `${topics.records('studio-b')} by studio-b`,
    ]);
  });

  test('a model: the fleet writes it, every agent reads its chunks, and only its own delivery', async () => {
    const [a, b, fleet] = [await login('studio-a'), await login('studio-b'), await login('fleet')];
    const heard: string[] = [];
    const chunk = modelTopics.chunk('0'.repeat(64), 0);
    for (const [name, client] of [
      ['a', a],
      ['b', b],
    ] as const) {
      client.on('message', (topic) => void heard.push(`${name} ${topic}`));
      await client.subscribeAsync([chunk, modelTopics.desired('studio-a', 'intent'), modelTopics.reported('studio-a', 'intent')], { qos: 1 }).catch(() => undefined); // prettier-ignore
    }
    const wrote = (client: MqttClient, topic: string) =>
      client.publishAsync(topic, 'bytes', { qos: 1 }).then((packet) => ((packet as { reasonCode?: number } | undefined)?.reasonCode ?? 0) < 128, () => false); // prettier-ignore
    expect(await wrote(a, chunk)).toBe(false);
    expect(await wrote(a, modelTopics.desired('studio-a', 'intent'))).toBe(false);
    expect(await wrote(b, modelTopics.reported('studio-a', 'intent'))).toBe(false);
    expect(await wrote(a, modelTopics.reported('studio-a', 'intent'))).toBe(true);
    expect(await wrote(fleet, modelTopics.desired('studio-a', 'intent'))).toBe(true);
    expect(await wrote(fleet, chunk)).toBe(true);
    await eventually('the chunk has come to both', 10_000, () => (heard.filter((one) => one.endsWith(chunk)).length === 2 ? true : undefined)); // prettier-ignore
    expect(heard.sort()).toEqual([`a ${modelTopics.desired('studio-a', 'intent')}`, `a ${chunk}`, `b ${chunk}`].sort());
  });

  test('no one comes in without user, with a wrong password, without TLS, or trusting a stranger', async () => {
    const refused = async (options: mqtt.IClientOptions, at = url) =>
      mqtt
        .connectAsync(at, { protocolVersion: 5, reconnectPeriod: 0, connectTimeout: 3_000, ...options })
        .then((client) => client.endAsync(true).then(() => 'came in'), (error: Error) => error.message || 'refused'); // prettier-ignore
    expect(await refused({ ca: ca() })).toMatch(/not authorized/i);
    expect(await refused({ ca: ca(), username: 'studio-a', password: 'wrong' })).toMatch(/not authorized/i);
    const stranger = readFileSync(path.join(folder, 'stranger.pem'));
    expect(await refused({ ca: stranger, username: 'studio-a', password: 'secret-of-studio-a' })).toMatch(/certificate|self.signed|verify/i); // prettier-ignore
    expect(await refused({ username: 'studio-a', password: 'secret-of-studio-a' }, `mqtt://127.0.0.1:${port}`)).not.toBe('came in'); // prettier-ignore
  });

  test('events come through agent, broker and receiver into the rows, with users and TLS everywhere', async () => {
    const data = path.join(folder, 'agent');
    const config = writeConfig(path.join(folder, 'config'), { agentId: 'studio-a', uplink: { brokerUrl: url, brokerTls: { caFile: path.join(folder, 'ca.pem') }, resendAfterMs: 1000 } }); // prettier-ignore
    const args = ['--config', config, '--data', data, '--no-panel'];
    const first = await startAgent(args);
    await first.end();
    const secrets = path.join(data, 'secrets.json');
    const own = JSON.parse(readFileSync(secrets, 'utf8')) as object;
    writeFileSync(
      secrets,
      JSON.stringify({ ...own, broker: { username: 'studio-a', password: 'secret-of-studio-a' } }),
    );
    const database = path.join(folder, 'pglite');
    const access = ['--broker', url, '--broker-user', 'receiver', '--broker-ca', path.join(folder, 'ca.pem')];
    const receiver = await startCloud(['receiver', ...access, '--database', database], { LIVECUE_BROKER_PASSWORD: 'secret-of-receiver' }); // prettier-ignore
    cleanups.push(() => receiver.kill());
    const agent = await startAgent(args);
    cleanups.push(() => agent.kill());
    const time = new Date(Date.now() - 30_000).toISOString();
    const events = Array.from({ length: 20 }, (_, n) => ({ id: `t:${n}`, source: 'live/t/1', type: 'live.comment.created', time, data: { text: 'hello', author: { identifier: `v${n}` } } })); // prettier-ignore
    const answer = await fetch(`${agent.ready.endpoints['http']}`, { method: 'POST', headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/json' }, body: JSON.stringify(events) }); // prettier-ignore
    expect(answer.status).toBe(202);
    const [listener, fleet] = [await login('studio-a'), await login('fleet')];
    const birth = new Promise<{ epoch: number; key: string }>((resolve) => fleet.on('message', (topic, payload) => {
      const told = AgentPresence.safeParse(json(payload.toString()));
      if (topic === topics.presence('studio-a') && told.success) resolve({ epoch: told.data.epoch, key: told.data.key! });
    })); // prettier-ignore
    await fleet.subscribeAsync(topics.presence('+'), { qos: 1 });
    // First the records, some ten seconds later the signed tree over them.
    const verified = new Promise<void>((resolve) => listener.on('message', (_topic, payload) => {
      const ack = UplinkAck.safeParse(json(payload.toString()));
      if (ack.success && (ack.data.proof?.verified ?? 0) >= 1) resolve();
    })); // prettier-ignore
    await listener.subscribeAsync(topics.ack('studio-a'), { qos: 1 });
    await verified;
    const { epoch, key } = await birth;
    await agent.end();
    expect(agent.words()).not.toContain('secret-of');
    await receiver.end();
    const proof = await runCommand(['receiver', 'prove', '--database', database, '--agent', 'studio-a', '--epoch', String(epoch), '--seq', '1']); // prettier-ignore
    const file = path.join(folder, 'proof.json');
    writeFileSync(file, proof.stdout);
    const fits = await runCommand(['verify', file, '--key', key]);
    expect([fits.code, json(fits.stdout)]).toEqual([0, { file, kind: 'record', ok: true, agentId: 'studio-a', epoch, seq: 1, keyGiven: true }]); // prettier-ignore
    writeFileSync(file, proof.stdout.replace('\\"comments\\":20', '\\"comments\\":21'));
    expect((await runCommand(['verify', file, '--key', key])).code).toBe(1);
    const rows = await runCommand(['receiver', 'rows', '--database', database]);
    const comments = rows.stdout.trim().split('\n').map((line) => JSON.parse(line) as { group_kind: string; counts: { comments: number } }); // prettier-ignore
    expect(comments.filter((row) => row.group_kind === 'room').reduce((sum, row) => sum + row.counts.comments, 0)).toBe(20); // prettier-ignore
  }, 120_000);
});
