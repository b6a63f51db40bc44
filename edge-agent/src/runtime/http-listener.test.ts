import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import {
  closeListener,
  openListener,
  portOf,
  refuseUpgrade,
  type Listeners,
  type ListenerConfig,
} from './http-listener.ts';

const CONFIG: ListenerConfig = {
  host: '127.0.0.1', port: 0, headersTimeoutMs: 300, requestTimeoutMs: 300, maxHeaderBytes: 2048,
  connections: { most: 8, perAddress: 4 }, what: 'the test', hostKey: 'a.host', portKey: 'a.port',
}; // prettier-ignore

let server: Server;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await closeListener(server, 0);
});

async function open(config: Partial<ListenerConfig> = {}, more: Partial<Listeners> = {}): Promise<void> {
  server = await openListener({ request: (_request, response) => response.end('served'), ...more }, { ...CONFIG, ...config }); // prettier-ignore
}

/** A connection from an address of this machine, what it was told, and when it was ended. */
function dial(from: string, first = ''): { socket: Socket; told: () => string; ended: Promise<unknown> } {
  const socket = connect({ host: '127.0.0.1', port: portOf(server), localAddress: from });
  sockets.push(socket);
  let told = '';
  // Cut off while it still writes: that is what is tried here.
  socket.on('data', (data: Buffer) => (told += data.toString())).on('error', () => undefined);
  socket.write(first);
  return { socket, told: () => told, ended: new Promise((resolve) => socket.once('close', resolve)) };
}

const connections = () => new Promise<number>((resolve, reject) => server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)))); // prettier-ignore
const GET = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';

test.each([
  ['says nothing', '', ''],
  ['never ends its head', 'GET / HTTP/1.1\r\nx-a: ', 'a'],
  ['never ends its body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9999\r\n\r\n', '{'],
])('who %s is cut off, however steadily it trickles, and others are served meanwhile', async (_what, head, drop) => {
  await open({}, { request: (request, response) => void request.resume().on('end', () => response.end('served')) });
  const slow = Array.from({ length: 4 }, () => dial('127.0.0.2', head));
  const drops = setInterval(() => slow.forEach(({ socket }) => socket.write(drop)), 50);
  await Promise.all(slow.map(({ socket }) => once(socket, 'connect')));
  const quick = dial('127.0.0.1', GET);
  await quick.ended;
  expect(quick.told()).toContain('served');
  await Promise.all(slow.map(({ ended }) => ended));
  clearInterval(drops);
  for (const { told } of slow) expect(told()).toMatch(/^(HTTP\/1\.1 408|$)/);
});

test('one address gets its share of the connections and no more; all together theirs', async () => {
  await open({ headersTimeoutMs: 60_000, requestTimeoutMs: 60_000 });
  const greedy = Array.from({ length: 6 }, () => dial('127.0.0.2'));
  await Promise.race(greedy.map(({ ended }) => ended));
  await expect.poll(() => greedy.filter(({ socket }) => socket.destroyed).length).toBe(2);
  const other = dial('127.0.0.1', GET);
  await other.ended;
  expect(other.told()).toContain('served');
  // What has ended makes room again.
  for (const { socket } of greedy) socket.destroy();
  await expect.poll(connections).toBe(0);
  const again = dial('127.0.0.2', GET);
  await again.ended;
  expect(again.told()).toContain('served');
  for (const from of ['127.0.0.3', '127.0.0.4']) for (let n = 0; n < 4; n++) dial(from);
  await expect.poll(connections).toBe(8);
  const late = dial('127.0.0.1', GET);
  await late.ended;
  expect(late.told()).toBe('');
});

test('a head without end is told 431', async () => {
  await open();
  const long = dial('127.0.0.1', `GET / HTTP/1.1\r\nx-a: ${'a'.repeat(4_000)}\r\n\r\n`);
  await long.ended;
  expect(long.told()).toMatch(/^HTTP\/1\.1 431/);
});

test('a WebSocket that is refused leaves no connection behind, though its sender never ends it', async () => {
  await open({ connections: { most: 100, perAddress: 100 } }, { upgrade: (_request, socket) => refuseUpgrade(socket, 401, 'text/plain', '没有令牌') }); // prettier-ignore
  const ask = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';
  const refused = Array.from({ length: 20 }, () => {
    const socket = connect({ host: '127.0.0.1', port: portOf(server), allowHalfOpen: true });
    sockets.push(socket);
    const told: Buffer[] = [];
    socket.on('data', (data: Buffer) => told.push(data)).on('error', () => undefined);
    socket.write(ask);
    return { told, ended: once(socket, 'end') };
  });
  await Promise.all(refused.map(({ ended }) => ended));
  expect(Buffer.concat(refused[0]!.told).toString()).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n[\s\S]*Content-Length: 12\r\n\r\n没有令牌$/); // prettier-ignore
  await expect.poll(connections).toBe(0);
});

test('a port that is taken is named with the key to change', async () => {
  await open();
  const taken = portOf(server);
  await expect(openListener({ request: () => undefined }, { ...CONFIG, port: taken })).rejects.toMatchObject({ code: 'port-in-use', message: `Opening the test on 127.0.0.1:${taken}: another program has this port. Stop it, or set a.port to another one (0 takes any free port).` }); // prettier-ignore
});

test.each([
  ['always asks again', true],
  ['is silent then', false],
])('while it closes, who keeps its connection and %s has its answer and is sent away long before the deadline', async (_what, asksAgain) => {
  const request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
  await open({ headersTimeoutMs: 10_000, requestTimeoutMs: 10_000 }, { request: (_request, response) => void setImmediate(() => response.end('served')) });
  const { socket, told, ended } = dial('127.0.0.1', request);
  if (asksAgain) socket.on('data', () => socket.write(request));
  await once(server, 'request');
  await closeListener(server, 600_000);
  await ended;
  expect(told()).toMatch(/served$/);
}); // prettier-ignore
