import * as z from 'zod';
import type { DecodeResult, DecoderPorts, PlatformDecoder, WireInput } from '../connector.ts';
import { control, createAssembler, derivedFromText, type EventDraft, ignored, malformed, type MessageReading, unknown } from '../decoding/message-reading.ts'; // prettier-ignore
import { parseSetup, SetupSource } from '../decoding/setup.ts';
import { asArray, asCount, asObject, asText, compact, readJson, timeOfText, type WireObject } from '../decoding/wire-value.ts'; // prettier-ignore
import { field, fields, readItem } from './chat-item.ts';

export const YoutubeSetup = z
  .looseObject({
    room: z.string().min(1).max(256).describe('Id of the video'),
    source: SetupSource.optional(),
    host_channel_id: z.string().optional().describe('Who the host is, beside the owner of the chat'),
  })
  .transform((setup) => ({ ...setup, source: setup.source ?? `live/youtube/${setup.room}` }));
type Setup = z.output<typeof YoutubeSetup>;

interface State {
  /** The first response of a stream has come. */
  begun: boolean;
  /** One end per show, told by the chat, by `offline_at` or by the video. */
  ended: boolean;
  likes: number | null;
}

/** What a response answers: with a token the stream goes on where it was, without one it begins with recent chat. */
type Asked = { readonly pageToken: string | null } | null;

/**
 * YouTube live chat → canonical events: a single message, a response of `streamList` (names of the
 * `.proto`), a page of the REST API, or an answer of `videos.list`. `query` is that of the request
 * (`page_token`, or empty): without a token the response is history. When `query` is not given,
 * the first `streamList` response of a decoder is history and nothing else.
 */
export function createDecoder(setup: unknown, ports: DecoderPorts): PlatformDecoder {
  const settings = parseSetup(YoutubeSetup, setup, 'youtube');
  const assembler = createAssembler(ports, { platform: 'youtube', source: settings.source });
  const key = stateKey(settings.room);
  const state: State = { begun: false, ...remembered(ports.memory, key) };
  return {
    decode({ text = '', query }: WireInput): DecodeResult {
      const before = { ...state };
      const result = assembler.bundle(derivedFromText(readMessage(text, askedBy(query), settings, state), text));
      const { ended, likes } = state;
      if (ports.memory === undefined || (ended === before.ended && likes === before.likes)) return result;
      return { ...result, commit: () => ports.memory!.set(key, JSON.stringify({ ended, likes })) };
    },
  };
} // prettier-ignore

/** Of one video: the next one has an end and likes of its own. */
const stateKey = (room: string) => `told/${room}`;

/** Likes that came while nobody listened are told when somebody does, and an end once. */
function remembered(memory: DecoderPorts['memory'], key: string): Pick<State, 'ended' | 'likes'> {
  const saved = asObject(readJson(memory?.get(key) ?? ''));
  return { ended: saved?.ended === true, likes: asCount(saved?.likes) ?? null };
}

function askedBy(query: WireInput['query']): Asked {
  return query === undefined ? null : { pageToken: asText(query.page_token) ?? asText(query.pageToken) ?? null };
}

/** What says once more that the show is over is no event. */
function firstEnd(reading: MessageReading, state: State): MessageReading {
  if (!('events' in reading) || reading.events[0]?.type !== 'live.room.ended') return reading;
  if (state.ended) return ignored('the end of the show was told before');
  state.ended = true;
  return reading;
}

function readMessage(text: string, asked: Asked, settings: Setup, state: State): MessageReading[] {
  const message = asObject(readJson(text));
  if (message === null) return [malformed('not a JSON object')];
  if (message.kind === 'youtube#videoListResponse') return [readVideo(message, state)];
  if (fields(message, 'error') !== null) return [readError(fields(message, 'error')!)];
  if (message.kind === 'youtube#liveChatMessage' || fields(message, 'snippet') !== null) {
    return [firstEnd(readItem(message, settings.host_channel_id), state)];
  }
  const isPage =
    asText(message.kind)?.endsWith('ListResponse') === true ||
    Array.isArray(message.items) ||
    field(message, 'next_page_token') !== undefined;
  return isPage ? readPage(message, asked, settings, state) : [unknown('a message that is not known')];
}

function readPage(page: WireObject, asked: Asked, settings: Setup, state: State): MessageReading[] {
  const isStream = ['next_page_token', 'offline_at', 'page_info'].some((name) => (page[name] ?? null) !== null);
  const historical = asked === null ? isStream && !state.begun : asked.pageToken === null;
  if (isStream) state.begun = true;
  const readings: MessageReading[] = asArray(page.items).map((item) => {
    const reading = firstEnd(readItem(asObject(item), settings.host_channel_id), state);
    return 'events' in reading ? { ...reading, historical } : reading;
  });
  const offline = timeOfText(field(page, 'offline_at'));
  if (offline !== undefined) {
    const events = [{ type: 'live.room.ended' as const, data: { endTime: offline } }];
    readings.push(firstEnd({ time: offline, derivedFrom: `offline|${offline}`, events }, state));
  }
  return readings.length > 0 ? readings : [control('empty page: wait pollingIntervalMillis')];
}

/** Viewers, likes as a total, and the end. Counts are strings; each may be absent. */
function readVideo(answer: WireObject, state: State): MessageReading {
  const video = asObject(asArray(answer.items)[0]);
  if (video === null) return control('no such video: configuration error');
  const details = fields(video, 'liveStreamingDetails');
  const events: EventDraft[] = [];
  const concurrent = asCount(details?.concurrentViewers);
  if (concurrent !== undefined) events.push({ type: 'live.audience.updated', data: { concurrent } });
  const likes = asCount(fields(video, 'statistics')?.likeCount);
  if (likes !== undefined && likes !== state.likes) {
    const count = Math.max(0, likes - (state.likes ?? likes));
    state.likes = likes;
    events.push({ type: 'live.like.added', data: { count, userInteractionCount: likes } });
  }
  const endTime = timeOfText(details?.actualEndTime);
  if (endTime !== undefined && !state.ended) {
    state.ended = true;
    events.push({ type: 'live.room.ended', time: endTime, data: compact({ endTime }) });
  }
  return events.length > 0 ? { events } : ignored('nothing changed');
}

function readError(error: WireObject): MessageReading {
  const reason = asText(asObject(asArray(error.errors)[0])?.reason) ?? '';
  if (/quota|rate/i.test(reason)) return control('waiting: quota or rate');
  if (reason === 'liveChatEnded' || reason === 'liveChatDisabled') return control('idle: the chat has ended or is disabled');
  const code = asCount(error.code) ?? 0;
  if (code === 401) return control('failed: never retried with the same key');
  if (code === 403 || code === 404) return control('failed: no such chat, or not allowed');
  return control('retry with back-off');
} // prettier-ignore
