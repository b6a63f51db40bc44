import * as z from 'zod';
import type { DecodeResult, DecoderPorts, PlatformDecoder, WireInput } from '../connector.ts';
import { control, createAssembler, derivedFromText, ignored, malformed, type MessageReading, unknown } from '../decoding/message-reading.ts'; // prettier-ignore
import { parseSetup, SetupId, SetupSource } from '../decoding/setup.ts';
import { asArray, asCount, asId, asInteger, asObject, asRealId, asText, compact, isSet, money, part, readJson, timeOfSeconds, type WireObject } from '../decoding/wire-value.ts'; // prettier-ignore
import { decodeFrame, type FramePart } from './frame-codec.ts';

export const BilibiliOpenSetup = z
  .looseObject({
    room_id: SetupId,
    source: SetupSource.optional(),
    anchor_open_id: z.string().optional().describe('Who the host is; without it nobody is marked as host'),
    game_id: z.string().optional().describe('The session whose end concerns us; without it any does'),
  })
  .transform((setup) => ({ ...setup, source: setup.source ?? `live/bilibili/${setup.room_id}` }));
type Setup = z.output<typeof BilibiliOpenSetup>;

export interface BilibiliOpenDecoder extends PlatformDecoder {
  /** Tells which session is ours from now on. */
  session(gameId: string): void;
}

/** `{"cmd","data"}` of the open platform, read by its `cmd`. */
interface WireMessage {
  readonly data: WireObject;
}

const PREFIX = 'LIVE_OPEN_PLATFORM_';
const GUARD_NAMES = ['', '总督', '提督', '舰长'];
/** `r_price` and guard prices: 1000 are one yuan. */
const MILLI_YUAN_DIGITS = 3;

/**
 * Messages of Bilibili's open platform (`text`: a message as it stands in a packet of operation 5;
 * `bytes`: a whole WebSocket message) → canonical events. Ids are `msg_id`; likes and arrivals may lack it.
 */
export function createDecoder(setup: unknown, ports: DecoderPorts): BilibiliOpenDecoder {
  let settings = parseSetup(BilibiliOpenSetup, setup, 'bilibili-open');
  const assembler = createAssembler(ports, { platform: 'bilibili', source: settings.source });
  return {
    decode(input: WireInput): DecodeResult {
      if (input.bytes === undefined) return assembler.bundle(readText(input.text ?? '', settings));
      return assembler.bundle(decodeFrame(input.bytes).flatMap((framePart) => readPart(framePart, settings)));
    },
    session(gameId) {
      settings = { ...settings, game_id: gameId };
    },
  };
}

function readPart(framePart: FramePart, settings: Setup): MessageReading | MessageReading[] {
  switch (framePart.kind) {
    case 'message':
      return readText(framePart.text, settings);
    case 'malformed':
      return malformed(framePart.reason);
    case 'unknown':
      return unknown(`operation ${framePart.operation}`);
    case 'heartbeat':
      return control('keep-alive: the number is no viewer count on the open platform');
    case 'auth':
      if (framePart.code === 0) return control('open');
      return control('failed: start a new session before the next try');
  }
}

function readText(text: string, settings: Setup): MessageReading[] {
  return derivedFromText(readMessage(text, settings), text);
}

function readMessage(text: string, settings: Setup): MessageReading {
  const message = asObject(readJson(text));
  if (message === null) return malformed('not a JSON object with cmd');
  const cmd = asText(message.cmd);
  const data = asObject(message.data);
  if (cmd === undefined) return malformed('not an object with cmd');
  const read = cmd.startsWith(PREFIX) ? READERS[cmd.slice(PREFIX.length)] : undefined;
  if (read === undefined) return unknown('a cmd that is not known');
  if (data === null) return malformed('data is missing');
  return read({ data }, settings);
}

const READERS: Readonly<Record<string, (message: WireMessage, settings: Setup) => MessageReading>> = {
  __proto__: null as never,
  DM: readComment,
  DM_MIRROR: () => ignored('comment of another room'),
  SEND_GIFT: readGift,
  SUPER_CHAT: readSuperChat,
  SUPER_CHAT_DEL: readSuperChatRemoval,
  GUARD: readGuard,
  LIKE: readLike,
  LIVE_ROOM_ENTER: readArrival,
  LIVE_START: (message) => readRoom(message, 'live.room.started'),
  LIVE_END: (message) => readRoom(message, 'live.room.ended'),
  INTERACTION_END: readInteractionEnd,
};

/** What all messages share. */
function envelope({ data }: WireMessage) {
  return { id: asRealId(data.msg_id), time: timeOfSeconds(data.timestamp) };
}

function person(data: WireObject, settings: Setup) {
  const identifier = asId(data.open_id);
  if (identifier === undefined) return undefined;
  const level = guardLevel(data.guard_level);
  const roles: string[] = [];
  if (identifier === settings.anchor_open_id) roles.push('host');
  if (isSet(data.is_admin)) roles.push('moderator');
  if (level !== undefined) roles.push('member');
  return compact({
    identifier,
    name: asText(data.uname),
    image: asText(data.uface),
    roles: roles.length > 0 ? roles : undefined,
    membershipLevel: level === undefined ? undefined : `guard-${level}`,
  });
}

