/**
 * What the shops' side does: signs a body as the platform's documents say. Written from the documents
 * and checked against their published vectors, not taken from the code under test.
 */
import { createCipheriv, createHash, createHmac } from 'node:crypto';
import type { WireInput } from '../../src/ingest/connector.ts';

export interface ShopRig {
  readonly setup: Record<string, unknown>;
  /** A signed request of this body. `headers` are the platform's own, over the usual ones. */
  sign(body: string, headers?: Record<string, string>): WireInput;
}

const hmac = (key: string | Buffer, text: string, encoding: 'hex' | 'base64') => createHmac('sha256', key).update(text).digest(encoding); // prettier-ignore
const hash = (algorithm: string, text: string, encoding: 'hex' | 'base64') => createHash(algorithm).update(text).digest(encoding); // prettier-ignore
const request = (path: string, body: string, headers: Record<string, string>, query?: Record<string, string>): WireInput => ({ method: 'POST', path, headers, query, bytes: Buffer.from(body, 'utf8') }); // prettier-ignore

/** When the requests are signed, in seconds: the receive time of the golden lines. */
export const SIGNED_AT_S = Date.UTC(2026, 0, 15, 12, 30) / 1000;

let requests = 0;

export const SHOP_RIGS: Readonly<Record<string, ShopRig>> = {
  'standard-webhooks': {
    setup: { secret: 'whsec_dGhlIGtleSBvZiB0aGUgdGVzdHMh', source: 'shop/generic/test' },
    sign(body, headers) {
      const all = { 'webhook-id': `msg_${++requests}`, 'webhook-timestamp': String(SIGNED_AT_S), ...headers };
      const text = `${all['webhook-id']}.${all['webhook-timestamp']}.${body}`;
      const signature = `v1,${hmac(Buffer.from('the key of the tests!'), text, 'base64')}`;
      return request('/hooks/standard-webhooks/test', body, { 'webhook-signature': signature, ...all });
    },
  },
  shopify: {
    setup: { secret: 'shop-secret', source: 'shop/shopify/test.example', currency: 'EUR', pixel_token: 'pixel-token-of-the-tests' }, // prettier-ignore
    sign: (body, headers) =>
      request('/hooks/shopify/test', body, {
        'X-Shopify-Topic': 'orders/create',
        'X-Shopify-Event-Id': `event-${++requests}`,
        'X-Shopify-Triggered-At': '2026-01-15T12:29:58.5Z',
        'X-Shopify-Hmac-Sha256': hmac('shop-secret', body, 'base64'),
        ...headers,
      }),
  },
  woocommerce: {
    setup: { secret: 'woo-secret', source: 'shop/woocommerce/test.example', currency: 'EUR' },
    sign: (body, headers) =>
      request('/hooks/woocommerce/test', body, {
        'X-WC-Webhook-Topic': 'order.updated',
        'X-WC-Webhook-Delivery-ID': `delivery-${++requests}`,
        'X-WC-Webhook-Signature': hmac('woo-secret', body, 'base64'),
        ...headers,
      }),
  },
  'tiktok-shop': {
    setup: { app_key: 'app', app_secret: 'tiktok-secret', shop_id: '7000000000000000021', source: 'shop/tiktok-shop/7000000000000000021', currency: 'USD' }, // prettier-ignore
    sign: (body, headers) => request('/hooks/tiktok-shop/test', body, { Authorization: hmac('tiktok-secret', `app${body}`, 'hex'), ...headers }), // prettier-ignore
  },
  doudian: {
    setup: { app_key: '42', app_secret: 'doudian-secret' },
    sign: (body, headers) => request('/hooks/doudian/test', body, { 'event-sign': hmac('doudian-secret', `42${body}doudian-secret`, 'hex'), ...headers }), // prettier-ignore
  },
  'douyin-live': {
    setup: {
      app_id: 'tt1',
      room_id: '7238876224917940001',
      source: 'live/douyin/7238876224917940001',
      data_secrets: { live_comment: 'c', live_gift: 'g', live_like: 'l' },
      gift_names: { rose: '玫瑰' },
    },
    sign(body, headers) {
      const all: Record<string, string> = { 'x-nonce-str': 'n', 'x-timestamp': String(SIGNED_AT_S * 1000), 'x-roomid': '7238876224917940001', 'x-msg-type': 'live_comment', ...headers }; // prettier-ignore
      const joined = ['x-msg-type', 'x-nonce-str', 'x-roomid', 'x-timestamp'].map((key) => `${key}=${all[key]}`).join('&'); // prettier-ignore
      const secret = { live_comment: 'c', live_gift: 'g', live_like: 'l' }[all['x-msg-type']!] ?? '';
      return request('/hooks/douyin-live/test', body, { 'x-signature': hash('md5', joined + body + secret, 'base64'), ...all }); // prettier-ignore
    },
  },
  'wechat-shop': {
    setup: { token: 'wechat-token', appid: 'wx1', encoding_aes_key: Buffer.alloc(32, 7).toString('base64').slice(0, 43), source: 'shop/wechat-shop/gh_1' }, // prettier-ignore
    sign(body, headers) {
      const message = Buffer.from(body, 'utf8');
      const length = Buffer.alloc(4);
      length.writeUInt32BE(message.length);
      const plain = Buffer.concat([Buffer.alloc(16, 1), length, message, Buffer.from('wx1')]);
      const padding = 32 - (plain.length % 32);
      const cipher = createCipheriv('aes-256-cbc', Buffer.alloc(32, 7), Buffer.alloc(16, 7)).setAutoPadding(false);
      const encrypted = Buffer.concat([cipher.update(Buffer.concat([plain, Buffer.alloc(padding, padding)])), cipher.final()]).toString('base64'); // prettier-ignore
      const parts = ['wechat-token', String(SIGNED_AT_S), `nonce${++requests}`];
      const query = {
        timestamp: parts[1]!,
        nonce: parts[2]!,
        signature: hash('sha1', parts.toSorted().join(''), 'hex'),
        msg_signature: hash('sha1', [...parts, encrypted].toSorted().join(''), 'hex'),
        encrypt_type: 'aes',
      };
      return request('/hooks/wechat-shop/test', JSON.stringify({ ToUserName: 'gh_1', Encrypt: encrypted }), { ...headers }, query); // prettier-ignore
    },
  },
  kuaishou: {
    setup: { app_id: 'ks1', room_code: 'R1', source: 'live/kuaishou/R1', path_token: 'path-token-of-the-tests' }, // prettier-ignore
    sign: (body, headers) => request('/hooks/kuaishou/test/path-token-of-the-tests', body, { ...headers }),
  },
};
