import * as z from 'zod';
import type { CreateDecoder } from '../../connector.ts';
import { parseSetup } from '../../decoding/setup.ts';
import { asArray, asCount, asId, asInteger, asObject, asText, compact, part, type WireObject } from '../../decoding/wire-value.ts'; // prettier-ignore
import { idOf, personOf, secretField, ShopSource, timeOfEither } from '../shop-fields.ts';
import type { ShopRequest } from '../shop-request.ts';
import { control, createShopDecoder, ignored, malformed, unknown, type Checked, type ShopMessage } from '../shop-decoder.ts'; // prettier-ignore
import { digest, sameText } from '../signature.ts';

export const KuaishouSetup = z.object({
  app_id: z.string().min(1).max(256),
  app_secret: secretField(
    'Secret of the application: the agent then starts and ends the push of this room; absent: somebody else does',
  ).optional(),
  room_code: z.string().min(1).max(256).describe('Messages of other rooms are ignored'),
  source: ShopSource.describe('live/kuaishou/<room code>'),
  path_token: secretField(
    'Last part of the address given to the platform, which does not sign what it sends',
    z.string().min(8).max(256),
  ),
});

const ANSWER = { status: 200, body: '{"result":1}', contentType: 'application/json' };

/**
 * `sign` of a call to the live data API: parameters that are not empty and `app_id`, sorted, as `k=v`
 * joined with `&`, then the app secret; MD5 in lower-case hex.
 */
export function signApiCall(
  params: Readonly<Record<string, string | number>>,
  appId: string,
  appSecret: string,
): string {
  // prettier-ignore
  const text = Object.entries({ ...params, app_id: appId })
    .filter(([, value]) => String(value) !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join('&');
  return digest('md5', [text, appSecret]).toString('hex');
}

/** 快手 live data. Values of `event` and `push_type` are not confirmed: the shape of the payload decides. */
export const createDecoder: CreateDecoder = (setup, ports) => {
  const config = parseSetup(KuaishouSetup, setup, 'kuaishou');

  function check({ path }: ShopRequest): Checked {
    const token = path.split('/').findLast((each) => each !== '') ?? '';
    // 404, not 401: to whoever does not know the path there is nothing here.
    return sameText(token, config.path_token) ? { verified: true } : { refused: 'another path', status: 404 };
  }

  function read(body: unknown): readonly ShopMessage[] | ShopMessage {
    const message = asObject(body);
    const data = asObject(message?.data);
    if (message === null || data === null) return malformed('expected {timestamp, message_id, data}');
    const room = asId(data.room_code);
    if (room !== undefined && room !== config.room_code) return ignored('a room that is not configured');
    const messageId = idOf(data, 'unique_message_id') ?? idOf(message, 'message_id');
    if (messageId === undefined || !Array.isArray(data.payload)) return malformed('unique_message_id or payload is missing'); // prettier-ignore
    const items = asArray(data.payload);
    if (items.length === 0) return control('nothing in it');
    const time = timeOfEither(message.timestamp) ?? timeOfEither(data.live_timestamp);
    return items.map((item, position) =>
      readItem(item, position === 0 ? messageId : `${messageId}:${position}`, { source: config.source, time }),
    );
  }

  return createShopDecoder(ports, () => ({ idPrefix: 'kuaishou', answer: ANSWER, check, read }));
};

interface Envelope {
  readonly source: string;
  readonly time: string | undefined;
}

function readItem(value: unknown, id: string, { source, time }: Envelope): ShopMessage {
  const item = asObject(value);
  if (item === null) return malformed('an item of payload is no object');
  const has = (field: string) => (item[field] ?? null) !== null;
  const kind = typeof item.content === 'string' ? 'comment' : has('giftId') ? 'gift' : has('count') ? 'like' : null;
  if (kind === null) return unknown('a shape that is not known', id);
  const info = part(item, 'userInfo');
  const agent = personOf({ id: idOf(info, 'userId', 'openId'), name: info.userName, image: info.headUrl });
  if (agent === undefined) return malformed('userInfo.userId is missing');
  if (kind === 'gift') return readGift(item, id, agent, { source, time });
  if (kind === 'comment') {
    const data = { identifier: id, text: item.content, author: agent, isPaid: false };
    return { key: id, id, source, events: [{ type: 'live.comment.created', data, time }] };
  }
  const count = asCount(item.count);
  if (count === undefined) return malformed('count is no whole number');
  return { key: id, id, source, events: [{ type: 'live.like.added', data: { agent, count }, time }] };
}

/** The unit of prices is not documented: coins. */
function readGift(item: WireObject, messageId: string, agent: object, { source, time }: Envelope): ShopMessage {
  const giftId = asId(item.giftId);
  const quantity = asCount(item.giftCount);
  if (giftId === undefined || quantity === undefined) return malformed('giftId or giftCount is missing');
  const data = compact({
    agent,
    giftId,
    giftName: asText(item.giftName) ?? giftId,
    quantity,
    unitValue: coins(item.giftUnitPrice),
    totalValue: coins(item.giftTotalPrice),
    giftUnit: 'XKS-coin',
    final: true,
  });
  const id = asId(item.uniqueNo) ?? messageId;
  return { key: id, id, source, events: [{ type: 'live.gift.sent', data, time }] };
}

function coins(value: unknown): string | undefined {
  const count = asInteger(value);
  return count === undefined || count < 0n ? undefined : String(count);
}
