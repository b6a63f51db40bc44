import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPage } from '../desktop/test/build-page.ts';
import { startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts';
import { openSecondMachine } from './second-machine.ts';

interface Got {
  readonly inTheClear: { page: [number, string]; followed: [number, string, boolean]; pair: number; panel: number; control: number } | null; // prettier-ignore
  readonly paired: number;
  readonly cookie: string;
  readonly panelSays: unknown;
  readonly protocols: [string, string, string];
  readonly shown: { fingerprint256: string; subjectaltname: string } | null;
  readonly events: { clear: number; tls: number; socket: string };
  readonly caught: { bytes: number; code: boolean; token: boolean };
}

const EVENT = JSON.stringify({ specversion: '1.0', id: 't:1', source: 'live/test/1', time: new Date().toISOString(), type: 'live.comment.created', data: { text: 'hello', author: { identifier: 'v1' } } }); // prettier-ignore
const machine = openSecondMachine('a tablet on the network', 78);
afterAll(() => machine?.close());

describe.skipIf(machine === null).each(['https', 'http'] as const)('a tablet on the network over %s', (scheme) => {
  const { folder, remove } = temporaryFolder();
  let agent: Program<Ready>;
  let got: Got;

  beforeAll(async () => {
    buildPage();
    const [panelTls, tls] = scheme === 'http' ? [{ tls: { mode: 'off' } }, {}] : [{}, { tls: { mode: 'self-signed' } }];
    const config = writeConfig(folder, { panel: { host: '0.0.0.0', httpPort: 0, zmqPubPort: 0, zmqCallPort: 0, ...panelTls }, ingest: { host: '0.0.0.0', httpPort: 0, ...tls }, uplink: { enabled: false } }); // prettier-ignore
    agent = await startAgent(['--source', 'http', '--data', path.join(folder, 'data'), '--config', config]);
    const panel = Number(new URL(agent.ready.panel!).port);
    expect(agent.ready.panels).toContain(`${scheme}://${machine!.host}:${panel}/`);
    got = machine!.run('lan-tablet.mjs', {
      host: machine!.host,
      panel,
      code: agent.ready.code,
      scheme,
      ingest: {
        port: Number(new URL(agent.ready.endpoints.http!).port),
        secret: agent.ready.ingestToken,
        event: EVENT,
      },
    }) as Got;
  }, 150_000);
  afterAll(async () => {
    await agent.end();
    remove();
  });

  test('pairs, and the state comes', () => {
    expect([got.paired, got.panelSays]).toEqual([200, 'state']);
    expect(got.caught.bytes).toBeGreaterThan(1000);
  });

  test(`its events are taken over ${scheme}`, () => {
    expect(got.events).toEqual(scheme === 'http' ? { clear: 202, tls: expect.anything(), socket: expect.anything() } : { clear: 403, tls: 202, socket: 'open' }); // prettier-ignore
  });

  // In the clear both are there to be read: what is looked for would be found.
  test(`whoever listens on the way reads ${scheme === 'http' ? 'code and token' : 'neither code nor token'}`, () => {
    expect([got.caught.code, got.caught.token]).toEqual([scheme === 'http', scheme === 'http']);
  });

  test('its cookie is for TLS alone where it came so', () => {
    expect(got.cookie).toMatch(scheme === 'http' ? /^livecue_panel=[^;]+;(?!.*Secure)/ : /^__Host-livecue_panel=[^;]+; Path=\/;.*HttpOnly; SameSite=Strict; Secure$/); // prettier-ignore
  });

  if (scheme === 'http') return;

  test('TLS 1.1 is refused, 1.2 and 1.3 are spoken', () => {
    expect(got.protocols).toEqual(['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'TLSv1.2', 'TLSv1.3']);
  });

  test('sees the certificate whose fingerprint the agent told, with the address in it', () => {
    expect(got.shown!.fingerprint256).toBe(agent.ready.fingerprint);
    expect(got.shown!.subjectaltname).toContain(`IP Address:${machine!.host}`);
  });

  test('in the clear it is sent to TLS for reading, and may do nothing else', () => {
    const port = Number(new URL(agent.ready.panel!).port);
    const home = `https://${machine!.host}:${port}/`;
    expect(got.inTheClear).toEqual({ page: [307, home], followed: [200, home, true], pair: 403, panel: 403, control: 403 }); // prettier-ignore
  });
});
