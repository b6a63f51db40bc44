import * as z from 'zod';
import { endpointOf } from '../../../src/ingest/connecting/endpoint.ts';
import { createFactory, Secret } from '../../../src/ingest/connecting/factory.ts';
import { repeat, watchSilence } from '../../../src/ingest/connecting/session-timers.ts';
import { createStreamConnector, type SessionEnd, type SessionLink } from '../../../src/ingest/connecting/stream-connector.ts'; // prettier-ignore
import { openWireSocket } from '../../../src/ingest/connecting/wire-socket.ts';
import type { Connector, ConnectorContext } from '../../../src/ingest/connector.ts';
import { createDecoder } from './decoder.ts';

/** The form: each field is checked, described, and never shown again when it is a secret. */
const FreshPlatformConfiguration = z.strictObject({
  room: z.string().regex(/^\S{1,256}$/, 'expected a name without spaces'),
  access_token: Secret('Token of the account'),
});
type Configuration = z.output<typeof FreshPlatformConfiguration>;

const NAME = 'fresh-platform';
const PING_MS = 20_000;
/** Without any sign of life for this long the connection is dead, whatever the socket says. */
const SILENCE_MS = 50_000;
/** An open connection that is quiet for longer is shown as degraded. */
const QUIET_LIMIT_MS = 60_000;

/** What it is, what it can do, and where the platform is. Endpoint `fresh-platform`. */
export const freshPlatform = createFactory({
  name: NAME,
  version: '1.0.0',
  tier: 'B',
  schema: FreshPlatformConfiguration,
  endpoints: { 'fresh-platform': 'ws://127.0.0.1:8080' },
  capabilities: {
    kinds: ['live.comment.created', 'live.like.added'],
    resume: 'none',
    order: 'stream',
    duplicates: 'delivered',
    transport: 'stream',
  },
  open: createConnector,
});

function createConnector(settings: Configuration, context: ConnectorContext): Connector {
  const url = endpointOf(context, NAME, NAME);
  const decoder = createDecoder({ room: settings.room }, context);

  /** One connection, from opening it to its end; what it returns decides what comes next. */
  async function openSession(link: SessionLink): Promise<SessionEnd> {
    const over = new AbortController();
    const signal = AbortSignal.any([link.signal, over.signal]);
    let lastMs = context.nowMs();
    let isSilent = false;
    const alive = () => {
      lastMs = context.nowMs();
      link.keepAlive();
    };
    const socket = openWireSocket(url, {
      signal,
      nowMs: context.nowMs,
      onOpen(opened) {
        // This platform refuses by the upgrade's status. Of one that answers in words, that answer opens the link.
        link.open();
        opened.send(JSON.stringify({ room: settings.room, token: settings.access_token }));
      },
      onText(text) {
        alive();
        link.take(decoder.decode({ text }));
      },
      onInvalid: () => link.take({ events: [], outcome: 'malformed', reason: 'not UTF-8' }),
      onAlive: alive,
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
    if (isSilent) return { next: 'now', problem: { code: 'no-answer', message: 'the platform answers no ping' } };
    if (status === 401 || status === 403) {
      const message = `the platform refuses the token (${status})`;
      return { next: 'failed', problem: { code: 'refused', about: String(status), message } };
    }
    const about = `${status ?? code}: ${problem}`;
    const message = `the socket closed with ${about}`;
    return { next: 'back-off', atLeastMs: retryAfterMs ?? undefined, problem: { code: 'cut', about, message } };
  }

  return createStreamConnector(context, { name: NAME, quietLimitMs: QUIET_LIMIT_MS, openSession });
}