/** 1 总督, 2 提督, 3 舰长; 0 is none. */
function guardLevel(value: unknown): number | undefined {
  const level = asCount(value);
  return level === undefined || level < 1 || level > 3 ? undefined : level;
}

function readComment(message: WireMessage, settings: Setup): MessageReading {
  const { data } = message;
  const author = person(data, settings);
  if (typeof data.msg !== 'string' || author === undefined) return malformed('msg or open_id is missing');
  const { id } = envelope(message);
  const comment = compact({ identifier: id, text: data.msg, author, isPaid: false });
  return { ...envelope(message), events: [{ type: 'live.comment.created', data: comment }] };
}

function readGift(message: WireMessage, settings: Setup): MessageReading {
  const { data } = message;
  const agent = person(data, settings);
  const quantity = asCount(data.gift_num);
  const giftName = asText(data.gift_name);
  if (agent === undefined || quantity === undefined || giftName === undefined) {
    return malformed('open_id, gift_name or gift_num is missing or not a number');
  }
  // `price` is the list price; what was paid is `r_price`. Free gifts carry a price that is no money.
  const price = asInteger(data.r_price ?? data.price);
  const isPaid = isSet(data.paid);
  const gift = compact({
    agent,
    giftId: asId(data.gift_id),
    giftName,
    quantity,
    ...(isPaid ? inYuan(price, quantity) : inSilver(price, quantity)),
    giftUnit: isPaid ? 'CNY' : 'XBL-silver',
    comboId: asText(part(data, 'combo_info').combo_id),
    final: true,
  });
  return { ...envelope(message), events: [{ type: 'live.gift.sent', data: gift }] };
}

function inYuan(milliYuan: bigint | undefined, quantity: number) {
  if (milliYuan === undefined) return {};
  return {
    unitValue: money(milliYuan, MILLI_YUAN_DIGITS, 'CNY'),
    totalValue: money(milliYuan * BigInt(quantity), MILLI_YUAN_DIGITS, 'CNY'),
  };
}

function inSilver(price: bigint | undefined, quantity: number) {
  return price === undefined ? {} : { unitValue: String(price), totalValue: String(price * BigInt(quantity)) };
}

function readSuperChat(message: WireMessage, settings: Setup): MessageReading {
  const { data } = message;
  const author = person(data, settings);
  const identifier = asId(data.message_id);
  const yuan = asInteger(data.rmb);
  if (author === undefined || identifier === undefined || yuan === undefined || typeof data.message !== 'string') {
    return malformed('open_id, message_id, message or rmb is missing or not a whole number');
  }
  const amount = { value: money(yuan, 0, 'CNY'), currency: 'CNY' };
  const comment = { identifier, text: data.message, author, isPaid: true, amount };
  return { ...envelope(message), events: [{ type: 'live.comment.created', data: comment }] };
}

function readSuperChatRemoval(message: WireMessage): MessageReading {
  const identifier = asArray(message.data.message_ids).map(asId);
  if (identifier.length === 0 || identifier.includes(undefined)) return malformed('message_ids is empty or no list of ids');
  return { ...envelope(message), events: [{ type: 'live.comment.deleted', data: { identifier } }] };
} // prettier-ignore

function readGuard(message: WireMessage, settings: Setup): MessageReading {
  const { data } = message;
  const level = guardLevel(data.guard_level);
  const agent = person({ ...part(data, 'user_info'), guard_level: data.guard_level }, settings);
  if (level === undefined || agent === undefined) return malformed('user_info.open_id or guard_level is missing');
  // The number counts months; of a trial ("*3天") it counts nothing.
  const quantity = (data.guard_unit ?? '月') === '月' ? (asCount(data.guard_num) ?? 1) : 1;
  const gift = compact({
    agent,
    giftId: `guard-${level}`,
    giftName: GUARD_NAMES[level],
    quantity,
    ...inYuan(asInteger(data.price), quantity),
    giftUnit: 'CNY',
    final: true,
  });
  return { ...envelope(message), events: [{ type: 'live.gift.sent', data: gift }] };
}

function readLike(message: WireMessage, settings: Setup): MessageReading {
  const agent = person(message.data, settings);
  const count = asCount(message.data.like_count);
  if (agent === undefined || count === undefined) return malformed('open_id is missing or like_count is not a number');
  return { ...envelope(message), events: [{ type: 'live.like.added', data: { agent, count } }] };
}

function readArrival(message: WireMessage, settings: Setup): MessageReading {
  const agent = person(message.data, settings);
  if (agent === undefined) return malformed('open_id is missing');
  return { ...envelope(message), events: [{ type: 'live.join.added', data: { agent } }] };
}

function readRoom(message: WireMessage, type: 'live.room.started' | 'live.room.ended'): MessageReading {
  const { time } = envelope(message);
  const name = asText(message.data.title);
  const data = compact(type === 'live.room.started' ? { name, startTime: time } : { name, endTime: time });
  return { ...envelope(message), events: [{ type, data }] };
}

function readInteractionEnd({ data }: WireMessage, settings: Setup): MessageReading {
  if (asText(data.game_id) === undefined) return malformed('game_id is missing');
  if (settings.game_id !== undefined && data.game_id !== settings.game_id) return ignored('another game_id');
  return control('the platform ended the push (missed heartbeats): start again with a new game_id', 'failed');
}
