import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgentConfig, Catalogue } from '@livecue/shared/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAgent } from '../../src/assembly/agent.ts';
import { connectorSources } from '../../src/assembly/connector-list.ts';
import { sourcesFrom } from '../../src/assembly/source-list.ts';
import type { WireInput } from '../../src/ingest/connector.ts';
import { CONNECTOR_SECRETS, type ConnectorSecrets, openConnectorSecrets } from '../../src/store/connector-files.ts';
import { createInbox } from '../compliance/inbox.ts';
import { turns } from './fake-clock.ts';
import { openFakeApi } from './hint-rig.ts';
import { SHOP_RIGS } from './shop-signers.ts';

const { setup, sign } = SHOP_RIGS.woocommerce!;
const { secret, ...settings } = setup;
const ENTRY = { connector: 'woocommerce', name: 'shop', settings };
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'livecue-hooks-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const configOf = (connectors: unknown[]) =>
  AgentConfig.parse({ ingest: { hooksPort: 0 }, uplink: { enabled: false }, connectors });

async function open(connectors: unknown[]) {
  const config = configOf(connectors);
  const connectorSecrets = await openConnectorSecrets(folder);
  const ports = { nowMs: () => Date.now(), logger: silent };
  const agent = await createAgent(
    { config, catalogue: Catalogue.parse({ products: [] }), folder, mode: 'live', panel: false },
    {
      ...ports,
      createSources: (parts) => sourcesFrom([], { ...parts, ...ports, connectorSecrets, folder }, config),
      onFatal: (error) => {
        throw error;
      },
      fleet: null,
      embedded: null,
    },
  );
  return agent;
}

async function writeSecrets(): Promise<void> {
  const { salt } = await openConnectorSecrets(folder);
  const file = path.join(folder, CONNECTOR_SECRETS);
  writeFileSync(file, JSON.stringify({ version: 1, salt, connectors: { shop: { secret } } }));
}

async function post(endpoint: string, { headers, bytes }: WireInput, connector = 'woocommerce'): Promise<number> {
  const url = endpoint.replace(/\/hooks$/, `/hooks/${connector}/shop`);
  return (await fetch(url, { method: 'POST', headers, body: Buffer.from(bytes!) })).status;
}

type Counts = { admitted?: number; drops?: Record<string, number> };

