import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConfigReport, DeviceReport, fleetTopics, type FleetList } from '@livecue/shared/contract';
import type { FleetChannel } from '../ports.ts';
import { createDeviceDesk, type DeviceFigures } from './device-desk.ts';
import { openRemoteConfig } from './remote-config.ts';
import { cloudSide, memoryPorts, ownConfig } from './testing/cloud-side.ts';

const START_MS = 1_777_593_600_000;
beforeEach(() => void vi.useFakeTimers({ now: START_MS }));
afterEach(() => void vi.useRealTimers());

/** A channel whose broker is the test. */
function fakeChannel() {
  const listeners = new Map<string, (payload: Buffer) => void>();
  const connectedListeners: (() => void)[] = [];
  const sent: { topic: string; value: unknown }[] = [];
  const broker = { connected: false, takes: true };
  const channel: FleetChannel = {
    get connected() {
      return broker.connected;
    },
    problem: null,
    subscribe(topic, listener) {
      listeners.set(topic, listener);
      return () => listeners.delete(topic);
    },
    async publish(topic, payload) {
      if (broker.takes) sent.push({ topic, value: JSON.parse(String(payload)) });
      return broker.takes;
    },
    onConnected(listener) {
      connectedListeners.push(listener);
      return () => undefined;
    },
  };
  const connect = async () => {
    broker.connected = true;
    for (const listener of connectedListeners) listener();
    await vi.advanceTimersByTimeAsync(0);
  };
  const say = (topic: string, value: unknown) => listeners.get(topic)?.(Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value))); // prettier-ignore
  const of = (topic: string) => sent.filter((one) => one.topic === topic).map(({ value }) => value);
  return { channel, broker, connect, say, of, listeners };
}

async function setUp(key: string | null = null) {
  const figures: DeviceFigures = { events: 0, comments: 0, cpuMs: 0, feedAgeMs: 400, modelP95Ms: 2, rssBytes: 1, freeDiskBytes: 2, queued: 3, outbox: 4, lastSyncMs: null, modelVersion: 'intent-5' }; // prettier-ignore
  const counted = { ...figures };
  const fake = fakeChannel();
  const { ports, words } = memoryPorts();
  const remote = await openRemoteConfig(ports, ownConfig(key));
  const desk = createDeviceDesk({ channel: fake.channel, remote, figures: () => ({ ...counted }), nowMs: Date.now, logger: ports.logger }, { agentId: 'studio-1', version: '0.1.0', startedMs: START_MS, mode: 'live' }); // prettier-ignore
  await desk.start(new AbortController().signal);
  return { ...fake, desk, remote, counted, words };
}

test('tells how it is at once and every 15 s while it is connected, with rates of the last 15 s', async () => {
  const { desk, connect, of, counted } = await setUp();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(of(fleetTopics.device('studio-1'))).toEqual([]);
  await connect();
  for (let n = 0; n < 30; n++) {
    counted.events += 20;
    counted.comments += 5;
    counted.cpuMs += 250;
    await vi.advanceTimersByTimeAsync(1_000);
  }
  const told = of(fleetTopics.device('studio-1')).map((value) => DeviceReport.parse(value));
  expect(told.map(({ sentMs }) => sentMs - START_MS)).toEqual([5_000, 20_000, 35_000]);
  expect(told[2]).toMatchObject({ eventsPerSecond: 20, commentsPerSecond: 5, cpuShare: 0.25, queued: 3, outbox: 4, clock: null }); // prettier-ignore
  await desk.stop();
  expect(vi.getTimerCount()).toBe(0);
});

test('reports its configuration at every connection and change, again when the broker did not take it', async () => {
  const cloud = cloudSide();
  const { connect, broker, of, say, desk } = await setUp(cloud.verifier);
  const states = () => of(fleetTopics.reportedConfig('studio-1')).map((value) => ConfigReport.parse(value).state);
  await connect();
  expect(states()).toEqual(['none']);
  broker.takes = false;
  say(fleetTopics.desiredConfig('studio-1'), cloud.signed(1, { settings: {} }));
  await vi.advanceTimersByTimeAsync(3_000);
  broker.takes = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(states()).toEqual(['none', 'staged']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(states()).toEqual(['none', 'staged']);
  await desk.stop();
});

test('does not even ask for a desired configuration when nobody may set one, and says so', async () => {
  const { listeners, connect, of, desk } = await setUp(null);
  await connect();
  expect([...listeners.keys()]).toEqual([fleetTopics.fleet('studio-1')]);
  expect(of(fleetTopics.reportedConfig('studio-1'))).toMatchObject([{ state: 'off' }]);
  await desk.stop();
});

test('shows the others as the receiver told, how old that is, and its own clock against it', async () => {
  const { desk, connect, say, of } = await setUp();
  await connect();
  const own = DeviceReport.parse(of(fleetTopics.device('studio-1'))[0]);
  // The receiver's clock is 500 ms behind ours; 40 ms there, 200 ms with it, 40 ms back.
  await vi.advanceTimersByTimeAsync(280);
  const other = { agentId: 'studio-2', online: true, receivedMs: 0, report: own, config: null, desired: null };
  const list: FleetList = { atMs: own.sentMs - 500 + 240, echo: { sentMs: own.sentMs, receivedMs: own.sentMs - 500 + 40 }, devices: [other, { ...other, agentId: 'studio-1' }] }; // prettier-ignore
  say(fleetTopics.fleet('studio-1'), list);
  expect(desk.read()).toMatchObject({ others: [{ agentId: 'studio-2' }], toldMs: own.sentMs + 240, problem: null, own: { clock: { offsetMs: 500, delayMs: 80 } } }); // prettier-ignore
  // The same again and again, as a broker gives it after new connections, is no further exchange.
  await vi.advanceTimersByTimeAsync(30_000);
  for (let n = 0; n < 9; n++) say(fleetTopics.fleet('studio-1'), list);
  expect(desk.read().own.clock).toEqual({ offsetMs: 500, delayMs: 80 });
  say(fleetTopics.fleet('studio-1'), { devices: 'all' });
  expect(desk.read().problem).toContain('is no list of devices');
  await desk.stop();
});
