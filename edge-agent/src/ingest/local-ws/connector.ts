import * as z from 'zod';
import type { Problem } from '../../runtime/problem.ts';
import { endpointOf } from '../connecting/endpoint.ts';
import { createFactory, Secret } from '../connecting/factory.ts';
import { repeat, watchSilence } from '../connecting/session-timers.ts';
import { createStreamConnector, type SessionEnd, type SessionLink } from '../connecting/stream-connector.ts';
import { openWireSocket } from '../connecting/wire-socket.ts';
import type { Connector, ConnectorContext } from '../connector.ts';
import { createDecoder } from './decoder.ts';
import { Mapping } from './mapping.ts';

export const LocalWsConfiguration = z.strictObject({
  room: z.string().regex(/^\S{1,256}$/, 'expected a name without spaces'),
  mapping: Mapping.describe('Content of the mapping file'),
  hello: Secret('Sent as the first message, where the program wants one').optional(),
  max_message_bytes: z
    .int()
    .min(1024)
    .max(16 * 1024 * 1024)
    .default(1024 * 1024),
});
type Configuration = z.output<typeof LocalWsConfiguration>;

const NAME = 'local-ws';
const PING_MS = 20_000;
const SILENCE_MS = 50_000;
const QUIET_LIMIT_MS = 60_000;

/** A program on this machine that speaks JSON over a WebSocket (tier B). Endpoint `local-ws`. */
export const localWs = createFactory({
  name: NAME,
  version: '1.0.0',
  tier: 'B',
  schema: LocalWsConfiguration,
  endpoints: { 'local-ws': 'ws://127.0.0.1:8080' },
  capabilities: {
    kinds: ['live.comment.created', 'live.comment.deleted', 'live.like.added', 'live.gift.sent', 'live.follow.added', 'live.share.added', 'live.join.added', 'live.audience.updated', 'live.room.started', 'live.room.ended', 'live.room.updated', 'shop.order.created', 'shop.order.paid', 'shop.stock.updated'],
    resume: 'none',
    order: 'stream',
    duplicates: 'delivered',
    transport: 'stream',
  },
  open: createConnector,
}); // prettier-ignore

function createConnector(settings: Configuration, context: ConnectorContext): Connector {
  const url = endpointOf(context, 'local-ws', NAME);
  const decoder = createDecoder({ room: settings.room, mapping: settings.mapping }, context);

  async function openSession(link: SessionLink): Promise<SessionEnd> {
    const over = new AbortController();
    const signal = AbortSignal.any([link.signal, over.signal]);
    let lastMs = context.nowMs();
    let isSilent = false;
    const alive = () => {
      lastMs = context.nowMs();
    };
    const socket = openWireSocket(url, {
      signal,
      nowMs: context.nowMs,
      maxMessageBytes: settings.max_message_bytes,
      onOpen(opened) {
        link.open();
        if (settings.hello !== undefined) opened.send(settings.hello);
      },
      onText(text) {
        alive();
        link.take(decoder.decode({ text }));
      },
      onBytes: () => link.take({ events: [], outcome: 'malformed', reason: 'not a text message' }),
      onInvalid: () => link.take({ events: [], outcome: 'malformed', reason: 'not UTF-8' }),
      onAlive() {
        alive();
        link.keepAlive();
      },
    });
    void repeat(context, PING_MS, signal, () => socket.ping());
    void watchSilence(context, signal, {
      limitMs: () => SILENCE_MS,
      lastMs: () => lastMs,
      onSilent() {
        isSilent = true;
        over.abort();
      },
    });
    const { code, status, problem, retryAfterMs } = await socket.closed;
    over.abort();
    if (isSilent) return { next: 'now', problem: { code: 'no-answer', message: 'the program answers no ping' } };
    // 1008 is how a program says over the socket that it does not want us.
    if (status === 401 || status === 403 || code === 1008) return { next: 'failed', problem: { code: 'refused', about: String(status ?? code), message: `the program refuses us (${status ?? code})` } }; // prettier-ignore
    const cut: Problem = { code: 'cut', about: `${status ?? code}: ${problem}`, message: `the socket closed with ${status ?? code}: ${problem}` }; // prettier-ignore
    const tooLarge: Problem = { code: 'too-large', about: 'max_message_bytes', message: 'a message was too large: raise max_message_bytes' }; // prettier-ignore
    const isTooLarge = problem.startsWith('WS_ERR_UNSUPPORTED_MESSAGE_LENGTH');
    return { next: 'back-off', atLeastMs: retryAfterMs ?? undefined, problem: isTooLarge ? tooLarge : cut };
  }

  return createStreamConnector(context, { name: NAME, quietLimitMs: QUIET_LIMIT_MS, openSession });
}
