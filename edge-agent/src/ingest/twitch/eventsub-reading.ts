import { control, type EventDraft, ignored, malformed, type MessageReading, unknown } from '../decoding/message-reading.ts'; // prettier-ignore
import { asArray, asCount, asId, asObject, asText, compact, part, readJson, timeOfText, type WireObject } from '../decoding/wire-value.ts'; // prettier-ignore
import { NOT_SUBSCRIBED } from './eventsub-types.ts';
import { ANONYMOUS, tierName, user, withoutAction } from './person.ts';

/** Twitch's own advice: what is older is a replay. */
const MAX_AGE_MS = 10 * 60_000;

/** A notification's event with what its envelope says. */
interface WireNotification {
  readonly event: WireObject;
  /** When Twitch sent it. */
  readonly time: string | undefined;
}

type Reader = (notification: WireNotification) => MessageReading;

/** One text message of the EventSub WebSocket → what it says. */
export function readEventSub(text: string, nowMs: number): MessageReading {
  const message = asObject(readJson(text));
  if (message === null) return malformed('not a JSON object');
  const metadata = part(message, 'metadata');
  switch (metadata.message_type) {
    case 'session_welcome':
      return control('subscribe within 10 s with this session id');
    case 'session_keepalive':
      return control('alive');
    case 'session_reconnect':
      return control('open reconnect_url, read the old socket until the new one says welcome; subscriptions move along');
    case 'revocation':
      return control('degraded: this kind is gone until the operator signs in again', 'degraded');
    case 'notification':
      return readNotification(metadata, part(message, 'payload'), nowMs);
    default:
      return asText(metadata.message_type) === undefined ? malformed('metadata.message_type is missing') : unknown('message_type');
  }
} // prettier-ignore

function readNotification(metadata: WireObject, payload: WireObject, nowMs: number): MessageReading {
  const messageId = asText(metadata.message_id);
  const type = asText(metadata.subscription_type) ?? asText(part(payload, 'subscription').type);
  const event = asObject(payload.event);
  if (messageId === undefined || type === undefined) return malformed('message_id or subscription_type is missing');
  const time = timeOfText(metadata.message_timestamp);
  if (time !== undefined && nowMs - Date.parse(time) > MAX_AGE_MS) return ignored('more than 10 minutes old: a replay');
  const read = READERS[type];
  if (read === undefined) {
    return NOT_SUBSCRIBED.has(type) ? ignored('not subscribed: no canonical kind') : unknown('a subscription_type that is not known');
  }
  if (event === null) return malformed('payload.event is missing');
  const reading = read({ event, time });
  // A message delivered twice has the same id; a chat message has one of its own, which is the same too.
  return 'events' in reading ? { id: messageId, time, ...reading } : reading;
} // prettier-ignore

const READERS: Readonly<Record<string, Reader>> = {
  __proto__: null as never,
  'channel.chat.message': readComment,
  'channel.chat.message_delete': readRemoval,
  'channel.chat.clear_user_messages': readClearUser,
  'channel.chat.clear': () => one('live.comment.deleted', { identifier: ['*'] }),
  'channel.follow': readFollow,
  'channel.subscribe': readSubscription,
  'channel.subscription.gift': readGiftedSubscriptions,
  'channel.subscription.message': readRenewal,
  'channel.bits.use': ({ event }) => readBits(event, asText(event.type)),
  'channel.cheer': ({ event }) => readBits(event, undefined),
  'channel.raid': () => ignored('no canonical kind; worth a line for the operator'),
  'channel.update': readUpdate,
  'stream.online': readOnline,
  'stream.offline': ({ time }) => one('live.room.ended', compact({ endTime: time })),
};

function one(type: EventDraft['type'], data: object): MessageReading {
  return { events: [{ type, data }] };
}

