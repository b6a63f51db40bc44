import * as z from 'zod';
import { decodeFrame, type FramePart } from '../bilibili-open/frame-codec.ts';
import type { DecodeResult, DecoderPorts, PlatformDecoder, WireInput } from '../connector.ts';
import { control, createAssembler, derivedFromText, duplicate, ignored, malformed, type MessageReading, unknown } from '../decoding/message-reading.ts'; // prettier-ignore
import { parseSetup, SetupId, SetupSource } from '../decoding/setup.ts';
import { asArray, asCount, asId, asInteger, asObject, asRealId, asText, compact, isSet, part, readJson, timeOfMs, timeOfSeconds, type WireObject } from '../decoding/wire-value.ts'; // prettier-ignore
import { NO_CANONICAL_KIND, TOLD_TWICE } from './ignored-commands.ts';
import { guardGift, inSilver, inYuan, readPackedGifts, readPackedWord, viewer } from './packed-messages.ts';

export const BilibiliWebSetup = z
  .looseObject({ room_id: SetupId, source: SetupSource.optional() })
  .transform((setup) => ({ ...setup, source: setup.source ?? `live/bilibili/${setup.room_id}` }));

interface State {
  /** Room total of likes; null before the first. */
  likes: number | null;
  /** The show that has begun; its second LIVE is told apart by this. */
  readonly shows: Set<string>;
}

type Reader = (message: WireObject, state: State) => MessageReading | MessageReading[];

const EVENT_OF_WORD = { 1: 'live.join.added', 2: 'live.follow.added', 3: 'live.share.added' } as const;

/**
 * Messages of Bilibili's web room stream (reverse-engineered, tier C) → canonical events. `text`: a message
 * as it stands in a packet of operation 5; `bytes`: a whole WebSocket message. Most have no id: see each reader.
 */
export function createDecoder(setup: unknown, ports: DecoderPorts): PlatformDecoder {
  const { source } = parseSetup(BilibiliWebSetup, setup, 'bilibili-web');
  const assembler = createAssembler(ports, { platform: 'bilibili', source });
  const state: State = { likes: null, shows: new Set() };
  return {
    decode(input: WireInput): DecodeResult {
      if (input.bytes === undefined) return assembler.bundle(readText(input.text ?? '', state));
      return assembler.bundle(decodeFrame(input.bytes).flatMap((framePart) => readPart(framePart, state)));
    },
  };
}

function readPart(framePart: FramePart, state: State): MessageReading | MessageReading[] {
  switch (framePart.kind) {
    case 'message':
      return readText(framePart.text, state);
    case 'malformed':
      return malformed(framePart.reason);
    case 'unknown':
      return unknown(`operation ${framePart.operation}`);
    case 'auth':
      return control(framePart.code === 0 ? 'open' : 'failed: the token is refused');
    case 'heartbeat': {
      // Heat of the room, which is no number of viewers.
      if (framePart.value === null || framePart.value < 0) return control('keep-alive');
      const data = { popularity: framePart.value };
      return { derivedFrom: `heat|${framePart.value}`, events: [{ type: 'live.audience.updated', data }] };
    }
  }
}

function readText(text: string, state: State): MessageReading[] {
  return derivedFromText(readMessage(text, state), text);
}

function readMessage(text: string, state: State): MessageReading | MessageReading[] {
  const message = asObject(readJson(text));
  const name = asText(message?.cmd);
  if (message === null || name === undefined) return malformed('not a JSON object with cmd');
  // A suffix says which clients show it: DANMU_MSG:4:0:2:2:2:0.
  const cmd = name.split(':', 1)[0]!;
  const read = READERS[cmd];
  if (read !== undefined) return read(message, state);
  if (Object.hasOwn(TOLD_TWICE, cmd)) return ignored(TOLD_TWICE[cmd]!);
  return NO_CANONICAL_KIND.has(cmd) ? ignored('no canonical kind') : unknown('a cmd that is not known');
}

