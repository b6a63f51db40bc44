import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PanelLink } from '@livecue/shared/contract';
import { buildPage } from '../desktop/test/build-page.ts';
import { pairPanel } from './panel-peer.ts';
import { openSecondMachine } from './second-machine.ts';
import { eventually, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';

interface Got {
  readonly open: number[];
  readonly page: { status: number; text: string };
  readonly overlay: { status: number }[];
  readonly control: { status: number }[];
  readonly reports: { status: number; text: string }[];
  readonly sockets: { refused?: number; got?: string[] }[];
  readonly rebound: { status: number };
  readonly pairing: number[];
  readonly zmq: boolean[];
}

const machine = openSecondMachine('a stranger on the network', 77);

describe.skipIf(machine === null)('somebody on the network without a code', () => {
  const { folder, remove } = temporaryFolder();
  let agent: Program<Ready>;
  let got: Got;
  let before: string;
  let after: string;

  beforeAll(async () => {
    buildPage();
    const config = writeConfig(folder, { panel: { host: '0.0.0.0', httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 } });
    agent = await startAgent(['--demo', '--data', path.join(folder, 'data'), '--config', config]);
    const link = JSON.parse(readFileSync(agent.ready.panelLinkFile, 'utf8')) as PanelLink;
    const portOf = (address: string) => Number(/:(\d+)\/?/.exec(address.replace(/^\w+:\/\//, ''))![1]);
    const panel = portOf(agent.ready.panel!);
    const ports = [...new Set([...Object.values(agent.ready.endpoints), link.pubEndpoint, link.callEndpoint, agent.ready.panel!].filter((address) => /:\d+/.test(address)).map(portOf))]; // prettier-ignore
    const peer = await pairPanel(agent.ready.panel!, agent.ready.code!);
    // Calls that change anything stand in the audit log.
    const settings = () =>
      JSON.stringify([peer.last()?.stage, readFileSync(path.join(folder, 'data/audit.jsonl'), 'utf8')]);
    await eventually('a state', 10_000, () => peer.last());
    before = settings();
    const call = { host: machine!.host, ports, panel, zmqPub: portOf(link.pubEndpoint), serverKey: link.serverPublicKey, osc: null }; // prettier-ignore
    got = machine!.run('lan-stranger.mjs', call) as Got;
    after = settings();
    peer.close();
    expect(ports.length).toBeGreaterThan(3);
    expect(got.open).toEqual([panel]);
  }, 150_000);
  afterAll(async () => {
    await agent.end();
    remove();
    machine!.close();
  });

  test('sees the page that asks for the code, and nothing of the room in it', () => {
    expect(got.page.status).toBe(200);
    expect(got.page.text).not.toMatch(/模拟直播间|Simulated room|亚麻/);
  });

  test('gets no state: neither over the page’s socket, nor the overlay, nor the buttons, nor reports, nor ZeroMQ', () => {
    for (const { refused = 401, got: heard = [] } of got.sockets) {
      expect([401, 403]).toContain(refused);
      for (const line of heard) expect(line).toMatch(/"code":"(not-paired|no-token)"/);
    }
    for (const { status } of got.overlay) expect(status).toBe(403);
    for (const { status } of got.control) expect(status).toBe(401);
    for (const { status, text } of got.reports) expect([status >= 400, text.includes('token')]).toEqual([true, false]);
    expect(got.zmq).toEqual([false, false]);
  });

  test('a page elsewhere that makes its name lead here is sent away', () => expect(got.rebound.status).toBe(421));

  test('guesses five codes, and is locked out', () => {
    expect(got.pairing.slice(0, 5)).toEqual([403, 403, 403, 403, 403]);
    expect(new Set(got.pairing.slice(5))).toEqual(new Set([429]));
  });

  test('changed nothing', () => expect(after).toBe(before));
});
