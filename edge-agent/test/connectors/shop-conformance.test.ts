import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { WireInput } from '../../src/ingest/connector.ts';
import { SHOP_CONNECTORS } from '../../src/ingest/shops/shop-connectors.ts';
import { describeConformance, type ConformanceTarget } from './conformance.ts';
import type { GoldenCase } from './golden.ts';
import { openHookServer } from './shop-rig.ts';
import { SHOP_RIGS } from './shop-signers.ts';

interface Sample {
  readonly body: string;
  readonly headers?: Record<string, string>;
}

/** What is different from shop to shop: a message with an id, several of them, and the odd ones. */
interface ShopSamples {
  readonly wrong: object;
  numbered(id: bigint): Sample;
  batch?(ids: readonly bigint[]): Sample;
  readonly outOfOrder?: { readonly newer: Sample; readonly older: Sample };
  readonly unknown: Sample;
}

const at = 1_768_480_190;
const shopifyOrder = (updated: string, status: string): Sample => ({
  body: `{"id":5500000000000000001,"updated_at":"${updated}","financial_status":"${status}","total_price":"1.00","line_items":[]}`,
  headers: { 'X-Shopify-Topic': 'orders/updated' },
});
const wooOrder = (modified: string, status: string): Sample => ({
  body: `{"id":12,"status":"${status}","date_modified_gmt":"${modified}","total":"1.00","line_items":[]}`,
});
const doudianItem = (id: bigint) => `{"tag":"110","msg_id":"${id}","data":{"shop_id":7,"p_id":${id},"pay_time":${at},"pay_amount":100}}`; // prettier-ignore
const douyinItem = (id: bigint) => `{"msg_id":"${id}","sec_openid":"v","like_num":1,"timestamp":${at}000}`;
const LIKES = { 'x-msg-type': 'live_like' };
const kuaishouBody = (payload: string) => `{"timestamp":${at}000,"message_id":"m","data":{"unique_message_id":"u${payload.length}","room_code":"R1","payload":[${payload}]}}`; // prettier-ignore
const kuaishouItem = (id: bigint) => `{"uniqueNo":"${id}","giftId":1,"giftName":"g","giftCount":1,"userInfo":{"userId":"v"}}`; // prettier-ignore

const SAMPLES: Readonly<Record<string, ShopSamples>> = {
  'standard-webhooks': {
    wrong: { secret: 'whsec_c2VjcmV0LW9mLW5vYm9keQ==' },
    numbered: (id) => ({ body: '{"type":"live.like.added","data":{"count":1}}', headers: { 'webhook-id': String(id) } }),
    unknown: { body: '{"type":"shop.teapot.boiled","data":{}}' },
  },
  shopify: {
    wrong: { secret: 'secret-of-nobody' },
    numbered: (id) => ({ body: `{"id":${id},"total_price":"1.00","line_items":[]}`, headers: { 'X-Shopify-Event-Id': `e${id}` } }),
    outOfOrder: { newer: shopifyOrder('2026-01-15T12:10:00Z', 'paid'), older: shopifyOrder('2026-01-15T12:09:00Z', 'pending') },
    unknown: { body: '{"id":1}', headers: { 'X-Shopify-Topic': 'orders/teleported' } },
  },
  woocommerce: {
    wrong: { secret: 'secret-of-nobody' },
    numbered: (id) => ({ body: `{"id":${id},"status":"pending","total":"1.00","line_items":[]}`, headers: { 'X-WC-Webhook-Delivery-ID': `d${id}` } }),
    outOfOrder: { newer: wooOrder('2026-01-15T12:10:00', 'processing'), older: wooOrder('2026-01-15T12:09:00', 'pending') },
    unknown: { body: '{"id":1}', headers: { 'X-WC-Webhook-Topic': 'order.teleported' } },
  },
  'tiktok-shop': {
    wrong: { app_secret: 'secret-of-nobody' },
    numbered: (id) => ({ body: `{"type":1,"tts_notification_id":"${id}","timestamp":${at},"data":{"order_id":${id},"order_status":"UNPAID"}}` }),
    unknown: { body: `{"type":99,"tts_notification_id":"1","timestamp":${at},"data":{}}` },
  },
  doudian: {
    wrong: { app_secret: 'secret-of-nobody' },
    numbered: (id) => ({ body: `[${doudianItem(id)}]` }),
    batch: (ids) => ({ body: `[${ids.map(doudianItem).join()}]` }),
    unknown: { body: '[{"tag":"999","msg_id":"x","data":{}}]' },
  },
  'douyin-live': {
    wrong: { data_secrets: { live_like: 'secret-of-nobody', live_comment: 'secret-of-nobody', live_gift: 'secret-of-nobody' } },
    numbered: (id) => ({ body: `[${douyinItem(id)}]`, headers: LIKES }),
    batch: (ids) => ({ body: `[${ids.map(douyinItem).join()}]`, headers: LIKES }),
    unknown: { body: '[{"msg_id":"1"}]', headers: { 'x-msg-type': 'live_hologram' } },
  },
  'wechat-shop': {
    wrong: { token: 'secret-of-nobody' },
    numbered: (id) => ({ body: `{"FromUserName":"p","CreateTime":${at},"MsgType":"event","Event":"channels_ec_order_new","order_info":{"order_id":${id}}}` }),
    unknown: { body: `{"FromUserName":"p","CreateTime":${at},"MsgType":"event","Event":"channels_ec_hologram"}` },
  },
  kuaishou: {
    wrong: { path_token: 'secret-of-nobody' },
    numbered: (id) => ({ body: kuaishouBody(kuaishouItem(id)) }),
    batch: (ids) => ({ body: kuaishouBody(ids.map(kuaishouItem).join()) }),
    unknown: { body: kuaishouBody('{"hologram":1}') },
  },
}; // prettier-ignore

function targetOf(name: string): ConformanceTarget<WireInput> {
  const [factory, rig, samples] = [SHOP_CONNECTORS.get(name)!, SHOP_RIGS[name]!, SAMPLES[name]!];
  const sign = ({ body, headers }: Sample) => rig.sign(body, headers);
  const url = new URL(`../../src/ingest/shops/${name}/fixtures/messages.jsonl`, import.meta.url);
  const own = readFileSync(url, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as GoldenCase & Sample); // prettier-ignore
  return {
    factory,
    configuration: rig.setup,
    wrongConfiguration: { ...rig.setup, ...samples.wrong },
    kinds: own
      .filter(({ events, malformed, scenario }) => events !== undefined && malformed === undefined && scenario === undefined)
      .map((each) => ({ ...each, message: sign(each) })),
    numbered: (id) => sign(samples.numbered(id)),
    batch: samples.batch === undefined ? undefined : (ids) => sign(samples.batch!(ids)),
    outOfOrder: samples.outOfOrder && { newer: sign(samples.outOfOrder.newer), older: sign(samples.outOfOrder.older) },
    unknown: sign(samples.unknown),
    malformed: sign({ body: '{"id":', headers: {} }),
    async open(context, configuration) {
      const connector = factory.create(configuration, context);
      const server = await openHookServer([{ connector: name, name: 'test', handle: connector.handle!.bind(connector) }]);
      return {
        connector,
        async deliver(messages) {
          for (const message of messages) await server.post(message);
        },
        async deliverMany(messages) {
          const answers = await Promise.all(messages.map((message) => connector.handle!(message)));
          expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
        },
        close: () => server.close(),
      };
    },
  }; // prettier-ignore
}

for (const name of SHOP_CONNECTORS.keys()) describeConformance(targetOf(name));
