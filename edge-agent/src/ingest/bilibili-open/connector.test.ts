import { afterEach, describe, expect, it } from 'vitest';
import { hasGolden, openGolden, SKIP_REASON } from '../../../test/connectors/golden.ts';
import { createRig, type FakePlatform, openFakePlatform, type Rig } from '../connecting/testing/connector-rig.ts';
import { bilibiliOpen } from './connector.ts';
import { decodeFrame, encodePacket } from './frame-codec.ts';
import { signedHeaders } from './signed-headers.ts';

const CONFIGURATION = { code: 'ABCD', app_id: 17, access_key_id: 'key', access_key_secret: 'secret' };
const comment = (id: string) =>
  encodePacket(
    5,
    JSON.stringify({
      cmd: 'LIVE_OPEN_PLATFORM_DM',
      data: { open_id: 'v', msg: '在吗', msg_id: id, timestamp: 1768478400 },
    }),
  );

let platform: FakePlatform;
let rig: Rig;
afterEach(async () => {
  await rig?.stop();
  await platform?.close();
});

interface Play {
  readonly startCode?: number;
  /** HTTP status of the answer to start. */
  readonly startStatus?: number;
  readonly authCode?: number;
  /** What each socket says after the authentication. */
  readonly say?: (send: (bytes: Uint8Array) => void, index: number, close: () => void) => void;
  readonly heartbeatCode?: () => number;
}

async function open({ startCode = 0, startStatus = 200, authCode = 0, say, heartbeatCode = () => 0 }: Play) {
  let games = 0;
  platform = await openFakePlatform({
    answer(path) {
      if (path === '/v2/app/heartbeat') return { body: { code: heartbeatCode(), data: {} } };
      if (path !== '/v2/app/start') return { body: { code: 0, data: {} } };
      const data = {
        anchor_info: { room_id: 42, open_id: 'host' },
        game_info: { game_id: `g${++games}` },
        websocket_info: { auth_body: '{"key":"k",  "uid":0}', wss_link: [`ws://127.0.0.1:${platform.port}/sub`] },
      };
      return { status: startStatus, body: startCode === 0 ? { code: 0, data } : { code: startCode, data: null } };
    },
    onSocket(socket, _, index) {
      socket.on('message', (data) => {
        const [operation] = [(data as Buffer).readUInt32BE(8)];
        if (operation === 2) return socket.send(Buffer.concat([encodePacket(3, '\0\0\0\u0001')]));
        if (operation !== 7) return undefined;
        socket.send(encodePacket(8, JSON.stringify({ code: authCode })));
        return say?.(
          (bytes) => socket.send(bytes),
          index,
          () => socket.terminate(),
        );
      });
    },
  });
  rig = createRig(bilibiliOpen, CONFIGURATION, { 'bilibili-open': platform.url });
  return rig;
}
const paths = () => platform.requests.map(({ path }) => path);

