import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { createRig, type FakePlatform, openFakePlatform, type Rig } from '../connecting/testing/connector-rig.ts';
import { localWs } from './connector.ts';

const setup = JSON.parse(readFileSync(new URL('fixtures/setup.json', import.meta.url), 'utf8')) as object;
const chat = (id: string | number, extra: object = {}) =>
  JSON.stringify({ kind: 'chat', id, msg: 'hi', user: { id: 'u' }, ...extra });

let platform: FakePlatform;
let rig: Rig;
afterEach(async () => {
  await rig?.stop();
  await platform?.close();
});

async function open(
  onSocket: (socket: WebSocket, path: string, index: number) => void,
  settings: object = {},
  accept?: () => number | null,
) {
  platform = await openFakePlatform({ onSocket, accept });
  rig = createRig(localWs, { ...setup, ...settings }, { 'local-ws': platform.url.replace('http', 'ws') });
  return rig;
}

describe('connector of a local program', () => {
  it('greets it, gives events, and lives through binary messages, invalid UTF-8 and noise', async () => {
    const heard: string[] = [];
    const { until, events, health } = await open((socket) => {
      socket.on('message', (data) => heard.push(String(data as Buffer)));
      socket.send(Buffer.from('binary'));
      socket.send(Buffer.from([0x7b, 0xff]), { binary: false });
      for (const text of ['', chat('1'), chat('1'), '{"kind":"dance"}', chat('2')]) socket.send(text);
    }, { hello: '{"subscribe":true}' });
    await until(() => events.length === 2 && heard.length === 1);
    expect(heard).toEqual(['{"subscribe":true}']);
    expect(health()).toMatchObject({ state: 'open', counts: { duplicates: 1, malformed: 3, unknown: 1 } });
    expect(await rig.stop()).toBeLessThan(1000);
  });

  it('cuts a message that is too large, says so, and comes back', async () => {
    const { until, clock, health, ids } = await open((socket, _, index) => socket.send(index === 0 ? chat('1', { pad: 'x'.repeat(5000) }) : chat('2')), { max_message_bytes: 2048 });
    await until(() => health().state === 'waiting');
    expect(health().problem!.message).toContain('max_message_bytes');
    await clock.advance(1000);
    await until(() => ids().length === 1);
  });

  it('is degraded when the program is silent, and connects again when it answers no ping', async () => {
    const { until, clock, health } = await open((socket) => socket.pause());
    await until(() => health().state === 'open');
    await clock.advance(49_000);
    expect(platform.sockets).toHaveLength(1);
    await clock.advance(1_000);
    await until(() => platform.sockets.length === 2);
    expect(health().reconnects).toBe(1);
  });

  it('waits longer each time that nobody is there, up to a minute', async () => {
    platform = await openFakePlatform({});
    const url = platform.url.replace('http', 'ws');
    await platform.close();
    rig = createRig(localWs, setup, { 'local-ws': url });
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      await rig.until(() => rig.health().state === 'waiting');
      waits.push(rig.health().nextRetryMs! - rig.clock.nowMs());
      await rig.clock.advance(waits.at(-1)!);
      await rig.until(() => rig.health().reconnects > attempt + 1 || rig.health().state === 'waiting');
    }
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    expect(waits[0]).toBeGreaterThanOrEqual(1000);
    expect(waits.at(-1)).toBeGreaterThan(30_000);
    expect(waits.at(-1)).toBeLessThanOrEqual(60_000);
  });

  it('takes 10,000 messages as fast as they come, in order, none lost', async () => {
    const { until, ids, health } = await open((socket) => {
      for (let n = 0; n < 10_000; n++) socket.send(chat(n));
    });
    await until(() => ids().length === 10_000);
    expect(ids()).toEqual(Array.from({ length: 10_000 }, (_, n) => `local:${n}`));
    expect(health().counts).toMatchObject({ events: 10_000, dropped: 0 });
  });

  it('refuses a mapping whose event nobody knows, naming the place', () => {
    const mapping = { rules: [{ when: {}, event: 'live.dance.added', data: {} }] };
    expect(() => createRig(localWs, { room: 'r', mapping }, { 'local-ws': 'ws://127.0.0.1:1' })).toThrow(/mapping\.rules\.0\.event/);
    expect(() => createRig(localWs, setup, {})).toThrow(/endpoints\.local-ws/);
  });
}); // prettier-ignore
