import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import mqttPacket from 'mqtt-packet';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { randomFrom } from '../report.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let server: Server;
let proxy: TcpProxy;
let client: Socket;
/** What the server got, and its side of the connection. */
let got = Buffer.alloc(0);
let far: Socket;
let ended: string | null = null;

beforeEach(async () => {
  got = Buffer.alloc(0);
  ended = null;
  server = createServer((socket) => {
    far = socket;
    socket.on('data', (chunk: Buffer) => (got = Buffer.concat([got, chunk])));
    socket.on('error', (error: NodeJS.ErrnoException) => (ended = error.code ?? 'error'));
    socket.on('end', () => (ended ??= 'FIN'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startTcpProxy({
    targetPort: (server.address() as AddressInfo).port,
    random: randomFrom(1),
    mqtt: true,
  });
  client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => undefined);
  await Promise.all([once(client, 'connect'), once(server, 'connection')]);
});

afterEach(async () => {
  client.destroy();
  far.destroy();
  await proxy.stop();
  await new Promise((resolve) => server.close(resolve));
});

const publish = (n: number, payload = `payload ${n}`) =>
  mqttPacket.generate({ cmd: 'publish', topic: 'livecue/1/a/records', payload, qos: 1, dup: false, retain: false, messageId: n, properties: { userProperties: { seq: String(n) } } }, { protocolVersion: 5 }); // prettier-ignore

/** `once` would reject with the error that comes before. */
const closeOf = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

interface Got {
  readonly messageId: number;
  readonly dup: boolean;
  readonly payload: string;
}

/** PUBLISH packets that the server got whole. */
function packets(): Got[] {
  const found: Got[] = [];
  const parser = mqttPacket.parser({ protocolVersion: 5 });
  parser.on('packet', (packet) => {
    if (packet.cmd === 'publish') found.push({ messageId: packet.messageId!, dup: packet.dup, payload: packet.payload.toString() }); // prettier-ignore
  });
  parser.parse(got);
  return found;
}

test('passes what comes, in pieces of any size', async () => {
  const bytes = Buffer.concat([1, 2, 3].map((n) => publish(n)));
  for (const byte of bytes) client.write(Buffer.of(byte));
  await expect.poll(() => got.length).toBe(bytes.length);
  expect(got).toEqual(bytes);
});

test('sends a share of the packets twice, marked as sent again, and keeps one of their answers', async () => {
  proxy.weather({ duplicateShare: 0.5 });
  for (let n = 1; n <= 100; n++) client.write(publish(n));
  await expect.poll(() => new Set(packets().map(({ messageId }) => messageId)).size).toBe(100);
  const again = packets().filter(({ dup }) => dup);
  expect(again.length).toBe(proxy.figures.duplicated);
  expect(again.length).toBeGreaterThan(30);
  expect(packets().length).toBe(100 + again.length);
  let back = Buffer.alloc(0);
  client.on('data', (chunk: Buffer) => (back = Buffer.concat([back, chunk])));
  for (const { messageId } of packets()) far.write(mqttPacket.generate({ cmd: 'puback', messageId, reasonCode: 0 }, { protocolVersion: 5 })); // prettier-ignore
  await expect.poll(() => back.length).toBe(100 * 4);
});

test('lets packets overtake each other, and loses none', async () => {
  proxy.weather({ reorderShare: 0.5 });
  for (let n = 1; n <= 50; n++) client.write(publish(n));
  await expect.poll(() => packets().length).toBe(50);
  const order = packets().map(({ messageId }) => messageId);
  expect(order).not.toEqual([...order].sort((a, b) => a - b));
  expect(new Set(order).size).toBe(50);
});

test('flips one bit of one payload, once', async () => {
  proxy.flipNext(/records$/);
  for (let n = 1; n <= 5; n++) client.write(publish(n));
  await expect.poll(() => packets().length).toBe(5);
  const changed = packets().filter(({ messageId, payload }) => payload !== `payload ${messageId}`);
  expect(changed).toHaveLength(1);
});

test('ends a connection with RST in the middle of a packet', async () => {
  proxy.resetAfter(publish(1).length + 7);
  client.write(Buffer.concat([publish(1), publish(2), publish(3)]));
  await expect.poll(() => ended).toBe('ECONNRESET');
  expect(got.length).toBeLessThanOrEqual(publish(1).length + 7);
  expect(proxy.figures.resets).toBe(1);
});

test('loses bytes one way without a word, and resets the connection when it heals', async () => {
  proxy.weather({ vanish: ['up'] });
  client.write(publish(1));
  let back = '';
  client.on('data', (chunk: Buffer) => (back += chunk.toString('latin1')));
  far.write(mqttPacket.generate({ cmd: 'pingresp' }));
  await expect.poll(() => back.length).toBe(2);
  expect([got.length, ended, proxy.figures.vanishedBytes]).toEqual([0, null, publish(1).length]);
  const closed = closeOf(client);
  proxy.heal();
  await closed;
  expect(proxy.figures.resets).toBe(1);
});

test('refuses newcomers while the way is cut, and takes them afterwards', async () => {
  proxy.weather({ newcomers: 'refuse' });
  const refused = connect(proxy.port, '127.0.0.1');
  refused.on('error', () => undefined);
  await closeOf(refused);
  proxy.heal();
  const taken = connect(proxy.port, '127.0.0.1');
  const [[socket]] = (await Promise.all([once(server, 'connection'), once(taken, 'connect')])) as [[Socket], unknown];
  socket.destroy();
  taken.destroy();
});

test('from certain bytes on nothing passes up on their connection, and healing resets it', async () => {
  await proxy.stop();
  proxy = await startTcpProxy({ targetPort: (server.address() as AddressInfo).port, random: randomFrom(1), mqtt: false }); // prettier-ignore
  client.destroy();
  got = Buffer.alloc(0);
  client = connect(proxy.port, '127.0.0.1');
  client.on('error', () => undefined);
  await Promise.all([once(client, 'connect'), once(server, 'connection')]);
  proxy.vanishAt('COMMIT');
  client.write('BEGIN');
  await expect.poll(() => got.toString()).toBe('BEGIN');
  client.write('COMMIT');
  client.write('BEGIN');
  await expect.poll(() => proxy.figures.vanishedBytes).toBe('COMMITBEGIN'.length);
  expect(got.toString()).toBe('BEGIN');
  const gone = closeOf(client);
  proxy.heal();
  await gone;
});
