/**
 * What stands open on a running agent, and what whoever has no token, or has one and means harm, can do there. The table
 * of docs/security.md names these tests.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Push } from 'zeromq';
import { WebSocket } from 'ws';
import type { PanelResult } from '@livecue/shared/contract';
import { createMetrics, serveMetrics } from '../cloud/src/receiver/metrics.ts';
import { openConnectorSecrets } from '../edge-agent/src/store/connector-files.ts';
import { pairPanel, type PanelPeer } from './panel-peer.ts';
import { eventually, runCommand, startAgent, temporaryFolder, writeConfig, type Program, type Ready } from './program.ts'; // prettier-ignore

const { folder, remove } = temporaryFolder();
const data = path.join(folder, 'data');
const STRANGER = '127.0.0.9';
const opened: Socket[] = [];
let agent: Program<Ready>;
let panel: PanelPeer;
let token: string;
let metrics: { port: number; close(): Promise<void> };
/** HTTP doors by name. */
let doors: Record<'ingest' | 'panel' | 'hooks' | 'metrics', number>;
let sent = 0;

const portOf = (url: string) => Number(new URL(url).port);
const comment = () => ({ id: `door:${sent++}`, source: 'live/doors/1', type: 'live.comment.created', time: new Date().toISOString(), data: { text: '多少钱', author: { identifier: `v${sent}` } } }); // prettier-ignore

function post(body: string, headers: Record<string, string> = {}) {
  return fetch(agent.ready.endpoints['http']!, {
    method: 'POST',
    headers: { authorization: `Bearer ${agent.ready.ingestToken}`, 'content-type': 'application/json', connection: 'close', ...headers },
    body,
  });
} // prettier-ignore

