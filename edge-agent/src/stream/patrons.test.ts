import { expect, test } from 'vitest';
import { parseLiveEvent, type LiveEvent } from '@livecue/shared/event';
import type { Prediction } from '@livecue/shared/insight';
import { AgentConfig } from '@livecue/shared/contract';
import { Patrons } from './patrons.ts';
import { createStream } from './stream.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);
const resolve = (ref: { productID?: string; sku?: string }) => ref.productID ?? ref.sku ?? '';
let count = 0;

function eventOf(type: string, atMs: number, data: Record<string, unknown>, platform = 'douyin'): LiveEvent {
  const source = `${type.startsWith('shop.') ? 'shop' : 'live'}/${platform}/1`;
  const parsed = parseLiveEvent({ id: `e${count++}`, source, type, time: new Date(atMs).toISOString(), data }, atMs);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.event;
}

const paid = (customerRef: string, orderNumber: string, platform?: string) =>
  eventOf('shop.order.paid', START_MS, { orderNumber, customerRef, orderStatus: 'OrderProcessing', priceCurrency: 'CNY', partial: false, total: '99.50' }, platform); // prettier-ignore
const comment = (identifier: string, atMs = START_MS + 1000, more = {}) =>
  eventOf('live.comment.created', atMs, { text: '有L码吗', author: { identifier, name: '某人' }, identifier: `c-${identifier}`, ...more }); // prettier-ignore
const asks = (intent: Prediction['intent'], productId: string | null): Prediction =>
  ({ intent, products: productId === null ? [] : [{ productId, score: 1 }] }) as Prediction;

function after(...events: (LiveEvent | readonly [LiveEvent, Prediction])[]): Patrons {
  const patrons = new Patrons(resolve);
  for (const one of events) {
    if ('id' in one) patrons.note(one, null);
    else patrons.note(...one);
  }
  return patrons;
}

test('who paid an order before is a patron, and who did not is none', () => {
  const patrons = after(
    paid('7001', 'n1'),
    paid('7001', 'n2'),
    paid('7001', 'n2'),
    [comment('7001'), asks('size_spec', 'p3')],
    [comment('7002'), asks('size_spec', 'p3')],
    [comment('7001'), asks('praise', 'p3')],
  );
  const [asked, ...others] = patrons.at(START_MS + 2000);
  expect(others).toEqual([]);
  expect(asked).toMatchObject({ orders: 2, spentMinor: { CNY: 19_900 }, productId: 'p3', intent: 'size_spec' });
  expect(asked?.patronRef).toMatch(/^[0-9a-f]{12}$/);
});

test('the same id on another platform is another person', () => {
  expect(after(paid('7001', 'n1', 'shopify'), [comment('7001'), asks('price', 'p3')]).at(START_MS + 2000)).toEqual([]);
});

test('a paid comment and a VIP are patrons; the host and moderators ask nothing', () => {
  const role = (id: string, roles: string[]) => comment(id, START_MS + 1000, { author: { identifier: id, roles } });
  const patrons = after(
    [comment('1', START_MS + 1000, { isPaid: true }), asks('price', 'p3')],
    [role('2', ['vip']), asks('price', 'p3')],
    [role('3', ['vip', 'moderator']), asks('price', 'p3')],
    [role('4', ['member']), asks('price', 'p3')],
  );
  expect(patrons.at(START_MS + 2000).map(({ isPaid, isVip }) => [isPaid, isVip])).toEqual([[true, false], [false, true]]); // prettier-ignore
});

test('a question without a name is of what is on air', () => {
  const pin = (type: string) => eventOf(type, START_MS, { product: { productID: 'p5' } });
  const patrons = after(
    paid('1', 'n1'),
    pin('live.product.pinned'),
    [comment('1'), asks('price', null)],
    pin('live.product.unpinned'),
    [comment('1'), asks('price', null)],
  );
  expect(patrons.at(START_MS + 2000).map(({ productId }) => productId)).toEqual(['p5', null]);
});

test('what the platform removes is gone, what is 5 min old too, and 20 wait at most', () => {
  const removed = after(
    paid('1', 'n1'),
    [comment('1'), asks('price', 'p3')],
    eventOf('live.comment.deleted', START_MS, { identifier: ['c-1'] }),
  );
  expect(removed.at(START_MS + 2000)).toEqual([]);
  const many = after(paid('1', 'n1'), ...Array.from({ length: 40 }, (_, i) => [comment('1', START_MS + i), asks('price', 'p3')] as const)); // prettier-ignore
  expect(many.at(START_MS + 100)).toHaveLength(20);
  expect(many.at(START_MS + 400_000)).toEqual([]);
});

test('what is kept has no id, no name and no words, and survives a restart', () => {
  const patrons = after(paid('70017001', 'order-77'), [comment('70017001'), asks('price', 'p3')]);
  const { put } = patrons.takeDelta();
  expect(JSON.stringify(put.map(([key, value]) => [key, value.replaceAll('c-70017001', '')]))).not.toMatch(/70017001|order-77|某人|L码/); // prettier-ignore
  const restored = new Patrons(resolve);
  restored.restore([...put].reverse());
  expect(restored.takeDelta()).toEqual({ put: [], del: [] });
  expect(restored.at(START_MS + 2000)).toEqual(patrons.at(START_MS + 2000));
  const again = comment('70017001', START_MS + 3000);
  for (const each of [patrons, restored]) each.note(again, asks('price', 'p3'));
  expect(restored.at(START_MS + 4000)).toEqual(patrons.at(START_MS + 4000));
});

test('a view of the room tells whose question waits', () => {
  const stream = createStream({ resolveProduct: resolve, roomOf: () => 'main' }, AgentConfig.parse({}).stream);
  for (const event of [paid('1', 'n1'), comment('1')]) {
    expect(stream.admit(event, START_MS + 1000)).toBeNull();
    stream.add(event, event.type === 'live.comment.created' ? asks('price', 'p3') : null);
  }
  stream.tick(START_MS + 2000);
  expect(stream.view('main').patrons).toMatchObject([{ orders: 1, intent: 'price' }]);
});
