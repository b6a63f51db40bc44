import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { createRig, type FakePlatform, openFakePlatform, type Rig } from '../connecting/testing/connector-rig.ts';
import { twitchEventSub } from './eventsub-connector.ts';

const CONFIGURATION = { channel: 'shop', channel_id: 1, client_id: 'client', access_token: 'zqx-token' };
const ALL = ['user:read:chat', 'moderator:read:followers', 'channel:read:subscriptions', 'bits:read'];
const AT = '2026-01-15T12:00:00.123456789Z';
const control = (type: string, session: object = {}) =>
  JSON.stringify({ metadata: { message_id: 'x', message_type: type, message_timestamp: AT }, payload: { session } });
const welcome = (id: string, seconds = 10) => control('session_welcome', { id, keepalive_timeout_seconds: seconds });
const comment = (id: string, messageId = `n-${id}`) =>
  JSON.stringify({
    metadata: {
      message_id: messageId,
      message_type: 'notification',
      message_timestamp: AT,
      subscription_type: 'channel.chat.message',
    },
    payload: {
      event: {
        broadcaster_user_id: '1',
        chatter_user_id: '9',
        chatter_user_name: 'Ab',
        message_id: id,
        message: { text: 'hi' },
        badges: [],
      },
    },
  });

let platform: FakePlatform;
let rig: Rig;
afterEach(async () => {
  await rig?.stop();
  await platform?.close();
});

interface Play {
  readonly validate?: { status?: number; body: unknown };
  readonly subscribe?: (type: string) => number;
  readonly onSocket?: (socket: WebSocket, path: string, index: number) => void;
  readonly accept?: () => number | null;
}

async function open({
  validate,
  subscribe = () => 202,
  onSocket = (socket) => socket.send(welcome('s1')),
  accept,
}: Play) {
  platform = await openFakePlatform({
    accept,
    onSocket,
    answer(path, body) {
      if (path === '/auth/validate') return validate ?? { body: { user_id: '77', login: 'shop', scopes: ALL } };
      if (path.startsWith('/streams'))
        return { body: { data: [{ user_id: '1', viewer_count: 12 }] }, headers: { 'ratelimit-remaining': '799' } };
      return { status: subscribe((JSON.parse(body) as { type: string }).type), body: {} };
    },
  });
  const socketUrl = platform.url.replace('http', 'ws');
  rig = createRig(twitchEventSub, CONFIGURATION, {
    'twitch-auth': `${platform.url}/auth`,
    'twitch-api': platform.url,
    'twitch-eventsub': `${socketUrl}/ws`,
  });
  return rig;
}
const subscribed = () =>
  platform.requests
    .filter(({ path }) => path === '/eventsub/subscriptions')
    .map(({ body }) => JSON.parse(body) as { type: string; condition: object; transport: object });

