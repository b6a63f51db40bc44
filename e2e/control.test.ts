import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ControlState, type PanelResult } from '@livecue/shared/contract';
import { pairPanel, type PanelPeer } from './panel-peer.ts';
import { eventually, ROOT, runCommand, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts'; // prettier-ignore

const CATALOGUE = {
  version: 1,
  products: [
    { productId: 'p3', linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' }, price: '99.00', priceCurrency: 'CNY', stock: 400 },
    { productId: 'p5', linkNumber: 5, name: { zh: '蓝色水杯', en: 'Blue water bottle' }, price: '39.00', priceCurrency: 'CNY', stock: 10 },
  ],
}; // prettier-ignore
/** Code blocks of the document by the word after their language. */
const BLOCKS = new Map(
  [...readFileSync(path.join(ROOT, 'docs/control.md'), 'utf8').matchAll(/^```(?:sh|json) ([\w-]+)\n([\s\S]*?)^```/gm)].map(([, name, text]) => [name, text]),
); // prettier-ignore
const block = (name: string): string => {
  const text = BLOCKS.get(name);
  if (text === undefined) throw new Error(`docs/control.md has no example called ${name}`);
  return text;
};
const run = promisify(execFile);

const { folder, remove } = temporaryFolder();
const data = path.join(folder, 'data');
const config = writeConfig(folder, { uplink: { enabled: false }, advise: { holdBackShare: 0 }, control: { oscPort: 0 } }); // prettier-ignore
const catalogue = path.join(folder, 'catalogue.json');
let agent: Program<Ready>;
let panel: PanelPeer;
let token: string;
let oscPort: number;

const start = async () => {
  agent = await startAgent(['--source', 'http', '--data', data, '--config', config, '--catalogue', catalogue]);
  panel = await pairPanel(agent.ready.panel!, agent.ready.code!);
};
const read = async () => (await panel.call('control.read', {})) as PanelResult<'control.read'>;
const state = () => panel.last();
const active = () => state()?.stage.active ?? undefined;
/** The example with the test's own token and ports. */
const here = (text: string) =>
  text
    .replaceAll('http://127.0.0.1:7420/', agent.ready.panel!)
    .replaceAll('http://127.0.0.1:7420', agent.ready.panel!.replace(/\/$/, ''))
    .replaceAll('127.0.0.1 7427', `127.0.0.1 ${oscPort}`)
    .replaceAll(/\bTOKEN\b/g, token)
    .replaceAll(`$${token}`, token)
    .replaceAll(/\bCARD\b/g, active()?.promptId ?? 'CARD');
/** A card of the operator's own on the stage, older than any bounce. */
async function aCard(text: string): Promise<void> {
  const { promptId } = (await panel.call('message.send', { text })) as { promptId: string };
  const seen = await eventually('the card', 5_000, () => (active()?.promptId === promptId ? state() : undefined));
  await eventually('a card that is there for a while', 5_000, () => ((state()?.nowMs ?? 0) > seen.nowMs + 600 ? true : undefined)); // prettier-ignore
}
const reached = (what: string, is: (now: NonNullable<ReturnType<typeof state>>) => boolean) =>
  eventually(what, 10_000, () => (state() !== undefined && is(state()!) ? true : undefined));

beforeAll(async () => {
  writeFileSync(catalogue, JSON.stringify(CATALOGUE));
  await start();
  // No token: nobody can press, and no port is open for it.
  expect(await read()).toMatchObject({ tokens: [], osc: { state: 'closed' } });
  const made = await runCommand(['control', 'token', 'add', 'Desk', '--data', data]);
  ({ token } = JSON.parse(made.stdout) as { token: string });
  const now = await read();
  expect(now).toMatchObject({ tokens: [{ name: 'Desk', role: 'operator' }], osc: { state: 'open', host: '127.0.0.1' } }); // prettier-ignore
  oscPort = now.osc.port;
  expect(now.httpUrl).toBe(`${agent.ready.panel!}control/`);
});
afterAll(async () => {
  panel.close();
  await agent.kill();
  remove();
});
beforeEach(() => panel.call('cues.control', { hold: false, off: false }));

describe('the examples of docs/control.md', () => {
  test('on the command line: a token comes, is listed and goes', async () => {
    const lines = block('command').trim().split('\n'); // prettier-ignore
    const args = (line: string, id: string) => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!).slice(1).map((word) => (word === 'TOKENID' ? id : word)); // prettier-ignore
    const said = async (line: string, id = '') => {
      const { code, stdout } = await runCommand([...args(line, id), '--data', data]);
      expect(code, line).toBe(0);
      return JSON.parse(stdout) as never;
    };
    const { tokenId } = (await said(lines[0]!)) as { tokenId: string };
    expect(await said(lines[1]!)).toMatchObject([{ name: 'Desk' }, { tokenId, name: 'Stream Deck', role: 'operator', expiresMs: expect.any(Number) }]); // prettier-ignore
    expect(await said(lines[2]!, tokenId)).toEqual({ removed: true });
    if (process.platform !== 'win32') expect(statSync(path.join(data, 'control-tokens.json')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path.join(data, 'control-tokens.json'), 'utf8')).not.toContain(token);
  });

  test('curl: presses and the state', async () => {
    const curl = async (line: string) => {
      const { stdout } = await run('bash', ['-c', here(line).replace(/^curl/, 'curl -sS --max-time 10')]);
      return stdout;
    };
    const [done, hold, preset, notNow, whole, text] = block('http').trim().split('\n') as [string, string, string, string, string, string]; // prettier-ignore
    await aCard('看镜头');
    expect(JSON.parse(await curl(done))).toMatchObject({ ok: true, did: true, state: { card: null } });
    expect(JSON.parse(await curl(hold))).toMatchObject({ did: true, state: { hold: true } });
    await reached('hold', ({ stage }) => stage.hold === true);
    expect(JSON.parse(await curl(preset))).toMatchObject({ did: true });
    await reached('the preset', ({ stage }) => stage.active?.headline.zh === '声音大一点');
    expect(JSON.parse(await curl(notNow))).toMatchObject({ did: true, state: { card: null } });
    await aCard('看这里');
    expect(ControlState.parse(JSON.parse(await curl(whole)))).toMatchObject({ hold: true, card: { headline: { zh: '看这里' }, priority: 'act-now' } }); // prettier-ignore
    expect(await curl(text)).toMatch(/^看这里 \d+ s\n$/);
  });

  test('the state that is shown is one', () => {
    const shown = JSON.parse(block('state')) as object;
    expect(ControlState.parse(shown)).toEqual(shown);
  });

  test('Companion and Stream Deck over HTTP', async () => {
    // As the module sends it: base URL and path, header as JSON, body as it stands.
    const companion = JSON.parse(here(block('companion-http'))) as Record<'url' | 'body' | 'header' | 'contenttype', string>; // prettier-ignore
    const headers = { ...(JSON.parse(companion.header) as object), 'content-type': companion.contenttype };
    const answer = await fetch(`${agent.ready.panel!}control/${companion.url}`, { method: 'POST', headers, body: companion.body }); // prettier-ignore
    expect(await answer.json()).toMatchObject({ did: true, state: { hold: true } });
    const deck = JSON.parse(here(block('stream-deck'))) as { method: string; url: string; headers: Record<string, string>; body: string }; // prettier-ignore
    const moved = await fetch(deck.url, { ...deck, body: deck.body === '' ? undefined : deck.body });
    expect(await moved.json()).toMatchObject({ did: true });
    await reached('the first product', ({ explaining }) => explaining?.productId === 'p3');
  });

  test('WebSocket, as lines of a message and as Companion sends it', async () => {
    const socket = new WebSocket(here('http://127.0.0.1:7420/control/ws').replace('http', 'ws'));
    const heard: { type: string; id?: number; did?: boolean; state?: ControlState }[] = [];
    socket.on('message', (bytes: Buffer) => heard.push(JSON.parse(String(bytes)) as never));
    await once(socket, 'open');
    socket.send(here(block('websocket')));
    const got = (what: string, is: (one: (typeof heard)[number]) => boolean) => eventually(what, 10_000, () => heard.find(is)); // prettier-ignore
    await got('the answer', ({ type, id, did }) => type === 'answer' && id === 1 && did === true);
    await got('the second answer', ({ type, id, did }) => type === 'answer' && id === 2 && did === true);
    await got('the state', ({ state: now }) => now?.hold === true && now.card?.headline.zh === '语速慢一点');
    await aCard('笑一笑');
    const { data: message } = JSON.parse(here(block('companion-websocket'))) as { data: string };
    heard.length = 0;
    socket.send(`${message}\r\n`);
    await got('done', ({ type, did }) => type === 'answer' && did === true);
    await got('the state without a card', ({ state: now }) => now !== undefined && now.card === null);
    socket.close();
  });

  test('OSC, as oscsend and as Companion sends it', async () => {
    const ears = createSocket('udp4');
    const texts: string[] = [];
    ears.on('message', (bytes: Buffer) => texts.push(bytes.toString('utf8').replace(/[\0-\x1f]+/g, ' ')));
    ears.bind(0, '127.0.0.1');
    await once(ears, 'listening');
    const send = (line: string) => oscsend(here(line).replace('9000', String(ears.address().port)), ears);
    const [done, hold, second, first, subscribe] = block('osc').trim().split('\n') as [string, string, string, string, string]; // prettier-ignore
    await aCard('再来一次');
    await send(done);
    await reached('no card', ({ stage }) => stage.active === null);
    await send(hold);
    await reached('hold', ({ stage }) => stage.hold === true);
    await send(second);
    await reached('the second preset', ({ stage }) => stage.active?.headline.zh === '声音大一点');
    await send(first);
    await reached('the first preset', ({ stage }) => stage.active?.headline.zh === '语速慢一点');
    await send(subscribe);
    const told = (text: RegExp) => eventually(String(text), 10_000, () => texts.find((one) => text.test(one)));
    await told(/^\/livecue\/state\/card ,s 语速慢一点/);
    await told(/^\/livecue\/state\/hold ,i /);
    await panel.call('message.clear', {});
    await told(/^\/livecue\/state\/text ,s 勿扰/);
    await panel.call('cues.control', { hold: false });
    await told(/^\/livecue\/state\/text ,s 无提示/);
    const companion = JSON.parse(here(block('companion-osc'))) as { path: string; int: number };
    await send(`oscsend 127.0.0.1 7427 ${companion.path} i ${companion.int}`);
    await reached('hold again', ({ stage }) => stage.hold === true);
    ears.close();
  });

  test('are all run: there is no block that no test names', () => {
    expect([...BLOCKS.keys()].sort()).toEqual(['command', 'companion-http', 'companion-osc', 'companion-websocket', 'http', 'osc', 'state', 'stream-deck', 'websocket']); // prettier-ignore
    const all = readFileSync(path.join(ROOT, 'docs/control.md'), 'utf8').match(/^```./gm);
    expect(all).toHaveLength(BLOCKS.size);
  });
});

test('every press stands in the log under its token’s name; what was told survives a kill, as tokens do', async () => {
  const post = (what: string) => fetch(`${agent.ready.panel!}control/${what}`, { method: 'POST', headers: { authorization: `Bearer ${token}` } }); // prettier-ignore
  expect((await post('explain/5')).status).toBe(200);
  await reached('the bottle', ({ explaining }) => explaining?.productId === 'p5');
  // A button is no sign of life of the room.
  expect(state()?.feed.state).toBe('waiting');
  const log = readFileSync(path.join(data, 'audit.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>); // prettier-ignore
  expect(log.findLast(({ verb }) => verb === 'explain.tell')).toMatchObject({ name: 'Desk', role: 'operator', allowed: true, args: { productId: 'p5' } }); // prettier-ignore
  expect(JSON.stringify(log)).not.toContain(token);
  const pedal = (await panel.call('control.add', { name: 'Pedal', role: 'host' })) as { token: string };
  const refused = await fetch(`${agent.ready.panel!}control/kill/on`, { method: 'POST', headers: { authorization: `Bearer ${pedal.token}` } }); // prettier-ignore
  expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'forbidden' }]);

  panel.close();
  await agent.kill();
  await start();
  await reached('the bottle after the kill', ({ explaining }) => explaining?.productId === 'p5');
  expect(await (await post('previous')).json()).toMatchObject({ did: true });
  await reached('the shirt', ({ explaining }) => explaining?.productId === 'p3');
  expect(agent.words()).not.toContain(token);
}, 60_000);

/**
 * `oscsend HOST PORT PATH TYPES ARGUMENTS` by the program where it is, else by the specification: this writes the
 * bytes without the codec that is tested.
 */
async function oscsend(line: string, from: ReturnType<typeof createSocket>): Promise<void> {
  const [, host = '', port = '', address = '', types = '', ...args] = line.split(' ');
  if (existsSync('/usr/bin/oscsend')) return void (await run('/usr/bin/oscsend', [host, port, address, types, ...args].filter((part) => part !== ''))); // prettier-ignore
  const padded = (text: string) => Buffer.from(text + '\0'.repeat(4 - (Buffer.byteLength(text) % 4)));
  const values = args.map((value, i) => {
    if (types[i] === 's') return padded(value);
    const four = Buffer.alloc(4);
    four.writeInt32BE(Number(value));
    return four;
  });
  const bytes = Buffer.concat([padded(address), padded(`,${types}`), ...values]);
  await new Promise<void>((resolve, reject) => from.send(bytes, Number(port), host, (error) => (error === null ? resolve() : reject(error)))); // prettier-ignore
}