function readComment({ event }: WireNotification): MessageReading {
  const room = asId(event.source_broadcaster_user_id);
  if (room !== undefined && room !== asId(event.broadcaster_user_id)) {
    return ignored('comment of another channel in a shared chat');
  }
  const badges = asArray(event.badges).map((badge) => String(asObject(badge)?.set_id));
  const author = user(event.chatter_user_id, event.chatter_user_name ?? event.chatter_user_login, badges);
  const { text } = part(event, 'message');
  const identifier = asText(event.message_id);
  if (author === undefined || typeof text !== 'string' || identifier === undefined) {
    return malformed('chatter_user_id, message_id or message.text is missing');
  }
  const data = compact({
    identifier,
    text: withoutAction(text),
    author,
    // The bits themselves are counted by channel.bits.use.
    isPaid: asObject(event.cheer) !== null,
    parentItem: asText(part(event, 'reply').parent_message_id),
  });
  return { id: identifier, events: [{ type: 'live.comment.created', data }] };
}

function readRemoval({ event }: WireNotification): MessageReading {
  const identifier = asText(event.message_id);
  return identifier === undefined ? malformed('message_id is missing') : one('live.comment.deleted', { identifier: [identifier] });
} // prettier-ignore

function readClearUser({ event }: WireNotification): MessageReading {
  const author = user(event.target_user_id, event.target_user_name);
  return author === undefined ? malformed('target_user_id is missing') : one('live.comment.deleted', { author });
}

function readFollow({ event }: WireNotification): MessageReading {
  const agent = user(event.user_id, event.user_name);
  if (agent === undefined) return malformed('user_id is missing');
  const data = compact({ agent, followee: user(event.broadcaster_user_id, event.broadcaster_user_name) });
  const time = timeOfText(event.followed_at);
  return { ...(time === undefined ? {} : { time }), events: [{ type: 'live.follow.added', data }] };
}

/** Who paid: anonymous givers have null user fields. */
function giver(event: WireObject) {
  return event.is_anonymous === true ? ANONYMOUS : (user(event.user_id, event.user_name) ?? ANONYMOUS);
}

function subscription(prefix: 'sub' | 'subgift', event: WireObject, quantity: number): EventDraft | null {
  const tier = asId(event.tier);
  if (tier === undefined) return null;
  const data = { agent: giver(event), giftId: `${prefix}-${tier}`, giftName: tierName(tier), quantity, giftUnit: 'XTW-sub', final: true };
  return { type: 'live.gift.sent', data };
} // prettier-ignore

function readSubscription({ event }: WireNotification): MessageReading {
  if (event.is_gift === true) return ignored('counted by channel.subscription.gift');
  const gift = subscription('sub', event, 1);
  return gift === null || asId(event.user_id) === undefined
    ? malformed('user_id or tier is missing')
    : { events: [gift] };
}

function readGiftedSubscriptions({ event }: WireNotification): MessageReading {
  const total = asCount(event.total);
  const gift = total === undefined ? null : subscription('subgift', event, total);
  return gift === null ? malformed('tier or total is missing') : { events: [gift] };
}

function readRenewal({ event }: WireNotification): MessageReading {
  const gift = subscription('sub', event, 1);
  const author = user(event.user_id, event.user_name);
  if (gift === null || author === undefined) return malformed('user_id or tier is missing');
  const text = asText(part(event, 'message').text);
  if (text === undefined) return { events: [gift] };
  // No chat message id comes with it, so that this comment cannot be named in a removal.
  const comment = { text: withoutAction(text), author, isPaid: false };
  return { events: [gift, { type: 'live.comment.created', data: comment }] };
}

function readBits(event: WireObject, giftId: string | undefined): MessageReading {
  const bits = asCount(event.bits);
  if (bits === undefined) return malformed('bits is not a number');
  const gift = { agent: giver(event), giftId, giftName: 'bits', quantity: 1, totalValue: String(bits), giftUnit: 'XTW-bit', final: true };
  return one('live.gift.sent', compact(gift));
} // prettier-ignore

function readUpdate({ event }: WireNotification): MessageReading {
  return one('live.room.updated', compact({ name: asText(event.title) }));
}

function readOnline({ event }: WireNotification): MessageReading {
  const time = timeOfText(event.started_at);
  const events = [{ type: 'live.room.started' as const, data: compact({ startTime: time }) }];
  return time === undefined ? { events } : { time, events };
}