const READERS: Readonly<Record<string, Reader>> = {
  __proto__: null as never,
  DANMU_MSG: readComment,
  SEND_GIFT: readGift,
  SEND_GIFT_V2: (message) => readPackedGifts(part(message, 'data').pb),
  USER_TOAST_MSG: readGuard,
  USER_TOAST_MSG_V2: readGuardV2,
  SUPER_CHAT_MESSAGE: readSuperChat,
  SUPER_CHAT_MESSAGE_JPN: readSuperChat,
  SUPER_CHAT_MESSAGE_DELETE: readSuperChatRemoval,
  RECALL_DANMU_MSG: readRecall,
  INTERACT_WORD: readWord,
  INTERACT_WORD_V2: (message) => wordReading(readPackedWord(part(message, 'data').pb)),
  LIKE_INFO_V3_UPDATE: readLikes,
  WATCHED_CHANGE: readWatched,
  GOTO_BUY_FLOW: readBuyer,
  RECOMMEND_CARD: readCards,
  LIVE: readStart,
  PREPARING: readEnd,
  CUT_OFF: readEnd,
  WARNING: () => WARNED,
  ROOM_CHANGE: readRoomChange,
};

/** Of the platform's inspectors: no canonical kind, so the operator sees it in the state of the source. */
const WARNED: MessageReading = {
  outcome: 'ignored',
  reason: "the platform's inspectors warn this room: look at its page, before they end the show",
  state: 'degraded',
};

/**
 * `info` holds text [1], sender [2] (uid, name, moderator), guard level [7], ms [0][4], check token [9].ct.
 * Sender, millisecond and token make the id: the rest of a comment sent twice may differ.
 */
function readComment(message: WireObject): MessageReading {
  const info = asArray(message.info);
  const head = asArray(info[0]);
  const sender = asArray(info[2]);
  const text = info[1];
  const author = viewer({ uid: sender[0], name: sender[1], guardLevel: info[7], isModerator: isSet(sender[2]) });
  if (typeof text !== 'string' || author === undefined) return malformed('info is too short');
  const token = asId(asObject(info[9])?.ct) ?? text;
  return {
    time: timeOfMs(head[4]),
    derivedFrom: `DANMU_MSG|${author.identifier}|${token}`,
    events: [{ type: 'live.comment.created', data: { text, author, isPaid: false } }],
  };
}

function readGift(message: WireObject): MessageReading {
  const data = part(message, 'data');
  const agent = viewer({ uid: data.uid, name: data.uname, image: data.face, guardLevel: data.guard_level });
  const quantity = asCount(data.num);
  const giftName = asText(data.giftName);
  if (agent === undefined || quantity === undefined || giftName === undefined) {
    return malformed('uid, giftName or num is missing or not a number');
  }
  const isPaid = data.coin_type === 'gold';
  // What was paid; 0 is "no discount", and a gift of silver has none.
  const discounted = asInteger(data.discount_price);
  const price = isPaid && discounted !== undefined && discounted > 0n ? discounted : asInteger(data.price);
  const gift = compact({
    agent,
    giftId: asId(data.giftId),
    giftName,
    quantity,
    ...(isPaid ? inYuan(price, quantity) : inSilver(price, quantity)),
    giftUnit: isPaid ? 'CNY' : 'XBL-silver',
    comboId: asText(data.batch_combo_id),
    final: true,
  });
  return {
    id: asRealId(data.tid),
    time: timeOfSeconds(data.timestamp),
    events: [{ type: 'live.gift.sent', data: gift }],
  };
}

function readGuard(message: WireObject): MessageReading {
  const data = part(message, 'data');
  const agent = { uid: data.uid, name: data.username };
  return guardGift({ ...data, agent, level: data.guard_level, giftName: data.role_name });
}

/** The same purchase in nested fields, with the same `payflow_id`. */
function readGuardV2(message: WireObject): MessageReading {
  const data = part(message, 'data');
  const sender = part(data, 'sender_uinfo');
  const guard = part(data, 'guard_info');
  const { name, face } = part(sender, 'base');
  const agent = { uid: sender.uid, name, image: face };
  return guardGift({ ...part(data, 'pay_info'), ...guard, agent, level: guard.guard_level, giftName: guard.role_name });
}

function readSuperChat(message: WireObject): MessageReading {
  const data = part(message, 'data');
  const user = part(data, 'user_info');
  const identifier = asId(data.id);
  const yuan = asInteger(data.price);
  const author = viewer({
    uid: data.uid,
    name: user.uname,
    image: user.face,
    guardLevel: user.guard_level,
    isModerator: isSet(user.manager),
  });
  if (identifier === undefined || yuan === undefined || author === undefined || typeof data.message !== 'string') {
    return malformed('id, uid, message or price is missing or not a number');
  }
  const amount = { value: `${yuan}.00`, currency: 'CNY' };
  return {
    id: identifier,
    time: timeOfSeconds(data.ts ?? data.start_time),
    events: [{ type: 'live.comment.created', data: { identifier, text: data.message, author, isPaid: true, amount } }],
  };
}

