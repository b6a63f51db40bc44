import * as z from 'zod';
import type { CreateDecoder } from '../../connector.ts';
import { parseSetup, SetupId } from '../../decoding/setup.ts';
import { asCount, asId, asObject, compact, type WireObject } from '../../decoding/wire-value.ts';
import { idOf, personOf, secretField, ShopSource, timeOfEither, yuanOfFen } from '../shop-fields.ts';
import type { ShopRequest } from '../shop-request.ts';
import { control, createShopDecoder, ignored, malformed, unknown, type Checked, type ShopDraft, type ShopMessage } from '../shop-decoder.ts'; // prettier-ignore
import { digest, sameText } from '../signature.ts';

export const DouyinLiveSetup = z.object({
  app_id: z.string().min(1).max(256),
  room_id: SetupId.describe('Messages of other rooms are ignored'),
  source: ShopSource.describe('live/douyin/<room id>'),
  app_secret: secretField(
    'Secret of the application: the agent then starts and ends the push of this room, and reads gifts that were lost; absent: somebody else starts it',
  ).optional(),
  data_secrets: z
    .record(z.string().regex(/^[a-z_]{1,64}$/), secretField('Secret of one message type'))
    .describe('Secret of each message type: live_comment, live_gift, live_like, live_fansclub'),
  gift_names: z
    .record(z.string(), z.string().max(512))
    .default({})
    .describe('Gift id → name: the platform sends no names'),
});

/** Route of payloads that the platform could not deliver and that were read again through its API. */
export const LOST_ROUTE = 'lost';

const SIGNED_HEADERS = ['x-msg-type', 'x-nonce-str', 'x-roomid', 'x-timestamp'] as const;

/** base64 MD5 of the four headers, sorted, as `k=v` joined with `&`, then body, then secret. */
export function signatureOf(
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | string,
  secret: string,
): string {
  // prettier-ignore
  const joined = SIGNED_HEADERS.map((name) => `${name}=${headers[name] ?? ''}`).join('&');
  return digest('md5', [joined, body, secret]).toString('base64');
}

/** 抖音 直播玩法, 数据开放: arrays of comments, gifts or likes; the room and the type are in the headers. */
export const createDecoder: CreateDecoder = (setup, ports) => {
  const config = parseSetup(DouyinLiveSetup, setup, 'douyin-live');

  function check({ headers, bytes, route, isHttp }: ShopRequest): Checked {
    // Asked for by ourselves over TLS: there is no signature, and nobody else could have sent it.
    if (route === LOST_ROUTE && !isHttp) return { verified: true };
    const type = headers['x-msg-type'];
    const given = headers['x-signature'];
    if (!type || !given) return { refused: 'the x-msg-type or x-signature header is missing' };
    const secret = Object.hasOwn(config.data_secrets, type) ? config.data_secrets[type] : undefined;
    // Without a secret nothing can be verified, so nothing of it is read.
    if (secret === undefined) return { outcome: 'unknown', reason: 'a message type without a secret' };
    const fits = sameText(given, signatureOf(headers, bytes, secret));
    return fits ? { verified: true } : { refused: 'the signature does not fit; each type has its own secret' };
  }

  function read(body: unknown, { headers }: ShopRequest): readonly ShopMessage[] | ShopMessage {
    // As strings: rooms beyond 2^53 differ in their last digits only.
    if (headers['x-roomid'] !== config.room_id) return ignored('a room that is not configured');
    const items = Array.isArray(body) ? (body as unknown[]) : [body];
    if (items.length === 0) return control('nothing in it');
    return items.map((item) => readItem(headers['x-msg-type'] ?? '', item));
  }

  function readItem(type: string, value: unknown): ShopMessage {
    const item = asObject(value);
    const id = asId(item?.msg_id);
    if (item === null || id === undefined) return malformed('expected an object with msg_id');
    if (item.test === true) return ignored('test data of the platform');
    if (type === 'live_fansclub') return ignored('no canonical kind (1 level up, 2 joined)', id);
    const agent = personOf({
      id: idOf(item, 'sec_openid', 'sec_open_id'),
      name: item.nickname,
      image: item.avatar_url,
    });
    if (agent === undefined) return malformed('sec_openid is missing');
    const draft = readers[type]?.(item, agent, id);
    if (draft === undefined) return unknown('a message type that has no reader', id);
    if (draft === null) return malformed('a field of the message is missing');
    return { key: id, id, source: config.source, events: [{ ...draft, time: timeOfEither(item.timestamp) }] };
  }

  const readers: Readonly<Record<string, Reader>> = {
    live_comment: ({ content }, author, identifier) =>
      typeof content === 'string'
        ? { type: 'live.comment.created', data: { identifier, text: content, author, isPaid: false } }
        : null,
    live_like: ({ like_num: likes }, agent) => {
      const count = asCount(likes);
      return count === undefined ? null : { type: 'live.like.added', data: { agent, count } };
    },
    live_gift: (item, agent) => readGift(item, agent, config.gift_names),
  };

  return createShopDecoder(ports, () => ({ idPrefix: 'douyin', answer: { status: 200 }, check, read }));
};

type Reader = (item: WireObject, agent: object, id: string) => ShopDraft | null;

function readGift(item: WireObject, agent: object, names: Readonly<Record<string, string>>): ShopDraft | null {
  const giftId = idOf(item, 'sec_gift_id');
  const quantity = asCount(item.gift_num);
  if (giftId === undefined || quantity === undefined) return null;
  const giftName = Object.hasOwn(names, giftId) ? names[giftId]! : giftId;
  // gift_value is the total in fen.
  const totalValue = yuanOfFen(item.gift_value);
  return {
    type: 'live.gift.sent',
    data: compact({ agent, giftId, giftName, quantity, totalValue, giftUnit: 'CNY', final: true }),
  };
}
