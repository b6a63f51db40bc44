import { control, ignored, malformed, type MessageReading, unknown } from '../decoding/message-reading.ts';
import { asCount, asInteger, asText, compact, money, timeOfMs } from '../decoding/wire-value.ts';
import { type IrcLine, parseIrcLine } from './irc-line.ts';
import { rolesOf, tierName, withoutAction } from './person.ts';

type Reader = (line: IrcLine) => MessageReading;

const CURRENCY = /^[A-Z]{3}$/;
/** No currency divides further than into thousandths. */
const MAX_EXPONENT = 4;
const SUBSCRIPTIONS: Readonly<Record<string, string>> = {
  sub: 'sub',
  resub: 'sub',
  subgift: 'subgift',
  anonsubgift: 'subgift',
};

/** One IRC line → what it says. `channelId`: our room; lines of another one in a shared chat are ignored. */
export function readIrcLine(text: string, channelId: string | undefined): MessageReading {
  const line = parseIrcLine(text);
  if (line === null) return malformed('no IRC command in the line');
  const read = READERS[line.command];
  if (read === undefined) return /^\d{3}$/.test(line.command) ? control('server reply') : unknown('unknown command');
  const sourceRoom = asText(line.tags.get('source-room-id'));
  if (sourceRoom !== undefined && sourceRoom !== (channelId ?? line.tags.get('room-id'))) {
    return ignored('comment or notice of another channel in a shared chat');
  }
  const reading = read(line);
  if (!('events' in reading)) return reading;
  const historical = line.tags.get('historical') === '1';
  return { ...reading, derivedFrom: text, time: timeOfMs(line.tags.get('tmi-sent-ts')), historical };
}

const READERS: Readonly<Record<string, Reader>> = {
  __proto__: null as never,
  PRIVMSG: readComment,
  USERNOTICE: readNotice,
  CLEARMSG: readRemoval,
  CLEARCHAT: readClear,
  PING: () => control('answer with PONG and the same text'),
  PONG: () => control('alive'),
  RECONNECT: () => control('the server will close: connect again at once'),
  '001': () => control('logged in'),
  CAP: ({ params }) =>
    control(params[1] === 'ACK' ? 'tags and commands granted' : 'failed: the server grants no tags and commands'),
  JOIN: () => control('joined'),
  PART: () => control('left'),
  NOTICE: readServerNotice,
  ROOMSTATE: () => ignored('no canonical kind'),
  USERSTATE: () => ignored('no canonical kind'),
  GLOBALUSERSTATE: () => ignored('no canonical kind'),
  HOSTTARGET: () => ignored('no canonical kind'),
  WHISPER: () => ignored('no canonical kind'),
  MODE: () => ignored('no canonical kind'),
  ERROR: () => control('the server closes the connection'),
};

function readServerNotice({ params }: IrcLine): MessageReading {
  // Before the login there is no channel: the server says why there will be none.
  return params[0] === '*'
    ? control('failed: never retried with the same token', 'failed')
    : ignored('no canonical kind');
}

function person({ tags, nick }: IrcLine) {
  const login = asText(tags.get('login')) ?? asText(nick === 'tmi.twitch.tv' ? '' : nick);
  const identifier = asText(tags.get('user-id')) ?? login;
  if (identifier === undefined) return undefined;
  // A badge is `name/version`; without a version it is none.
  const badges = (tags.get('badges') ?? '').split(',').filter((badge) => badge.includes('/'));
  const roles = rolesOf(badges.map((badge) => badge.slice(0, badge.indexOf('/'))));
  return compact({ identifier, name: asText(tags.get('display-name')) ?? login, roles });
}

function comment(line: IrcLine, text: string, author: object) {
  return compact({
    identifier: asText(line.tags.get('id')),
    text: withoutAction(text),
    author,
    isPaid: false,
    parentItem: asText(line.tags.get('reply-parent-msg-id')),
  });
}

const REMOVED = ignored('already removed when the history was read');

function readComment(line: IrcLine): MessageReading {
  const author = person(line);
  const [channel, text] = line.params;
  if (author === undefined || text === undefined || !channel?.startsWith('#')) return malformed('no prefix and no channel');
  if (line.tags.get('rm-deleted') === '1') return REMOVED;
  const bits = asCount(line.tags.get('bits')) ?? 0;
  const amount = hypeChatAmount(line);
  const data = compact({ ...comment(line, text, author), isPaid: bits > 0 || amount !== undefined, amount });
  const gift = { agent: author, giftName: 'bits', quantity: 1, totalValue: String(bits), giftUnit: 'XTW-bit', final: true };
  return {
    id: asText(line.tags.get('id')),
    events: [
      { type: 'live.comment.created', data },
      ...(bits > 0 ? [{ type: 'live.gift.sent' as const, data: gift }] : []),
    ],
  };
} // prettier-ignore

/** A paid "hype chat": amount ÷ 10^exponent. Anything but numbers makes it an ordinary comment. */
function hypeChatAmount({ tags }: IrcLine) {
  const units = asInteger(tags.get('pinned-chat-paid-amount'));
  const exponent = asCount(tags.get('pinned-chat-paid-exponent'));
  const currency = tags.get('pinned-chat-paid-currency') ?? '';
  if (units === undefined || units <= 0n || exponent === undefined || exponent > MAX_EXPONENT) return undefined;
  return CURRENCY.test(currency) ? { value: money(units, exponent, currency), currency } : undefined;
}

function readNotice(line: IrcLine): MessageReading {
  const { tags, params } = line;
  const kind = tags.get('msg-id') ?? '';
  const author = person(line);
  if (author === undefined || !params[0]?.startsWith('#')) return malformed('no user and no channel');
  if (tags.get('rm-deleted') === '1') return REMOVED;
  if (kind === 'submysterygift' || kind === 'anonsubmysterygift') return ignored('its single gifts count');
  const id = asText(tags.get('id'));
  const text = asText(params[1]);
  const said = text === undefined ? [] : [{ type: 'live.comment.created' as const, data: comment(line, text, author) }];
  const prefix = Object.hasOwn(SUBSCRIPTIONS, kind) ? SUBSCRIPTIONS[kind] : undefined;
  if (prefix !== undefined) {
    const plan = asText(tags.get('msg-param-sub-plan'));
    if (plan === undefined) return malformed('msg-param-sub-plan is missing');
    const gift = { agent: author, giftId: `${prefix}-${plan}`, giftName: tierName(plan), quantity: 1, giftUnit: 'XTW-sub', final: true };
    return { id, events: [{ type: 'live.gift.sent', data: gift }, ...said] };
  }
  return said.length > 0 ? { id, events: said } : ignored('no canonical kind');
} // prettier-ignore

function readRemoval({ tags }: IrcLine): MessageReading {
  const identifier = asText(tags.get('target-msg-id'));
  if (identifier === undefined) return malformed('target-msg-id is missing');
  return { events: [{ type: 'live.comment.deleted', data: { identifier: [identifier] } }] };
}

/** With a name: all of that viewer. Without: everything so far. */
function readClear({ tags, params }: IrcLine): MessageReading {
  if (!params[0]?.startsWith('#')) return malformed('no channel');
  const name = asText(params[1]);
  const author = name === undefined ? undefined : { identifier: asText(tags.get('target-user-id')) ?? name, name };
  return {
    events: [{ type: 'live.comment.deleted', data: author === undefined ? { identifier: ['*'] } : { author } }],
  };
}