/** Somebody honest is served at every door, from another address than the stranger's. */
async function expectServed(): Promise<void> {
  expect((await post(JSON.stringify(comment()))).status).toBe(202);
  // 503: the page is not built here, which the server says.
  expect([200, 503]).toContain((await fetch(agent.ready.panel!)).status);
  expect((await fetch(agent.ready.endpoints['hooks']!, { method: 'POST', body: '{}' })).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${metrics.port}/metrics`)).status).toBe(200);
  expect(await panel.call('control.read', {})).toMatchObject({ osc: { state: 'open' } });
}

/** A connection that says `first`; what it was told. */
function dial(port: number, first: string | Buffer, from = STRANGER) {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  opened.push(socket);
  let told = '';
  // Cut off while it writes: that is the point.
  socket.on('data', (bytes: Buffer) => (told += bytes.toString('latin1'))).on('error', () => undefined);
  socket.write(first);
  return { socket, told: () => told, ended: new Promise((resolve) => socket.once('close', resolve)) };
}

beforeAll(async () => {
  mkdirSync(data, { recursive: true });
  await (await openConnectorSecrets(data)).set('shop', 'secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', Date.now());
  const config = writeConfig(folder, {
    ingest: { httpPort: 0, hooksPort: 0, zmq: { endpoint: 'tcp://127.0.0.1:*' } },
    uplink: { enabled: false },
    control: { oscPort: 0 },
    connectors: [{ connector: 'standard-webhooks', name: 'shop', settings: { source: 'shop/standard/1' } }],
  });
  agent = await startAgent(['--data', data, '--config', config]);
  panel = await pairPanel(agent.ready.panel!, agent.ready.code!);
  const made = await runCommand(['control', 'token', 'add', 'Desk', '--data', data]);
  ({ token } = JSON.parse(made.stdout) as { token: string });
  const status = { connected: true, received: 0, committed: 0, fenced: 0, deadLetters: 0, refusedFull: 0, problem: null }; // prettier-ignore
  metrics = await serveMetrics(createMetrics(() => status), 0); // prettier-ignore
  doors = { ingest: portOf(agent.ready.endpoints['http']!), panel: portOf(agent.ready.panel!), hooks: portOf(agent.ready.endpoints['hooks']!), metrics: metrics.port }; // prettier-ignore
}, 60_000);
afterAll(async () => {
  for (const socket of opened) socket.destroy();
  panel.close();
  await metrics.close();
  expect(await agent.end()).toBe(0);
  // Nothing that a stranger does is a failure of ours.
  expect(agent.words()).not.toMatch(/ error |\n {4}at /);
  remove();
});

test('whoever trickles a head or a body is cut off within 20 s at every door, and all others are served meanwhile', async () => {
  const head = 'POST /pair HTTP/1.1\r\nhost: 127.0.0.1\r\n';
  const bearer = `authorization: Bearer ${agent.ready.ingestToken}\r\n`;
  const slow = Object.values(doors).flatMap((port) => [
    ...Array.from({ length: 40 }, () => dial(port, '')),
    ...Array.from({ length: 40 }, () => dial(port, `${head}x-a: `)),
  ]);
  slow.push(...Array.from({ length: 20 }, () => dial(doors.panel, `${head}content-type: application/json\r\ncontent-length: 900\r\n\r\n`)));
  slow.push(...Array.from({ length: 20 }, () => dial(doors.hooks, `${head.replace('/pair', '/hooks/standard-webhooks/shop')}content-length: 900\r\n\r\n`)));
  slow.push(...Array.from({ length: 20 }, () => dial(doors.ingest, `${head.replace('/pair', '/events')}${bearer}content-type: application/json\r\ncontent-length: 900\r\n\r\n`)));
  const drops = setInterval(() => slow.forEach(({ socket }, n) => n % 80 >= 40 && socket.write('a')), 500);
  for (let round = 0; round < 5; round++) await expectServed();
  await eventually('the end of all slow connections', 25_000, () => slow.every(({ socket }) => socket.destroyed) || undefined);
  clearInterval(drops);
  await expectServed();
}, 60_000); // prettier-ignore

test('one address takes 128 connections of the panel, and leaves the others theirs', async () => {
  const greedy = Array.from({ length: 300 }, () => dial(doors.panel, ''));
  await eventually('the bound', 10_000, () => greedy.filter(({ socket }) => socket.destroyed).length >= 172 || undefined);
  await expectServed();
  for (const { socket } of greedy) socket.destroy();
}); // prettier-ignore

test.each([
  ['GET', '//'],
  ['GET', '//['],
  ['GET', '/\\\\'],
  ['GET', 'http://['],
  ['GET', '/%'],
  ['GET', '/control//%zz'],
  ['POST', '//'],
  ['OPTIONS', '*'],
])('%s %s is answered at every door, with and without asking for a WebSocket', async (method, target) => {
  for (const port of Object.values(doors))
    for (const more of ['', 'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n']) {
      const asked = dial(port, `${method} ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\n${more === '' ? 'connection: close\r\n' : more}\r\n`);
      await eventually(`an answer to ${target}`, 5_000, () => asked.told().startsWith('HTTP/1.1 ') || undefined);
      expect(asked.told()).toMatch(/^HTTP\/1\.1 (2|4)\d\d/);
      asked.socket.destroy();
    }
  await expectServed();
}); // prettier-ignore

describe('what is larger than anything that is asked for', () => {
  test('over HTTP: a body that says its length, one that does not, a head without end', async () => {
    // Its end may be cut off before it has read the answer: then it is told again.
    const huge = JSON.stringify([{ ...comment(), pad: 'x'.repeat(5_000_000) }]);
    const told = await eventually('an answer to a body that is too large', 10_000, () =>
      post(huge).catch(() => undefined),
    );
    expect(told.status).toBe(413);
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    for (const [port, at] of [
      [
        doors.ingest,
        `/events HTTP/1.1\r\nauthorization: Bearer ${agent.ready.ingestToken}\r\ncontent-type: application/json`,
      ],
      [doors.hooks, '/hooks/standard-webhooks/shop HTTP/1.1'],
      [doors.panel, '/pair HTTP/1.1\r\ncontent-type: application/json'],
      [doors.panel, `/control/done HTTP/1.1\r\nauthorization: Bearer ${token}`],
    ] as const) {
      const endless = dial(port, `POST ${at}\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\n`);
      const pump = setInterval(() => endless.socket.writable && endless.socket.write(chunk.repeat(20)), 5);
      await eventually(
        `an answer to a body without end at ${at.slice(0, 20)}`,
        10_000,
        () => /^HTTP\/1\.1 4(00|13)/.test(endless.told()) || endless.socket.destroyed || undefined,
      );
      clearInterval(pump);
      endless.socket.destroy();
    }
    for (const port of Object.values(doors)) {
      const long = dial(port, `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a: ${'y'.repeat(40_000)}\r\n\r\n`);
      await long.ended;
      expect(long.told()).toMatch(/^HTTP\/1\.1 431/);
    }
    await expectServed();
  });

  test('over WebSockets: too long a message ends the socket with 1009', async () => {
    const bearer = { authorization: `Bearer ${agent.ready.ingestToken}` };
    for (const [url, headers, bytes] of [
      [agent.ready.endpoints['http']!, bearer, 4_200_000],
      [`${agent.ready.panel!}panel`, {}, 100_000],
      [`${agent.ready.panel!}control/ws`, {}, 5_000],
    ] as const) {
      const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers });
      socket.on('error', () => undefined);
      await once(socket, 'open');
      const closed = once(socket, 'close') as Promise<[number]>;
      socket.send('x'.repeat(bytes));
      // 4401: a stranger of the panel is sent away before anything of it is read.
      expect([1006, 1009, 4401]).toContain((await closed)[0]);
    }
    await expectServed();
  });

  test('over ZeroMQ: a frame that promises 256 GB, and one twice the limit, cut their sender off', async () => {
    const port = Number(/:(\d+)$/.exec(agent.ready.endpoints['zmq']!)![1]);
    const greeting = Buffer.alloc(64);
    greeting.set([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0]);
    greeting.write('NULL', 12, 'latin1');
    const name = Buffer.from('\x05READY\x0bSocket-Type\0\0\0\x04PUSH', 'latin1');
    const frame = Buffer.alloc(9);
    frame[0] = 2;
    frame.writeBigUInt64BE(256n * 1024n ** 3n, 1);
    const liar = dial(port, Buffer.concat([greeting, Buffer.of(4, name.length), name, frame, Buffer.alloc(1000)]));
    await liar.ended;
    const push = new Push({ linger: 0 });
    const cut = new Promise((resolve) => push.events.on('disconnect', resolve));
    push.connect(agent.ready.endpoints['zmq']!);
    await push.send(Buffer.alloc(9_000_000, 0x20));
    await cut;
    push.close();
    await expectServed();
  });
});

describe('JSON a hundred thousand levels deep', () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const inside = (levels: number) => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;

  test('is refused by HTTP, by WebSocket and by ZeroMQ', async () => {
    expect((await post(deep)).status).toBe(400);
    expect((await post(`${JSON.stringify(comment()).slice(0, -1)},"x":${deep}}`)).status).toBeLessThan(500);
    const socket = new WebSocket(agent.ready.endpoints['http']!.replace(/^http/, 'ws'), { headers: { authorization: `Bearer ${agent.ready.ingestToken}` } }); // prettier-ignore
    await once(socket, 'open');
    socket.send(deep);
    const [answer] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(answer.toString())).toMatchObject({ accepted: 0, rejected: [{ reason: 'malformed' }] });
    socket.close();
    const push = new Push({ linger: 1_000 });
    push.connect(agent.ready.endpoints['zmq']!);
    await push.send(deep);
    await push.send(JSON.stringify(comment()));
    push.close();
    await expectServed();
  });

  test('is refused by every verb of the panel that takes an object, and by buttons', async () => {
    for (const verb of ['settings.preview', 'settings.apply', 'setup.preview', 'comments.correct', 'air.check'])
      await expect(callRaw(`{"type":"call","id":1,"verb":"${verb}","args":${inside(30_000)}}`), verb).resolves.toMatchObject({ type: 'error', code: 'bad-request' }); // prettier-ignore
    const pressed = await fetch(`${agent.ready.panel!}control/done`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: inside(450) }); // prettier-ignore
    expect(pressed.status).toBeLessThan(500);
    await expectServed();
  });

  test('is no setup and no list of products', async () => {
    const files: [string, string, string][] = [
      ['setup.preview', 'setup.json', `{"format":"livecue-setup","version":${deep}}`],
      ['setup.preview', 'setup.json', `{"format":"livecue-setup","version":1,"sha256":"x","settings":${deep}}`],
      ['catalogue.preview', 'products.json', deep],
      ['catalogue.preview', 'products.json', `[{"name":"x","a":${deep}}]`],
    ];
    for (const [n, [verb, name, content]] of files.entries()) {
      const uploadId = `${n}`.padStart(32, '0');
      await upload(uploadId, name, Buffer.from(content));
      const args = verb === 'setup.preview' ? { from: { uploadId } } : { uploadId, options: { currency: 'CNY', mapping: null, sheet: null } }; // prettier-ignore
      expect(await panel.call(verb, args)).toMatchObject({ unreadable: expect.anything() });
    }
    await expectServed();
  });
});

/** A call as text, over a socket of its own; its answer. */
async function callRaw(text: string): Promise<unknown> {
  const { code } = (await panel.call('pairing.create', {
    role: 'admin',
    name: 'raw',
  })) as PanelResult<'pairing.create'>;
  const paired = await fetch(new URL('pair', agent.ready.panel!), { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code }) }); // prettier-ignore
  const { token: bearer } = (await paired.json()) as { token: string };
  const socket = new WebSocket(`${agent.ready.panel!.replace(/^http/, 'ws')}panel`, { headers: { authorization: `Bearer ${bearer}` } }); // prettier-ignore
  await once(socket, 'open');
  const answer = new Promise<unknown>((resolve) => {
    socket.on('message', (bytes: Buffer) => {
      const message = JSON.parse(bytes.toString()) as { type: string };
      if (message.type !== 'state') resolve(message);
    });
  });
  socket.send(text);
  const told = await answer;
  socket.close();
  return told;
}

async function upload(uploadId: string, name: string, bytes: Buffer): Promise<void> {
  for (let offset = 0; offset < bytes.length; offset += 48_000)
    await panel.call('catalogue.upload', { uploadId, name, totalBytes: bytes.length, offset, chunk: bytes.subarray(offset, offset + 48_000).toString('base64') }); // prettier-ignore
}

test('names that lead out of the folder are refused by every verb that takes one', async () => {
  const outside = ['../secrets.json', '..', '/etc/passwd', 'a/../../b', '..\\b', 'C:\\b', 'a\0b', '.hidden', ''];
  for (const name of outside) {
    const file = { uploadId: '0'.repeat(32), name, totalBytes: 3, offset: 0, chunk: 'YWJj' };
    await expect(panel.call('rehearsal.upload', file), name).rejects.toThrow(/bad-request/);
    await expect(panel.call('recording.remove', { name }), name).rejects.toThrow(/bad-request/);
    await expect(panel.call('report.read', { of: 'show', id: name, file: 'report.zh.html' }), name).rejects.toThrow(/bad-request|not-found/); // prettier-ignore
    await expect(panel.call('setup.preview', { from: { backup: name } }), name).rejects.toThrow(/bad-request|not-found/); // prettier-ignore
  }
  for (const at of ['reports/..%2f..%2fsecrets.json/report.zh.html', 'reports/%2e%2e/report.zh.html', 'rehearsals/..%2f../timeline.csv', '..%2fsecrets.json'])
    expect((await fetch(agent.ready.panel! + at)).status, at).toBeGreaterThanOrEqual(400); // prettier-ignore
});

test('strangers on the socket for buttons take no place from who has a token', async () => {
  const url = `${agent.ready.panel!.replace(/^http/, 'ws')}control/ws`;
  const strangers = Array.from({ length: 24 }, () => new WebSocket(url));
  await Promise.all(strangers.map((socket) => once(socket, 'open')));
  const button = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
  const [state] = (await once(button, 'message')) as [Buffer];
  expect(JSON.parse(state.toString())).toMatchObject({ type: 'state' });
  for (const socket of [...strangers, button]) socket.terminate();
});

test('what helps support names no secret', async () => {
  const files = ['secrets.json', 'connector-secrets.json', 'control-tokens.json', 'panel-link.json'].map((name) => readFileSync(path.join(data, name), 'utf8')); // prettier-ignore
  const secrets = [token, agent.ready.ingestToken, ...files.flatMap((text) => text.match(/"[^"]{20,}"/g) ?? []).map((quoted) => quoted.slice(1, -1))]; // prettier-ignore
  expect(secrets.length).toBeGreaterThan(8);
  const told = await runCommand([
    'doctor',
    '--json',
    '--data',
    data,
    '--config',
    path.join(folder, 'test-config.json'),
  ]);
  expect(told.stdout).toContain('"name":"configuration"');
  for (const secret of secrets) expect(told.stdout + told.stderr + agent.words()).not.toContain(secret);
}, 60_000);

test('a flood of datagrams leaves a button its press', async () => {
  const { osc } = (await panel.call('control.read', {})) as PanelResult<'control.read'>;
  const socket = createSocket('udp4');
  for (let n = 0; n < 2_000; n++) socket.send(Buffer.alloc(600, n), osc.port, '127.0.0.1');
  const pressed = await fetch(`${agent.ready.panel!}control/hold/off`, { method: 'POST', headers: { authorization: `Bearer ${token}` } }); // prettier-ignore
  expect(pressed.status).toBe(200);
  socket.close();
  await expectServed();
});
