import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { PanelResult } from '@livecue/shared/contract';
import { pairPanel } from './panel-peer.ts';
import { eventually, runCommand, startAgent, temporaryFolder, writeConfig } from './program.ts';

interface Bundle {
  readonly agent: { readonly mode: string };
  readonly sources: readonly { readonly name: string; readonly events: number; readonly drops: object }[];
  readonly cloud: { readonly trouble: string | null };
  readonly counters: Readonly<Record<string, number>>;
  readonly figures: { readonly counts: { readonly events: number } };
  readonly settings: { readonly advise: object; readonly connectors: readonly object[] };
  readonly findings: readonly { readonly name: string }[];
  readonly changes: { readonly newest: readonly string[]; readonly chainWhole: boolean };
  readonly log: readonly string[];
}

const CONFIG = {
  room: { id: 'CANARYROOM', name: '金丝雀直播间' },
  advise: { cardsPer10Min: 3 },
  uplink: { brokerUrl: 'mqtt://canarybroker:1883', databaseUrl: 'postgres://CANARYUSER:CANARYPASSWORD@canarydatabase/x' },
  connectors: [
    { connector: 'youtube', name: 'canary-account', settings: { video_id: 'CANARYVIDEO' }, endpoints: { grpc: 'https://CANARYURLUSER:CANARYURLPASSWORD@canaryendpoint.example' } },
  ],
}; // prettier-ignore
const PRODUCT = { productId: 'CANARYPRODUCT', linkNumber: 3, name: { zh: '金丝雀衬衫', en: 'CANARY shirt' }, price: '59.00', priceCurrency: 'CNY', stock: 40 }; // prettier-ignore
const CANARY = /canary|金丝雀/i;

test('a support file says how the agent is, and nothing of viewers, products, rooms, accounts, devices, addresses and secrets', async () => {
  const { folder, remove } = temporaryFolder();
  const data = path.join(folder, 'canarydata');
  const config = writeConfig(folder, { agentId: 'canary-studio', ...CONFIG });
  const catalogue = path.join(folder, 'catalogue.json');
  writeFileSync(catalogue, JSON.stringify({ products: [PRODUCT] }));
  mkdirSync(data);
  writeFileSync(path.join(data, 'connector-secrets.json'), JSON.stringify({ version: 1, salt: 'CANARYSALT'.repeat(4), connectors: { 'canary-account': { api_key: 'CANARYKEY' } } }));
  const agent = await startAgent(['--data', data, '--config', config, '--catalogue', catalogue, '--log', 'debug']);
  try {
    const admin = await pairPanel(agent.ready.panel!, agent.ready.code!);
    const paired = (await admin.call('pairing.create', { role: 'operator', name: 'CANARYTABLET' })) as PanelResult<'pairing.create'>;
    const operator = await pairPanel(agent.ready.panel!, paired.code);
    const code = async (role: string) => ((await admin.call('pairing.create', { role, name: 'CANARY' })) as typeof paired).code;
    await admin.call('settings.secret', { name: 'canary-account', field: 'api_key', secret: 'CANARYNEWKEY' });
    await admin.call('message.send', { text: '讲金丝雀衬衫', priority: 'advice' });
    const comment = { id: 'canary:CANARYID', source: 'live/canary/CANARYROOM', type: 'live.comment.created', time: new Date().toISOString(), data: { text: 'CANARYTEXT 3号多少钱', author: { identifier: 'CANARYVIEWER', name: '金丝雀' } } };
    const answer = await fetch(agent.ready.endpoints.http!, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/x-ndjson' },
      body: `${JSON.stringify(comment)}\n{"CANARYBROKEN":1}`,
    });
    expect(await answer.json()).toMatchObject({ accepted: 1 });
    await eventually('the broker in the log', 20_000, () => (agent.words().includes('canarybroker') ? true : undefined));
    await eventually('the comment', 20_000, () => ((operator.last()?.counters['comments'] ?? 0) > 0 ? true : undefined));
    for (const role of ['host', 'auditor']) {
      const peer = await pairPanel(agent.ready.panel!, await code(role));
      await expect(peer.call('support.make', {})).rejects.toThrow('forbidden');
      peer.close();
    }

    const { name, text } = (await operator.call('support.make', {})) as PanelResult<'support.make'>;
    expect(name).toMatch(/^livecue-support-\d{8}T\d{6}Z\.json$/);
    expect(text).not.toMatch(CANARY);
    expect(text).not.toContain(agent.ready.ingestToken);
    const bundle = JSON.parse(text) as Bundle;
    expect(bundle).toMatchObject({
      agent: { mode: 'live' },
      settings: { advise: { cardsPer10Min: 3 }, connectors: [{ name: 'source-1', connector: 'youtube' }] },
      figures: { counts: { events: 1 } },
      changes: { chainWhole: true },
    });
    expect(bundle.cloud.trouble).not.toBeNull();
    expect(bundle.sources.find((source) => source.name === 'http')).toMatchObject({ events: 1, drops: { malformed: 1 } });
    expect(bundle.changes.newest.join('\n')).toMatch(/host support\.make refused[^]*admin message\.send done[^]*admin settings\.secret done/);
    expect(bundle.log.join('\n')).toMatch(/source http: http:\/\/127\.0\.0\.1/);
    admin.close();
    operator.close();

    const asked = await runCommand(['support', '--out', '-', '--data', data]);
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    expect(asked.stdout).not.toMatch(CANARY);
    expect((JSON.parse(asked.stdout) as Bundle).changes.newest[1]).toMatch(/operator support\.make done$/);
  } finally {
    await agent.end();
  }
  try {
    const alone = await runCommand(['support', '--out', '-', '--data', data, '--config', config]);
    expect(alone.code).toBe(0);
    expect(alone.stdout).not.toMatch(CANARY);
    const bundle = JSON.parse(alone.stdout) as Bundle;
    expect(bundle).toMatchObject({ agent: expect.stringContaining('not running'), settings: { advise: { cardsPer10Min: 3 } } });
    expect(bundle.findings.map((finding) => finding.name)).toContain('configuration');
    expect(bundle.changes.newest[0]).toMatch(/admin support\.make done$/);
  } finally {
    remove();
  }
}, 120_000); // prettier-ignore
