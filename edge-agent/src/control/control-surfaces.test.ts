import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ControlState } from '@livecue/shared/contract';
import { card, fakeGate, fakeRoom } from './control-fixture.ts';
import { createHttpControl } from './http-control.ts';
import { decodeOsc, encodeOsc, type OscArgument, type OscMessage } from './osc-codec.ts';
import { createOscControl, SUBSCRIBED_MS } from './osc-control.ts';
import { createWsControl } from './ws-control.ts';

/** A server with HTTP, WebSocket and OSC on free ports of loopback, and a token of each role. */
async function openSurfaces() {
  const room = fakeRoom();
  const nowMs = () => room.nowMs;
  const { book, gate, logger, words } = await fakeGate(nowMs);
  const { desk } = room;
  const isToken = (token: string) => book.holds(token);
  const http = createHttpControl({ desk, gate, logger }, { language: 'zh' });
  const ws = createWsControl({ desk, gate, isToken, logger, nowMs });
  const osc = createOscControl({ desk, gate, isToken, logger, nowMs }, { host: '127.0.0.1', port: 0, language: 'zh' });
  const server: Server = createServer((request, response) => {
    if (!http(request, response)) response.writeHead(404).end('elsewhere');
  });
  server.on('upgrade', ws.upgrade);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await osc.open();
  const operator = (await book.add({ name: 'Stream Deck', role: 'operator', days: null }))!;
  const host = (await book.add({ name: 'Pedal', role: 'host', days: null }))!;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  async function close(): Promise<void> {
    ws.stop();
    await osc.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(words).toEqual([]);
  }
  return { room, book, osc, ws, url, token: operator.token, tokenId: operator.tokenId, hostToken: host.token, close };
}

let surfaces: Awaited<ReturnType<typeof openSurfaces>>;
beforeEach(async () => void (surfaces = await openSurfaces()));
afterEach(() => surfaces.close());

