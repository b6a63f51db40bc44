import * as z from 'zod';
import { endpointOf } from '../connecting/endpoint.ts';
import { createFactory, Secret } from '../connecting/factory.ts';
import { repeat, watchSilence } from '../connecting/session-timers.ts';
import { createStreamConnector, type SessionEnd, type SessionLink } from '../connecting/stream-connector.ts';
import { openWireSocket, type WireSocket } from '../connecting/wire-socket.ts';
import type { Connector, ConnectorContext } from '../connector.ts';
import { SetupId } from '../decoding/setup.ts';
import { asCount, asObject, asText, readJson } from '../decoding/wire-value.ts';
import { createDecoder } from './decoder.ts';
import { createTwitchCalls, reconnectUrl, SUBSCRIPTIONS } from './eventsub-subscriptions.ts';

export const TwitchConfiguration = z.strictObject({
  channel: z.string().regex(/^\w{1,64}$/, 'expected the login name of the channel'),
  channel_id: SetupId.describe('Number of the channel (broadcaster_user_id)'),
  client_id: z.string().min(1).max(128).describe('Id of the application the token belongs to'),
  access_token: Secret('User token with the scopes user:read:chat and, as wanted, moderator:read:followers, channel:read:subscriptions, bits:read'),
}); // prettier-ignore
type Configuration = z.output<typeof TwitchConfiguration>;

const NAME = 'twitch-eventsub';
/** Until the welcome says otherwise; Twitch allows ten seconds for it and for the first subscription. */
const WELCOME_MS = 10_000;
/** A keep-alive may be this late on a slow line before the connection counts as dead. */
const SLACK_MS = 5_000;
const QUIET_LIMIT_MS = 20_000;
const VIEWERS_MS = 60_000;

/** Twitch EventSub over WebSocket. Endpoints: `twitch-auth`, `twitch-api`, `twitch-eventsub`. */
export const twitchEventSub = createFactory({
  name: NAME,
  version: '1.0.0',
  tier: 'A',
  schema: TwitchConfiguration,
  endpoints: {
    'twitch-auth': 'https://id.twitch.tv/oauth2',
    'twitch-api': 'https://api.twitch.tv/helix',
    'twitch-eventsub': 'wss://eventsub.wss.twitch.tv/ws',
  },
  capabilities: {
    kinds: ['live.comment.created', 'live.comment.deleted', 'live.gift.sent', 'live.follow.added', 'live.audience.updated', 'live.room.started', 'live.room.ended', 'live.room.updated'],
    resume: 'none',
    order: 'stream',
    duplicates: 'delivered',
    transport: 'stream',
  },
  open: createConnector,
}); // prettier-ignore

function createConnector(settings: Configuration, context: ConnectorContext): Connector {
  const [auth, api, socketUrl] = ['twitch-auth', 'twitch-api', 'twitch-eventsub'].map((name) => endpointOf(context, name, NAME)) as [string, string, string]; // prettier-ignore
  const account = { clientId: settings.client_id, accessToken: settings.access_token, channelId: settings.channel_id };
  const calls = createTwitchCalls(context, { auth, api }, account);
  const decoder = createDecoder({ channel_eventsub: settings.channel, channel_eventsub_id: settings.channel_id }, context); // prettier-ignore

  async function openSession(link: SessionLink): Promise<SessionEnd> {
    const token = await calls.validate(link.signal);
    if ('end' in token) return token.end;
    return listen(link, token);
  }

  /** Subscribes to all that the token may; the kinds that are missing are told. */
  async function subscribe(link: SessionLink, sessionId: string, token: { userId: string; scopes: readonly unknown[] }): Promise<SessionEnd | null> {
    const missing: string[] = [];
    for (const kind of SUBSCRIPTIONS) {
      const isGranted = kind.scope === null || token.scopes.includes(kind.scope);
      const refusal = isGranted ? await calls.subscribe(kind, token.userId, sessionId, link.signal) : 'forbidden';
      if (refusal === 'forbidden') missing.push(kind.type);
      else if (refusal !== null) return refusal;
    }
    if (missing.length === SUBSCRIPTIONS.length) return { next: 'failed', problem: { code: 'permissions', message: 'the token may read nothing of this channel' } };
    if (missing.length === 0) link.open();
    else link.degraded({ code: 'permissions', message: `not allowed, and so not seen: ${missing.join(', ')}` });
    return null;
  }

  function listen(link: SessionLink, token: { userId: string; scopes: readonly unknown[] }): Promise<SessionEnd> {
    const over = new AbortController();
    const signal = AbortSignal.any([link.signal, over.signal]);
    let lastMs = context.nowMs();
    let limitMs = WELCOME_MS;
    let current: WireSocket | null = null;
    return new Promise<SessionEnd>((resolve) => {
      const finish = (end: SessionEnd) => {
        over.abort();
        resolve(end);
      };

      const onWelcome = (socket: WireSocket, session: ReturnType<typeof asObject>, isMoved: boolean) => {
        limitMs = (asCount(session?.keepalive_timeout_seconds) ?? 10) * 1000 + SLACK_MS;
        current?.close();
        current = socket;
        // Subscriptions move along with a reconnection that the platform asked for.
        const sessionId = asText(session?.id);
        if (isMoved || sessionId === undefined) return;
        void subscribe(link, sessionId, token).then((end) => end !== null && !signal.aborted && finish(end));
      };

      const openAt = (url: string, isMoved: boolean) => {
        const socket = openWireSocket(url, {
          signal,
          nowMs: context.nowMs,
          onText(text, own) {
            lastMs = context.nowMs();
            const message = asObject(readJson(text));
            const type = asObject(message?.metadata)?.message_type;
            if (type === 'session_welcome') onWelcome(own, asObject(asObject(message?.payload)?.session), isMoved);
            else if (type === 'session_keepalive') link.keepAlive();
            else if (type === 'session_reconnect') {
              const next = reconnectUrl(text, socketUrl);
              if (next === null) finish({ next: 'now', problem: { code: 'reconnect', message: 'the platform named no usable address' } });
              else openAt(next, true);
            } else if (type === 'revocation') {
              link.degraded({ code: 'revoked', message: 'a permission was taken back: sign in again to see all' });
            }
            link.take(decoder.decode({ text, route: 'eventsub' }));
          },
        });
        void socket.closed.then(({ code, status, retryAfterMs, problem }) => {
          // The old socket after a move may close at any time, and a new one that never said welcome.
          if (signal.aborted || (current !== null && current !== socket)) return;
          finish({ next: 'back-off', atLeastMs: retryAfterMs ?? undefined, problem: { code: 'cut', message: `the socket closed with ${status ?? code}: ${problem}` } });
        });
      };

      link.signal.addEventListener('abort', () => finish({ next: 'now' }), { once: true });
      openAt(socketUrl, false);
      void watchSilence(context, signal, {
        limitMs: () => limitMs,
        lastMs: () => lastMs,
        onSilent: () => finish({ next: 'now', problem: { code: 'silent', message: 'no keep-alive came' } }),
      });
      const askViewers = async () => {
        const text = await calls.stream(signal);
        if (text !== null && !signal.aborted) link.take(decoder.decode({ text, route: 'helix' }));
      };
      void repeat(context, VIEWERS_MS, signal, () => void askViewers());
    });
  }

  return createStreamConnector(context, { name: NAME, quietLimitMs: QUIET_LIMIT_MS, openSession });
} // prettier-ignore
