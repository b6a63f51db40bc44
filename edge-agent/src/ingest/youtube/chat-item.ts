import { type EventDraft, ignored, malformed, type MessageReading, unknown } from '../decoding/message-reading.ts';
import { asCount, asId, asInteger, asObject, asText, compact, money, timeOfText, type WireObject } from '../decoding/wire-value.ts'; // prettier-ignore

const MICROS_DIGITS = 6;
const CURRENCY = /^[A-Z]{3}$/;

/** Field of a message, in the names of the `.proto` or of the REST API (`author_details`, `authorDetails`). */
export function field(value: WireObject | null, name: string): unknown {
  return value?.[name] ?? value?.[name.replace(/_[a-z]/g, (letter) => letter[1]!.toUpperCase())];
}

export function fields(value: WireObject | null, name: string): WireObject | null {
  return asObject(field(value, name));
}

interface WireItem {
  readonly snippet: WireObject;
  readonly author: ReturnType<typeof person>;
  readonly identifier: string;
}

type Reader = (item: WireItem) => EventDraft | MessageReading;

/** One live chat message, as the gRPC loader or the REST API gives it → what it says. */
export function readItem(item: WireObject | null, hostChannelId: string | undefined): MessageReading {
  const snippet = fields(item, 'snippet');
  const id = asId(item?.id);
  if (snippet === null || id === undefined) return malformed('no id or no snippet');
  const type = typeName(snippet.type);
  const read = type === undefined ? undefined : READERS[type];
  // A type newer than our description comes as a number, or is left out.
  if (read === undefined) return unknown('a type that is not known');
  const reading = read({ snippet, identifier: id, author: person(fields(item, 'author_details'), hostChannelId) });
  if ('outcome' in reading || 'events' in reading) return reading;
  return { id, time: timeOfText(field(snippet, 'published_at')), events: [reading] };
}

/** `textMessageEvent` and `TEXT_MESSAGE_EVENT` are one type. */
function typeName(type: unknown): string | undefined {
  return asText(type)?.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
} // prettier-ignore

const NO_KIND: Reader = () => ignored('no canonical kind');

const READERS: Readonly<Record<string, Reader>> = {
  __proto__: null as never,
  TEXT_MESSAGE_EVENT: readText,
  SUPER_CHAT_EVENT: (item) => readPaid(item, 'super_chat_details'),
  SUPER_STICKER_EVENT: (item) => readPaid(item, 'super_sticker_details'),
  MEMBER_MILESTONE_CHAT_EVENT: readMilestone,
  NEW_SPONSOR_EVENT: readNewMember,
  MEMBERSHIP_GIFTING_EVENT: readGiftedMemberships,
  GIFT_MEMBERSHIP_RECEIVED_EVENT: () => ignored('already counted by the gifting message'),
  GIFT_EVENT: readJewels,
  MESSAGE_DELETED_EVENT: (item) => readRemoval(item, 'message_deleted_details', 'deleted_message_id'),
  MESSAGE_RETRACTED_EVENT: (item) => readRemoval(item, 'message_retracted_details', 'retracted_message_id'),
  USER_BANNED_EVENT: readBan,
  CHAT_ENDED_EVENT: readEnd,
  POLL_EVENT: NO_KIND,
  TOMBSTONE: NO_KIND,
  FAN_FUNDING_EVENT: NO_KIND,
  SPONSOR_ONLY_MODE_STARTED_EVENT: NO_KIND,
  SPONSOR_ONLY_MODE_ENDED_EVENT: NO_KIND,
};

function person(details: WireObject | null, hostChannelId: string | undefined) {
  const identifier = asText(field(details, 'channel_id'));
  if (identifier === undefined) return undefined;
  const roles: string[] = [];
  if (field(details, 'is_chat_owner') === true || identifier === hostChannelId) roles.push('host');
  if (field(details, 'is_chat_moderator') === true) roles.push('moderator');
  if (field(details, 'is_chat_sponsor') === true) roles.push('member');
  if (field(details, 'is_verified') === true) roles.push('verified');
  return compact({
    identifier,
    name: asText(field(details, 'display_name')),
    image: asText(field(details, 'profile_image_url')),
    roles: roles.length > 0 ? roles : undefined,
  });
}