describe('connector of Twitch EventSub', () => {
  it('subscribes to each kind once with the session of the welcome, and gives events once', async () => {
    const { until, health, events } = await open({});
    await until(() => health().state === 'open');
    const kinds = subscribed();
    expect(new Set(kinds.map(({ type }) => type)).size).toBe(12);
    expect(kinds.some(({ type }) => type === 'channel.cheer')).toBe(false);
    expect(kinds.find(({ type }) => type === 'channel.follow')).toMatchObject({ condition: { broadcaster_user_id: '1', moderator_user_id: '77' }, transport: { method: 'websocket', session_id: 's1' } });
    for (const text of [comment('a'), comment('a'), 'no json', comment('b')]) platform.sockets[0]!.send(text);
    await until(() => events.length === 2);
    expect(health().counts).toMatchObject({ duplicates: 1, malformed: 1 });
    expect(await rig.stop()).toBeLessThan(1000);
  });

  it('refuses a bad token once, stays down, and tells nobody what it was', async () => {
    const { ended, health, failure, log } = await open({ validate: { status: 401, body: { status: 401 } } });
    await ended;
    expect(failure()).toMatchObject({ retry: 'never' });
    expect(health()).toMatchObject({ state: 'failed', problem: { code: 'token' } });
    expect(platform.requests).toHaveLength(1);
    expect(JSON.stringify([health(), String(failure()), log])).not.toContain('zqx');
  });

  it('goes on without the kinds that it may not see, and says which', async () => {
    const scopes = ALL.filter((scope) => scope !== 'bits:read');
    const { until, health } = await open({ validate: { body: { user_id: '77', scopes } }, subscribe: (type) => (type === 'channel.follow' ? 403 : 202) });
    await until(() => health().state === 'degraded');
    expect(health().problem!.message).toBe('not allowed, and so not seen: channel.follow, channel.bits.use');
    platform.sockets[0]!.send(control('revocation'));
    await until(() => health().problem?.code === 'revoked');
  });

  it('moves when the platform asks: reads both sockets until the new one says welcome, subscribes no second time', async () => {
    const { until, health, ids, events } = await open({ onSocket: (socket, path) => path === '/ws' && socket.send(welcome('s1')) });
    await until(() => health().state === 'open');
    for (const hop of [2, 3]) {
      const old = platform.sockets.at(-1)!;
      old.send(control('session_reconnect', { reconnect_url: `ws://127.0.0.1:${platform.port}/ws?id=${hop}` }));
      await until(() => platform.sockets.length === hop);
      old.send(comment(`old-${hop}`));
      await until(() => ids().includes(`twitch:old-${hop}`));
      const closed = new Promise((resolve) => old.once('close', resolve));
      platform.sockets.at(-1)!.send(welcome('s1'));
      await closed;
      platform.sockets.at(-1)!.send(comment(`new-${hop}`));
      await until(() => ids().includes(`twitch:new-${hop}`));
    }
    expect(events).toHaveLength(4);
    expect(subscribed()).toHaveLength(12);
    expect(health()).toMatchObject({ state: 'open', reconnects: 0 });
  });

  it('follows no reconnection to another host', async () => {
    const { until, health } = await open({});
    await until(() => health().state === 'open');
    platform.sockets[0]!.send(control('session_reconnect', { reconnect_url: 'ws://evil.example.invalid/ws' }));
    await until(() => health().problem?.code === 'reconnect');
  });

  it('takes silence beyond the keep-alive for a dead connection, and opens another', async () => {
    const { until, health, clock } = await open({});
    await until(() => health().state === 'open');
    await clock.advance(12_000);
    platform.sockets[0]!.send(control('session_keepalive'));
    await until(() => health().lastKeepAliveMs === clock.nowMs());
    await clock.advance(14_999);
    expect(platform.sockets).toHaveLength(1);
    await clock.advance(1);
    await until(() => platform.sockets.length === 2 && health().state === 'open');
    expect(health().reconnects).toBe(1);
  });

  it('obeys Retry-After when the upgrade is refused, and backs off after a cut', async () => {
    let refusal: number | null = 429;
    const { until, health, clock } = await open({ accept: () => refusal, onSocket: (socket, _, index) => (index === 0 ? socket.terminate() : socket.send(welcome('s2'))) });
    await until(() => health().state === 'waiting');
    expect(health().nextRetryMs! - clock.nowMs()).toBe(7000);
    refusal = null;
    await clock.advance(7000);
    await until(() => platform.sockets.length === 1 && health().state === 'waiting');
    await clock.advance(60_000);
    await until(() => health().state === 'open');
    expect(health().reconnects).toBe(2);
  });

  it('asks for the viewers every minute', async () => {
    const { until, health, clock, events } = await open({ onSocket: (socket) => socket.send(welcome('s1', 600)) });
    await until(() => health().state === 'open');
    await clock.advance(60_000);
    await until(() => events.length === 1);
    expect(events[0]).toMatchObject({ type: 'live.audience.updated', data: { concurrent: 12 } });
    expect(rig.health().quotaLeft).toBe(799);
  });
}); // prettier-ignore
