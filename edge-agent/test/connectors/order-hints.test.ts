import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { type ApiAnswer, type ApiRequest, type HintRig, openFakeApi, openHintRig } from './hint-rig.ts';
import { RECEIVE_MS } from './golden.ts';

const started: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of started.splice(0).toReversed()) await each.close();
});
const kept = <T extends { close(): Promise<void> }>(each: T): T => (started.push(each), each);

const AT_S = RECEIVE_MS / 1000 - 60;
const BIG = '5770000000000000012';
const hmac = (key: string, text: string) => createHmac('sha256', key).update(text).digest('hex');

interface State {
  readonly isPaid: boolean;
  readonly isCancelled?: boolean;
}

/** One platform as its documents describe it: a message that hints, and the API behind it. */
interface Play {
  readonly shop: string;
  readonly settings: object;
  readonly endpoint: string;
  readonly created: string;
  readonly paid: string;
  /** Throws when the request is not signed or addressed as the platform wants it. */
  order(request: ApiRequest, state: State): ApiAnswer;
  /** What the API says to whom it does not let in, and to whom it asks to come later. */
  readonly refusal: ApiAnswer;
  readonly item: object;
}

const tiktokHint = (id: string, status: string) => JSON.stringify({ type: 1, tts_notification_id: `n-${status}-${id}`, timestamp: AT_S, data: { order_id: id, order_status: status, update_time: AT_S } }); // prettier-ignore
const doudianHint = (id: string, tag: string, time: string) => `[{"tag":"${tag}","msg_id":"m-${tag}-${id}","data":{"shop_id":7,"p_id":${id},"${time}":${AT_S}}}]`; // prettier-ignore
const wechatHint = (id: string, event: string) => `{"FromUserName":"p","CreateTime":${AT_S},"MsgType":"event","Event":"channels_ec_order_${event}","order_info":{"order_id":${id}}}`; // prettier-ignore

