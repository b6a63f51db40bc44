import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { ConfigReport, configOrigin, fleetTopics, topics, UplinkBody, type PanelResult, type WindowRecord } from '@livecue/shared/contract'; // prettier-ignore
import { signDocument } from '@livecue/shared/proof';
import { readFleetKey } from '../cloud/src/fleet/fleet-key.ts';
import { noteCrypto } from '../cloud/src/receiver/note-crypto.ts';
import { startMosquitto } from '../cloud/test/mosquitto.ts';
import { freePort } from '../cloud/test/processes.ts';
import { pairPanel, type PanelPeer } from './panel-peer.ts';
import { eventually, runCommand, startAgent, startCloud, temporaryFolder, writeConfig } from './program.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function startEmbedded(port: number) {
  const broker = await startCloud(['broker', '--port', String(port)]);
  return { url: `mqtt://127.0.0.1:${port}`, end: () => broker.kill() };
}

interface Studio {
  readonly folder: string;
  readonly url: string;
  readonly keyFile: string;
  readonly httpUrl: string;
  /** `livecue start` of it; the last one given ends with the test. */
  start(...more: string[]): ReturnType<typeof startAgent>;
  /** `livecue fleet config` for it. */
  send(settings: object, ...more: string[]): Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** A folder with a fleet key, a configuration that trusts it, and ports that stay over a restart. */
async function studio(url: string): Promise<Studio> {
  const { folder, remove } = temporaryFolder();
  cleanups.push(remove);
  const keyFile = path.join(folder, 'fleet-key.json');
  const { stdout } = await runCommand(['fleet', 'keygen', '--key', keyFile]);
  const [httpPort, panelPort] = [await freePort(), await freePort()];
  const config = writeConfig(folder, {
    ingest: { httpPort, zmq: { endpoint: 'tcp://127.0.0.1:*' } },
    panel: { httpPort: panelPort, zmqPubPort: 0, zmqCallPort: 0 },
    uplink: { brokerUrl: url, resendAfterMs: 1000, kAnonymity: 1, fleetKey: stdout.trim() },
  });
  return {
    folder, url, keyFile, httpUrl: `http://127.0.0.1:${httpPort}/events`,
    async start(...more) {
      const agent = await startAgent(['--data', path.join(folder, 'data'), '--config', config, ...more]);
      cleanups.push(() => agent.kill());
      return agent;
    },
    send(settings, ...more) {
      const file = path.join(folder, 'settings.json');
      writeFileSync(file, JSON.stringify(settings));
      return runCommand(['fleet', 'config', '--agent', 'e2e', '--file', file, '--key', keyFile, '--broker', url, ...more]);
    },
  }; // prettier-ignore
}

interface Observer {
  readonly client: MqttClient;
  readonly reports: ConfigReport[];
  readonly states: () => string[];
  /** Comments in the newest revision of each window of the room. */
  readonly comments: () => number;
}

async function observer(url: string): Promise<Observer> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0 });
  cleanups.push(() => client.endAsync(true));
  const reports: ConfigReport[] = [];
  const windows = new Map<string, WindowRecord>();
  client.on('message', (topic, payload) => {
    const value: unknown = JSON.parse(payload.toString());
    if (topic === fleetTopics.reportedConfig('e2e')) reports.push(ConfigReport.parse(value));
    const body = UplinkBody.safeParse(value).data;
    if (body?.kind !== 'window' || body.group.kind !== 'room') return;
    const key = `${body.windowStartMs}/${body.windowLengthMs}`;
    if (body.revision >= (windows.get(key)?.revision ?? -1)) windows.set(key, body);
  });
  await client.subscribeAsync([fleetTopics.reportedConfig('e2e'), topics.records('e2e')], { qos: 1 });
  return {
    client,
    reports,
    states: () => reports.map(({ state, version }) => `${state} ${version}`),
    comments: () => [...windows.values()].reduce((sum, { counts }) => sum + counts.comments, 0),
  };
}

/** The setting that all of this is about, as the running agent uses it. */
async function offersPerDay(peer: PanelPeer): Promise<number> {
  return ((await peer.call('offers.read', {})) as PanelResult<'offers.read'>).budget.limit;
}

/** What the agent says; null when it was away and nobody knows whether it took them. */
async function post(url: string, token: string, body: string): Promise<{ accepted: number } | null> {
  try {
    const answer = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body }); // prettier-ignore
    return answer.status < 500 ? ((await answer.json()) as { accepted: number }) : null;
  } catch {
    return null; // It starts again.
  }
}

