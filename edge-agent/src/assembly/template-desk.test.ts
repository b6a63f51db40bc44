import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Catalogue, PANEL_VERBS, type PanelResult, type PanelVerb } from '@livecue/shared/contract';
import type { PanelBackend } from '../ports.ts';
import { openCatalogueBook } from './catalogue-book.ts';
import type { FleetControl } from './fleet-part.ts';
import { openSettingsPart } from './settings-part.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((one) => rmSync(one, { recursive: true })));

const product = (productId: string) => ({ productId, name: { zh: productId, en: productId } });
const DESK = { device: 'desktop', role: 'admin', name: '' } as const;

/** The set-up of a data folder with its desks, and an agent that only counts how often it starts again. */
async function desk(mode: 'live' | 'simulated' = 'live', onTrial = false) {
  const folder = mkdtempSync(path.join(tmpdir(), 'livecue-templates-'));
  folders.push(folder);
  const file = path.join(folder, 'config.json');
  const settings = { advise: { cardsPer10Min: 3 }, connectors: [{ connector: 'twitch-irc', name: 'twitch', settings: { channel: 'shop' } }] }; // prettier-ignore
  writeFileSync(file, JSON.stringify(settings));
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const nowMs = () => 1_000;
  const catalogue = openCatalogueBook({ nowMs }, { file: path.join(folder, 'catalogue.json'), folder }, Catalogue.parse({ products: [product('p1')] })); // prettier-ignore
  const part = await openSettingsPart({ nowMs, logger, catalogue, seal: null }, { folder, file, without: {}, program: 'x' }); // prettier-ignore
  const count = { starts: 0 };
  const again = async (change?: (ratio: null) => Promise<boolean>) => {
    const made = change === undefined || (await change(null));
    if (made) count.starts += 1;
    return made;
  };
  const control = { again, showRuns: () => false, remote: { onTrial, over: {} } } as unknown as FleetControl;
  const backend = part.desk(control, { currency: 'CNY' }).answering<PanelBackend>({ state: () => ({ mode }) as never, call: async (verb) => (verb === 'shows.list' ? { shows: [] } : verb) }); // prettier-ignore
  const call = async <V extends PanelVerb>(verb: V, args: object) => PANEL_VERBS[verb].result.parse(await backend.call(verb, PANEL_VERBS[verb].args.parse(args), DESK)) as PanelResult<V>; // prettier-ignore
  return { folder, file, count, call, catalogue, put: (value: object) => writeFileSync(file, JSON.stringify(value)), settings }; // prettier-ignore
}

test('a template brings back rules, sources and products, after it said what would change', async () => {
  const { call, put, settings, file, count, catalogue, folder } = await desk();
  const { templateId } = await call('templates.save', { name: ' 晚场 ' });
  expect((await call('templates.read', {})).templates).toMatchObject([{ name: '晚场', by: 'admin · desktop', sources: ['twitch'], products: 1 }]); // prettier-ignore
  const [source] = settings.connectors;
  put({ agentId: 'other', advise: { cardsPer10Min: 8 }, connectors: [{ ...source, enabled: false }] });
  writeFileSync(path.join(folder, 'catalogue.json'), JSON.stringify({ products: [product('p1'), product('p2')] }));
  const { preview, catalogue: products, gone } = await call('templates.preview', { templateId });
  expect(preview.changes.map(({ path: at, before, after }) => [at, before, after])).toEqual(
    expect.arrayContaining([['advise.cardsPer10Min', '8', '3'], ['connectors.twitch.enabled', 'false', expect.anything()]]),
  ); // prettier-ignore
  expect([products, gone]).toEqual([{ added: 0, changed: 0, gone: 1 }, []]);
  expect(count.starts).toBe(0);

  expect(await call('templates.apply', { templateId, basis: 'elsewhere' })).toMatchObject({ reason: 'changed-meanwhile' }); // prettier-ignore
  expect(count.starts).toBe(0);
  const done = await call('templates.apply', { templateId, basis: preview.basis });
  expect(done).toMatchObject({ reason: null, waits: false });
  expect(count.starts).toBe(1);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ agentId: 'other', advise: { cardsPer10Min: 3 }, connectors: [{ name: 'twitch', enabled: true }] }); // prettier-ignore
  expect((await catalogue.present()).products.map(({ productId }) => productId)).toEqual(['p1']);
  const [version] = (await call('settings.read', {})).versions;
  expect(version).toMatchObject({ note: '▤ 晚场', by: 'admin · desktop' });
});

test('products alone come back too; nothing is done when all is as the template wants it', async () => {
  const { call, count, folder, catalogue } = await desk();
  const { templateId } = await call('templates.save', { name: 'x' });
  const { preview } = await call('templates.preview', { templateId });
  expect(await call('templates.apply', { templateId, basis: preview.basis })).toMatchObject({ reason: 'nothing-changes' }); // prettier-ignore
  expect(count.starts).toBe(0);
  writeFileSync(path.join(folder, 'catalogue.json'), JSON.stringify({ products: [] }));
  expect(await call('templates.apply', { templateId, basis: preview.basis })).toMatchObject({ reason: null });
  expect([count.starts, (await catalogue.present()).products.length]).toEqual([1, 1]);
});

test('one that is gone is said to be; while the cloud side’s configuration is on trial nothing is applied', async () => {
  const { call } = await desk('live', true);
  await expect(call('templates.preview', { templateId: '0123456789ab' })).rejects.toThrow('no such template');
  const { templateId } = await call('templates.save', { name: 'x' });
  expect(await call('templates.apply', { templateId, basis: 'x' })).toMatchObject({ reason: 'cloud-on-trial' });
});

test('the first run is needed where nothing is set up, goes on where it was, and is over when it is said so', async () => {
  const bare = await desk();
  expect(await bare.call('firstrun.read', {})).toMatchObject({ needed: false });
  bare.put({});
  writeFileSync(path.join(bare.folder, 'catalogue.json'), JSON.stringify({ products: [] }));
  expect(await bare.call('firstrun.read', {})).toEqual({ needed: true, step: 'room', done: false });
  await bare.call('firstrun.save', { step: 'catalogue', done: false });
  // Once begun, what was set up meanwhile does not end it.
  bare.put(bare.settings);
  expect(await bare.call('firstrun.read', {})).toEqual({ needed: true, step: 'catalogue', done: false });
  await bare.call('firstrun.save', { step: 'cue', done: true });
  expect(await bare.call('firstrun.read', {})).toEqual({ needed: false, step: 'cue', done: true });

  const demo = await desk('simulated');
  demo.put({});
  writeFileSync(path.join(demo.folder, 'catalogue.json'), JSON.stringify({ products: [] }));
  expect(await demo.call('firstrun.read', {})).toMatchObject({ needed: false });
});
