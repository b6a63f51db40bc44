import { expect, test } from 'vitest';
import { Catalogue, type HealthItem, type PanelState, type SourceHealth } from '@livecue/shared/contract';
import { beforeAir, type AirFacts } from './before-air.ts';

const NOW = 1_000_000;
const source = (part: Partial<SourceHealth> = {}): SourceHealth => ({ name: 'twitch', transport: 'websocket', state: 'open', endpoint: '', lastEventMs: NOW - 1_000, quietLimitMs: 15_000, eventsPerSecond: 4, events: 9, drops: {}, lostUpstream: 0, refusedTokens: 0, problem: null, ...part }); // prettier-ignore
const product = { productId: 'p1', linkNumber: 1, name: { zh: '饭盒', en: 'Food box' }, price: '29.90', priceCurrency: 'CNY', priceFloor: '20.00', stock: 5 }; // prettier-ignore
const fine: HealthItem = { name: 'disk', level: 'ok', title: { zh: '磁盘', en: 'Disk' }, text: { zh: '', en: '' }, remedy: null }; // prettier-ignore
const facts = (part: Partial<AirFacts> = {}, state: Partial<PanelState> = {}): AirFacts => ({
  nowMs: NOW,
  state: { mode: 'live', sources: [source()], health: [fine, { ...fine, name: 'late', level: 'warn' }], stage: { active: null, next: [], queued: [] }, products: [], ...state },
  catalogue: Catalogue.parse({ products: [product] }),
  skewMs: 300,
  screens: [{ screenId: 'a', distanceM: 2, calibrated: true, hidden: true }],
  doors: [],
  ...part,
}); // prettier-ignore
const levels = (of: AirFacts) => Object.fromEntries(beforeAir(of).map(({ name, level }) => [name, level]));

test('a room that is ready is green in every line, with what is not of the show left out', () => {
  expect(levels(facts())).toEqual({ 'source twitch': 'ok', catalogue: 'ok', stock: 'ok', clock: 'ok', 'legible 1': 'ok', 'capture 1': 'ok', cues: 'ok', disk: 'ok' }); // prettier-ignore
});

test('a fresh agent is told what to do, in both languages, worst first', () => {
  const checks = beforeAir(facts({ catalogue: Catalogue.parse({ products: [] }), screens: [], skewMs: null }, { sources: [] })); // prettier-ignore
  expect(checks.map(({ name, level }) => `${name} ${level}`)).toEqual(['sources wrong', 'catalogue wrong', 'screen wrong', 'clock warn', 'cues ok', 'disk ok']); // prettier-ignore
  for (const { level, remedy } of checks) if (level !== 'ok') expect(remedy?.zh.length && remedy.en.length).toBeGreaterThan(5); // prettier-ignore
});

test('a source in trouble is told of in both languages, with what to do', () => {
  const trouble = { code: 'refused', about: '403', retryS: null };
  const [first] = beforeAir(facts({}, { sources: [source({ state: 'failed', problem: 'it answers 403', trouble })] }));
  expect(first).toMatchObject({ level: 'wrong', text: { zh: '对方拒绝了密钥或令牌（403）', en: 'The key or token is refused (403)' }, remedy: { zh: expect.stringContaining('设置') } }); // prettier-ignore
});

test.each<[string, AirFacts, Record<string, string>]>([
  ['open but silent', facts({}, { sources: [source({ lastEventMs: NOW - 60_000 })] }), { 'source twitch': 'wrong' }],
  ['open without an event', facts({}, { sources: [source({ lastEventMs: null })] }), { 'source twitch': 'warn' }],
  ['failed', facts({}, { sources: [source({ problem: 'the token has ended' })] }), { 'source twitch': 'wrong' }],
  ['a replay', facts({}, { mode: 'replay' }), { mode: 'wrong' }],
  ['a clock 5 s off', facts({ skewMs: -5_000 }), { clock: 'warn' }],
  ['a clock a minute off', facts({ skewMs: 60_000 }), { clock: 'wrong' }],
  ['a screen not calibrated, in a browser', facts({ screens: [{ screenId: 'a', distanceM: 2, calibrated: false, hidden: false }] }), { 'legible 1': 'warn', 'capture 1': 'warn' }],
  ['cues switched off', facts({}, { stage: { active: null, next: [], queued: [], quiet: 'switched-off' } }), { cues: 'wrong' }],
  ['no price, no stock, no floor', facts({ catalogue: Catalogue.parse({ products: [{ productId: 'p1', linkNumber: 1, name: product.name }] }) }), { catalogue: 'warn', stock: 'warn', offers: 'warn' }],
])('%s', (_, given, expected) => expect(levels(given)).toMatchObject(expected)); // prettier-ignore

test('stock that the shop told goes before the catalogue; many products are named by three and a number', () => {
  const products = Array.from({ length: 5 }, (_, n) => ({ ...product, productId: `p${n}`, linkNumber: n + 1, name: { zh: `商品${n}`, en: `Thing ${n}` } })); // prettier-ignore
  const told = products.map(({ productId }) => ({ productId, stock: 0 })) as unknown as PanelState['products'];
  const stock = beforeAir(facts({ catalogue: Catalogue.parse({ products }) }, { products: told })).find(({ name }) => name === 'stock'); // prettier-ignore
  expect(stock).toMatchObject({ level: 'warn', text: { en: 'sold out: Thing 0, Thing 1, Thing 2 and 2 more', zh: '已售罄：商品0、商品1、商品2 等 5 个' } }); // prettier-ignore
});