describe('connector of the Bilibili open platform', () => {
  it('starts, authenticates with the body as it came, gives events, and ends the session when it stops', async () => {
    const { until, events, health } = await open({ say: (send) => send(Buffer.concat([comment('1'), comment('2'), comment('1')])) });
    await until(() => events.length === 2);
    expect(events[0]).toMatchObject({ id: 'bilibili:1', source: 'live/bilibili/42', data: { text: '在吗' } });
    expect(health()).toMatchObject({ state: 'open', reconnects: 0, counts: { events: 2, duplicates: 1 } });
    expect(await rig.stop()).toBeLessThan(1000);
    expect(paths()).toEqual(['/v2/app/start', '/v2/app/end']);
    expect(platform.requests[1]!.body).toBe('{"app_id":17,"game_id":"g1"}');
    const { body, headers } = platform.requests[0]!;
    const nonce = String(headers['x-bili-signature-nonce']);
    const expected = signedHeaders(body, { accessKeyId: 'key', accessKeySecret: 'secret' }, nonce, 1_768_478_400);
    expect(headers.authorization).toBe(expected.Authorization);
    expect(health().state).toBe('idle');
  });

  it('sends both heartbeats in their rhythm', async () => {
    const { until, clock, health } = await open({});
    await until(() => health().state === 'open');
    await clock.advance(61_000);
    await until(() => paths().filter((path) => path === '/v2/app/heartbeat').length === 3 && health().lastKeepAliveMs !== null);
    expect(JSON.parse(platform.requests[1]!.body)).toEqual({ game_id: 'g1' });
  });

  it.each([
    [{ startCode: 7007 }, 'identity-code'],
    [{ startCode: 4002 }, 'refused'],
    [{ startStatus: 403 }, 'refused'],
  ])('refused with %o it stays down, with words for the operator and no secret in them', async (play, code) => {
    const { ended, health, failure, log } = await open(play);
    await ended;
    expect(failure()).toMatchObject({ code: 'connector-refused', retry: 'never' });
    expect(health()).toMatchObject({ state: 'failed', problem: { code } });
    expect(paths()).toEqual(['/v2/app/start']);
    expect(JSON.stringify([health(), String(failure()), log])).not.toMatch(/ABCD|secret"/);
  });

  it('comes back after a cut with back-off, in a new session, and knows what it was told before', async () => {
    const play: Play = { say: (send, index, close) => (index === 0 ? (send(comment('1')), close()) : send(Buffer.concat([comment('1'), comment('2')]))) };
    const { until, clock, events, health, ids } = await open(play);
    await until(() => health().state === 'waiting');
    expect(health()).toMatchObject({ reconnects: 1, problem: { code: 'cut' }, nextRetryMs: clock.nowMs() + 1000 });
    await clock.advance(1000);
    await until(() => events.length === 2);
    expect(ids()).toEqual(['bilibili:1', 'bilibili:2']);
    expect(paths()).toEqual(['/v2/app/start', '/v2/app/end', '/v2/app/start']);
    expect(health()).toMatchObject({ state: 'open', counts: { duplicates: 1 } });
  });

  it('starts again when the socket refuses it, when its session expires, and when the platform ends it', async () => {
    const { until, clock, health } = await open({ authCode: -101 });
    await until(() => health().problem?.code === 'auth');
    await rig.stop();
    await platform.close();
    // The session's heartbeat came too late, or it was closed already.
    for (const gone of [7003, 7000]) {
      let expired = gone;
      const second = await open({ heartbeatCode: () => expired });
      await until(() => second.health().state === 'open');
      await second.clock.advance(20_000);
      await until(() => second.health().problem?.code === 'expired');
      expired = 0;
      await second.stop();
      await platform.close();
    }
    const ending = (game: string) => encodePacket(5, JSON.stringify({ cmd: 'LIVE_OPEN_PLATFORM_INTERACTION_END', data: { game_id: game } }));
    const third = await open({ say: (send) => (send(ending('another')), send(comment('1')), send(ending('g1'))) });
    await until(() => third.health().problem?.code === 'ended');
    expect(third.ids()).toEqual(['bilibili:1']);
    expect(clock.nowMs()).toBeGreaterThan(0);
  });

  it('tells a socket that has become silent, and opens another', async () => {
    const { until, clock, health } = await open({});
    await until(() => health().state === 'open');
    platform.sockets[0]!.removeAllListeners('message');
    await clock.advance(46_000);
    expect(health()).toMatchObject({ state: 'degraded', problem: { code: 'silent' } });
    await clock.advance(30_000);
    await until(() => platform.sockets.length === 2);
  });

  it('lives through hostile frames', async () => {
    const hostile = [Buffer.alloc(0), Buffer.from([1, 2, 3]), encodePacket(5, '{"cmd":'), encodePacket(99)];
    const { until, events, health } = await open({ say: (send) => [...hostile, comment('9')].forEach(send) });
    await until(() => events.length === 1);
    expect(health().counts).toMatchObject({ malformed: 3, unknown: 1 });
  });
}); // prettier-ignore

interface Vector {
  readonly body: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly headers: Record<string, string>;
  readonly authorization: string;
}

describe('signed headers', () => {
  it.skipIf(!hasGolden)(hasGolden ? 'equal the vectors of the platform' : SKIP_REASON, () => {
    const vectors = openGolden('bilibili-open').lines('signature-vectors.jsonl').map((line) => JSON.parse(line) as Vector);
    for (const { body, accessKeyId, accessKeySecret, headers, authorization } of vectors) {
      const nonce = headers['x-bili-signature-nonce']!;
      const signed = signedHeaders(body, { accessKeyId, accessKeySecret }, nonce, Number(headers['x-bili-timestamp']));
      expect(signed).toEqual({ ...headers, Authorization: authorization });
    }
    expect(vectors.length).toBeGreaterThan(0);
  });

  it('change with every byte of the body and with the secret', () => {
    const sign = (body: string, secret: string) => signedHeaders(body, { accessKeyId: 'k', accessKeySecret: secret }, 'n', 1).Authorization;
    expect(new Set([sign('a', 's'), sign('b', 's'), sign('a', 't')]).size).toBe(3);
    expect(decodeFrame(encodePacket(2))).toEqual([{ kind: 'unknown', operation: 2 }]);
  });
}); // prettier-ignore
