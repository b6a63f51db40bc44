import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnswerRow, PanelResult } from '@livecue/shared/contract';
import { type PanelPeer, pairPanel } from './panel-peer.ts';
import { eventually, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

const CATALOGUE = {
  version: 1,
  products: [
    {
      productId: 'p3', linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' }, price: '99.00', priceCurrency: 'CNY', priceFloor: '70.00', stock: 400,
      faq: [{ factId: 'size', topic: 'size_spec', question: '衬衫怎么选码', answer: 'S 155–160 · M 160–165' }],
    },
    { productId: 'p5', linkNumber: 5, name: { zh: '蓝色水杯', en: 'Blue water bottle' }, price: '39.00', priceCurrency: 'CNY', stock: 10 },
  ],
}; // prettier-ignore

const { folder, remove } = temporaryFolder();
const data = path.join(folder, 'data');
// No card is left to chance.
const config = writeConfig(folder, { uplink: { enabled: false }, advise: { holdBackShare: 0 } });
const catalogue = path.join(folder, 'catalogue.json');
let agent: Program<Ready>;
let panel: PanelPeer;
let count = 0;

async function start(): Promise<void> {
  agent = await startAgent(['--source', 'http', '--data', data, '--config', config, '--catalogue', catalogue]);
  panel = await pairPanel(agent.ready.panel!, agent.ready.code!);
}

async function send(type: string, part: Record<string, unknown>): Promise<void> {
  const source = type.startsWith('shop.') ? 'shop/e2e/main' : 'live/e2e/main';
  const event = { specversion: '1.0', id: `e2e:${count++}`, source, type, time: new Date().toISOString(), data: part };
  const answer = await fetch(agent.ready.endpoints['http']!, {
    method: 'POST',
    headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/json' },
    body: JSON.stringify([event]),
  });
  expect(await answer.json()).toMatchObject({ accepted: 1 });
}

const said = (text: string, identifier: string, more = {}) =>
  send('live.comment.created', { text, author: { identifier }, ...more });
const answers = async () => (await panel.call('answers.read', {})) as { rows: AnswerRow[] };
const offers = async () => (await panel.call('offers.read', {})) as PanelResult<'offers.read'>;
const active = () => panel.last()?.stage.active ?? undefined;

beforeAll(async () => {
  writeFileSync(catalogue, JSON.stringify(CATALOGUE));
  await start();
});
afterAll(async () => {
  panel.close();
  await agent.kill();
  remove();
});

test('the operator’s message, a patron’s question and the end of an offer reach the host of a running agent', async () => {
  await said('大家好', 'v0');
  await send('shop.order.paid', { orderNumber: 'n1', orderStatus: 'OrderProcessing', priceCurrency: 'CNY', partial: false, total: '99.00', customerRef: 'v1', orderedItem: [{ productID: 'p3', orderQuantity: 1 }] }); // prettier-ignore
  await said('3号衬衫怎么选码', 'v1');
  const card = await eventually('a patron’s card', 10_000, () => (active()?.rule === 'patron-question' ? active() : undefined)); // prettier-ignore
  expect(card).toMatchObject({ productId: 'p3', headline: { zh: '3号 1位老客问尺码' } });
  expect(panel.last()?.cues?.patrons).toMatchObject([{ kind: 'returning', orders: 1, productId: 'p3' }]);
  const { rows } = await answers();
  expect(rows).toMatchObject([{ productId: 'p3', intent: 'size_spec', question: '3号衬衫怎么选码' }]);

  const { promptId } = (await panel.call('message.send', { text: '慢一点' })) as { promptId: string };
  await eventually('the message on the stage', 5_000, () => (active()?.promptId === promptId ? true : undefined));
  await expect(panel.call('message.send', { text: '这一条消息实在太长了主播看不完' })).rejects.toThrow('at most 14');

  await send('shop.offer.started', { product: { productID: 'p3' }, price: '79.00', priceCurrency: 'CNY', kind: 'flash', eligibleQuantity: 10, validThrough: new Date(Date.now() + 50_000).toISOString() }); // prettier-ignore
  await eventually('the offer in the state', 5_000, () => (panel.last()?.cues?.offers.running.length === 1 ? true : undefined)); // prettier-ignore
  const known = await eventually('the card of its end', 15_000, () => {
    const stage = panel.last()?.stage;
    return [stage?.active, ...(stage?.next ?? []), ...(stage?.queued ?? [])].find((one) => one?.rule === 'offer-ending') ?? undefined; // prettier-ignore
  });
  expect(known.deadlineMs).toBe((await offers()).offers[0]?.endsMs);
  expect(await panel.call('offer.propose', { productId: 'p5', price: '30.00', quantity: 5 })).toEqual({ promptId: null, refusals: ['floor-unknown'] }); // prettier-ignore
}, 60_000);

test('killed and started again: the day’s offers are counted, the answer waits, and given it is done', async () => {
  // A step is on disk every 5 s; the journal has what came after it.
  const before = await offers();
  expect(before.budget).toMatchObject({ started: 1, discount: '200.00', closed: null });
  panel.close();
  await agent.kill();
  await start();
  await said('又回来了', 'v2');
  await eventually('the feed', 5_000, () => (panel.last()?.feed.state === 'ok' ? true : undefined));
  expect((await offers()).budget).toEqual(before.budget);
  expect((await offers()).offers.map(({ offerId }) => offerId)).toEqual(before.offers.map(({ offerId }) => offerId));
  const { rows } = await answers();
  expect(rows).toMatchObject([{ productId: 'p3', intent: 'size_spec', question: '3号衬衫怎么选码', viewers: 1 }]);
  expect(await panel.call('answers.close', { answerId: rows[0]?.answerId })).toEqual({ closed: true });
  await eventually('the patron is answered', 5_000, () =>
    panel.last()?.cues?.patrons.length === 0 ? true : undefined,
  );
}, 60_000);
