import mqtt from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { createUplink } from '../../edge-agent/src/sync/mqtt-uplink.ts';
import { startBroker } from '../src/broker/embedded-broker.ts';
import { startEjabberd } from './ejabberd.ts';
import { MemoryOutbox } from './memory-outbox.ts';
import { startMosquitto } from './mosquitto.ts';
import { freePort } from './processes.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

async function startEmbedded(port: number) {
  const broker = await startBroker({ host: '127.0.0.1', port });
  return { url: `mqtt://127.0.0.1:${port}`, end: async (_signal?: NodeJS.Signals) => broker.stop() };
}

describe.each([
  ['the embedded broker', startEmbedded],
  ['Mosquitto', startMosquitto],
  ['ejabberd', startEjabberd],
])('topics of the fleet on %s', (_name, start) => {
  it('come with what is retained, later ones too, after a broker that was away, and chunks stay bytes', async (context) => {
    const port = await freePort();
    const first = await start(port);
    if (first === null) return context.skip();
    let broker: { end(signal?: NodeJS.Signals): Promise<void> } = first;
    cleanups.push(() => broker.end('SIGKILL'));
    const cloud = async () => {
      const client = await mqtt.connectAsync(first.url, { protocolVersion: 5, reconnectPeriod: 0 });
      cleanups.push(() => client.endAsync(true));
      return client;
    };
    const say = async (topic: string, payload: string | Buffer) => (await cloud()).publishAsync(topic, payload, { qos: 1, retain: true }); // prettier-ignore
    await say('livecue/1/studio-1/desired/config', 'before');
    const uplink = createUplink({ outbox: new MemoryOutbox('studio-1'), nowMs: Date.now, logger: silent }, { agentId: 'studio-1', brokerUrl: first.url, version: '0.1.0', maxInFlight: 100, resendAfterMs: 10_000, backOffMs: { first: 50, longest: 200 } }); // prettier-ignore
    cleanups.push(() => uplink.stop());
    const { channel } = uplink;
    const heard: string[] = [];
    channel.subscribe('livecue/1/studio-1/desired/config', (payload) => heard.push(payload.toString()));
    await uplink.start(new AbortController().signal);
    await expect.poll(() => heard).toEqual(['before']);

    const bytes = Buffer.from([0, 255, 10, 128]);
    await say('livecue/1/models/ab/0', bytes);
    const chunks: Buffer[] = [];
    const end = channel.subscribe('livecue/1/models/ab/0', (payload) => chunks.push(payload));
    await expect.poll(() => chunks).toEqual([bytes]);
    end();

    expect(await channel.publish('livecue/1/studio-1/reported/config', '{"state":"applied"}', { retain: true })).toBe(true); // prettier-ignore
    const reader = await cloud();
    const reported = new Promise<string>((resolve) => reader.on('message', (_topic, payload) => resolve(payload.toString()))); // prettier-ignore
    await reader.subscribeAsync('livecue/1/studio-1/reported/config', { qos: 1 });
    expect(await reported).toBe('{"state":"applied"}');
    expect(uplink.sent(10).find(({ topic }) => topic.endsWith('reported/config'))).toMatchObject({ acknowledged: true, bytes: 19 }); // prettier-ignore

    await broker.end('SIGKILL');
    await expect.poll(() => channel.connected).toBe(false);
    expect(await channel.publish('livecue/1/studio-1/reported/config', 'lost', { retain: true })).toBe(false);
    broker = (await start(port))!;
    await expect.poll(() => channel.connected).toBe(true);
    await say('livecue/1/studio-1/desired/config', 'after');
    await expect.poll(() => heard.at(-1)).toBe('after');
    expect(channel.problem).toBeNull();
  }, 40_000);
});
