import { parseRetryAfter } from '../../runtime/back-off.ts';
import type { Problem } from '../../runtime/problem.ts';
import { under } from '../connecting/endpoint.ts';
import { slept } from '../connecting/session-timers.ts';
import type { SessionEnd, SessionLink } from '../connecting/stream-connector.ts';
import type { ConnectorContext, PlatformDecoder } from '../connector.ts';
import { asArray, asCount, asObject, asText, readJson } from '../decoding/wire-value.ts';
import { UNITS, untilQuotaDayEndsMs } from './quota-day.ts';

const REQUEST_MS = 10_000;
const MIN_POLL_MS = 1_000;
/** Asked too often, and not told for how long to wait. */
const RATE_MS = 10_000;

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number | null;
}

/** Calls of the REST API. The key goes in a header, so that it stands in no address. */
export function createYoutubeCalls(context: ConnectorContext, base: string, secret: { apiKey?: string; accessToken?: string }, spend: (units: number) => void) {
  const headers: Record<string, string> =
    secret.accessToken !== undefined ? { authorization: `Bearer ${secret.accessToken}` } : { 'x-goog-api-key': secret.apiKey ?? '' };

  async function get(path: string, units: number, query: Record<string, string>, signal: AbortSignal): Promise<Answer> {
    spend(units);
    const url = under(base, `${path}?${new URLSearchParams(query).toString()}`);
    try {
      const response = await context.fetch(url, { headers, redirect: 'error', signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_MS)]) });
      return { status: response.status, text: await response.text(), retryAfterMs: parseRetryAfter(response.headers.get('retry-after'), context.nowMs()) };
    } catch {
      // Unreachable or too late: as good as a server error, and tried again like one.
      return { status: 599, text: '', retryAfterMs: null };
    }
  }

  return {
    video: (id: string, signal: AbortSignal) => get('/videos', UNITS.video, { id, part: 'liveStreamingDetails,statistics' }, signal),
    messages: (chatId: string, pageToken: string | null, maxResults: number, signal: AbortSignal) =>
      get('/liveChat/messages', UNITS.messages, { liveChatId: chatId, part: 'id,snippet,authorDetails', maxResults: String(maxResults), ...(pageToken === null ? {} : { pageToken }) }, signal),
  };
} // prettier-ignore

/** What an answer that is no 200 leads to. */
export function endOf({ status, text, retryAfterMs }: Answer, nowMs: number): SessionEnd {
  const error = asObject(asObject(readJson(text))?.error);
  const reason = asText(asObject(asArray(error?.errors)[0])?.reason) ?? '';
  if (/quota|dailyLimit/i.test(reason)) {
    const problem: Problem = {
      code: 'quota',
      message: "the day's quota is used up; it begins again at midnight Pacific time",
    };
    return { next: 'back-off', atLeastMs: untilQuotaDayEndsMs(nowMs), problem };
  }
  if (/rateLimit/i.test(reason)) {
    return {
      next: 'back-off',
      atLeastMs: retryAfterMs ?? RATE_MS,
      problem: { code: 'rate', message: 'YouTube was asked too often' },
    };
  }
  if (/liveChat(Ended|Disabled)/.test(reason)) return { next: 'nothing' };
  if (status === 401 || status === 403 || status === 404) {
    return { next: 'failed', problem: { code: 'refused', about: String(status), message: `YouTube answers ${status}: check the key, its permissions and the video` } }; // prettier-ignore
  }
  const problem: Problem = status === 599 ? { code: 'unreachable', message: 'no answer' } : { code: 'http', about: String(status), message: `YouTube answers ${status}` }; // prettier-ignore
  return { next: 'back-off', atLeastMs: retryAfterMs ?? undefined, problem };
}

/** The fall-back without gRPC: page after page, not before the platform's own interval. */
export async function poll(
  context: ConnectorContext,
  link: SessionLink,
  page: { ask: (token: string | null) => Promise<Answer>; token: string | null; decoder: PlatformDecoder },
): Promise<SessionEnd> {
  let token = page.token;
  while (!link.signal.aborted) {
    const answer = await page.ask(token);
    if (answer.status === 400 && token !== null) {
      // The token is refused: once more without it, which begins with history.
      token = null;
      continue;
    }
    if (answer.status !== 200) return endOf(answer, context.nowMs());
    const response = asObject(readJson(answer.text));
    const next = asText(response?.nextPageToken);
    link.open();
    link.take(page.decoder.decode({ text: answer.text, query: token === null ? {} : { pageToken: token } }), next);
    if (asText(response?.offlineAt) !== undefined) return { next: 'nothing' };
    token = next ?? token;
    const waitMs = Math.max(MIN_POLL_MS, asCount(response?.pollingIntervalMillis) ?? 5000);
    if (!(await slept(context, waitMs, link.signal))) break;
  }
  return { next: 'now' };
}
