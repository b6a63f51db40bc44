import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createRig, type FakePlatform, openFakePlatform, type Rig } from '../connecting/testing/connector-rig.ts';
import { twitchIrc } from './irc-connector.ts';

const line = (id: string) =>
  `@id=${id};user-id=9;display-name=Ab;tmi-sent-ts=1768478400000 :ab!ab@ab.tmi.twitch.tv PRIVMSG #shop :how much`;
const JOINED = ':justinfan50000!justinfan50000@justinfan50000.tmi.twitch.tv JOIN #shop';

/** The same server over WebSocket and over TCP: what was said to it, and what it says. */
interface FakeIrc {
  readonly url: string;
  readonly heard: string[];
  readonly connections: () => number;
  say(text: string): void;
  cut(): void;
  close(): Promise<void>;
}

async function openWebSocketIrc(): Promise<FakeIrc> {
  const heard: string[] = [];
  const platform: FakePlatform = await openFakePlatform({
    onSocket: (socket) => socket.on('message', (data) => heard.push(String(data as Buffer).trim())),
  });
  return {
    url: platform.url.replace('http', 'ws'),
    heard,
    connections: () => platform.sockets.length,
    say: (text) => platform.sockets.at(-1)!.send(`${text}\r\n`),
    cut: () => platform.sockets.at(-1)!.terminate(),
    close: platform.close,
  };
}

async function openTcpIrc(): Promise<FakeIrc> {
  const heard: string[] = [];
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (data) => heard.push(...String(data).trim().split('\r\n')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `irc://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    connections: () => sockets.length,
    say: (text) => void sockets.at(-1)!.write(`${text}\r\n`),
    cut: () => void sockets.at(-1)!.destroy(),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.each([
  ['WebSocket', openWebSocketIrc],
  ['TCP', openTcpIrc],
])('connector of Twitch IRC over %s', (_, openIrc) => {
  let irc: FakeIrc;
  let rig: Rig;
  afterEach(async () => {
    await rig?.stop();
    await irc?.close();
  });
  const open = async () => {
    irc = await openIrc();
    rig = createRig(twitchIrc, { channel: 'Shop' }, { 'twitch-irc': irc.url });
    await rig.until(() => irc.heard.length === 3);
    irc.say(JOINED);
    await rig.until(() => rig.health().state === 'open');
    return rig;
  };

  it('joins without an account, answers PING, gives comments once', async () => {
    const { until, events, health } = await open();
    expect(irc.heard).toEqual(['CAP REQ :twitch.tv/tags twitch.tv/commands', 'NICK justinfan50000', 'JOIN #shop']);
    irc.say(`PING :tmi.twitch.tv\r\n${line('1')}\r\n${line('1')}\r\n:tmi.twitch.tv SPARKLE\r\n@id`);
    await until(() => irc.heard.at(-1) === 'PONG :tmi.twitch.tv' && events.length === 1);
    await until(() => health().counts.unknown === 1);
    expect(health().counts).toMatchObject({ duplicates: 1 });
    expect(await rig.stop()).toBeLessThan(1000);
  });

  it('connects again at once when the server says so, and with back-off after a cut', async () => {
    const { until, clock, health } = await open();
    await clock.advance(2000);
    irc.say(':tmi.twitch.tv RECONNECT');
    await until(() => irc.connections() === 2);
    expect(health().reconnects).toBe(0);
    irc.cut();
    await until(() => health().state === 'waiting');
    await clock.advance(60_000);
    await until(() => irc.connections() === 3);
  });

  it('asks after a minute of silence, and opens another connection without an answer', async () => {
    const { until, clock, health } = await open();
    await clock.advance(60_000);
    await until(() => irc.heard.at(-1) === 'PING :livecue');
    irc.say(':tmi.twitch.tv PONG tmi.twitch.tv :livecue');
    await until(() => health().lastKeepAliveMs === clock.nowMs());
    await clock.advance(15_000);
    expect(irc.connections()).toBe(1);
    await clock.advance(60_000);
    await until(() => irc.heard.filter((text) => text === 'PING :livecue').length === 2);
    await clock.advance(15_000);
    await until(() => irc.connections() === 2);
  });

  it('stays down when the login is refused', async () => {
    const { ended, failure } = await open();
    irc.say(':tmi.twitch.tv NOTICE * :Login authentication failed');
    await ended;
    expect(failure()).toMatchObject({ retry: 'never' });
  });
}); // prettier-ignore
