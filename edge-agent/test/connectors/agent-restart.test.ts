import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgentConfig, Catalogue } from '@livecue/shared/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAgent } from '../../src/assembly/agent.ts';
import { connectorSources } from '../../src/assembly/connector-list.ts';
import { sourcesFrom } from '../../src/assembly/source-list.ts';
import type { WireInput } from '../../src/ingest/connector.ts';
import { CONNECTOR_SECRETS, openConnectorSecrets } from '../../src/store/connector-files.ts';
import { createInbox } from '../compliance/inbox.ts';
import { turns } from './fake-clock.ts';
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

async function post(endpoint: string, { headers, bytes }: WireInput): Promise<number> {
  const url = endpoint.replace(/\/hooks$/, '/hooks/woocommerce/shop');
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

  it('knows where a platform is when nobody says, and takes another address for it', async () => {
    const ports = { sink: createInbox().sink, secrets: await openConnectorSecrets(folder), folder, nowMs: () => Date.now(), logger: silent }; // prettier-ignore
    const chat = (endpoints: object) => [{ connector: 'twitch-irc', name: 'chat', settings: { channel: 'shop' }, endpoints }]; // prettier-ignore
    expect(connectorSources(ports, configOf(chat({})))).toHaveLength(1);
    expect(connectorSources(ports, configOf(chat({ 'twitch-irc': 'ws://127.0.0.1:1' })))).toHaveLength(1);
  });
});
