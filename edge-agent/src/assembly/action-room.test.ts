import type { StudioCommand, StudioStep } from '@livecue/shared/contract';
import type { LiveEvent } from '@livecue/shared/event';
import type { HostPrompt } from '@livecue/shared/prompt';
import { expect, test } from 'vitest';
import type { PanelBackend, RoomView, Source, Studio } from '../ports.ts';
import { createActionRoom } from './action-room.ts';

const DESK = { device: 'desktop', role: 'admin', name: '' } as const;

const NOW_MS = 1_000_000;
const STEPS: StudioStep[] = [
  { at: 'offer-started', run: { kind: 'text', input: 'Price', text: '{link} {price}' } },
  { at: 'explain', run: { kind: 'chapter', name: '{product}' } },
  { at: 'cue', run: { kind: 'clip' } },
];

function open(mode: 'live' | 'simulated' | 'replay' = 'live') {
  const commands: StudioCommand[] = [];
  const noted: string[] = [];
  const urls: (string | null)[] = [];
  let explaining: RoomView['explaining'] = null;
  const studio: Studio = {
    steps: STEPS,
    setOverlayUrl: (url) => void urls.push(url),
    status: () => ({}) as never,
    run: async (command) => (commands.push(command), { outcome: 'done', undo: null }),
  };
  const values = new Map<string, string>();
  for (const kind of ['text', 'chapter', 'clip']) values.set('permissions', JSON.stringify([...(JSON.parse(values.get('permissions') ?? '[]') as []), [`live/obs/${kind}`, true]]));
  const room = createActionRoom(
    {
      view: () => ({ offers: [], stock: () => null, explaining }) as unknown as RoomView,
      sources: [{ name: 'obs', studio } as unknown as Source],
      product: (id) => (id === 'p3' ? { productId: 'p3', linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' }, price: '129.00', priceCurrency: 'CNY', stock: 17, skus: [], aliases: [], facts: {} } : null),
      resolve: ({ productID, sku }) => (sku === 'SHIRT-M' ? 'p3' : (productID ?? '')),
      answers: () => [],
      memory: { get: (key) => values.get(key), set: (key, value) => void values.set(key, value ?? ''), flush: () => Promise.resolve() },
      note: ({ verb }) => noted.push(verb),
      panelUrl: () => 'http://127.0.0.1:7420/',
      nowMs: () => NOW_MS,
      logger: { debug() {}, info() {}, warn() {}, error: (text) => noted.push(text) },
    },
    { mode, language: 'zh-CN', secret: 'secret', connectors: [{ connector: 'obs', name: 'obs', enabled: true, settings: {}, endpoints: {} }, { connector: 'twitch-irc', name: 'tw', enabled: true, settings: {}, endpoints: {} }] },
  );
  const backend = room.answering<PanelBackend>({ state: () => ({}) as never, call: async (verb) => verb });
  return { room, backend, commands, noted, urls, explain: (productId: string) => (explaining = { productId, sinceMs: 0 }) };
} // prettier-ignore

const offer = (part: object = {}): LiveEvent =>
  ({ type: 'shop.offer.started', id: 'o', source: 'shop/x/y', eventTimeMs: NOW_MS, historical: false, data: { product: { sku: 'SHIRT-M' }, price: '99.00', priceCurrency: 'CNY' }, ...part }) as unknown as LiveEvent; // prettier-ignore
const cue = { kind: 'raised' as const, atMs: 0, prompt: { productId: 'p3', rule: 'stock-out', headline: { zh: '3号 售罄', en: 'sold out' } } as HostPrompt }; // prettier-ignore

test('an offer that starts writes its own price; what is explained is marked; a cue saves a clip', async () => {
  const { room, commands, noted, explain } = open();
  await room.start(new AbortController().signal);
  room.event(offer());
  explain('p3');
  room.second();
  room.second();
  room.prompts([cue]);
  await room.stop();
  expect(commands).toEqual([
    { kind: 'text', input: 'Price', text: '3 ¥99.00' },
    { kind: 'chapter', name: '亚麻衬衫' },
    { kind: 'clip' },
  ]);
  expect(noted).toEqual(['action.text', 'action.chapter', 'action.clip']);
});

test.each([
  ['came before we were connected', offer({ historical: true })],
  ['is told more than a minute late', offer({ eventTimeMs: NOW_MS - 60_001 })],
])('an offer that %s moves nothing, and is counted', async (_, event) => {
  const { room, backend, commands } = open();
  await room.start(new AbortController().signal);
  room.event(event);
  expect(await backend.call('actions.read', {}, DESK)).toMatchObject({ notRun: 1 });
  await room.stop();
  expect(commands).toEqual([]);
});

test('what the journal brings back after a restart moves nothing a second time', async () => {
  const { room, commands } = open();
  room.event(offer());
  room.prompts([cue]);
  await room.start(new AbortController().signal);
  await room.stop();
  expect(commands).toEqual([]);
});

test.each(['replay', 'simulated'] as const)('a %s room moves nothing that was allowed on the air', async (mode) => {
  const { room, commands, backend } = open(mode);
  await room.start(new AbortController().signal);
  room.event(offer());
  room.prompts([cue]);
  await room.stop();
  expect(commands).toEqual([]);
  const { asks } = (await backend.call('actions.read', {}, DESK)) as { asks: { askId: string }[] };
  expect(asks.map(({ askId }) => askId)).toEqual(mode === 'replay' ? [] : ['simulated/obs/text', 'simulated/obs/clip']);
});

test('OBS gets the address of the overlay with its token, the same after a restart; other verbs go on to the panel', async () => {
  const one = open();
  await one.room.start(new AbortController().signal);
  await one.room.stop();
  expect(one.urls[0]).toMatch(/^http:\/\/127\.0\.0\.1:7420\/overlay\/\?token=[\w-]{43}$/);
  expect(one.urls[0]).toContain(one.room.overlay.token);
  expect(open().room.overlay.token).toBe(one.room.overlay.token);
  expect(await one.backend.call('series.read', {}, DESK)).toBe('series.read');
  const read = (await one.backend.call('actions.read', {}, DESK)) as { targets: { target: string }[] };
  expect(read.targets.map(({ target }) => target)).toEqual(['overlay', 'obs', 'tw']);
});