describe('an agent with a configured shop', () => {
  it('counts an order once that its shop repeats after a restart', async () => {
    await writeSecrets();
    const modified = new Date(Date.now() - 5000).toISOString().slice(0, 19);
    const order = sign(`{"id":12,"status":"processing","currency":"EUR","date_modified_gmt":"${modified}","total":"1.00","line_items":[]}`); // prettier-ignore
    for (const run of [1, 2]) {
      const agent = await open([ENTRY]);
      await agent.start(new AbortController().signal);
      const hooks = agent.sources.find(({ name }) => name === 'hooks')!;
      expect(await post(hooks.health(Date.now()).endpoint, order)).toBe(200);
      const counts = () => JSON.stringify(agent.figures().counts as Counts);
      const wanted = run === 1 ? /"(admitted|events)":[1-9]/ : /"duplicate":1/;
      const endMs = performance.now() + 8000;
      while (!wanted.test(counts()) && performance.now() < endMs) await turns(1);
      expect(counts()).toMatch(wanted);
      await agent.stop();
    }
  });

  it('refuses to start with a name twice, an unknown connector, a secret in the open, a missing one', async () => {
    await writeSecrets();
    const secrets = await openConnectorSecrets(folder);
    const ports = { sink: createInbox().sink, secrets, folder, nowMs: () => Date.now(), logger: silent };
    const refusal = (connectors: unknown[]) => {
      const attempt = () => connectorSources(ports, configOf(connectors));
      expect(attempt).toThrow(expect.objectContaining({ code: 'configuration' }));
      try {
        return attempt().length;
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refusal([ENTRY, ENTRY])).toMatch(/shop is used twice/);
    expect(refusal([{ ...ENTRY, connector: 'teapot' }])).toMatch(/teapot.*Expected one of .*shopify/);
    expect(refusal([{ ...ENTRY, settings: { ...settings, secret: 'x' } }])).toMatch(/Move it to connector-secrets\.json/); // prettier-ignore
    expect(refusal([{ ...ENTRY, name: 'other' }])).toMatch(/secret.*connector-secrets\.json.*"other"/);
    expect(refusal([{ ...ENTRY, settings: { ...settings, colour: 1 } }])).toMatch(/colour/);
  });

  it('keeps a token that a shop has renewed for its next start, unless somebody has set another since', async () => {
    const shown: string[] = [];
    const api = await openFakeApi(({ url, headers }) => {
      if (url.pathname.endsWith('/refresh')) return { body: { code: 0, data: { access_token: `a-${shown.length}`, refresh_token: `r-${shown.length}` } } };
      shown.push(String(headers['x-tts-access-token']));
      // Each token is good once, and only after it was renewed.
      return { body: { code: shown.length % 2 === 1 ? 105002 : 0, data: { orders: [] } } };
    });
    const { setup: own, sign: signed } = SHOP_RIGS['tiktok-shop']!;
    const { app_secret, ...rest } = own;
    const entry = { connector: 'tiktok-shop', name: 'shop', settings: rest, endpoints: { 'tiktok-shop-api': api.url, 'tiktok-shop-auth': api.url } };
    const first = await openConnectorSecrets(folder);
    for (const [field, value] of Object.entries({ app_secret, shop_cipher: 'c', access_token: 'a', refresh_token: 'r' })) await first.set('shop', field, value, 1);

    /** Until two more orders were asked for: with a token that is refused, and with the renewed one. */
    async function run(secrets: ConnectorSecrets, order: string): Promise<void> {
      const asked = shown.length;
      const sources = connectorSources({ sink: createInbox().sink, secrets, folder, nowMs: () => Date.now(), logger: silent }, configOf([entry]));
      for (const source of sources) await source.start(new AbortController().signal);
      const hint = signed(JSON.stringify({ type: 1, tts_notification_id: order, timestamp: 1, data: { order_id: order, order_status: 'UNPAID' } }));
      expect(await post(sources.find(({ name }) => name === 'hooks')!.health(Date.now()).endpoint, hint, 'tiktok-shop')).toBe(200);
      const endMs = performance.now() + 8000;
      while (shown.length < asked + 2 && performance.now() < endMs) await turns(1);
      for (const source of sources) await source.stop();
    }
    try {
      await run(first, '1');
      expect(shown).toEqual(['a', 'a-1']);
      const second = await openConnectorSecrets(folder);
      expect(second.of('shop')).toMatchObject({ access_token: 'a-1', refresh_token: 'r-1', app_secret });
      // While the second one runs, the operator authorises anew.
      await first.set('shop', 'colour', 'by hand', 1);
      const sources = run(second, '2');
      await second.set('shop', 'refresh_token', 'of the operator', 2);
      await sources;
      expect(shown).toEqual(['a', 'a-1', 'a-1', 'a-3']);
      expect((await openConnectorSecrets(folder)).of('shop')).toMatchObject({ refresh_token: 'of the operator', access_token: 'a-3', colour: 'by hand' });
    } finally {
      await api.close();
    }
  }); // prettier-ignore

  it('knows where a platform is when nobody says, and takes another address for it', async () => {
    const ports = { sink: createInbox().sink, secrets: await openConnectorSecrets(folder), folder, nowMs: () => Date.now(), logger: silent }; // prettier-ignore
    const chat = (endpoints: object) => [{ connector: 'twitch-irc', name: 'chat', settings: { channel: 'shop' }, endpoints }]; // prettier-ignore
    expect(connectorSources(ports, configOf(chat({})))).toHaveLength(1);
    expect(connectorSources(ports, configOf(chat({ 'twitch-irc': 'ws://127.0.0.1:1' })))).toHaveLength(1);
  });
});