const PLAYS: readonly Play[] = [
  {
    shop: 'tiktok-shop',
    settings: { access_token: 'tts-token-of-the-test', shop_cipher: 'cipher-of-the-test' },
    endpoint: 'tiktok-shop-api',
    created: tiktokHint(BIG, 'UNPAID'),
    paid: tiktokHint(BIG, 'AWAITING_SHIPMENT'),
    order({ url, headers }, { isPaid, isCancelled }) {
      const { sign, ...query } = Object.fromEntries(url.searchParams) as Record<string, string>;
      const joined = Object.entries(query).sort().map(([key, value]) => key + value).join('');
      expect(sign).toBe(hmac('tiktok-secret', `tiktok-secret${url.pathname}${joined}tiktok-secret`));
      expect([url.pathname, query.shop_cipher, headers['x-tts-access-token']]).toEqual(['/order/202309/orders', 'cipher-of-the-test', 'tts-token-of-the-test']);
      const line = { sku_id: '11', product_id: '1729000000000000001', seller_sku: 'CUP', product_name: 'Cup', sale_price: '4.50', currency: 'USD' };
      const status = isCancelled ? 'CANCELLED' : isPaid ? 'AWAITING_SHIPMENT' : 'UNPAID';
      return { body: { code: 0, message: 'Success', data: { orders: [{ id: query.ids, status, create_time: AT_S, update_time: AT_S + 2, paid_time: isPaid ? AT_S + 1 : undefined, user_id: '74', payment: { currency: 'USD', total_amount: '9.00' }, line_items: [line, line] }] } } };
    },
    refusal: { status: 401, body: { code: 105002, message: 'Expired credentials' } },
    item: { productID: '1729000000000000001', sku: 'CUP', name: 'Cup', orderQuantity: 2, price: '4.50' },
  },
  {
    shop: 'doudian',
    settings: { shop_id: 7 },
    endpoint: 'doudian-api',
    created: doudianHint(BIG, '100', 'create_time'),
    paid: doudianHint(BIG, '110', 'pay_time'),
    order({ url, body }, { isPaid, isCancelled }) {
      const query = Object.fromEntries(url.searchParams);
      const text = `app_key42method${query.method}param_json${body}timestamp${query.timestamp}v2`;
      expect(query.sign).toBe(hmac('doudian-secret', `doudian-secret${text}doudian-secret`));
      if (url.pathname === '/token/create') {
        expect(JSON.parse(body)).toEqual({ code: '', grant_type: 'authorization_self', shop_id: '7' });
        return { body: { code: 10000, data: { access_token: 'dd-token', expires_in: 604800 } } };
      }
      expect([url.pathname, query.access_token]).toEqual(['/order/orderDetail', 'dd-token']);
      const { shop_order_id } = JSON.parse(body) as { shop_order_id: string };
      const line = { product_id: 3, product_id_str: '3', code: 'CUP', product_name: '杯子', item_num: 2, origin_amount: 450 };
      return { body: { code: 10000, msg: 'success', data: { shop_order_detail: { order_id: shop_order_id, order_status: isCancelled ? 4 : isPaid ? 105 : 1, create_time: AT_S, pay_time: isPaid ? AT_S + 1 : 0, update_time: AT_S + 2, pay_amount: 900, order_amount: 900, doudian_open_id: 'buyer', sku_order_list: [line] } } } };
    },
    refusal: { body: { code: 20000, sub_code: 'isv.app-key-invalid', msg: 'no' } },
    item: { productID: '3', sku: 'CUP', name: '杯子', orderQuantity: 2, price: '4.50' },
  },
  {
    shop: 'wechat-shop',
    settings: { app_secret: 'wechat-app-secret' },
    endpoint: 'wechat-api',
    created: wechatHint(BIG, 'new'),
    paid: wechatHint(BIG, 'pay'),
    order({ url, body }, { isPaid, isCancelled }) {
      if (url.pathname === '/cgi-bin/stable_token') {
        expect(JSON.parse(body)).toEqual({ grant_type: 'client_credential', appid: 'wx1', secret: 'wechat-app-secret' });
        return { body: { access_token: 'wx-token', expires_in: 7200 } };
      }
      expect([url.pathname, url.searchParams.get('access_token')]).toEqual(['/channels/ec/order/get', 'wx-token']);
      const { order_id } = JSON.parse(body) as { order_id: string };
      const line = { product_id: '3', sku_id: '31', sku_code: 'CUP', title: '杯子', sku_cnt: 2, sale_price: 450 };
      const detail = { product_infos: [line], price_info: { order_price: 900 }, pay_info: { pay_time: isPaid ? AT_S + 1 : 0 } };
      return { body: { errcode: 0, errmsg: 'ok', order: { order_id, openid: 'buyer', status: isCancelled ? 250 : isPaid ? 20 : 10, create_time: AT_S, update_time: AT_S + 2, order_detail: detail } } };
    },
    refusal: { body: { errcode: 40125, errmsg: 'invalid appsecret' } },
    item: { productID: '3', sku: 'CUP', name: '杯子', orderQuantity: 2, price: '4.50' },
  },
]; // prettier-ignore

const told = (rig: HintRig) => rig.events().map(({ type, data }) => [type, (data as { partial: boolean }).partial]);

