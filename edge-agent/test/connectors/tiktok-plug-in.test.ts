import { EventEmitter } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Bridge, type LiveConnection, openBridge } from '../../plug-ins/tiktok-live/bridge.ts';
import { createRig, type Rig } from '../../src/ingest/connecting/testing/connector-rig.ts';
import { tiktokService } from '../../src/ingest/tiktok/service-connector.ts';
import { hasGolden, openGolden, SKIP_REASON } from './golden.ts';

const TOKEN = 'token-of-the-tests';

/** The library, without a network. */
class FakeLibrary extends EventEmitter implements LiveConnection {
  isIn = false;
  isLeft = false;
  refusal: Error | null = null;
  /** Lets it into the room. */
  way: Promise<void> = Promise.resolve();
  async connect(): Promise<void> {
    if (this.refusal !== null) throw this.refusal;
    await this.way;
    this.isIn = true;
  }
  async disconnect(): Promise<void> {
    if (!this.isIn) throw new Error('not connected');
    this.isLeft = true;
  }
}
class UserOfflineError extends Error {}

let bridge: Bridge;
let rig: Rig;
afterEach(async () => {
  await rig.stop();
  await bridge.close();
});

async function open(refusal: Error | null = null, token = TOKEN, way = Promise.resolve()) {
  const rooms: { account: string; room: FakeLibrary }[] = [];
  const createConnection = (account: string) => {
    const room = new FakeLibrary();
    room.refusal = refusal;
    room.way = way;
    rooms.push({ account, room });
    return room;
  };
  bridge = await openBridge({ createConnection, log: () => undefined }, { port: 0, token: TOKEN });
  rig = createRig(tiktokService, { unique_id: 'livecue.shop', api_key: token }, { 'tiktok-service': `ws://127.0.0.1:${bridge.port}` }); // prettier-ignore
  return { ...rig, rooms };
}
/** What is answered until the end, or '' of a caller that breaks off at once. */
function askRaw(text: string, breaksOff: boolean): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(bridge.port, '127.0.0.1', () => {
      socket.write(text);
      if (breaksOff) socket.resetAndDestroy();
    });
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}
const chat = (msgId: string | bigint) => ({ common: { msgId, createTime: '1768478400000' }, user: { id: '7', nickname: 'N' }, content: 'hi' }); // prettier-ignore

describe('plug-in for TikTok LIVE by the open-source library', () => {
  it('gives what the library says: the past as history, 64-bit ids whole, a broken message not at all', async () => {
    const { until, rooms, events, health } = await open();
    await until(() => rooms.length === 1 && health().state === 'open');
    const { account, room } = rooms[0]!;
    expect(account).toBe('livecue.shop');
    room.emit('chat', chat('1'));
    room.emit('websocketConnected');
    room.emit('error', new Error('cannot decode'));
    room.emit('rawData', 'WebcastChatMessage', new Uint8Array(9));
    room.emit('chat', chat(7462591458873558949n));
    await until(() => events.length === 2);
    expect(events.map(({ id, historical }) => [id, historical ?? false])).toEqual([['tiktok:1', true], ['tiktok:7462591458873558949', false]]); // prettier-ignore
    expect(health().counts).toMatchObject({ malformed: 0, unknown: 0 });
    await rig.stop();
    await until(() => room.isLeft);
  });

  it('comes back when the library has lost the room, and is idle after the show', async () => {
    const { until, rooms, clock, events, health } = await open();
    await until(() => rooms.length === 1 && health().state === 'open');
    rooms[0]!.room.emit('disconnected', { code: 1006 });
    await until(() => health().state === 'waiting');
    await clock.advance(1000);
    await until(() => rooms.length === 2 && health().state === 'open');
    expect(rooms[0]!.room.isLeft).toBe(true);
    rooms[1]!.room.emit('streamEnd', { action: 3 });
    rooms[1]!.room.emit('disconnected', { code: 1000 });
    await until(() => health().state === 'idle');
    expect(events.map(({ type }) => type)).toEqual(['live.room.ended']);
  });

  it('leaves a room that it comes into after the agent has gone', async () => {
    let letIn = () => {};
    const { until, rooms, health } = await open(null, TOKEN, new Promise((resolve) => (letIn = resolve)));
    await until(() => rooms.length === 1 && health().state === 'open');
    await rig.stop();
    letIn();
    await until(() => rooms[0]!.room.isLeft);
  });

  it('says that an account is not live, and lets nobody in without its token', async () => {
    const first = await open(new UserOfflineError('x'));
    await first.until(() => first.health().problem?.code === 'not-live');
    expect(first.health().nextRetryMs! - first.clock.nowMs()).toBeGreaterThanOrEqual(60_000);
    await rig.stop();
    await bridge.close();
    const second = await open(null, 'another-token-of-somebody');
    await second.ended;
    expect(second.health()).toMatchObject({ state: 'failed', problem: { code: 'refused' } });
    expect(second.rooms).toEqual([]);
  });

  it('outlives callers with an address that is none, and callers that break off', async () => {
    const { until, rooms, events, health } = await open();
    await until(() => rooms.length === 1 && health().state === 'open');
    const head = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n`; // prettier-ignore
    const answers = await Promise.all(['//', '/?%', 'http://:0/?apiKey=x'].map((path) => askRaw(head(path), false)));
    expect(answers.map((answer) => answer.split(' ', 2)[1])).toEqual(['401', '401', '401']);
    await askRaw(head('/'), true);
    rooms[0]!.room.emit('websocketConnected');
    rooms[0]!.room.emit('chat', chat('1'));
    await until(() => events.length === 1);
  });

  it.skipIf(!hasGolden)(hasGolden ? 'gives the events of every recorded message of the library' : SKIP_REASON, async () => {
    const folder = openGolden('tiktok');
    const cases = folder.cases.filter(({ file }) => file === 'library.jsonl');
    const { until, rooms, events, health } = await open();
    await until(() => rooms.length === 1 && health().state === 'open');
    const { room } = rooms[0]!;
    const messages = folder.lines('library.jsonl').map((line) => JSON.parse(line) as { event: string; data: unknown; beforeOpen?: boolean });
    const own = new Set(['disconnected', 'streamEnd', 'error']);
    for (const { event, data } of messages.filter(({ beforeOpen }) => beforeOpen)) room.emit(event, data);
    room.emit('websocketConnected');
    for (const { event, data } of messages.filter(({ event, beforeOpen }) => !beforeOpen && !own.has(event))) room.emit(event, data);
    const expected = new Set(cases.flatMap((golden) => (golden.events ?? []).map(({ id }) => id as string)));
    await until(() => events.length >= expected.size);
    expect(new Set(events.map(({ id }) => id))).toEqual(expected);
    expect(events.filter(({ historical }) => historical === true)).toHaveLength(1);
  }); // prettier-ignore
});
