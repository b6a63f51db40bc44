import { afterEach, describe, expect, it } from 'vitest';
import { RECEIVE_MS } from './golden.ts';
import { type ApiAnswer, type ApiRequest, openFakeApi, openHintRig } from './hint-rig.ts';

const started: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of started.splice(0).toReversed()) await each.close();
});
const kept = <T extends { close(): Promise<void> }>(each: T): T => (started.push(each), each);

interface ShopOrder {
  readonly id: string;
  readonly created: number;
  readonly modified: number;
  readonly isPaid: boolean;
}
const iso = (ms: number) => new Date(ms).toISOString();
const gmt = (ms: number) => iso(ms).slice(0, 19);

interface Play {
  readonly shop: string;
  readonly settings: object;
  readonly endpoint: string;
  body(order: ShopOrder): string;
  readonly createdHeaders: Record<string, string>;
  readonly changedHeaders: Record<string, string>;
  /** The API's answer, two orders a page. Checks that the request is as the shop wants it. */
  list(request: ApiRequest, orders: readonly ShopOrder[], url: string): ApiAnswer;
  readonly quotaLeft: number | null;
}

const since = (orders: readonly ShopOrder[], from: string) => orders.filter(({ modified }) => modified >= Date.parse(from)).toSorted((a, b) => a.modified - b.modified); // prettier-ignore

const shopifyBody = ({ id, created, modified, isPaid }: ShopOrder) => `{"id":${id},"created_at":"${iso(created)}","processed_at":"${iso(created)}","updated_at":"${iso(modified)}","financial_status":"${isPaid ? 'paid' : 'pending'}","currency":"EUR","total_price":"9.00","line_items":[{"product_id":7300000000000000001,"sku":"CUP","quantity":2,"price":"4.50"}]}`; // prettier-ignore
const wooBody = ({ id, created, modified, isPaid }: ShopOrder) => `{"id":${id},"date_created_gmt":"${gmt(created)}","date_modified_gmt":"${gmt(modified)}","status":"${isPaid ? 'processing' : 'pending'}","currency":"EUR","total":"9.00","line_items":[{"product_id":3,"sku":"CUP","quantity":2,"price":4.5}]}`; // prettier-ignore

let asked = '';
const PLAYS: readonly Play[] = [
  {
    shop: 'shopify',
    settings: { admin_token: 'shpat-of-the-test' },
    endpoint: 'shopify-api',
    body: shopifyBody,
    createdHeaders: { 'X-Shopify-Topic': 'orders/create' },
    changedHeaders: { 'X-Shopify-Topic': 'orders/paid' },
    list({ url, headers }, orders, base) {
      expect([url.pathname, headers['x-shopify-access-token']]).toEqual(['/admin/api/2026-07/orders.json', 'shpat-of-the-test']);
      const info = url.searchParams.get('page_info');
      // With a page nothing else may be asked for.
      if (info !== null) expect([...url.searchParams.keys()].sort()).toEqual(['limit', 'page_info']);
      else {
        asked = url.searchParams.get('updated_at_min')!;
        expect([url.searchParams.get('status'), url.searchParams.get('order')]).toEqual(['any', 'updated_at asc']);
      }
      const page = Number(info ?? '0');
      const all = since(orders, asked);
      const link = all.length > page + 2 ? { link: `<${base}/admin/api/2026-07/orders.json?limit=250&page_info=${page + 2}>; rel="next"` } : undefined;
      return { body: `{"orders":[${all.slice(page, page + 2).map(shopifyBody).join()}]}`, headers: { 'x-shopify-shop-api-call-limit': '31/40', ...link } };
    },
    quotaLeft: 9,
  },
  {
    shop: 'woocommerce',
    settings: { consumer_key: 'ck_of_the_test', consumer_secret: 'cs_of_the_test' },
    endpoint: 'woocommerce-api',
    body: wooBody,
    createdHeaders: { 'X-WC-Webhook-Topic': 'order.created' },
    changedHeaders: { 'X-WC-Webhook-Topic': 'order.updated' },
    list({ url, headers }, orders) {
      expect([url.pathname, headers.authorization]).toEqual(['/wp-json/wc/v3/orders', `Basic ${btoa('ck_of_the_test:cs_of_the_test')}`]);
      expect([url.searchParams.get('dates_are_gmt'), url.searchParams.get('orderby'), url.searchParams.get('order')]).toEqual(['true', 'modified', 'asc']);
      asked = url.searchParams.get('modified_after')!;
      const page = (Number(url.searchParams.get('page')) - 1) * 2;
      const all = since(orders, asked);
      return { body: `[${all.slice(page, page + 2).map(wooBody).join()}]`, headers: { 'x-wp-totalpages': String(Math.ceil(all.length / 2)) } };
    },
    quotaLeft: null,
  },
]; // prettier-ignore

const MINUTE = 60_000;

