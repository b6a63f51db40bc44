import * as z from 'zod';
import type { DecodeResult, DecoderPorts, PlatformDecoder, WireInput } from '../connector.ts';
import { control, createAssembler, derivedFromText, type EventDraft, type EventsReading, ignored, malformed, type MessageReading, unknown } from '../decoding/message-reading.ts'; // prettier-ignore
import { parseSetup, SetupSource } from '../decoding/setup.ts';
import { asArray, asCount, asId, asObject, asText, compact, part, readJson, timeOfMs, type WireObject } from '../decoding/wire-value.ts'; // prettier-ignore
import { createGiftStreaks, type GiftStreaks } from './gift-streaks.ts';
import { CONTROL, IGNORED, kindOf, NO_CANONICAL_KIND } from './message-kinds.ts';
import { commentText, envelope, giftFields, person, questionText } from './wire-dialect.ts';

export const TiktokSetup = z
  .looseObject({
    unique_id: z.string().regex(/^[\w.]{1,64}$/, 'expected the name of the account, without @'),
    source: SetupSource.optional(),
  })
  .transform((setup) => ({ ...setup, source: setup.source ?? `live/tiktok/${setup.unique_id}` }));

export interface TiktokDecoder extends PlatformDecoder {
  /** Gifts of streaks that nobody closed within 15 s, as events with `final: false`. To be asked every second. */
  overdue(): DecodeResult;
  /** The end of the show, when the service closes because of it and no message had told it. */
  ended(): DecodeResult;
}

interface Context {
  readonly streaks: GiftStreaks;
  /** The room's total as told last. */
  readonly likes: { total: number | undefined };
  readonly nowMs: number;
}

type Reader = (data: WireObject, context: Context) => MessageReading;

/**
 * TikTok LIVE → canonical events, in four forms that tell themselves apart: a frame of the JSON service
 * (`messages[]`, schema v2), its simple form (`type`), and events of the library 2.4.0 (v3) and 1.2.3.
 */
export function createDecoder(setup: unknown, ports: DecoderPorts): TiktokDecoder {
  const settings = parseSetup(TiktokSetup, setup, 'tiktok');
  const assembler = createAssembler(ports, { platform: 'tiktok', source: settings.source });
  const streaks = createGiftStreaks(ports.memory);
  const likes: Context['likes'] = { total: undefined };
  let endIsTold = false;
  const withCommit = (result: DecodeResult) => compact({ ...result, commit: streaks.commit() ?? undefined });
  return {
    decode(input: WireInput): DecodeResult {
      const text = input.text ?? Buffer.from(input.bytes ?? []).toString('utf8');
      const result = assembler.bundle(derivedFromText(readFrame(text, { streaks, likes, nowMs: ports.nowMs() }), text));
      endIsTold ||= result.events.some(({ type }) => type === 'live.room.ended');
      return withCommit(result);
    },
    overdue: () => withCommit(assembler.bundle(streaks.overdue(ports.nowMs()))),
    ended() {
      if (endIsTold) return { events: [], outcome: 'ignored', reason: 'the end of the show was told before' };
      endIsTold = true;
      return assembler.bundle([{ derivedFrom: 'stream end', events: [{ type: 'live.room.ended', data: {} }] }]);
    },
  };
}

function readFrame(text: string, context: Context): MessageReading[] {
  const frame = asObject(readJson(text));
  if (frame === null) return [malformed('not a JSON object')];
  if (Array.isArray(frame.messages)) {
    const readings = frame.messages.map((item) => {
      const message = asObject(item) ?? {};
      return readMessage(message.type, asObject(message.data), context, { needsCommon: true });
    });
    return readings.length > 0 ? readings : [ignored('an empty frame')];
  }
  const isLibrary = typeof frame.event === 'string';
  const reading = readMessage(frame.event ?? frame.type, isLibrary ? asObject(frame.data) : frame, context, {});
  // Replayed by the library before the socket is open.
  return [frame.beforeOpen === true && 'events' in reading ? { ...reading, historical: true } : reading];
}