function readSuperChatRemoval(message: WireObject): MessageReading {
  const identifier = asArray(part(message, 'data').ids).map(asId);
  if (identifier.length === 0 || identifier.includes(undefined)) return malformed('ids is empty or no list of ids');
  return { events: [{ type: 'live.comment.deleted', data: { identifier } }] };
}

function readRecall(message: WireObject): MessageReading {
  const data = part(message, 'data');
  const identifier = asId(data.target_id);
  if (identifier === undefined) return malformed('target_id is missing');
  // Type 2 names a viewer. What the others name is not known: concluding nothing keeps comments on screen.
  if (asCount(data.recall_type) !== 2) return ignored('meaning of recall_type unknown');
  return { events: [{ type: 'live.comment.deleted', data: { author: { identifier } } }] };
}

function readWord(message: WireObject): MessageReading {
  const data = part(message, 'data');
  return wordReading({
    agent: viewer({ uid: data.uid, name: data.uname }),
    kind: asCount(data.msg_type),
    time: timeOfSeconds(data.timestamp),
  });
}

function wordReading(word: ReturnType<typeof readPackedWord>): MessageReading {
  if (word === null) return malformed('data.pb is not a protobuf message');
  if (word.agent === undefined || word.kind === undefined) return malformed('uid or msg_type is missing');
  const type = EVENT_OF_WORD[word.kind as keyof typeof EVENT_OF_WORD];
  if (type === undefined) return ignored('no canonical kind');
  return {
    time: word.time,
    events: [{ type, data: { agent: word.agent } }],
  };
}

/** A room total: what it adds is the difference to the total before, 0 for the first of a connection. */
function readLikes(message: WireObject, state: State): MessageReading {
  const total = asCount(part(message, 'data').click_count);
  if (total === undefined) return malformed('click_count is not a number');
  if (total === state.likes) return ignored('nothing changed');
  // Less than before is a new show, whose total starts again.
  const count = state.likes === null || total < state.likes ? 0 : total - state.likes;
  state.likes = total;
  const data = { count, userInteractionCount: total };
  return { events: [{ type: 'live.like.added', data }] };
}

function readWatched(message: WireObject): MessageReading {
  const cumulative = asCount(part(message, 'data').num);
  if (cumulative === undefined) return malformed('num is not a number');
  return { events: [{ type: 'live.audience.updated', data: { cumulative } }] };
}

/** A masked viewer goes to buy something: neither who nor what is said. */
function readBuyer(message: WireObject): MessageReading {
  const text = asText(part(message, 'data').text);
  if (text === undefined) return malformed('text is missing');
  const data = { product: { productID: 'unknown' }, placement: 'live-buy-flow' };
  return { events: [{ type: 'shop.product.viewed', data }] };
}

function readCards(message: WireObject): MessageReading {
  const data = part(message, 'data');
  const list = asArray(data.recommend_list);
  if (list.length === 0) return ignored('no product in it');
  const details = list.map((item) => part(asObject(item) ?? {}, 'shopping_card_detail'));
  const time = timeOfSeconds(data.timestamp ?? details[0]?.timestamp);
  const events = details.flatMap((detail, index) => {
    const productID = asId(detail.goods_id);
    if (productID === undefined) return [];
    const product = compact({ productID, name: asText(detail.goods_name) });
    return [{ type: 'live.product.pinned' as const, data: { product, position: index + 1 } }];
  });
  if (events.length === 0) return malformed('no goods_id in recommend_list');
  return { time, events };
}

function readStart(message: WireObject, state: State): MessageReading {
  const time = timeOfSeconds(message.live_time);
  const id = asRealId(message.live_key);
  if (id !== undefined) {
    if (state.shows.has(id)) return duplicate('same live_key');
    // One show after another in one room: a handful in the life of a connection.
    if (state.shows.size > 100) state.shows.clear();
    state.shows.add(id);
  }
  return { id, time, events: [{ type: 'live.room.started', data: compact({ startTime: time }) }] };
}

function readEnd(): MessageReading {
  return { events: [{ type: 'live.room.ended', data: {} }] };
}

function readRoomChange(message: WireObject): MessageReading {
  const name = asText(part(message, 'data').title);
  if (name === undefined) return malformed('title is missing');
  return { events: [{ type: 'live.room.updated', data: { name } }] };
}