function readText({ snippet, author, identifier }: WireItem): EventDraft | MessageReading {
  const text = field(fields(snippet, 'text_message_details'), 'message_text');
  if (typeof text !== 'string' || author === undefined) return malformed('text_message_details or the author is missing');
  return { type: 'live.comment.created', data: { identifier, text, author, isPaid: false } };
} // prettier-ignore

function readPaid({ snippet, author, identifier }: WireItem, detailsName: string): EventDraft | MessageReading {
  const details = fields(snippet, detailsName);
  const micros = asInteger(field(details, 'amount_micros'));
  const currency = asText(details?.currency);
  if (author === undefined || micros === undefined || currency === undefined || !CURRENCY.test(currency)) {
    return malformed('the author, the amount or its currency is missing');
  }
  // A Super Chat may have no comment; of a sticker the text is its description.
  const text = asText(field(details, 'user_comment')) ?? asText(field(fields(details, 'super_sticker_metadata'), 'alt_text'));
  const amount = { value: money(micros, MICROS_DIGITS, currency), currency };
  return { type: 'live.comment.created', data: { identifier, text: text ?? '', author, isPaid: true, amount } };
} // prettier-ignore

function readMilestone({ snippet, author, identifier }: WireItem): EventDraft | MessageReading {
  const details = fields(snippet, 'member_milestone_chat_details');
  if (author === undefined || details === null) return malformed('member_milestone_chat_details or the author is missing');
  const member = compact({ ...author, membershipLevel: asText(field(details, 'member_level_name')) });
  const text = asText(field(details, 'user_comment')) ?? '';
  return { type: 'live.comment.created', data: { identifier, text, author: member, isPaid: false } };
} // prettier-ignore

function membership(agent: WireItem['author'], giftId: string, level: unknown, quantity: number): EventDraft {
  const giftName = asText(level) ?? 'membership';
  const data = { agent, giftId, giftName, quantity, giftUnit: 'XYT-membership', final: true };
  return { type: 'live.gift.sent', data };
}

function readNewMember({ snippet, author }: WireItem): EventDraft | MessageReading {
  if (author === undefined) return malformed('the author is missing');
  return membership(author, 'membership', field(fields(snippet, 'new_sponsor_details'), 'member_level_name'), 1);
}

function readGiftedMemberships({ snippet, author }: WireItem): EventDraft | MessageReading {
  const details = fields(snippet, 'membership_gifting_details');
  const quantity = asCount(field(details, 'gift_memberships_count'));
  if (author === undefined || quantity === undefined) return malformed('the author or gift_memberships_count is missing');
  return membership(author, 'membership-gift', field(details, 'gift_memberships_level_name'), quantity);
} // prettier-ignore

/** Whether the jewels of a combo are per piece is not documented: above one piece the value is left out. */
function readJewels({ snippet, author }: WireItem): EventDraft | MessageReading {
  const details = fields(snippet, 'gift_details');
  const giftName = asText(field(details, 'gift_name'));
  if (author === undefined || giftName === undefined) return malformed('the author or gift_name is missing');
  const quantity = asCount(field(details, 'combo_count')) || 1;
  const jewels = asCount(field(details, 'jewels_amount'));
  const value = quantity > 1 || jewels === undefined ? {} : { unitValue: String(jewels), totalValue: String(jewels) };
  return {
    type: 'live.gift.sent',
    data: { agent: author, giftName, quantity, ...value, giftUnit: 'XYT-jewel', final: true },
  };
}

function readRemoval({ snippet }: WireItem, detailsName: string, idName: string): EventDraft | MessageReading {
  const identifier = asText(field(fields(snippet, detailsName), idName));
  return identifier === undefined ? malformed(`${idName} is missing`) : { type: 'live.comment.deleted', data: { identifier: [identifier] } };
} // prettier-ignore

function readBan({ snippet }: WireItem): EventDraft | MessageReading {
  const banned = fields(fields(snippet, 'user_banned_details'), 'banned_user_details');
  const identifier = asText(field(banned, 'channel_id'));
  if (identifier === undefined) return malformed('banned_user_details is missing');
  const author = compact({ identifier, name: asText(field(banned, 'display_name')) });
  return { type: 'live.comment.deleted', data: { author } };
}

function readEnd({ snippet }: WireItem): EventDraft {
  return { type: 'live.room.ended', data: compact({ endTime: timeOfText(field(snippet, 'published_at')) }) };
}
