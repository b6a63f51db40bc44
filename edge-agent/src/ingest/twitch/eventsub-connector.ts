import * as z from 'zod';
import { endpointOf } from '../connecting/endpoint.ts';
import { createFactory, Secret } from '../connecting/factory.ts';
import { repeat, watchSilence } from '../connecting/session-timers.ts';
import { createStreamConnector, type SessionEnd, type SessionLink } from '../connecting/stream-connector.ts';
import type { Connector, ConnectorContext } from '../connector.ts';
import { SetupId } from '../decoding/setup.ts';
import { createDecoder } from './decoder.ts';
import { openEventSubSockets } from './eventsub-sockets.ts';
import { createTwitchCalls, SUBSCRIPTIONS, type TwitchToken } from './eventsub-subscriptions.ts';

export const TwitchConfiguration = z.strictObject({
  channel: z.string().regex(/^\w{1,64}$/, 'expected the login name of the channel'),
  channel_id: SetupId.describe('Number of the channel (broadcaster_user_id)'),
  client_id: z.string().min(1).max(128).describe('Id of the application the token belongs to'),
  access_token: Secret('User token with the scopes user:read:chat and, as wanted, moderator:read:followers, channel:read:subscriptions, bits:read'),
}); // prettier-ignore
type Configuration = z.output<typeof TwitchConfiguration>;

const NAME = 'twitch-eventsub';
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
  let onQuota: (left: number) => void = () => undefined;
  const calls = createTwitchCalls(context, { auth, api }, account, (left) => onQuota(left));
  const decoder = createDecoder({ channel_eventsub: settings.channel, channel_eventsub_id: settings.channel_id }, context); // prettier-ignore

  async function openSession(link: SessionLink): Promise<SessionEnd> {
    onQuota = link.quota;
    const token = await calls.validate(link.signal);
    if ('end' in token) return token.end;
    return listen(link, token);
  }

  /** Subscribes to all that the token may; the kinds that are missing are told. */
  async function subscribe(link: SessionLink, sessionId: string, token: TwitchToken): Promise<SessionEnd | null> {
    const missing: string[] = [];
    for (const kind of SUBSCRIPTIONS) {
      const isGranted = kind.scope === null || token.scopes.includes(kind.scope);
      const refusal = isGranted ? await calls.subscribe(kind, token.userId, sessionId, link.signal) : 'forbidden';
      if (refusal === 'forbidden') missing.push(kind.type);
      else if (refusal !== null) return refusal;
    }
    if (missing.length === SUBSCRIPTIONS.length) return { next: 'failed', problem: { code: 'permissions', message: 'the token may read nothing of this channel' } };
    if (missing.length === 0) link.open();
    else link.degraded({ code: 'permissions', about: missing.join(', '), message: `not allowed, and so not seen: ${missing.join(', ')}` });
    return null;
  }

  function listen(link: SessionLink, token: TwitchToken): Promise<SessionEnd> {
    const over = new AbortController();
    const signal = AbortSignal.any([link.signal, over.signal]);
    return new Promise<SessionEnd>((resolve) => {
      const finish = (end: SessionEnd) => {
        over.abort();
        resolve(end);
      };
      link.signal.addEventListener('abort', () => finish({ next: 'now' }), { once: true });
      const sockets = openEventSubSockets(context, socketUrl, signal, {
        onSession: (sessionId) =>
          void subscribe(link, sessionId, token).then((end) => end !== null && !signal.aborted && finish(end)),
        onMessage(text, type) {
          if (type === 'session_keepalive') link.keepAlive();
          if (type === 'revocation') link.degraded({ code: 'revoked', message: 'a permission was taken back: sign in again to see all' }); // prettier-ignore
          link.take(decoder.decode({ text, route: 'eventsub' }));
        },
        onEnd: finish,
      });
      void watchSilence(context, signal, {
        limitMs: sockets.limitMs,
        lastMs: sockets.lastMs,
        onSilent: () => finish({ next: 'now', problem: { code: 'no-answer', message: 'no keep-alive came' } }),
      });
      void repeat(context, VIEWERS_MS, signal, () => void askViewers(link, signal));
    });
  }

  async function askViewers(link: SessionLink, signal: AbortSignal): Promise<void> {
    const text = await calls.stream(signal);
    if (text !== null && !signal.aborted) link.take(decoder.decode({ text, route: 'helix' }));
  }

  return createStreamConnector(context, { name: NAME, quietLimitMs: QUIET_LIMIT_MS, openSession });
} // prettier-ignore