describe('HTTP', () => {
  const send = async (path: string, init: RequestInit = {}, token: string | null = surfaces.token) => {
    const headers = { ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(init.headers as object) };
    const response = await fetch(surfaces.url + path, { method: 'POST', ...init, headers });
    const text = await response.text();
    const json = response.headers.get('content-type')?.startsWith('application/json') === true;
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as never };
  };

  test('a press is answered with what it did and the state, in JSON or in one line', async () => {
    const { room } = surfaces;
    room.stage = { active: card('a'), next: [card('b')], queued: [] };
    room.wait(500);
    expect(await send('/control/done')).toMatchObject({ status: 200, body: { ok: true, did: true, reason: null, words: '已完成', state: { card: { id: 'b' } } } }); // prettier-ignore
    room.nowMs += 500;
    expect(await send('/control/hold/on?lang=en', { headers: { accept: 'text/plain' } })).toMatchObject({ status: 200, body: 'Do not disturb set\n' }); // prettier-ignore
    expect(await send('/control/preset', { body: '{"value":2}' })).toMatchObject({ body: { did: true } });
    expect(await send('/control/done', { body: '{"card":"a"}' })).toMatchObject({
      body: { did: false, reason: 'gone' },
    });
    expect(room.calls.map(({ by, verb }) => `${by} ${verb}`)).toEqual(['Stream Deck prompt.done', 'Stream Deck cues.control', 'Stream Deck message.send']); // prettier-ignore
  });

  test('the state is read with GET, in JSON or in one line of either language', async () => {
    surfaces.room.stage = { active: card('a'), next: [], queued: [] };
    const read = await send('/control/state', { method: 'GET' });
    expect(ControlState.parse(read.body)).toMatchObject({ card: { id: 'a', secondsLeft: 45 }, text: { zh: '12 人问尺码 45 秒' } }); // prettier-ignore
    expect(read.headers.get('cache-control')).toBe('no-store');
    const line = await send('/control/state?lang=en', { method: 'GET', headers: { accept: 'text/plain' } });
    expect(line.body).toBe('12 ask the size 45 s\n');
  });

  test.each([
    ['no token', '/control/done', {}, null, 401, 'no-token'],
    ['a wrong token', '/control/done', {}, 'x'.repeat(32), 401, 'wrong-token'],
    ['a token in the address', '/control/done?token=abc', {}, null, 400, 'bad-request'],
    ['a verb that is none', '/control/explode', {}, undefined, 404, 'unknown-verb'],
    ['no verb', '/control', {}, undefined, 404, 'unknown-verb'],
    ['too much of a path', '/control/hold/on/now', {}, undefined, 404, 'unknown-verb'],
    ['a press by GET', '/control/done', { method: 'GET' }, undefined, 405, 'wrong-method'],
    ['the state by POST', '/control/state', {}, undefined, 404, 'unknown-verb'],
    ['a value that is none', '/control/kill/maybe', {}, undefined, 400, 'bad-value'],
    ['a preset that is not there', '/control/preset/9', {}, undefined, 404, 'not-found'],
    ['a body that is no JSON', '/control/done', { body: 'done' }, undefined, 400, 'bad-request'],
    ['a body that is too long', '/control/done', { body: JSON.stringify({ value: 'x'.repeat(2000) }) }, undefined, 413, 'too-large'],
    ['a page of another site', '/control/done', { headers: { origin: 'http://example.com' } }, undefined, 403, 'forbidden'],
  ])('%s is refused with words', async (_what, path, init, token, status, code) => {
    const refused = await send(path, init, token);
    expect(refused).toMatchObject({ status, body: { ok: false, code, words: expect.stringMatching(/^\w.*\.$/) } });
    expect(surfaces.room.calls).toEqual([]);
  }); // prettier-ignore

  test('a host’s token may say done and no more; wrong tokens wait; a flood waits', async () => {
    expect(await send('/control/kill/on', {}, surfaces.hostToken)).toMatchObject({ status: 403 });
    for (let i = 0; i < 5; i++) await send('/control/done', {}, 'wrong');
    const locked = await send('/control/done', {}, 'wrong');
    expect([locked.status, locked.headers.get('retry-after')]).toEqual([429, '60']);
    const flood = await Promise.all(Array.from({ length: 40 }, () => send('/control/state', { method: 'GET' })));
    expect(flood.filter(({ status }) => status === 200)).toHaveLength(30);
    expect(flood.filter(({ status }) => status === 429)).toHaveLength(10);
  });

  test('a path that is no address is somebody else’s too, and fails nothing', async () => {
    const socket = connect(Number(new URL(surfaces.url).port), '127.0.0.1');
    socket.end('GET // HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    let answer = '';
    for await (const part of socket) answer += String(part);
    expect(answer).toMatch(/^HTTP\/1.1 404 .*elsewhere/s);
  });

  test('what is not below /control is somebody else’s', async () => {
    expect(await send('/controls')).toMatchObject({ status: 404, body: 'elsewhere' });
  });
});

