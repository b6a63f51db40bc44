import { X509Certificate } from 'node:crypto';
import type { Server } from 'node:http';
import { request as ask } from 'node:https';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { connect as secure, type ConnectionOptions } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { closeListener, openListener, portOf, type ListenerConfig } from './http-listener.ts';
import { makeKey, selfSigned } from './self-signed.ts';
import { isEncrypted, type DoorCertificate, type DoorTls } from './tls-door.ts';

const NOW = Date.now();
const LIMITS = { headersTimeoutMs: 300, requestTimeoutMs: 300, maxHeaderBytes: 2048, what: 'the test', hostKey: 'a', portKey: 'b' }; // prettier-ignore
const LAN = Object.values(networkInterfaces()).flatMap((all) => all ?? []).find((one) => !one.internal && one.family === 'IPv4')?.address; // prettier-ignore

function made(names: readonly string[] = ['localhost', '127.0.0.1']): DoorCertificate {
  const key = makeKey();
  const cert = selfSigned(key, names, NOW);
  return { key, cert, certificate: new X509Certificate(cert) };
}
const SHOWN = made();
const fixed = (current: DoorCertificate): DoorTls => ({ current, isSelfSigned: true, look: () => false });

let server: Server;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await closeListener(server, 0);
});

async function open(config: Partial<ListenerConfig> = {}): Promise<number> {
  const pages = new WebSocketServer({ noServer: true });
  pages.on('connection', (page) => page.send('hello'));
  server = await openListener(
    {
      request: (request, response) => void request.resume().on('end', () => response.end(isEncrypted(request) ? 'secret' : 'plain')),
      upgrade: (request, socket, head) => pages.handleUpgrade(request, socket, head, (page) => pages.emit('connection', page)),
    },
    { host: '0.0.0.0', port: 0, connections: { most: 8, perAddress: 4 }, tls: fixed(SHOWN), ...LIMITS, ...config },
  ); // prettier-ignore
  return portOf(server);
}

function get(port: number, host = '127.0.0.1', method = 'GET'): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = ask({ host, port, method, ca: SHOWN.cert, agent: false, servername: '' }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (part: string) => (text += part)).on('end', () => resolve(text));
    });
    request.on('error', reject).end(method === 'POST' ? 'x'.repeat(100_000) : undefined);
  });
}

/** What `bytes` are answered with, and that the connection is ended. */
function told(port: number, bytes: string, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    sockets.push(socket);
    let text = '';
    socket.on('data', (part: Buffer) => (text += part.toString())).on('error', () => undefined);
    socket.once('close', () => resolve(text));
    if (bytes !== '') socket.write(bytes);
  });
}

const shake = (port: number, options: ConnectionOptions) =>
  new Promise<string | null>((resolve, reject) => {
    const socket = secure({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.on('error', reject);
  });

test('one port speaks TLS, and plain HTTP to this machine alone', async () => {
  const port = await open();
  expect(await get(port)).toBe('secret');
  expect(await get(port, '127.0.0.1', 'POST')).toBe('secret');
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('plain');
  expect(await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'x'.repeat(100_000) })).text()).toBe('plain'); // prettier-ignore
  // Its own address on the network is this machine too.
  if (LAN !== undefined) expect(await (await fetch(`http://${LAN}:${port}/`)).text()).toBe('plain');
});

test('WebSockets open over both', async () => {
  const port = await open();
  for (const url of [`wss://127.0.0.1:${port}/`, `ws://127.0.0.1:${port}/`]) {
    const page = new WebSocket(url, { ca: SHOWN.cert });
    expect(await new Promise((resolve, reject) => page.once('message', (data) => resolve(String(data))).once('error', reject))).toBe('hello'); // prettier-ignore
    page.terminate();
  }
});

test('TLS 1.2 and 1.3 are spoken, older ones are not', async () => {
  const port = await open();
  expect(await shake(port, { maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
  expect(await shake(port, {})).toBe('TLSv1.3');
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;
  await expect(shake(port, old)).rejects.toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
});

test.each([
  ['says nothing', ''],
  ['begins a handshake and stops', '\x16\x03\x01'],
  ['never ends its head', 'GET / HTTP/1.1\r\nx-a: '],
])('who %s is cut off, and its place is free again', async (_what, bytes) => {
  const port = await open();
  const all = await Promise.all(Array.from({ length: 4 }, () => told(port, bytes)));
  for (const text of all) expect(text).toMatch(/^(HTTP\/1\.1 408|$)/);
  for (let n = 0; n < 10; n++) expect(await get(port)).toBe('secret');
});

test('closing waits for no one who has not asked yet', async () => {
  const port = await open({ headersTimeoutMs: 60_000, requestTimeoutMs: 60_000 });
  const slow = ['', '\x16\x03\x01'].map((bytes) => told(port, bytes));
  await expect.poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(2);
  await get(port);
  await closeListener(server, 600_000);
  await Promise.all(slow);
});

test('what looks like TLS and is none ends its own connection alone', async () => {
  const port = await open();
  for (const bytes of ['\x16\x03\x01\x00\x05hello', '\x16' + '\xff'.repeat(500)]) await told(port, bytes);
  expect(await get(port)).toBe('secret');
});
