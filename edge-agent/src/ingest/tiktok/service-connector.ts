import type { TroubleCode } from '@livecue/shared/contract';
import * as z from 'zod';
import { endpointOf } from '../connecting/endpoint.ts';
import { createFactory, Secret } from '../connecting/factory.ts';
import { repeat, watchSilence } from '../connecting/session-timers.ts';
import { createStreamConnector, type SessionEnd, type SessionLink } from '../connecting/stream-connector.ts';
import { openWireSocket, type SocketEnd } from '../connecting/wire-socket.ts';
import type { Connector, ConnectorContext } from '../connector.ts';
import { createDecoder } from './decoder.ts';

export const TiktokServiceConfiguration = z.strictObject({
  unique_id: z.string().regex(/^[\w.]{1,64}$/, 'expected the name of the account, without @'),
  api_key: Secret('Key of the service'),
});
type Configuration = z.output<typeof TiktokServiceConfiguration>;

const NAME = 'tiktok-service';
const PING_MS = 30_000;
const SILENCE_MS = 90_000;
const QUIET_LIMIT_MS = 60_000;
const OVERDUE_MS = 1_000;
const ONE_MINUTE_MS = 60_000;

/** TikTok LIVE by a paid service that the user already has a key of (tier B). Endpoint `tiktok-service`. */
export const tiktokService = createFactory({
  name: NAME,
  version: '1.0.0',
  tier: 'B',
  schema: TiktokServiceConfiguration,
  endpoints: { 'tiktok-service': 'wss://ws.eulerstream.com' },
  capabilities: {
    kinds: ['live.comment.created', 'live.comment.deleted', 'live.comment.pinned', 'live.like.added', 'live.gift.sent', 'live.follow.added', 'live.share.added', 'live.join.added', 'live.audience.updated', 'live.room.ended'],
    resume: 'none',
    order: 'stream',
    duplicates: 'delivered',
    transport: 'stream',
  },
  warning: "A third party reads TikTok's rooms for you, with your key and under its terms; TikTok has no official interface for this and may object.",
  open: createConnector,
}); // prettier-ignore

function createConnector(settings: Configuration, context: ConnectorContext): Connector {
  const url = new URL(endpointOf(context, 'tiktok-service', NAME));
  url.searchParams.set('uniqueId', settings.unique_id);
  url.searchParams.set('apiKey', settings.api_key);
  url.searchParams.set('features.bundleEvents', 'true');
  const decoder = createDecoder({ unique_id: settings.unique_id }, context);

  async function openSession(link: SessionLink): Promise<SessionEnd> {
    const over = new AbortController();
    const signal = AbortSignal.any([link.signal, over.signal]);
    let lastMs = context.nowMs();
    let end: SessionEnd | null = null;
    const finish = (next: SessionEnd) => {
      end ??= next;
      over.abort();
    };
    const socket = openWireSocket(url.href, {
      signal,
      nowMs: context.nowMs,
      onOpen: () => link.open(),
      onText(text) {
        lastMs = context.nowMs();
        const result = decoder.decode({ text });
        link.take(result);
        if (result.state === 'failed') finish({ next: 'failed', problem: { code: 'schema', message: 'the service speaks a schema version that is not known' } }); // prettier-ignore
      },
      onInvalid: () => link.take({ events: [], outcome: 'malformed', reason: 'not UTF-8' }),
      onAlive() {
        lastMs = context.nowMs();
        link.keepAlive();
      },
    });
    void repeat(context, PING_MS, signal, () => socket.ping());
    void repeat(context, OVERDUE_MS, signal, () => {
      const result = decoder.overdue();
      if (result.events.length > 0) link.take(result);
    });
    void watchSilence(context, signal, {
      limitMs: () => SILENCE_MS,
      lastMs: () => lastMs,
      onSilent: () => finish({ next: 'now', problem: { code: 'no-answer', message: 'the service answers no ping' } }),
    });
    const closed = await socket.closed;
    over.abort();
    if (closed.code === STREAM_END) link.take(decoder.ended());
    return end ?? endOf(closed);
  }

  return createStreamConnector(context, { name: NAME, quietLimitMs: QUIET_LIMIT_MS, openSession });
}

const STREAM_END = 4005;

/** What a close code leads to. 4401 is wrong authentication, whatever the SDK's README calls it. */
function endOf({ code, status, retryAfterMs, problem }: SocketEnd): SessionEnd {
  const failed = (name: TroubleCode, message: string): SessionEnd => ({ next: 'failed', problem: { code: name, message } }); // prettier-ignore
  const again = (name: TroubleCode, message: string, atLeastMs?: number): SessionEnd => ({ next: 'back-off', atLeastMs, problem: { code: name, message, about: String(status ?? code) } }); // prettier-ignore
  if (status === 401 || status === 403) return failed('refused', `the service answers ${status}: check the key`);
  if (status !== null) return again('http', problem, retryAfterMs ?? undefined);
  switch (code) {
    case STREAM_END:
      return { next: 'nothing' };
    case 4006:
      return again('no-messages', 'the service saw no message for too long');
    case 4400:
      return failed('options', 'the service refuses the options of the address');
    case 4401:
      return failed('key', 'the service refuses the key');
    case 4403:
      return failed('permission', 'the plan of this key does not allow this room');
    case 4404:
      return again('not-live', 'the account is not live', ONE_MINUTE_MS);
    case 4429:
      return again('too-many-connections', 'the key has too many connections: close others', ONE_MINUTE_MS);
    case 4555:
      // A connection lives at most eight hours.
      return { next: 'now', isRoutine: true };
    default:
      return again('cut', `the socket closed with ${code}: ${problem}`);
  }
}
