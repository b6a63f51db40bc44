import { afterEach, describe, expect, it } from 'vitest';
import { createRig, type Rig } from '../connecting/testing/connector-rig.ts';
import { obs, type ObsConnector } from './connector.ts';
import { type FakeObs, openFakeObs, PASSWORD } from './testing/fake-obs.ts';

let fake: FakeObs;
let rig: Rig;
afterEach(async () => {
  await rig?.stop();
  await fake?.platform.close();
});

const studioOf = ({ connector }: Rig) => (connector as ObsConnector).studio;
const status = () => studioOf(rig).status('obs', rig.clock.nowMs());

async function open(prepare: (fake: FakeObs) => void = () => undefined, password = PASSWORD, old = false) {
  fake = await openFakeObs({ old });
  prepare(fake);
  rig = createRig(obs, { password }, { obs: fake.url });
  return rig;
}

/** Moves the fake clock until something holds, and waits for the loopback in between. */
async function passing(stepMs: number, what: () => boolean) {
  for (let n = 0; n < 60 && !what(); n++) {
    await rig.clock.advance(stepMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await rig.until(what);
}

describe('connector of OBS', () => {
  it('authenticates, reads what OBS is and does, and gives no event of the room', async () => {
    const { until, health, events } = await open();
    await until(() => status().replayBuffer !== null);
    expect(status()).toEqual({
      name: 'obs', state: 'open', problem: null, obsVersion: '30.2.0', onAir: 'live', onAirMs: 751433, scene: 'Live', recording: true,
      replayBuffer: 'running', lostFrames: null, congestion: 0, fps: 30, cpu: 11.4, freeDiskMegabytes: 48211.7,
    });
    expect(events).toEqual([]);
    expect(health()).toMatchObject({ state: 'open', lastEventMs: rig.clock.nowMs(), counts: { malformed: 0, unknown: 0 } });
    expect(await rig.stop()).toBeLessThan(1000);
  });

  it('is refused with a wrong password once, says what to do, and stays down', async () => {
    const { ended, health, clock, failure } = await open(undefined, 'wrong');
    await ended;
    expect(health()).toMatchObject({ state: 'failed', problem: { code: 'password' } });
    expect(String(failure())).toContain('WebSocket Server Settings');
    expect(String(failure())).not.toContain('wrong');
    await clock.advance(600_000);
    expect(fake.platform.sockets).toHaveLength(1);
  });

  it('does not talk to an OBS that asks for no password', async () => {
    const { ended, health } = await open((it) => delete it.hello.authentication);
    await ended;
    expect(health().problem!.code).toBe('no-password');
    expect(fake.asked).toEqual([]);
  });

  it.each([[4010, 'too-old'], [4011, 'thrown-out']] as const)('does not come back after close code %i', async (code, problem) => {
    const { until, ended, health } = await open();
    await until(() => health().state === 'open');
    fake.socket().close(code);
    await ended;
    expect(health()).toMatchObject({ state: 'failed', problem: { code: problem } });
  });

  it('waits and comes back when OBS was closed, died, or was started again', async () => {
    const { until, health, clock } = await open();
    for (const [n, end] of [() => fake.socket().close(1001), () => fake.socket().terminate()].entries()) {
      await until(() => health().state === 'open');
      end();
      await until(() => health().state === 'waiting');
      expect(status()).toMatchObject({ state: 'waiting', onAir: null, scene: null });
      expect(health().problem!.code).toBe(['closing', 'cut'][n]);
      const waitMs = health().nextRetryMs! - clock.nowMs();
      expect(waitMs).toBeGreaterThanOrEqual(1000);
      await clock.advance(waitMs);
    }
    await until(() => status().onAir === 'live');
    expect(health().reconnects).toBe(2);
  });

  it('waits longer each time that OBS is not there, up to a minute', async () => {
    await open((it) => void it.platform.close());
    await rig.until(() => rig.health().problem?.code === 'not-running');
    const waits: number[] = [];
    for (let n = 0; n < 9; n++) {
      await rig.until(() => rig.health().state === 'waiting');
      waits.push(rig.health().nextRetryMs! - rig.clock.nowMs());
      const { reconnects } = rig.health();
      await rig.clock.advance(waits.at(-1)!);
      await rig.until(() => rig.health().reconnects > reconnects);
    }
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits.at(-1)).toBeGreaterThan(30_000);
    expect(waits.at(-1)).toBeLessThanOrEqual(60_000);
  });

  it('is degraded when OBS answers nothing, and finds the stale socket after a sleep of the machine', async () => {
    const { until, health, clock } = await open();
    await until(() => status().replayBuffer !== null);
    for (const request of ['GetStreamStatus', 'GetStats', 'GetCurrentProgramScene', 'GetRecordStatus', 'GetReplayBufferStatus']) fake.override.set(request, () => null);
    await passing(1_000, () => health().state === 'degraded');
    expect(health().problem!.code).toBe('silent');
    expect(status().trouble).toMatchObject({ code: 'silent', retryS: null });
    fake.override.clear();
    fake.socket().pause();
    await clock.advance(8 * 3_600_000);
    await passing(1_000, () => fake.platform.sockets.length >= 2 && health().state === 'open' && status().onAir === 'live');
  });

  it('tells what viewers notice although OBS says active: reconnecting, a failed start, lost frames, a full disk', async () => {
    const { until, health } = await open();
    await until(() => status().replayBuffer !== null);
    fake.emit('StreamStateChanged', { outputActive: true, outputState: 'OBS_WEBSOCKET_OUTPUT_RECONNECTING' }, 64);
    await until(() => status().onAir === 'reconnecting');
    fake.stream = { ...fake.stream, outputReconnecting: true };
    await passing(1_000, () => health().state === 'degraded');
    expect(health().problem!.code).toBe('stream-reconnecting');

    fake.stream = { ...fake.stream, outputReconnecting: false, outputSkippedFrames: 3 + 100, outputTotalFrames: 22542 + 1000 };
    await passing(1_000, () => health().problem?.code === 'frames-lost');
    expect(status().lostFrames).toBeCloseTo(0.1, 5);

    fake.stream = { outputActive: false, outputReconnecting: false };
    for (const state of ['STARTING', 'STOPPED']) fake.emit('StreamStateChanged', { outputState: `OBS_WEBSOCKET_OUTPUT_${state}` }, 64);
    await until(() => status().onAir === 'failed-start');
    await passing(1_000, () => health().problem?.code === 'stream-not-started');

    fake.emit('StreamStateChanged', { outputState: 'OBS_WEBSOCKET_OUTPUT_STARTED' }, 64);
    fake.stream = { outputActive: true };
    fake.override.set('GetStats', () => ({ code: 100, data: { availableDiskSpace: 600 } }));
    await passing(1_000, () => health().problem?.code === 'disk-low');
  });

  it('lives through malformed, unknown, cut and late messages, and counts them', async () => {
    const { until, health } = await open();
    await until(() => health().state === 'open');
    for (const noise of ['', '{"op":', 'null', '[]', '{"op":"5"}', '{"op":5,"d":{}}', '{"op":7,"d":{"requestId":1}}']) fake.socket().send(noise);
    fake.socket().send(Buffer.from([1, 2, 3]));
    fake.socket().send(Buffer.from([0x7b, 0xff]), { binary: false });
    fake.socket().send('{"op":99,"d":{}}');
    fake.socket().send('{"op":7,"d":{"requestType":"GetVersion","requestId":"r-999","requestStatus":{"result":true,"code":100},"responseData":{}}}');
    fake.emit('EventOfANewerObs', { some: 1 });
    await until(() => health().counts.unknown === 1 && health().counts.malformed === 9);
    expect(health()).toMatchObject({ state: 'open', reconnects: 0 });
  });

  it('takes a thousand events at once, repeated and out of order, and shows the newest', async () => {
    const { until, health } = await open();
    await until(() => status().replayBuffer !== null);
    for (let n = 0; n < 1_000; n++) fake.emit('CurrentProgramSceneChanged', { sceneName: `Scene ${n % 7}` }, 4);
    fake.emit('CurrentProgramSceneChanged', { sceneName: 'Break' }, 4);
    await until(() => status().scene === 'Break');
    expect(health().counts.malformed).toBe(0);
  });

  it('cuts a message that is too large and comes back', async () => {
    const { until, health, clock } = await open();
    await until(() => health().state === 'open');
    fake.socket().send('x'.repeat(9 * 1024 * 1024));
    await until(() => health().state === 'waiting');
    await clock.advance(60_000);
    await until(() => health().state === 'open');
  });

  it('ends the session when OBS accepts and says nothing', async () => {
    fake = await openFakeObs();
    fake.platform.sockets.length = 0;
    rig = createRig(obs, { password: PASSWORD }, { obs: fake.url });
    await rig.until(() => rig.health().state === 'open');
    fake.socket().pause();
    await passing(5_000, () => fake.platform.sockets.length === 2);
  });
}); // prettier-ignore
