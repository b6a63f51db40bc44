import type { status } from '@grpc/grpc-js';
import * as z from 'zod';
import type { Problem } from '../../runtime/problem.ts';
import { endpointOf } from '../connecting/endpoint.ts';
import { createFactory, Secret } from '../connecting/factory.ts';
import { repeat, watchSilence } from '../connecting/session-timers.ts';
import {
  createStreamConnector,
  CURSOR_KEY,
  type SessionEnd,
  type SessionLink,
} from '../connecting/stream-connector.ts';
import type { Connector, ConnectorContext } from '../connector.ts';
import { asArray, asObject, asText, readJson } from '../decoding/wire-value.ts';
import { createYoutubeCalls, endOf, poll } from './chat-polling.ts';
import { requireSafe } from './chat-endpoint.ts';
import { createDecoder } from './decoder.ts';
import { createQuotaDay, UNITS, untilQuotaDayEndsMs } from './quota-day.ts';

export const YoutubeConfiguration = z
  .strictObject({
    video_id: z.string().regex(/^[\w-]{1,64}$/, 'expected the id of the video'),
    live_chat_id: z.string().min(1).max(512).optional().describe('Asked of YouTube when it is absent'),
    api_key: Secret('API key').optional(),
    access_token: Secret('OAuth token, instead of the key').optional(),
    mode: z.enum(['stream', 'poll']).default('stream').describe('poll costs more quota and works where gRPC does not'),
    max_results: z.int().min(200).max(2000).default(500),
    quota_units: z
      .int()
      .min(1)
      .default(10_000)
      .describe('Units of quota that the project has a day, as its console says'),
  })
  .refine((settings) => (settings.api_key === undefined) !== (settings.access_token === undefined), {
    path: ['api_key'],
    message: 'expected either an API key or an access token',
  });
type Configuration = z.output<typeof YoutubeConfiguration>;

const NAME = 'youtube';
const CURSOR_VIDEO_KEY = 'cursor-of';
const PART = ['id', 'snippet', 'authorDetails'];
const QUIET_LIMIT_MS = 120_000;
/** gRPC has no deadline for a stream that says nothing: after this long it is opened again with its token. */
const GAP_MS = 10 * 60_000;
const VIEWERS_MS = 60_000;
const NOT_LIVE_MS = 60_000;

/** YouTube live chat by `streamList`, or by polling. Endpoints `youtube-grpc`, `youtube-api`. */
export const youtube = createFactory({
  name: NAME,
  version: '1.0.0',
  tier: 'A',
  schema: YoutubeConfiguration,
  endpoints: { 'youtube-grpc': 'grpcs://youtube.googleapis.com:443', 'youtube-api': 'https://www.googleapis.com/youtube/v3' },
  capabilities: {
    kinds: ['live.comment.created', 'live.comment.deleted', 'live.gift.sent', 'live.like.added', 'live.audience.updated', 'live.room.ended'],
    resume: 'cursor',
    order: 'stream',
    duplicates: 'delivered',
    transport: 'stream',
  },
  open: createConnector,
}); // prettier-ignore

/** The token that is remembered, unless it is of another video's chat: the next show has one of its own. */
function cursorFor(videoId: string, memory: ConnectorContext['memory']): string | null {
  if ((memory.get(CURSOR_VIDEO_KEY) ?? videoId) !== videoId) memory.set(CURSOR_KEY, undefined);
  memory.set(CURSOR_VIDEO_KEY, videoId);
  return memory.get(CURSOR_KEY) ?? null;
}