function readMessage(name: unknown, data: WireObject | null, context: Context, { needsCommon = false }): MessageReading {
  if (typeof name !== 'string' || name === '') return malformed('neither messages nor a type');
  const kind = kindOf(name);
  if (Object.hasOwn(CONTROL, name)) return name === 'workerInfo' ? readWorker(data) : control(CONTROL[name]!);
  if (Object.hasOwn(IGNORED, kind)) return ignored(IGNORED[kind]!);
  const read = READERS[kind];
  if (read === undefined) {
    return NO_CANONICAL_KIND.has(kind) ? ignored('no canonical kind') : unknown('a type that is not known');
  }
  if (data === null || (needsCommon && asObject(data.common) === null)) return malformed('data or data.common is missing');
  const reading = read(data, context);
  return 'events' in reading ? { ...envelope(data), ...reading } : reading;
} // prettier-ignore

const READERS: Readonly<Record<string, Reader>> = {
  __proto__: null as never,
  chat: readComment,
  questionNew: readQuestion,
  gift: readGift,
  like: readLike,
  social: readSocial,
  follow: (data) => byViewer(data, 'live.follow.added'),
  share: (data) => byViewer(data, 'live.share.added'),
  member: readMember,
  roomUser: readViewers,
  roomUserSeq: readViewers,
  control: readControl,
  imDelete: readRemoval,
  roomPin: readPin,
};

const KNOWN_SCHEMAS: ReadonlySet<unknown> = new Set(['v2', 2, '2', undefined, null]);

function readWorker(data: WireObject | null): MessageReading {
  return KNOWN_SCHEMAS.has(data?.schemaVersion)
    ? control(CONTROL.workerInfo!)
    : control('failed: frames of a schema version that is not known', 'failed');
}

function byViewer(data: WireObject, type: EventDraft['type']): MessageReading {
  const agent = person(data);
  return agent === undefined ? malformed('the viewer is missing') : { events: [{ type, data: { agent } }] };
}

function readComment(data: WireObject): MessageReading {
  const author = person(data);
  const text = commentText(data);
  if (author === undefined || text === undefined) return malformed('the viewer or the text is missing');
  const { id } = envelope(data);
  const inLanguage = asText(data.contentLanguage);
  const comment = compact({ identifier: id, text, author, inLanguage, isPaid: false });
  return { events: [{ type: 'live.comment.created', data: comment }] };
}

function readQuestion(data: WireObject): MessageReading {
  const details = asObject(data.details) ?? asObject(data.question) ?? data;
  const author = person(data) ?? person(details);
  const text = questionText(data);
  if (author === undefined || text === undefined) return malformed('the viewer or the question is missing');
  const comment = compact({ identifier: envelope(data).id, text, author, isPaid: false });
  return { events: [{ type: 'live.comment.created', data: comment }] };
}

/** Type 1 comes as a streak; the other types have none and keep `repeatEnd` 0. */
function readGift(data: WireObject, { streaks, nowMs }: Context): MessageReading {
  const { giftId, name, diamonds, type, count, isEnd, groupId } = giftFields(data);
  const agent = person(data);
  const total = asCount(count) ?? 1;
  const giftName = name ?? giftId;
  if (agent === undefined || giftName === undefined) return malformed('the viewer or the gift is missing');
  const value = asCount(diamonds);
  const kind = asCount(type);
  // Without its type a gift of a group is taken for a streak: told at the end, it is never counted twice.
  const isStreak = kind === 1 || (kind === undefined && groupId !== undefined);
  const reading = (quantity: number, final: boolean): EventsReading => {
    const gift = compact({
      agent,
      giftId,
      giftName,
      quantity,
      unitValue: value === undefined ? undefined : String(value),
      totalValue: value === undefined ? undefined : String(BigInt(value) * BigInt(quantity)),
      giftUnit: 'XTK-diamond',
      comboId: groupId,
      final,
    });
    return { ...envelope(data), events: [{ type: 'live.gift.sent', data: gift }] };
  };
  if (!isStreak) return reading(total, true);
  const key = `${agent.identifier}|${giftId ?? giftName}|${groupId ?? ''}`;
  const step = { key, isLoose: groupId === undefined, messageId: envelope(data).id, total, isEnd, reading };
  return streaks.take(step, nowMs);
}