/** Posts ten comments after each other until told to end; counts those that the agent took. */
function chatter(url: string, token: string, aheadMs = 0) {
  let taken = 0;
  let on = true;
  const loop = async () => {
    for (let n = 0; on; n++) {
      const time = new Date(Date.now() + aheadMs).toISOString();
      const events = Array.from({ length: 10 }, (_, k) => ({ id: `chat:${url}:${n}:${k}`, source: 'live/chat/1', type: 'live.comment.created', time, data: { text: 'hello', author: { identifier: `v${k}` } } })); // prettier-ignore
      const body = JSON.stringify(events);
      // Not taken, because the agent starts again: the same ones until it has.
      for (let done = false; on && !done;) {
        const answer = await post(url, token, body);
        done = answer !== null;
        taken += answer?.accepted ?? 0;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  const running = loop();
  return {
    get taken() {
      return taken;
    },
    async end() {
      on = false;
      await running;
      return taken;
    },
  };
}

const settled = (reports: ConfigReport[], fits: (report: ConfigReport) => boolean, what: string) =>
  eventually(what, 60_000, () => reports.findLast(fits));

/** Mosquitto where it is installed: the other tests run on the embedded broker anyway. */
async function startReal(port: number) {
  return (await startMosquitto(port)) ?? startEmbedded(port);
}

describe('configuration from the cloud side', () => {
  test('is tried, applied, taken back by itself or by hand, and costs no accepted event', async () => {
    const port = await freePort();
    const broker = await startReal(port);
    cleanups.push(() => broker.end());
    const own = await studio(broker.url);
    const database = path.join(own.folder, 'database');
    const receiver = await startCloud(['receiver', '--broker', broker.url, '--database', database]);
    cleanups.push(() => receiver.kill());
    const { client, reports, states, comments } = await observer(broker.url);
    const agent = await own.start('--trial-seconds', '3');
    const panel = async () => pairPanel(agent.ready.panel!, agent.ready.code!);
    const peer = await panel();
    expect(await offersPerDay(peer)).toBe(10);
    const devices = (await peer.call('fleet.read', {})) as PanelResult<'fleet.read'>;
    expect(devices).toMatchObject({ agentId: 'e2e', config: { state: 'none', inForce: null } });

    const chat = chatter(own.httpUrl, agent.ready.ingestToken, 3_000);
    await eventually('events', 20_000, () => (chat.taken >= 60 ? true : undefined));
    // A show is on: the version waits, until the operator says now.
    expect((await own.send({ advise: { offersPerDay: 2 } }, '--note', 'fewer')).stdout).toBe('{"agentId":"e2e","version":1}\n'); // prettier-ignore
    await settled(reports, ({ state }) => state === 'staged', 'staged');
    const begun = (await peer.call('fleet.apply', {})) as PanelResult<'fleet.apply'>;
    expect(begun).toEqual({ begun: true });
    await settled(reports, ({ state }) => state === 'applied', 'applied');
    expect(states()).toEqual(expect.arrayContaining(['staged 1', 'on-trial 1', 'applied 1']));
    // The page's cookie is still good, and no one pairs anew.
    expect(agent.words()).toMatch(/started again with configuration 1 after \d+ ms/);

    // Not from us, older, forbidden: nothing of it.
    const stranger = path.join(own.folder, 'stranger.json');
    await runCommand(['fleet', 'keygen', '--key', stranger]);
    const publish = (keyFile: string, version: number, settings: object) => client.publishAsync(fleetTopics.desiredConfig('e2e'), JSON.stringify(signDocument(noteCrypto, readFleetKey(keyFile).signer, { origin: configOrigin('e2e'), version, text: JSON.stringify({ settings, when: 'now' }) })), { qos: 1, retain: true }); // prettier-ignore
    await publish(stranger, 9, { advise: { offersPerDay: 99 } });
    await settled(reports, ({ ignored }) => ignored?.includes('not signed by') === true, 'a stranger is named');
    await publish(own.keyFile, 5, { agentId: 'other', advise: { offersPerDay: 99 } });
    const refused = await settled(reports, ({ state }) => state === 'refused', 'refused');
    expect(refused).toMatchObject({ version: 5, inForce: 1, reason: 'agentId: the cloud side may not set it' });
    await publish(own.keyFile, 4, { advise: { offersPerDay: 99 } });
    await settled(reports, ({ ignored }) => ignored?.includes('version 4 came after version 5') === true, 'a replay is named'); // prettier-ignore

    // It passes the schema, and then nearly all that comes counts as from the future.
    expect((await own.send({ stream: { maxClockSkewMs: 1_000 } }, '--when', 'now')).stdout).toContain('"version":6');
    const back = await settled(reports, ({ state, version }) => state === 'rolled-back' && version === 6, 'taken back');
    expect(back).toMatchObject({ inForce: 1, reason: expect.stringMatching(/of the events are refused or too late/) });

    // By hand, to the one before: two versions, and back.
    expect((await own.send({ advise: { offersPerDay: 3 } }, '--when', 'now')).stdout).toContain('"version":7');
    await settled(reports, ({ state, version }) => state === 'applied' && version === 7, 'applied again');
    const status = await runCommand(['fleet', 'status', '--broker', broker.url]);
    expect(JSON.parse(status.stdout)).toMatchObject({ agentId: 'e2e', online: true, desired: 7, inForce: 7, differs: false, drift: [] }); // prettier-ignore
    const taken = await chat.end();
    await agent.end();
    const last = await own.start('--trial-seconds', '3');
    const desk = await pairPanel(last.ready.panel!, last.ready.code!);
    expect(await offersPerDay(desk)).toBe(3);
    expect(await desk.call('fleet.back', {})).toEqual({ begun: true });
    await settled(reports, ({ reason }) => reason === 'by the operator', 'the operator goes back');
    await eventually('the version before in the list of devices', 30_000, async () => {
      const row = JSON.parse((await runCommand(['fleet', 'status', '--broker', broker.url])).stdout) as { inForce: number }; // prettier-ignore
      return row.inForce === 1 ? row : undefined;
    });

    // Every accepted comment is counted once, over all those starts; what the bad version refused was not accepted.
    await eventually(`${taken} comments in the records`, 60_000, () => (comments() === taken ? true : undefined));
    await last.end();
    await receiver.end();
  }, 240_000);
});

test('killed while a version is staged or on trial, the agent comes back with one of the two, and gives it up after two', async () => {
  const port = await freePort();
  const broker = await startEmbedded(port);
  cleanups.push(() => broker.end());
  const own = await studio(broker.url);
  const { reports } = await observer(broker.url);
  const first = await own.start();
  await own.send({ advise: { offersPerDay: 2 } });
  await settled(reports, ({ state }) => state === 'staged' || state === 'on-trial', 'staged');
  await first.kill();
  const limits: number[] = [];
  for (let n = 0; n < 4; n++) {
    const agent = await own.start();
    const peer = await pairPanel(agent.ready.panel!, agent.ready.code!);
    // Between shows: a version that was still staged comes into force within seconds.
    const { config } = (await peer.call('fleet.read', {})) as PanelResult<'fleet.read'>;
    if (config.state === 'staged') await settled(reports, ({ state }) => state === 'on-trial', 'on trial');
    else limits.push(await offersPerDay(peer));
    await agent.kill();
    const state = JSON.parse(readFileSync(path.join(own.folder, 'data', 'remote-config.json'), 'utf8')) as { inForce: { version: number } | null }; // prettier-ignore
    expect([1, undefined]).toContain(state.inForce?.version);
  }
  expect(limits.at(-1)).toBe(10);
  expect(new Set(limits)).toEqual(new Set([2, 10]));
  const end = await own.start();
  await settled(reports, ({ state, reason }) => state === 'rolled-back' && reason?.includes('ended 2 times') === true, 'given up'); // prettier-ignore
  await end.end();
}, 180_000);

test('a version that has come is applied without any broker, and told when there is one again', async () => {
  const port = await freePort();
  let broker = await startEmbedded(port);
  cleanups.push(() => broker.end());
  const own = await studio(broker.url);
  const first = await observer(broker.url);
  const agent = await own.start('--trial-seconds', '2');
  const peer = await pairPanel(agent.ready.panel!, agent.ready.code!);
  const chat = chatter(own.httpUrl, agent.ready.ingestToken);
  await eventually('a show', 20_000, () => (chat.taken > 20 ? true : undefined));
  await own.send({ advise: { offersPerDay: 7 } });
  await settled(first.reports, ({ state }) => state === 'staged', 'staged');
  await first.client.endAsync(true);
  await broker.end();
  expect(await peer.call('fleet.apply', {})).toEqual({ begun: true });
  const file = path.join(own.folder, 'data', 'remote-config.json');
  await eventually('applied on the box', 60_000, () =>
    existsSync(file) && readFileSync(file, 'utf8').includes('"state": "applied"') ? true : undefined,
  );
  await chat.end();
  broker = await startEmbedded(port);
  const second = await observer(broker.url);
  await settled(second.reports, ({ state, inForce }) => state === 'applied' && inForce === 1, 'told');
  await agent.end();
}, 120_000);
