import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OverlayState, PanelResult } from '@livecue/shared/contract';
import { type FakeObs, openFakeObs, PASSWORD } from '../edge-agent/src/ingest/obs/testing/fake-obs.ts';
import { type PanelPeer, pairPanel } from './panel-peer.ts';
import { eventually, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

const CATALOGUE = {
  version: 1,
  products: [{ productId: 'p3', linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' }, skus: ['SHIRT-M'], price: '99.00', priceCurrency: 'CNY', stock: 400 }],
}; // prettier-ignore
const TEXT = 'LiveCue price text';
const SALT = 'a salt of this test, long enough for the file';

const { folder, remove } = temporaryFolder();
const data = path.join(folder, 'data');
let fake: FakeObs;
let agent: Program<Ready>;
let panel: PanelPeer;
let count = 0;

async function start(): Promise<void> {
  const steps = [
    {
      at: 'offer-started',
      run: { kind: 'text', input: TEXT, text: '{link}号 {product} {price} 仅剩 {stock} 件' },
    },
  ];
  const config = writeConfig(folder, {
    uplink: { enabled: false },
    connectors: [
      { connector: 'obs', name: 'obs', settings: { steps }, endpoints: { obs: fake.url } },
      { connector: 'standard-webhooks', name: 'own', enabled: false },
    ],
  });
  const catalogue = path.join(folder, 'catalogue.json');
  writeFileSync(catalogue, JSON.stringify(CATALOGUE));
  agent = await startAgent(['--source', 'http', '--data', data, '--config', config, '--catalogue', catalogue]);
  panel = await pairPanel(agent.ready.panel!, agent.ready.code!);
}

async function offer(price: string, more: object = {}): Promise<void> {
  const event = {
    specversion: '1.0', id: `e2e:${count++}`, source: 'shop/e2e/main', type: 'shop.offer.started', time: new Date().toISOString(),
    data: { product: { productID: 'p3', sku: 'SHIRT-M' }, price, priceCurrency: 'CNY', kind: 'flash', validThrough: new Date(Date.now() + 120_000).toISOString() }, ...more,
  }; // prettier-ignore
  const answer = await fetch(agent.ready.endpoints['http']!, {
    method: 'POST',
    headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/json' },
    body: JSON.stringify([event]),
  });
  expect(await answer.json()).toMatchObject({ accepted: 1 });
}

const read = async () => (await panel.call('actions.read', {})) as PanelResult<'actions.read'>;
const shown = () => fake.inputs.get(TEXT)!.settings.text;
const open = () =>
  eventually('OBS', 15_000, async () => ((await read()).studio[0]?.state === 'open' ? true : undefined));

beforeAll(async () => {
  fake = await openFakeObs();
  mkdirSync(data, { recursive: true });
  writeFileSync(path.join(data, 'connector-secrets.json'), JSON.stringify({ version: 1, salt: SALT, connectors: { obs: { password: PASSWORD } } })); // prettier-ignore
  await start();
});
afterAll(async () => {
  panel?.close();
  await agent?.kill();
  await fake?.platform.close();
  remove();
});

test('a running agent asks before it writes in OBS the first time, then writes what the shop says, and remembers it', async () => {
  await open();
  await offer('79.00');
  const [ask] = await eventually('the question', 10_000, async () => {
    const { asks } = await read();
    return asks.length > 0 ? asks : undefined;
  });
  expect(ask).toMatchObject({ askId: 'live/obs/text', target: 'obs', kind: 'text', simulated: false });
  expect(shown()).toBe('');
  await panel.call('action.permit', { askId: ask!.askId, allowed: true });
  await offer('69.00');
  await eventually('the text', 10_000, () => (shown() === '3号 亚麻衬衫 ¥69.00 仅剩 400 件' ? true : undefined));

  // From before we were connected, and long ago: neither reaches OBS.
  const events = () => panel.last()?.counters.events ?? 0;
  const before = events();
  await offer('59.00', { historical: true });
  await offer('49.00', { time: new Date(Date.now() - 100_000).toISOString() });
  await eventually('both events', 10_000, () => (events() >= before + 2 ? true : undefined));
  expect(shown()).toBe('3号 亚麻衬衫 ¥69.00 仅剩 400 件');
  const { log } = await read();
  expect(log).toMatchObject([{ target: 'obs', kind: 'text', byStep: true, productId: 'p3', result: { outcome: 'done', undoable: true } }]); // prettier-ignore
  expect(await panel.call('action.undo', { entryId: log[0]!.entryId })).toEqual({ undone: true, message: null });
  expect(shown()).toBe('');
});

test('the overlay is served with its token, to be read, and shows what the operator puts there', async () => {
  const { overlay } = await read();
  const url = new URL(overlay.url!);
  const call = () => panel.call('action.do', { action: 'offer', productId: 'p3', targets: ['overlay'] });
  await call();
  const { asks } = await read();
  const [first] = (await panel.call('action.permit', { askId: asks[0]!.askId, allowed: true }) as PanelResult<'action.permit'>).results; // prettier-ignore
  // Allowed, but the page is open nowhere.
  expect(first).toMatchObject({ result: { outcome: 'failed', problem: 'no-overlay' } });
  expect((await fetch(new URL('/overlay/events', url))).status).toBe(403);
  const aborting = new AbortController();
  const feed = await fetch(`${url.origin}/overlay/events${url.search}`, { signal: aborting.signal });
  const reader = feed.body!.pipeThrough(new TextDecoderStream()).getReader();
  expect(JSON.parse((await reader.read()).value!.replace('data: ', ''))).toMatchObject({ offer: null });
  expect(await call()).toMatchObject({ results: [{ target: 'overlay', result: { outcome: 'done', undoable: true } }] });
  const state = await eventually('the card', 5_000, async () => {
    const told = JSON.parse((await reader.read()).value!.replace('data: ', '')) as OverlayState;
    return told.offer === null ? undefined : told;
  });
  expect(state.offer).toMatchObject({ linkNumber: 3, listPrice: '99.00', priceCurrency: 'CNY' });
  expect(state.offer!.endsMs! - Date.now()).toBeGreaterThan(60_000);
  aborting.abort();
});

test('after a kill what was allowed still is, and what was done is not done again', async () => {
  panel.close();
  await agent.kill();
  fake.asked.length = 0;
  await start();
  await open();
  expect(fake.asked.filter(({ type }) => type.startsWith('Set'))).toEqual([]);
  await offer('65.00');
  await eventually('the text', 10_000, () => (shown() === '3号 亚麻衬衫 ¥65.00 仅剩 400 件' ? true : undefined));
});