/** What this viewer adds, and the room's total; some are lost, the total is the truth. A total alone adds its difference. */
function readLike(data: WireObject, { likes }: Context): MessageReading {
  const total = asCount(data.totalLikeCount ?? data.total);
  const before = likes.total ?? total;
  const count =
    asCount(data.likeCount ?? data.count) ?? (total === undefined ? undefined : Math.max(0, total - before!));
  if (count === undefined) return malformed('the number of likes is missing');
  likes.total = total ?? likes.total;
  const like = compact({ agent: person(data), count, userInteractionCount: total });
  return { events: [{ type: 'live.like.added', data: like }] };
}

function readSocial(data: WireObject): MessageReading {
  const action = asId(data.action);
  const key = asText(part(part(data, 'common'), 'displayText').key) ?? asText(data.displayType) ?? '';
  if (action === '1' || key.includes('follow')) return byViewer(data, 'live.follow.added');
  if (action === '3' || key.includes('share')) return byViewer(data, 'live.share.added');
  return ignored('no canonical kind');
}

function readMember(data: WireObject): MessageReading {
  const action = asId(data.action) ?? asId(data.actionId) ?? '1';
  if (action === '1') return byViewer(data, 'live.join.added');
  if (action !== '3') return ignored('no canonical kind');
  const agent = person(data);
  if (agent === undefined) return malformed('the viewer is missing');
  const name = 'subscription';
  const gift = { agent, giftId: name, giftName: name, quantity: 1, giftUnit: 'XTK-subscription', final: true };
  return { events: [{ type: 'live.gift.sent', data: gift }] };
}

/** Viewers now, and everyone so far: two fields, never one. */
function readViewers(data: WireObject): MessageReading {
  const audience = compact({ concurrent: asCount(data.viewerCount ?? data.total), cumulative: asCount(data.totalUser) });
  if (Object.keys(audience).length === 0) return malformed('neither viewerCount nor total nor totalUser');
  return { events: [{ type: 'live.audience.updated', data: audience }] };
} // prettier-ignore

function readControl(data: WireObject): MessageReading {
  const action = asId(data.action);
  // 3 ended, 4 suspended by the platform.
  if (action !== '3' && action !== '4') return ignored(action === '1' ? 'paused, not ended' : 'not an end');
  return { events: [{ type: 'live.room.ended', data: compact({ endTime: envelope(data).time }) }] };
}

function readRemoval(data: WireObject): MessageReading {
  const comments = asArray(data.deleteMsgIdsList ?? data.deleteMsgIds).map(asId);
  const viewers = asArray(data.deleteUserIdsList ?? data.deleteUserIds).map(asId);
  if (comments.includes(undefined) || viewers.includes(undefined)) return malformed('not a list of ids');
  const type = 'live.comment.deleted' as const;
  const events: EventDraft[] = viewers.map((identifier) => ({ type, data: { author: { identifier } } }));
  if (comments.length > 0) events.unshift({ type, data: { identifier: comments } });
  return events.length > 0 ? { events } : ignored('removes nothing');
}

function readPin(data: WireObject): MessageReading {
  const action = asId(data.action);
  if (action === '2') return ignored('unpinning a comment has no kind of its own');
  const chat = asObject(data.chatMessage);
  if (chat === null || action !== '1') return ignored('no comment is pinned');
  const identifier = envelope(chat).id;
  if (identifier === undefined) return malformed('the pinned comment has no id');
  const comment = compact({ identifier, text: commentText(chat) });
  const pinnedMs = asCount(data.pinTime) ?? asCount(part(data, 'common').createTime);
  const shownMs = asCount(data.displayDuration) ?? 0;
  const until = pinnedMs === undefined || shownMs === 0 ? undefined : timeOfMs(pinnedMs + shownMs);
  return { events: [{ type: 'live.comment.pinned', data: compact({ comment, until }) }] };
}
