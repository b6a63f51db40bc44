import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { DiskFailedError, DiskFullError } from '../../src/runtime/agent-error.ts';
import type { FrameSink } from '../../src/ports.ts';
import { createInbox } from './inbox.ts';
import { httpSource, TOKEN } from './source-rigs.ts';

const never = new AbortController().signal;
const like = (id: string) => JSON.stringify({ id, source: 'live/demo/1', type: 'live.like.added', data: { count: 1 } });

describe('HTTP source', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });
  const started = async (sink: FrameSink, more = {}) => {
    const source = httpSource(sink, more);
    ends.push(() => source.stop());
    await source.start(never);
    return { source, url: source.health(0).endpoint };
  };
  const post = async (url: string, body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/x-ndjson', connection: 'close', ...headers },
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> };
  }; // prettier-ignore

  it('answers which lines were taken and which were not, and why', async () => {
    const inbox = createInbox();
    const { source, url } = await started(inbox.sink);
    const answer = await post(url, `${like('a:1')}\nnot json\n${like('')}\n${like('a:2')}\n`);
    expect(answer).toMatchObject({ status: 202, body: { accepted: 2, rejectedTotal: 2 } });
    expect(answer.body.rejected).toEqual([
      { line: 2, reason: 'malformed', detail: expect.stringContaining('not valid JSON') },
      { line: 3, reason: 'malformed', detail: expect.stringContaining('id:') },
    ]);
    expect(source.health(0)).toMatchObject({ events: 2, drops: { malformed: 2 } });
  });

  it('names the first hundred bad lines and tells the number of all', async () => {
    const { url } = await started(createInbox().sink);
    const answer = await post(url, 'bad\n'.repeat(250) + like('a:1'));
    expect(answer).toMatchObject({ status: 202, body: { accepted: 1, rejectedTotal: 250 } });
    expect(answer.body.rejected).toHaveLength(100);
  });

  it('answers 400 when no line was good or there was none, and 202 to an empty array', async () => {
    const { url } = await started(createInbox().sink);
    expect(await post(url, 'bad\nworse')).toMatchObject({ status: 400, body: { accepted: 0, rejectedTotal: 2 } });
    expect(await post(url, '')).toMatchObject({ status: 400, body: { rejected: [{ detail: expect.stringContaining('empty') }] } });
    expect(await post(url, '[]', { 'content-type': 'application/json' })).toMatchObject({ status: 202, body: { accepted: 0 } });
  }); // prettier-ignore

  it.each([
    [401, 'no token', { authorization: '' }, /Authorization: Bearer <token>/],
    [401, 'a wrong token', { authorization: `Bearer ${TOKEN}x` }, /secrets\.json/],
    [401, 'another scheme', { authorization: `Basic ${TOKEN}` }, /Bearer/],
    [415, 'text', { 'content-type': 'text/plain' }, /application\/x-ndjson/],
    [415, 'another charset', { 'content-type': 'application/json; charset=gbk' }, /UTF-8/],
    [415, 'a compressed body', { 'content-encoding': 'gzip' }, /not compressed/],
  ])('answers %i to %s, and says what is right', async (status, _name, headers, words) => {
    const inbox = createInbox();
    const { url } = await started(inbox.sink);
    const answer = await post(url, like('a:1'), headers);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatch(words);
    expect(JSON.stringify(answer.body)).not.toContain(TOKEN);
    expect(inbox.queue.size).toBe(0);
  });

  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/cloudevents-batch+json',
    'application/cloudevents+json',
  ])('takes %s', async (type) => {
    const { url } = await started(createInbox().sink);
    expect(await post(url, like('a:1'), { 'content-type': type })).toMatchObject({
      status: 202,
      body: { accepted: 1 },
    });
  });

  it('answers 404 elsewhere and 405 with the right method to a GET', async () => {
    const { url } = await started(createInbox().sink);
    expect(await post(`${url}/more`, like('a:1'))).toMatchObject({ status: 404 });
    const get = await fetch(url, { headers: { connection: 'close' } });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    await get.text();
  });

  it('answers 413 with the limit, whether the length was announced or not, and the sender gets to read it', async () => {
    const inbox = createInbox();
    const { source, url } = await started(inbox.sink);
    const big = `${like('a:1')}\n`.repeat(5_000);
    expect(await post(url, big)).toMatchObject({ status: 413, body: { error: expect.stringContaining('65536 bytes') } });
    const streamed = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/x-ndjson', 'transfer-encoding': 'chunked' };
      const sending = request(url, { method: 'POST', headers, agent: false }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      });
      sending.on('error', reject);
      sending.end(big);
    });
    expect(streamed).toBe(413);
    expect(inbox.queue.size).toBe(0);
    expect(source.health(0).drops).toEqual({ 'too-large': 2 });
  }); // prettier-ignore

  it('ends a body that does not come with 408', async () => {
    const { url } = await started(createInbox().sink, { requestTimeoutMs: 100 });
    const { port } = new URL(url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1');
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text)).on('error', reject);
      socket.write(`POST /events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${TOKEN}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`); // prettier-ignore
    });
    expect(answer).toMatch(/^HTTP\/1\.1 408/);
  });

  it('answers 503 with Retry-After and takes nothing while the queue is full', async () => {
    const inbox = createInbox(2);
    const { url } = await started(inbox.sink);
    expect(await post(url, like('a:1'))).toMatchObject({ status: 202 });
    const answer = await post(url, like('a:2'));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    inbox.take();
    expect(await post(url, like('a:3'))).toMatchObject({ status: 202 });
    inbox.take();
    expect(inbox.events.map(({ id }) => id)).toEqual(['a:1', 'a:3']);
  });

  it.each([
    [507, new DiskFullError('Writing the journal: no space left')],
    [503, new DiskFailedError('Writing the journal: input/output error')],
    [500, new Error('a bug with a secret inside')],
  ])('answers %i, not 202, when the journal refuses', async (status, error) => {
    const inbox = createInbox();
    const sink: FrameSink = {
      full: false,
      ready: () => Promise.resolve(),
      accept: (frame) => ({ decoded: inbox.sink.accept(frame).decoded, durable: Promise.reject(error) }),
    };
    const { url } = await started(sink);
    const answer = await post(url, like('a:1'));
    expect(answer.status).toBe(status);
    expect(answer.headers.get('retry-after')).toBe(status === 500 ? null : '5');
    expect(String(answer.body.error).includes(error.message)).toBe(status !== 500);
  });

  it('answers only when the journal has the frame on disk', async () => {
    const inbox = createInbox();
    const disk = Promise.withResolvers<void>();
    const sink: FrameSink = {
      full: false,
      ready: () => Promise.resolve(),
      accept: (frame) => ({ decoded: inbox.sink.accept(frame).decoded, durable: disk.promise }),
    };
    const { url } = await started(sink);
    let answered = false;
    const answer = post(url, like('a:1')).finally(() => (answered = true));
    await inbox.until(() => inbox.queue.size === 1);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    disk.resolve();
    expect(await answer).toMatchObject({ status: 202 });
  });

  it('refuses a token that anybody could guess', async () => {
    const source = httpSource(createInbox().sink, { token: 'short' } as object);
    await expect(source.start(never)).rejects.toMatchObject({ code: 'configuration' });
  });

  describe('WebSocket', () => {
    const dial = (url: string, protocols: string[] = [], headers: Record<string, string> = {}) => {
      const socket = new WebSocket(url.replace('http:', 'ws:'), protocols, { headers });
      ends.push(() => socket.terminate());
      return new Promise<{ socket: WebSocket | null; status: number; text: string }>((resolve, reject) => {
        socket.on('open', () => resolve({ socket, status: 101, text: socket.protocol }));
        socket.on('unexpected-response', (_request, response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => resolve({ socket: null, status: response.statusCode ?? 0, text }));
        });
        socket.on('error', reject);
      });
    };
    const bearer = { authorization: `Bearer ${TOKEN}` };

    it('answers each message in order', async () => {
      const { url } = await started(createInbox().sink);
      const { socket } = await dial(url, [], bearer);
      const replies: unknown[] = [];
      const done = new Promise<void>((resolve) => {
        socket!.on('message', (data: Buffer) => replies.push(JSON.parse(data.toString())) === 3 && resolve());
      });
      for (const text of [`[${like('a:1')},${like('a:2')}]`, 'bad', `[${like('a:3')},{}]`]) socket!.send(text);
      await done;
      expect(replies).toMatchObject([
        { accepted: 2, rejected: [] },
        { accepted: 0, rejected: [{ line: 1, reason: 'malformed' }] },
        { accepted: 1, rejected: [{ line: 2, reason: 'malformed' }] },
      ]);
    });

    it('takes the token of a page as a subprotocol, and answers with the other one', async () => {
      const { url } = await started(createInbox().sink);
      expect(await dial(url, ['livecue', `livecue.token.${TOKEN}`])).toMatchObject({ status: 101, text: 'livecue' });
    });

    it('refuses no token, a wrong one, one in the address, and other paths', async () => {
      const { url } = await started(createInbox().sink);
      expect(await dial(url)).toMatchObject({ status: 401, text: expect.stringContaining('livecue.token.<token>') });
      expect(await dial(url, ['livecue', 'livecue.token.wrong'])).toMatchObject({ status: 401 });
      expect(await dial(`${url}?token=${TOKEN}`, [], bearer)).toMatchObject({ status: 400, text: expect.stringContaining('logs') });
      expect(await dial(url.replace('/events', '/other'), [], bearer)).toMatchObject({ status: 404 });
    }); // prettier-ignore

    it('closes with 1009 on a message above the limit, and counts it', async () => {
      const { source, url } = await started(createInbox().sink);
      const { socket } = await dial(url, [], bearer);
      const code = new Promise<number>((resolve) => socket!.on('close', resolve));
      socket!.send('x'.repeat(70_000));
      expect(await code).toBe(1009);
      expect(source.health(0).drops).toEqual({ 'too-large': 1 });
    });

    it('tells the sender when the disk refuses', async () => {
      const inbox = createInbox();
      const sink: FrameSink = {
        full: false,
        ready: () => Promise.resolve(),
        accept: (frame) => ({ decoded: inbox.sink.accept(frame).decoded, durable: Promise.reject(new DiskFullError('no space')) }),
      }; // prettier-ignore
      const { url } = await started(sink);
      const { socket } = await dial(url, [], bearer);
      const reply = new Promise<string>((resolve) => socket!.on('message', (data: Buffer) => resolve(data.toString())));
      socket!.send(like('a:1'));
      expect(JSON.parse(await reply)).toEqual({ error: 'disk-full: no space' });
    });

    it('ends a sender that no longer answers pings', async () => {
      const { url } = await started(createInbox().sink, { pingIntervalMs: 30 });
      const socket = new WebSocket(url.replace('http:', 'ws:'), { headers: bearer, autoPong: false });
      ends.push(() => socket.terminate());
      const code = await new Promise<number>((resolve) => socket.on('close', resolve));
      expect(code).toBe(1006);
    });

    it('says 1001 when the agent stops', async () => {
      const { source, url } = await started(createInbox().sink);
      const { socket } = await dial(url, [], bearer);
      const code = new Promise<number>((resolve) => socket!.on('close', resolve));
      await source.stop();
      expect(await code).toBe(1001);
    });
  });
});