describe('WebSocket', () => {
  /** Messages as they come; `next` waits for one that fits. */
  async function connect(headers: Record<string, string> = {}) {
    const socket = new WebSocket(surfaces.url.replace('http', 'ws') + '/control/ws', { headers });
    const heard: Record<string, unknown>[] = [];
    socket.on('message', (data: Buffer) => heard.push(JSON.parse(String(data)) as Record<string, unknown>));
    await once(socket, 'open');
    const next = (part: object) => expect.poll(() => heard).toContainEqual(expect.objectContaining(part));
    return { socket, heard, next, send: (message: object | string) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)) }; // prettier-ignore
  }

  test('a token in the first message or in the head lets in; the state comes at once and whenever it changes', async () => {
    const { room, ws, token } = surfaces;
    const late = await connect();
    late.send(`${JSON.stringify({ token, verb: 'hold', value: true, id: 7 })}\r\n`);
    await late.next({ type: 'answer', id: 7, ok: true, did: true });
    await late.next({ type: 'state', state: expect.objectContaining({ hold: true }) });
    const early = await connect({ authorization: `Bearer ${token}` });
    await early.next({ type: 'state' });
    room.stage = { active: card('c'), next: [], queued: [] };
    ws.beat();
    for (const { next } of [late, early]) await next({ type: 'state', state: expect.objectContaining({ card: expect.objectContaining({ id: 'c' }) }) }); // prettier-ignore
    const count = late.heard.length;
    ws.beat();
    late.send({ verb: 'state', id: 8 });
    await expect.poll(() => late.heard.length).toBe(count + 1);
    for (const { socket } of [late, early]) socket.close();
  });

  test('two presses on two lines are two presses, in their order', async () => {
    const { room, token } = surfaces;
    const peer = await connect();
    peer.send(`${JSON.stringify({ token, verb: 'preset', value: 1, id: 'a' })}\n${JSON.stringify({ verb: 'preset', value: 2, id: 'b' })}\n`); // prettier-ignore
    await peer.next({ type: 'answer', id: 'b' });
    expect(room.calls.map(({ args }) => args)).toEqual([{ presetId: 'slower' }, { presetId: 'next' }]);
    peer.socket.close();
  });

  test('without a token nothing is told and nothing done; after 10 s it is sent away', async () => {
    const { room, ws } = surfaces;
    const peer = await connect();
    peer.send({ verb: 'done', id: 1 });
    await peer.next({ type: 'error', id: 1, code: 'no-token' });
    peer.send('{');
    await peer.next({ type: 'error', code: 'bad-request' });
    ws.beat();
    expect(peer.heard.some(({ type }) => type === 'state')).toBe(false);
    const closed = once(peer.socket, 'close');
    room.nowMs += 10_001;
    ws.beat();
    expect((await closed)[0]).toBe(4401);
  });

  test('a token that is removed ends its socket; a message that is too long ends it too', async () => {
    const { ws, book, token, tokenId, hostToken } = surfaces;
    const peer = await connect({ authorization: `Bearer ${token}` });
    await peer.next({ type: 'state' });
    const closed = once(peer.socket, 'close');
    await book.remove(tokenId);
    ws.beat();
    expect((await closed)[0]).toBe(4401);
    const long = await connect({ authorization: `Bearer ${hostToken}` });
    const ended = once(long.socket, 'close');
    long.send('x'.repeat(5000));
    expect((await ended)[0]).toBe(1009);
  });
});

