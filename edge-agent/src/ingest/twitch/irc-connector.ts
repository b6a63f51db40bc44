import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import * as z from 'zod';
import { endpointOf } from '../connecting/endpoint.ts';
import { createFactory } from '../connecting/factory.ts';
import { slept, watchSilence } from '../connecting/session-timers.ts';
import { createStreamConnector, type SessionEnd, type SessionLink } from '../connecting/stream-connector.ts';
import { openWireSocket } from '../connecting/wire-socket.ts';
import type { Connector, ConnectorContext } from '../connector.ts';
import { SetupId } from '../decoding/setup.ts';
import { createDecoder } from './decoder.ts';
import { parseIrcLine } from './irc-line.ts';

export const TwitchIrcConfiguration = z.strictObject({
  channel: z
    .string()
    .regex(/^\w{1,64}$/, 'expected the login name of the channel')
    .transform((name) => name.toLowerCase()),
  channel_id: SetupId.optional().describe('Number of the channel; tells the comments of a shared chat apart'),
});
type Configuration = z.output<typeof TwitchIrcConfiguration>;

const NAME = 'twitch-irc';
/** The server asks every five minutes; we ask after a minute of silence, and wait this long for the answer. */
const ASK_MS = 60_000;
const ANSWER_MS = 15_000;
const QUIET_LIMIT_MS = 90_000;
const MAX_LINE = 64 * 1024;

/** Twitch chat by anonymous IRC: comments and gifts, without an account. Endpoint `twitch-irc`: wss, ircs, or on loopback ws, irc. */
export const twitchIrc = createFactory({
  name: NAME,
  version: '1.0.0',
  tier: 'A',
  schema: TwitchIrcConfiguration,
  endpoints: { 'twitch-irc': 'wss://irc-ws.chat.twitch.tv:443' },
  capabilities: {
    kinds: ['live.comment.created', 'live.comment.deleted', 'live.gift.sent'],
    resume: 'none',
    order: 'stream',
    duplicates: 'delivered',
    transport: 'stream',
  },
  open: createConnector,
});

interface LineLink {
  send(line: string): void;
  readonly closed: Promise<string>;
}

function createConnector(settings: Configuration, context: ConnectorContext): Connector {
  const url = endpointOf(context, 'twitch-irc', NAME);
  const decoder = createDecoder({ channel_irc: settings.channel, channel_irc_id: settings.channel_id }, context);

  async function openSession(link: SessionLink): Promise<SessionEnd> {
    const over = new AbortController();
    const signal = AbortSignal.any([link.signal, over.signal]);
    let lastMs = context.nowMs();
    let heard = 0;
    let end: SessionEnd | null = null;
    const finish = (next: SessionEnd) => {
      end ??= next;
      over.abort();
    };
    const onLine = (text: string, lines: LineLink) => {
      lastMs = context.nowMs();
      heard++;
      const line = parseIrcLine(text);
      if (line?.command === 'PING') lines.send(`PONG :${line.params.at(-1) ?? ''}`);
      if (line?.command === 'PING' || line?.command === 'PONG') link.keepAlive();
      if (line?.command === 'JOIN') link.open();
      if (line?.command === 'RECONNECT') finish({ next: 'now', isRoutine: true });
      const result = decoder.decode({ text, route: 'irc' });
      link.take(result);
      if (result.state === 'failed') finish({ next: 'failed', problem: { code: 'login', message: 'the server refuses the login' } }); // prettier-ignore
    };
    const onOpen = (lines: LineLink) => {
      lines.send('CAP REQ :twitch.tv/tags twitch.tv/commands');
      // Anonymous readers are called so; the number is by chance.
      lines.send(`NICK justinfan${10_000 + Math.floor(context.random() * 80_000)}`);
      lines.send(`JOIN #${settings.channel}`);
    };
    const lines = openLines(url, { signal, nowMs: context.nowMs, onOpen, onLine });
    const askWhenSilent = async () => {
      while (!signal.aborted) {
        await watchSilence(context, signal, { limitMs: () => ASK_MS, lastMs: () => lastMs, onSilent: () => lines.send('PING :livecue') }); // prettier-ignore
        const before = heard;
        if (!(await slept(context, ANSWER_MS, signal)) || heard !== before) continue;
        finish({ next: 'now', problem: { code: 'no-answer', message: 'the server answers no PING' } });
      }
    };
    void askWhenSilent();
    const reason = await lines.closed;
    over.abort();
    return end ?? { next: 'back-off', problem: { code: 'cut', about: reason, message: reason } };
  }

  return createStreamConnector(context, { name: NAME, quietLimitMs: QUIET_LIMIT_MS, openSession });
}

interface LinePorts {
  readonly signal: AbortSignal;
  readonly nowMs: () => number;
  readonly onOpen: (lines: LineLink) => void;
  readonly onLine: (line: string, lines: LineLink) => void;
}

/** IRC over WebSocket (ws, wss) or over TCP (irc, ircs). */
function openLines(url: string, ports: LinePorts): LineLink {
  return /^wss?:/.test(url) ? openSocketLines(url, ports) : openTcpLines(new URL(url), ports);
}

function openSocketLines(url: string, { signal, nowMs, onOpen, onLine }: LinePorts): LineLink {
  const socket = openWireSocket(url, {
    signal,
    nowMs,
    onOpen: () => onOpen(lines),
    onText: (text) => text.split(/\r?\n/).forEach((line) => line !== '' && onLine(line, lines)),
  });
  const closed = socket.closed.then(({ code, status, problem }) => `the socket closed with ${status ?? code}: ${problem}`); // prettier-ignore
  const lines: LineLink = { send: (line) => socket.send(`${line}\r\n`), closed };
  return lines;
}

function openTcpLines(url: URL, { signal, onOpen, onLine }: LinePorts): LineLink {
  const isTls = url.protocol === 'ircs:';
  const address = { host: url.hostname, port: Number(url.port) || (isTls ? 6697 : 6667) };
  const socket = isTls ? connectTls({ ...address, servername: url.hostname }) : connectPlain(address);
  let reason = 'the server closed the connection';
  let rest = '';
  const lines: LineLink = {
    send: (line) => void (socket.writable && socket.write(`${line}\r\n`)),
    closed: new Promise((resolve) => {
      socket.on('close', () => {
        signal.removeEventListener('abort', close);
        resolve(reason);
      });
    }),
  };
  const close = () => socket.destroy();
  socket.setEncoding('utf8');
  socket.on('error', (error: NodeJS.ErrnoException) => {
    reason = error.code ?? error.name;
  });
  socket.once(isTls ? 'secureConnect' : 'connect', () => onOpen(lines));
  socket.on('data', (chunk: string) => {
    const parts = (rest + chunk).split(/\r?\n/);
    rest = parts.pop()!;
    if (rest.length > MAX_LINE) {
      reason = 'a line is too long';
      return close();
    }
    for (const line of parts) if (line !== '' && !signal.aborted) onLine(line, lines);
  });
  if (signal.aborted) close();
  else signal.addEventListener('abort', close, { once: true });
  return lines;
}
