import { describe, expect, it } from 'vitest';
import { SHOP_DECODERS } from '../../src/ingest/shops/shop-decoders.ts';
import { eventSignHmac, eventSignMd5, signApiCall } from '../../src/ingest/shops/doudian/signing.ts';
import { LOST_ROUTE, signatureOf as douyinSignature } from '../../src/ingest/shops/douyin-live/decoder.ts';
import { readTaskAnswer } from '../../src/ingest/shops/douyin-live/task-answers.ts';
import { signApiCall as kuaishouSign } from '../../src/ingest/shops/kuaishou/decoder.ts';
import { signatureOf as shopifySignature } from '../../src/ingest/shops/shopify/decoder.ts';
import { sameText } from '../../src/ingest/shops/signature.ts';
import { signatureOf as standardSignature, signingKey } from '../../src/ingest/shops/standard-webhooks/decoder.ts';
import { signatureOf as tiktokSignature } from '../../src/ingest/shops/tiktok-shop/decoder.ts';
import { aesKey, decryptMessage, signatureOf as wechatSignature } from '../../src/ingest/shops/wechat-shop/cipher.ts';
import { hasGolden, openGolden, SKIP_REASON, TEST_PORTS } from './golden.ts';

type Vector = Record<string, string>;

const vectors = (shop: string): Vector[] =>
  openGolden(`shops/${shop}`)
    .lines('signature-vectors.jsonl')
    .map((line) => JSON.parse(line) as Vector);

describe('published signature vectors', () => {
  // One vector of each platform that needs no data file.
  it('fit the example of the Standard Webhooks specification and of Douyin', () => {
    const key = signingKey('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    expect(standardSignature(key, 'msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330', '{"test": 2432232314}')).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
    const headers = { 'x-nonce-str': '123456', 'x-timestamp': '456789', 'x-roomid': '268', 'x-msg-type': 'live_gift' };
    expect(douyinSignature(headers, 'abc123你好', '123abc')).toBe('PDcKhdlsrKEJif6uMKD2dw==');
  });

  it('compares texts of any length', () => {
    expect([sameText('', ''), sameText('a', 'a'), sameText('a', 'b'), sameText('a', 'aa'), sameText('', 'a')]).toEqual([true, true, false, false, false]); // prettier-ignore
  });

  if (!hasGolden) {
    it.skip(SKIP_REASON, () => {});
    return;
  }

  it('fit for every shop that signs', () => {
    for (const v of vectors('standard-webhooks')) {
      expect(standardSignature(signingKey(v.secret!), v['webhook-id']!, v['webhook-timestamp']!, v.body!), v.case).toBe(v['webhook-signature']); // prettier-ignore
    }
    for (const v of vectors('shopify')) expect(shopifySignature(v.secret!, v.body!), v.case).toBe(v['X-Shopify-Hmac-Sha256']); // prettier-ignore
    for (const v of vectors('tiktok-shop')) expect(tiktokSignature(v.app_key!, v.app_secret!, v.body!), v.case).toBe(v.Authorization); // prettier-ignore
    for (const v of vectors('douyin-live')) expect(douyinSignature(v, v.body!, v.secret!), v.case).toBe(v.signature);
    for (const v of vectors('kuaishou') as unknown as {
      params: Vector;
      app_id: string;
      app_secret: string;
      sign: string;
    }[]) {
      // prettier-ignore
      expect(kuaishouSign(v.params, v.app_id, v.app_secret)).toBe(v.sign);
    }
    for (const v of vectors('doudian')) {
      if (v.body === undefined) {
        const params = JSON.parse(v.param_json!) as Record<string, unknown>;
        const shuffled = Object.fromEntries(Object.entries(params).reverse());
        const call = { appKey: v.app_key!, appSecret: v.app_secret!, method: v.method!, params: shuffled, timestamp: v.timestamp!, version: v.v! }; // prettier-ignore
        expect(signApiCall(call), v.case).toEqual({ paramJson: v.param_json, sign: v.sign });
      } else {
        expect(eventSignHmac(v.app_key!, v.app_secret!, v.body), v.case).toBe(v['event-sign-hmac']);
        expect(eventSignMd5(v.app_key!, v.app_secret!, v.body), v.case).toBe(v['event-sign-md5']);
      }
    }
    for (const v of vectors('wechat-shop')) {
      expect(wechatSignature([v.token!, v.timestamp!, v.nonce!, v.encrypt!]), v.case).toBe(v.msg_signature);
      if (v.plain === undefined) continue;
      const key = aesKey(v.encoding_aes_key!);
      expect(decryptMessage(key, v.encrypt!, v.appid!), v.case).toBe(v.plain);
      expect(decryptMessage(key, v.encrypt!, `${v.appid!}x`)).toBeNull();
      expect(decryptMessage(key, v.encrypt!.slice(0, -4), v.appid!)).toBeNull();
    }
  });

  it("reads Douyin's answers and runs lost gifts through the same decoder", () => {
    const folder = openGolden('shops/douyin-live');
    const steps = folder.lines('http-answers.jsonl').map((line) => {
      const { case: name, answer } = JSON.parse(line) as { case: string; answer: unknown };
      return [name, readTaskAnswer(JSON.stringify(answer))] as const;
    });
    expect(steps.map(([name, { step }]) => [name, step])).toEqual([
      ['token-ok', 'token'],
      ['start-ok', 'started'],
      ['start-not-allowed', 'failed'],
      ['bad-token', 'renew-token'],
      ['missing-parameter', 'failed'],
      ['platform-error', 'retry'],
      ['lost-gifts', 'lost-messages'],
    ]);
    expect(steps[0]![1]).toMatchObject({ lastsMs: 7200 * 1000 });
    const lost = steps.at(-1)![1];
    if (lost.step !== 'lost-messages') throw new Error('no lost messages');
    const decoder = SHOP_DECODERS['douyin-live']!(folder.setup, TEST_PORTS);
    const [{ roomId, messageType, payload }] = lost.messages as [{ roomId: string; messageType: string; payload: string }];
    const headers = { 'x-roomid': roomId, 'x-msg-type': messageType };
    expect(decoder.decode({ text: payload, headers, route: LOST_ROUTE }).events).toMatchObject([
      { id: 'douyin:7310199890519335459', type: 'live.gift.sent', data: { giftName: '小心心', totalValue: '0.10' } },
    ]);
    // The same route over HTTP is somebody else's: its signature is missing.
    expect(decoder.decode({ method: 'POST', text: payload, headers, route: LOST_ROUTE }).outcome).toBe('rejected');
  }); // prettier-ignore
});
