import { malformed, type MessageReading } from '../decoding/message-reading.ts';
import { message, type ProtobufFields, readProtobuf, text, varint } from '../decoding/protobuf-fields.ts';
import { asCount, asId, asInteger, asRealId, asText, compact, money, timeOfSeconds } from '../decoding/wire-value.ts';

const GUARD_NAMES = ['', '总督', '提督', '舰长'];
/** Prices: 1000 are one yuan. */
const MILLI_YUAN_DIGITS = 3;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export interface WireViewer {
  readonly uid?: unknown;
  readonly name?: unknown;
  readonly image?: unknown;
  readonly guardLevel?: unknown;
  readonly isModerator?: boolean;
}

/** A viewer, or undefined without uid. The uid of viewers without login is 0. */
export function viewer({ uid, name, image, guardLevel, isModerator = false }: WireViewer) {
  const identifier = asId(uid);
  if (identifier === undefined) return undefined;
  const level = guardLevelOf(guardLevel);
  const roles = [...(isModerator ? ['moderator'] : []), ...(level === undefined ? [] : ['member'])];
  return compact({
    identifier,
    name: asText(name),
    image: asText(image),
    roles: roles.length > 0 ? roles : undefined,
    membershipLevel: level === undefined ? undefined : `guard-${level}`,
  });
}

/** 1 总督, 2 提督, 3 舰长; 0 is none. */
function guardLevelOf(value: unknown): number | undefined {
  const level = asCount(value);
  return level === undefined || level < 1 || level > 3 ? undefined : level;
}

export function inYuan(milliYuan: bigint | undefined, quantity: number) {
  if (milliYuan === undefined) return {};
  return {
    unitValue: money(milliYuan, MILLI_YUAN_DIGITS, 'CNY'),
    totalValue: money(milliYuan * BigInt(quantity), MILLI_YUAN_DIGITS, 'CNY'),
  };
}

export function inSilver(price: bigint | undefined, quantity: number) {
  return price === undefined ? {} : { unitValue: String(price), totalValue: String(price * BigInt(quantity)) };
}

interface WireGuard {
  readonly agent: WireViewer;
  readonly level: unknown;
  readonly giftName: unknown;
  readonly payflow_id?: unknown;
  readonly price?: unknown;
  readonly num?: unknown;
  readonly unit?: unknown;
  readonly start_time?: unknown;
}

/** A membership (舰长 and above) at the price paid. */
export function guardGift(wire: WireGuard): MessageReading {
  const level = guardLevelOf(wire.level);
  const agent = viewer({ ...wire.agent, guardLevel: level });
  if (level === undefined || agent === undefined) return malformed('uid or guard_level is missing');
  // The number counts months; of a trial ("*3天") it counts nothing.
  const quantity = (wire.unit ?? '月') === '月' ? (asCount(wire.num) ?? 1) : 1;
  const gift = compact({
    agent,
    giftId: `guard-${level}`,
    giftName: asText(wire.giftName) ?? GUARD_NAMES[level],
    quantity,
    ...inYuan(asInteger(wire.price), quantity),
    giftUnit: 'CNY',
    final: true,
  });
  return {
    id: asRealId(wire.payflow_id),
    time: timeOfSeconds(wire.start_time),
    events: [{ type: 'live.gift.sent', data: gift }],
  };
}

function unpack(pb: unknown): ProtobufFields | null {
  if (typeof pb !== 'string' || !BASE64.test(pb)) return null;
  const fields = readProtobuf(Buffer.from(pb, 'base64'));
  return fields === null || fields.size === 0 ? null : fields;
}

/** INTERACT_WORD_V2: uid 1, name 2, kind 5, seconds 7, user 22 {base 2 {face 2}, guard 6 {level 1}}. */
export function readPackedWord(pb: unknown) {
  const fields = unpack(pb);
  if (fields === null) return null;
  const user = message(fields, 22);
  const agent = viewer({
    uid: varint(fields, 1),
    name: text(fields, 2),
    image: text(message(user, 2), 2),
    guardLevel: varint(message(user, 6), 1),
  });
  return { agent, kind: asCount(varint(fields, 5)), time: timeOfSeconds(varint(fields, 7)) };
}

/** SEND_GIFT_V2: uid 1, name 2, face 3, guard 5, and a list 10 of gifts. */
export function readPackedGifts(pb: unknown): MessageReading[] {
  const fields = unpack(pb);
  if (fields === null) return [malformed('data.pb is not a protobuf message')];
  const agent = viewer({
    uid: varint(fields, 1),
    name: text(fields, 2),
    image: text(fields, 3),
    guardLevel: varint(fields, 5),
  });
  const list = fields.get(10) ?? [];
  if (agent === undefined || list.length === 0) return [malformed('no sender or no gift in data.pb')];
  return list.map((item) => packedGift(typeof item === 'bigint' ? null : readProtobuf(item), agent));
}

/** Gift id 1, name 2, number 3, price 5, total 7, coin 8, tid 9, seconds 10. */
function packedGift(item: ProtobufFields | null, agent: object): MessageReading {
  const giftName = item === null ? undefined : text(item, 2);
  const quantity = item === null ? undefined : asCount(varint(item, 3));
  if (item === null || giftName === undefined || quantity === undefined) return malformed('a gift without name or number');
  const isPaid = text(item, 8) === 'gold';
  // Protobuf leaves zeros out.
  const price = varint(item, 5) ?? 0n;
  const total = varint(item, 7) ?? price * BigInt(quantity);
  const gift = compact({
    agent,
    giftId: asId(varint(item, 1)),
    giftName,
    quantity,
    unitValue: isPaid ? money(price, MILLI_YUAN_DIGITS, 'CNY') : String(price),
    totalValue: isPaid ? money(total, MILLI_YUAN_DIGITS, 'CNY') : String(total),
    giftUnit: isPaid ? 'CNY' : 'XBL-silver',
    final: true,
  });
  return {
    id: asRealId(text(item, 9)),
    time: timeOfSeconds(varint(item, 10)),
    events: [{ type: 'live.gift.sent', data: gift }],
  };
} // prettier-ignore