describe('OSC', () => {
  let socket: Socket;
  let heard: OscMessage[];
  beforeEach(async () => {
    heard = [];
    socket = createSocket('udp4');
    socket.on('message', (bytes) => heard.push(...(decodeOsc(bytes) ?? [])));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  });
  afterEach(() => void socket.close());
  const raw = (bytes: Uint8Array) => new Promise((resolve) => socket.send(bytes, surfaces.osc.port, '127.0.0.1', resolve)); // prettier-ignore
  const send = (address: string, ...args: OscArgument[]) => raw(encodeOsc({ address, args }));
  const hears = (address: string, ...args: OscArgument[]) => expect.poll(() => heard).toContainEqual({ address: `/livecue/${address}`, args }); // prettier-ignore
  const calls = () => surfaces.room.calls.map(({ verb, args }) => [verb, args]);

  test('a press with its token in front or as first argument is done and answered', async () => {
    const { room, token } = surfaces;
    room.stage = { active: card('a'), next: [], queued: [] };
    room.wait(500);
    await send('/livecue/done', token);
    await hears('answer', 'done', 1, '已完成');
    await send(`/livecue/${token}/hold`, 1);
    await hears('answer', 'hold', 1, '已切换勿扰');
    await send(`/livecue/${token}/preset`, 2);
    await hears('answer', 'preset', 1, '已发给主播');
    await send(`/livecue/${token}/preset/slower`, 1);
    await expect.poll(calls).toEqual([['prompt.done', { promptId: 'a' }], ['cues.control', { hold: true }], ['message.send', { presetId: 'next' }], ['message.send', { presetId: 'slower' }]]); // prettier-ignore
    await send('/livecue/explode', token);
    await hears('error', 'explode', expect.stringContaining('There is no verb') as never);
  });

  test('a button that goes up again presses nothing', async () => {
    const { room, token } = surfaces;
    room.stage = { active: card('a'), next: [card('b')], queued: [] };
    room.wait(500);
    await send(`/livecue/${token}/done`, 1);
    await hears('answer', 'done', 1, '已完成');
    room.wait(500);
    await send(`/livecue/${token}/done`, 0);
    await send(`/livecue/${token}/preset/1`, false);
    await send(`/livecue/${token}/hold`, 0);
    await hears('answer', 'hold', 1, '已切换勿扰');
    expect(calls()).toEqual([
      ['prompt.done', { promptId: 'a' }],
      ['cues.control', { hold: false }],
    ]);
  });

  test('whoever subscribes has all, then what changes, for a minute; and is refused when too many do', async () => {
    const { room, osc, token } = surfaces;
    await send('/livecue/subscribe', token);
    await hears('state/text', '无提示');
    expect(heard.map(({ address }) => address.slice(15))).toEqual(['mode', 'feed', 'hold', 'kill', 'card', 'card-id', 'priority', 'seconds', 'next', 'queued', 'explaining', 'text']); // prettier-ignore
    heard.length = 0;
    room.stage = { active: null, next: [], queued: [card('q')] };
    osc.beat();
    await hears('state/queued', 1);
    expect(heard).toHaveLength(1);
    for (let i = 1; i <= 20; i++) await send('/livecue/subscribe', token, 20_000 + i);
    await hears('error', 'subscribe', 'At most 16 subscribers.');
    heard.length = 0;
    room.nowMs += SUBSCRIBED_MS;
    room.stage = { active: null, next: [], queued: [] };
    osc.beat();
    await send('/livecue/state', token);
    await hears('state/queued', 0);
    // The answer to the last call alone: nothing was pushed before it.
    expect(heard.filter(({ address }) => address === '/livecue/state/queued')).toHaveLength(1);
  });

  test('without a right token there is no answer, whatever comes; presses after it are heard', async () => {
    const { room, token } = surfaces;
    await send('/livecue/done');
    await send('/livecue/done', 'wrong');
    await send('/livecue/wrong/hold', 1);
    await send('/elsewhere/done', token);
    await raw(Buffer.from('no osc at all'));
    await raw(Buffer.alloc(8000, 1));
    await send('/livecue/clear', token);
    await hears('answer', 'clear', 1, '已撤下消息');
    expect(heard).toHaveLength(1);
    expect(room.calls).toHaveLength(1);
  });

  test('of a flood two hundred packets a second are read', async () => {
    const { room, token } = surfaces;
    /** What is sent on loopback has arrived; a turn of the loop reads some of it. */
    const turns = async () => {
      for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    };
    for (let i = 0; i < 200; i++) {
      await send('/livecue/done', 'wrong');
      if (i % 50 === 49) await turns();
    }
    await send('/livecue/clear', token);
    await turns();
    room.nowMs += 1_000;
    await send('/livecue/hold', token, 1);
    await hears('answer', 'hold', 1, '已切换勿扰');
    // The one in the flood was not read.
    expect(calls()).toEqual([['cues.control', { hold: true }]]);
  });

  test('a port that is taken is said, and is no failure of the agent', async () => {
    const nothing = () => undefined;
    const logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
    const ports = { desk: surfaces.room.desk, gate: { enter: () => ({ ok: false }) as never }, isToken: () => true, logger, nowMs: () => 0 }; // prettier-ignore
    const second = createOscControl(ports, { host: '127.0.0.1', port: surfaces.osc.port, language: 'en' });
    await second.open();
    expect([second.state, second.problem]).toEqual(['failed', expect.stringContaining('set control.oscPort')]);
    await second.close();
    expect(second.state).toBe('closed');
  });
});