describe.each(PLAYS)('hints of $shop', (play) => {
  const { shop, settings, endpoint } = play;
  const open = (url: string, more: object = {}) =>
    openHintRig({ shop, settings, endpoints: { [endpoint]: url }, ...more }).then(kept);

  it('are read before anybody is told of the order, with all its digits, lines and money', async () => {
    const api = kept(await openFakeApi((request) => play.order(request, { isPaid: false })));
    const rig = await open(api.url);
    expect((await rig.send(play.created)).status).toBe(200);
    await rig.until(() => rig.health().hints!.read === 1);
    expect(rig.events()).toMatchObject([
      { id: `${shop}:order-${BIG}-created`, type: 'shop.order.created', eventTimeMs: AT_S * 1000, data: { orderNumber: BIG, orderStatus: 'OrderPaymentDue', partial: false, total: '9.00', orderedItem: [play.item] } },
    ]);
    expect(rig.inbox.rejects).toEqual([]);
    expect(rig.health()).toMatchObject({ state: 'open', problem: null, hints: { reading: true, waiting: 0, unread: 0 } });
    const { customerRef } = rig.events()[0]!.data as { customerRef: string };
    expect(customerRef).toMatch(/^[0-9a-f]{24}$/);
  }); // prettier-ignore

  it('tell each fact once, whatever the order of the messages and however often they come', async () => {
    const api = kept(await openFakeApi((request) => play.order(request, { isPaid: true })));
    const rig = await open(api.url);
    await rig.send(play.paid);
    await rig.until(() => rig.health().hints!.read === 1);
    await rig.send(play.created);
    await rig.until(() => rig.health().hints!.read === 2);
    await rig.send(play.paid);
    expect(told(rig).sort()).toEqual([['shop.order.created', false], ['shop.order.paid', false]]); // prettier-ignore
  });

  it('tell that an order is paid which only its creation was told of, and that it was cancelled', async () => {
    const api = kept(await openFakeApi((request) => play.order(request, { isPaid: true, isCancelled: true })));
    const rig = await open(api.url);
    await rig.send(play.created);
    await rig.until(() => rig.health().hints!.read === 1);
    expect(told(rig).map(([type]) => type)).toEqual(['shop.order.created', 'shop.order.paid', 'shop.order.cancelled']);
  });

  it('wait on disk when the agent is killed, and are read by the next one', async () => {
    const silent = kept(await openFakeApi(() => new Promise(() => undefined)));
    const first = await open(silent.url);
    expect((await first.send(play.paid)).status).toBe(200);
    const folder = first.killed();
    const api = kept(await openFakeApi((request) => play.order(request, { isPaid: true })));
    const second = await open(api.url, { folder });
    await second.until(() => second.health().hints!.read === 1);
    expect(told(second)).toEqual([['shop.order.paid', false]]);
    await second.source.stop();
    const third = await open(api.url, { folder });
    expect(third.health().hints!.waiting).toBe(0);
  });

  it('are told as hints when the API is away, waits from 1 to 60 s, obeys Retry-After, and tells the facts in the end', async () => {
    let answer: ApiAnswer | null = { status: 503, body: 'away' };
    const api = kept(await openFakeApi((request) => answer ?? play.order(request, { isPaid: true })));
    const rig = await open(api.url);
    await rig.send(play.paid);
    await rig.until(() => rig.clock.sleeping === 1);
    expect(told(rig)).toEqual([['shop.order.paid', true]]);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api' }, hints: { waiting: 1, unread: 1 } });
    const waits: number[] = [];
    for (let attempt = 0; attempt < 8; attempt++) {
      if (attempt === 7) answer = { status: 429, body: {}, headers: { 'retry-after': '300' } };
      waits.push(rig.health().nextRetryMs! - rig.clock.nowMs());
      await rig.clock.advance(waits.at(-1)!);
      await rig.until(() => rig.clock.sleeping === 1);
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
    expect(waits).toEqual(waits.toSorted((a, b) => a - b));
    answer = null;
    const asked = api.requests.length;
    await rig.clock.advance(299_000);
    expect(api.requests).toHaveLength(asked);
    await rig.clock.advance(1_000);
    await rig.until(() => rig.health().hints!.read === 1);
    expect(told(rig)).toEqual([['shop.order.paid', true], ['shop.order.paid', false]]);
    expect(rig.health()).toMatchObject({ state: 'open', problem: null });
  }); // prettier-ignore

  it('are told as hints and nobody is asked again when the credentials are refused', async () => {
    const api = kept(await openFakeApi(() => play.refusal));
    const rig = await open(api.url);
    await rig.send(play.created);
    await rig.until(() => rig.health().problem !== null && told(rig).length === 1);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api-refused' } });
    const asked = api.requests.length;
    await rig.send(play.paid);
    await rig.clock.advance(3_600_000);
    expect(api.requests).toHaveLength(asked);
    expect(told(rig)).toEqual([['shop.order.created', true], ['shop.order.paid', true]]); // prettier-ignore
    expect(`${rig.logs.join()} ${rig.health().problem!.message}`).not.toMatch(
      /-of-the-test|dd-token|wx-token|(doudian|tiktok|app)-secret/,
    );
  });

  it('are counted as hints without credentials, and nothing is asked', async () => {
    const rig = kept(await openHintRig({ shop }));
    await rig.send(play.created);
    expect(told(rig)).toEqual([['shop.order.created', true]]);
    expect(rig.health()).toMatchObject({ state: 'open', hints: { reading: false } });
    expect(rig.source.health(rig.clock.nowMs())).toMatchObject({ problem: null, hints: { reading: false } });
  });
});

describe('a burst', () => {
  it('reads the hints of 500 orders four at a time, while the platform has its answers at once', async () => {
    const play = PLAYS[0]!;
    let now = 0;
    let most = 0;
    const api = kept(
      await openFakeApi(async (request) => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now--;
        return play.order(request, { isPaid: true });
      }),
    );
    const rig = kept(await openHintRig({ shop: play.shop, settings: play.settings, endpoints: { [play.endpoint]: api.url } })); // prettier-ignore
    const orders = Array.from({ length: 500 }, (_, n) => String(BigInt(BIG) + BigInt(n)));
    const answers = await Promise.all(orders.map((id) => rig.send(play.paid.replaceAll(BIG, id))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await rig.until(() => rig.health().hints!.read === 500);
    expect(new Set(rig.events().map(({ data }) => (data as { orderNumber: string }).orderNumber))).toEqual(new Set(orders)); // prettier-ignore
    expect(most).toBeLessThanOrEqual(4);
  }, 20_000);
});

describe('an API behind its own messages', () => {
  it('is asked again before it is believed that an order is not paid', async () => {
    const play = PLAYS[0]!;
    let asked = 0;
    const api = kept(await openFakeApi((request) => play.order(request, { isPaid: ++asked > 1 })));
    const rig = kept(await openHintRig({ shop: play.shop, settings: play.settings, endpoints: { [play.endpoint]: api.url } })); // prettier-ignore
    await rig.send(play.paid);
    await rig.until(() => rig.clock.sleeping === 1);
    expect(rig.events()).toEqual([]);
    await rig.clock.advance(1000);
    await rig.until(() => rig.health().hints!.read === 1);
    expect(told(rig)).toEqual([['shop.order.paid', false]]);
  });

  it('is asked again when another message of the order came while it was read', async () => {
    const play = PLAYS[0]!;
    let release: () => void = () => undefined;
    let isPaid = false;
    const api = kept(
      await openFakeApi(async (request) => {
        const answer = play.order(request, { isPaid });
        if (!isPaid) await new Promise<void>((resolve) => (release = resolve));
        return answer;
      }),
    );
    const rig = kept(await openHintRig({ shop: play.shop, settings: play.settings, endpoints: { [play.endpoint]: api.url } })); // prettier-ignore
    await rig.send(play.created);
    await rig.until(() => api.requests.length === 1);
    isPaid = true;
    await rig.send(play.paid);
    release();
    await rig.until(() => rig.health().hints!.waiting === 0);
    expect(told(rig)).toEqual([['shop.order.created', false], ['shop.order.paid', false]]); // prettier-ignore
  });
});

describe('an after-sale case of a WeChat shop', () => {
  it('is read, and is a refund once its money went back', async () => {
    const status = ['MERCHANT_PROCESSING', 'MERCHANT_REFUND_SUCCESS'];
    const api = kept(
      await openFakeApi(({ url, body }) => {
        if (url.pathname === '/cgi-bin/stable_token') return { body: { access_token: 'wx-token', expires_in: 7200 } };
        expect([url.pathname, body]).toEqual(['/channels/ec/aftersale/getaftersaleorder', '{"after_sale_order_id":"9001"}']); // prettier-ignore
        return { body: { errcode: 0, after_sale_order: { after_sale_order_id: '9001', order_id: BIG, status: status.shift(), refund_info: { amount: 450 }, product_info: { product_id: '3', sku_id: '31', count: 1 }, complete_time: AT_S } } }; // prettier-ignore
      }),
    );
    const rig = kept(await openHintRig({ shop: 'wechat-shop', settings: { app_secret: 'x' }, endpoints: { 'wechat-api': api.url } })); // prettier-ignore
    const hint = (time: number) => `{"FromUserName":"p","CreateTime":${time},"MsgType":"event","Event":"channels_ec_aftersale_update","finder_shop_aftersale_status_update":{"after_sale_order_id":"9001","status":"x"}}`; // prettier-ignore
    await rig.send(hint(AT_S));
    await rig.until(() => rig.health().hints!.read === 1);
    expect(rig.events()).toEqual([]);
    await rig.send(hint(AT_S + 1));
    await rig.until(() => rig.health().hints!.read === 2);
    expect(rig.events()).toMatchObject([{ id: 'wechat-shop:after-sale-9001', type: 'shop.order.refunded', data: { orderNumber: BIG, amount: '4.50', orderedItem: [{ productID: '3', orderQuantity: 1 }] } }]); // prettier-ignore
  });
});