function createConnector(settings: Configuration, context: ConnectorContext): Connector {
  const secret = { apiKey: settings.api_key, accessToken: settings.access_token };
  const endpoint = endpointOf(context, 'youtube-grpc', NAME);
  requireSafe(endpoint);
  const quota = createQuotaDay(context, settings.quota_units);
  let onQuota: (left: number) => void = () => undefined;
  const spend = (units: number) => onQuota(quota.spend(units));
  const calls = createYoutubeCalls(context, endpointOf(context, 'youtube-api', NAME), secret, spend);
  const decoder = createDecoder({ room: settings.video_id }, context);
  /** The last one received; the one on disk is older while events wait for it. */
  let token: string | null = cursorFor(settings.video_id, context.memory);
  let chatId = settings.live_chat_id;

  /** Asks for the chat of the video once. */
  async function findChat(signal: AbortSignal): Promise<SessionEnd | null> {
    if (chatId !== undefined) return null;
    const answer = await calls.video(settings.video_id, signal);
    if (answer.status !== 200) return endOf(answer, context.nowMs());
    const video = asObject(asArray(asObject(readJson(answer.text))?.items)[0]);
    if (video === null) return { next: 'failed', problem: { code: 'video', message: 'there is no such video' } };
    chatId = asText(asObject(video.liveStreamingDetails)?.activeLiveChatId);
    if (chatId !== undefined) return null;
    return { next: 'back-off', atLeastMs: NOT_LIVE_MS, problem: { code: 'not-live', message: 'the video has no live chat yet' } }; // prettier-ignore
  }

  async function openSession(link: SessionLink): Promise<SessionEnd> {
    onQuota = link.quota;
    const end = await findChat(link.signal);
    if (end !== null) return end;
    const askViewers = async () => {
      const answer = await calls.video(settings.video_id, link.signal);
      if (answer.status === 200 && !link.signal.aborted) link.take(decoder.decode({ text: answer.text }));
    };
    void repeat(context, VIEWERS_MS, link.signal, () => void askViewers());
    if (settings.mode === 'stream') return listen(link, chatId!);
    const tracked: SessionLink = { ...link, take: (result, cursor) => link.take(result, (token = cursor ?? token) ?? undefined) }; // prettier-ignore
    const ask = (pageToken: string | null) => calls.messages(chatId!, pageToken, settings.max_results, link.signal);
    return poll(context, tracked, { ask, token, decoder });
  }

  async function listen(link: SessionLink, live_chat_id: string): Promise<SessionEnd> {
    const askedWith = token;
    let lastMs = context.nowMs();
    // Of a call without a token the first response is recent chat, and that one alone.
    let isHistory = askedWith === null;
    let isOffline = false;
    let isSilent = false;
    const request = { live_chat_id, part: PART, max_results: settings.max_results, ...(token === null ? {} : { page_token: token }) }; // prettier-ignore
    // Read when a stream is opened: a megabyte of code that no other platform needs.
    const chat = await import('./chat-stream.ts');
    if (link.signal.aborted) return { next: 'nothing' };
    spend(UNITS.stream);
    const stream = chat.createChatClient(endpoint, secret).open(request, (response) => {
      if (link.signal.aborted) return;
      lastMs = context.nowMs();
      link.open();
      link.keepAlive();
      const { next_page_token, offline_at } = response as Record<string, unknown>;
      const query: Record<string, string> = isHistory ? {} : { page_token: token ?? 'the stream goes on' };
      isHistory = false;
      token = asText(next_page_token) ?? token;
      link.take(decoder.decode({ text: JSON.stringify(response), query }), token ?? undefined);
      isOffline ||= asText(offline_at) !== undefined;
    });
    link.signal.addEventListener('abort', () => stream.cancel(), { once: true });
    void watchSilence(context, link.signal, {
      limitMs: () => GAP_MS,
      lastMs: () => lastMs,
      onSilent() {
        isSilent = true;
        stream.cancel();
      },
    });
    const code = await stream.ended;
    if (link.signal.aborted || isOffline) return { next: 'nothing' };
    if (isSilent)
      return {
        next: 'now',
        problem: { code: 'silent', about: String(GAP_MS / 1000), message: 'nothing came for ten minutes' },
      };
    return endOfStream(code, askedWith, chat.status);
  }

  function endOfStream(code: number, askedWith: string | null, names: typeof status): SessionEnd {
    const problem: Problem = { code: 'status', about: names[code] ?? String(code), message: `the stream ended with status ${code}` }; // prettier-ignore
    switch (code) {
      case names.OK:
        // The server closes streams now and then.
        return { next: 'now', isRoutine: true };
      case names.RESOURCE_EXHAUSTED:
        return { next: 'back-off', atLeastMs: untilQuotaDayEndsMs(context.nowMs()), problem: { code: 'quota', message: "the day's quota is used up; it begins again at midnight Pacific time" } }; // prettier-ignore
      case names.FAILED_PRECONDITION:
        return { next: 'nothing' };
      case names.INVALID_ARGUMENT:
        if (askedWith === null) return { next: 'failed', problem };
        // The token is refused: once more without it, which begins with history.
        token = null;
        return { next: 'back-off', problem };
      case names.UNAUTHENTICATED:
      case names.PERMISSION_DENIED:
      case names.NOT_FOUND:
        return { next: 'failed', problem: { code: 'refused', about: names[code], message: `YouTube refuses (${code}): check the key, its permissions and the chat` } }; // prettier-ignore
      default:
        return { next: 'back-off', problem };
    }
  }

  return createStreamConnector(context, { name: NAME, quietLimitMs: QUIET_LIMIT_MS, openSession });
}