describe.each(PLAYS)('lost messages of $shop', (play) => {
  const { shop, settings, endpoint } = play;
  async function open(
    orders: ShopOrder[],
    more: { folder?: string; startMs?: number } = {},
    special: () => ApiAnswer | null = () => null,
  ) {
    // prettier-ignore
    const api = kept(await openFakeApi((request): ApiAnswer => special() ?? play.list(request, orders, api.url)));
    const rig = kept(await openHintRig({ shop, settings, endpoints: { [endpoint]: api.url }, ...more }));
    const told = () => rig.events().map(({ type, historical, data }) => [type, (data as { orderNumber: string }).orderNumber, historical]); // prettier-ignore
    /** The round that begins now was answered and stored. */
    const rounds = async (count: number) => rig.until(() => rig.clock.slept.length >= count);
    return { api, rig, told, rounds };
  }
  const order = (id: string, changes: Partial<ShopOrder> = {}): ShopOrder => ({ id, created: RECEIVE_MS + MINUTE, modified: RECEIVE_MS + 2 * MINUTE, isPaid: true, ...changes }); // prettier-ignore

  it('are found within five minutes: what the messages told is not told again', async () => {
    const orders: ShopOrder[] = [];
    const { rig, told, rounds } = await open(orders);
    await rounds(1);
    expect(Date.parse(asked)).toBe(RECEIVE_MS - 2 * MINUTE);
    const seen = order('11', { isPaid: false, modified: RECEIVE_MS + MINUTE });
    await rig.send(play.body(seen), play.createdHeaders);
    orders.push(order('11'), order('12'), order('13', { isPaid: false }), seen);
    await rig.clock.advance(5 * MINUTE);
    await rounds(2);
    expect(told().sort()).toEqual([
      ['shop.order.created', '11', false],
      ['shop.order.created', '12', false],
      ['shop.order.created', '13', false],
      ['shop.order.paid', '11', false],
      ['shop.order.paid', '12', false],
    ]);
    expect(rig.events()[0]!.data).toMatchObject({ partial: false, total: '9.00', orderedItem: [{ sku: 'CUP', orderQuantity: 2, price: '4.50' }] }); // prettier-ignore
    expect(rig.health()).toMatchObject({ state: 'open', problem: null, quotaLeft: play.quotaLeft, cursor: iso(RECEIVE_MS + 2 * MINUTE), counts: { duplicates: 0, malformed: 0 } }); // prettier-ignore
    // The message that was late tells nothing new; the next rounds neither.
    await rig.send(play.body(order('12')), play.changedHeaders);
    await rig.clock.advance(5 * MINUTE);
    await rounds(3);
    expect(told().filter(([type]) => type === 'shop.order.paid')).toHaveLength(2);
    expect(told().filter(([type]) => type === 'shop.order.created')).toHaveLength(3);
  });

  it('of a time when the agent was down are told as history, and what was told before is not told again', async () => {
    const orders: ShopOrder[] = [order('21', { modified: RECEIVE_MS + 3 * MINUTE })];
    const first = await open(orders);
    await first.rounds(1);
    await first.rig.clock.advance(5 * MINUTE);
    await first.rounds(2);
    const before = first.told().length;
    expect(before).toBe(2);
    // A change makes the cursor reach the disk with what was told.
    await first.rig.source.stop();
    orders.push(order('22', { created: RECEIVE_MS + 20 * MINUTE, modified: RECEIVE_MS + 21 * MINUTE }));
    const second = await open(orders, { folder: first.rig.killed(), startMs: RECEIVE_MS + 60 * MINUTE });
    await second.rounds(1);
    expect(second.told()).toEqual([['shop.order.created', '22', true], ['shop.order.paid', '22', true]]); // prettier-ignore
    expect(Date.parse(asked)).toBe(RECEIVE_MS + MINUTE);
  });

  it('wait for a shop that is away or asks to come later, and the panel says so', async () => {
    const answers: ApiAnswer[] = [
      { status: 500, body: 'no' },
      { status: 429, body: {}, headers: { 'retry-after': '90' } },
    ];
    const { rig, rounds, api } = await open([order('31')], {}, () => answers.shift() ?? null);
    await rounds(1);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api' } });
    expect(rig.health().nextRetryMs! - rig.clock.nowMs()).toBe(1000);
    await rig.clock.advance(1000);
    await rounds(2);
    expect(rig.health().nextRetryMs! - rig.clock.nowMs()).toBe(90_000);
    await rig.clock.advance(90_000);
    await rounds(3);
    expect(rig.health()).toMatchObject({ state: 'open', problem: null, nextRetryMs: null });
    expect(api.requests).toHaveLength(3);
  });

  it('stay unknown when the key is refused, which is asked once', async () => {
    const { rig, api } = await open([order('41')], {}, () => ({ status: 401, body: {} }));
    await rig.until(() => rig.health().problem !== null);
    expect(rig.health()).toMatchObject({ state: 'degraded', problem: { code: 'api-refused' } });
    await rig.clock.advance(60 * MINUTE);
    expect(api.requests).toHaveLength(1);
    expect(rig.health().problem!.message).not.toMatch(/of.the.test/);
    // Messages are taken all the same.
    await rig.send(play.body(order('41')), play.createdHeaders);
    expect(rig.events().length).toBeGreaterThan(0);
  });
});
