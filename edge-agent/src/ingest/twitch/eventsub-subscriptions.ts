import { parseRetryAfter } from '../../runtime/back-off.ts';
import type { Problem } from '../../runtime/problem.ts';
import { under } from '../connecting/endpoint.ts';
import type { SessionEnd } from '../connecting/stream-connector.ts';
import type { ConnectorContext } from '../connector.ts';
import { asArray, asCount, asId, asObject, readJson } from '../decoding/wire-value.ts';

export interface TwitchAccount {
  readonly clientId: string;
  readonly accessToken: string;
  readonly channelId: string;
}

/** Whose the token is and what it may. */
export interface TwitchToken {
  readonly userId: string;
  readonly scopes: readonly unknown[];
}

interface SubscriptionKind {
  readonly type: string;
  readonly version: string;
  /** What the token must be granted; null when nothing. */
  readonly scope: string | null;
  /** Field of the condition that names the user whose token it is. */
  readonly asUser?: 'user_id' | 'moderator_user_id';
}

/** What we subscribe to. Bits come by channel.bits.use alone: channel.cheer would count them twice. */
export const SUBSCRIPTIONS: readonly SubscriptionKind[] = [
  { type: 'channel.chat.message', version: '1', scope: 'user:read:chat', asUser: 'user_id' },
  { type: 'channel.chat.message_delete', version: '1', scope: 'user:read:chat', asUser: 'user_id' },
  { type: 'channel.chat.clear_user_messages', version: '1', scope: 'user:read:chat', asUser: 'user_id' },
  { type: 'channel.chat.clear', version: '1', scope: 'user:read:chat', asUser: 'user_id' },
  { type: 'channel.follow', version: '2', scope: 'moderator:read:followers', asUser: 'moderator_user_id' },
  { type: 'channel.subscribe', version: '1', scope: 'channel:read:subscriptions' },
  { type: 'channel.subscription.gift', version: '1', scope: 'channel:read:subscriptions' },
  { type: 'channel.subscription.message', version: '1', scope: 'channel:read:subscriptions' },
  { type: 'channel.bits.use', version: '1', scope: 'bits:read' },
  { type: 'stream.online', version: '1', scope: null },
  { type: 'stream.offline', version: '1', scope: null },
  { type: 'channel.update', version: '2', scope: null },
];

const REQUEST_MS = 8_000;

/** Twitch's REST calls. What they answer is read, never trusted; tokens stand in no text. */
export function createTwitchCalls(context: ConnectorContext, urls: { auth: string; api: string }, account: TwitchAccount, onQuota: (left: number) => void) {
  const headers = { authorization: `Bearer ${account.accessToken}`, 'client-id': account.clientId };

  async function call(url: URL, signal: AbortSignal, body?: object): Promise<{ status: number; text: string; retryAfterMs: number | null }> {
    try {
      const response = await context.fetch(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]),
      });
      const left = asCount(response.headers.get('ratelimit-remaining'));
      if (left !== undefined) onQuota(left);
      return { status: response.status, text: await response.text(), retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), context.nowMs()) };
    } catch {
      // Unreachable or too late: as good as a server error, and tried again like one.
      return { status: 599, text: '', retryAfterMs: null };
    }
  }

  return {
    /** Who the token belongs to and what it may, or how the attempt ends. */
    async validate(signal: AbortSignal): Promise<TwitchToken | { end: SessionEnd }> {
      const { status, text, retryAfterMs } = await call(under(urls.auth, '/validate'), signal);
      const answer = asObject(readJson(text));
      const userId = asId(answer?.user_id);
      if (status === 401 || status === 403) {
        return { end: { next: 'failed', problem: { code: 'token', message: 'Twitch refuses the token: sign in again' } } };
      }
      if (status !== 200 || userId === undefined) return { end: retry('validate', status, retryAfterMs) };
      return { userId, scopes: asArray(answer?.scopes) };
    },
    /** Null when it stands, else why not. */
    async subscribe(kind: SubscriptionKind, userId: string, sessionId: string, signal: AbortSignal): Promise<'forbidden' | SessionEnd | null> {
      const condition = { broadcaster_user_id: account.channelId, ...(kind.asUser === undefined ? {} : { [kind.asUser]: userId }) };
      const transport = { method: 'websocket', session_id: sessionId };
      const body = { type: kind.type, version: kind.version, condition, transport };
      const { status, retryAfterMs } = await call(under(urls.api, '/eventsub/subscriptions'), signal, body);
      // 409: it is there already.
      if (status === 202 || status === 200 || status === 409) return null;
      if (status === 401) return { next: 'failed', problem: { code: 'token', message: 'Twitch refuses the token: sign in again' } };
      return status === 403 || status === 400 ? 'forbidden' : retry(kind.type, status, retryAfterMs);
    },
    /** The answer about our stream, for the decoder; null when there was none. */
    async stream(signal: AbortSignal): Promise<string | null> {
      const { status, text } = await call(under(urls.api, `/streams?user_id=${encodeURIComponent(account.channelId)}`), signal);
      return status === 200 ? text : null;
    },
  };
} // prettier-ignore

function retry(what: string, status: number, retryAfterMs: number | null): SessionEnd {
  const problem: Problem = status === 599 ? { code: 'unreachable', message: `${what}: no answer` } : { code: 'http', about: String(status), message: `${what} was answered with ${status}` }; // prettier-ignore
  return { next: 'back-off', atLeastMs: retryAfterMs ?? undefined, problem };
}
