import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createRig, type Rig } from '../../src/ingest/connecting/testing/connector-rig.ts';
import { createBlockReader } from '../../src/ingest/event-stream/block-reader.ts';
import { eventStream } from '../../src/ingest/event-stream/connector.ts';
import { describeConformance, type ConformanceTarget } from './conformance.ts';
import { opened } from './socket-play.ts';

const AT = '2026-01-15T12:29:50.000Z';
const comment = (id: bigint | string) => `id: ${id}\nevent: message\ndata: {"type":"live.comment.created","time":"${AT}","data":{"identifier":"${id}","text":"hi","author":{"identifier":"u"}}}\n\n`; // prettier-ignore

type Answer = (lastEventId: string | undefined, response: ServerResponse) => boolean;

/** A shop's endpoint. `answer` may end a request in its own way, and then says true. */
async function openEndpoint(answer: Answer = () => false) {
  const streams: ServerResponse[] = [];
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const lastEventId = request.headers['last-event-id'] as string | undefined;
    asked.push(lastEventId);
    if (answer(lastEventId, response)) return;
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(': hello\n\n');
    streams.push(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    streams,
    asked,
    say: (text: string | Buffer) => void streams.at(-1)!.write(text),
    async close() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

const target: ConformanceTarget<string> = {
  factory: eventStream,
  configuration: { room: 'studio', access_token: 'good' },
  wrongConfiguration: { room: 'studio', access_token: 'secret-of-nobody' },
  async open(context, configuration, isWrong) {
    const endpoint = await openEndpoint((_id, response) => {
      if (isWrong) response.writeHead(401).end();
      return isWrong;
    });
    const connector = eventStream.create(configuration, { ...context, endpoints: { 'event-stream': endpoint.url } });
    return {
      connector,
      connections: () => endpoint.asked.length,
      async deliver(messages) {
        if (isWrong) return;
        await opened(connector, context);
        endpoint.say(messages.join(''));
      },
      async cut() {
        endpoint.streams.at(-1)!.destroy();
      },
      close: () => endpoint.close(),
    };
  },
  kinds: [{ case: 'comment', message: comment('a'), events: [{ id: 'event-stream:a', source: 'live/event-stream/studio', type: 'live.comment.created', time: AT, data: { identifier: 'a', text: 'hi', author: { identifier: 'u' }, isPaid: false } }] }],
  numbered: comment,
  unknown: 'data: {"type":"shop.teapot.boiled","data":{}}\n\n',
  malformed: 'data: {"type":\n\n',
}; // prettier-ignore

describeConformance(target);

describe('an event stream', () => {
  let endpoint: Awaited<ReturnType<typeof openEndpoint>>;
  let rig: Rig;
  afterEach(async () => {
    await rig.stop();
    await endpoint.close();
  });
  async function open(answer?: Answer, settings: object = {}, remembered: Record<string, string> = {}) {
    endpoint = await openEndpoint(answer);
    rig = createRig(eventStream, { room: 'studio', ...settings }, { 'event-stream': endpoint.url }, remembered);
    return rig;
  }

  it('goes on behind the last event that is kept, after a cut and after a restart', async () => {
    const { until, ids, clock, memory, health } = await open(undefined, {}, { cursor: '号-7' });
    await until(() => health().state === 'open');
    expect(Buffer.from(endpoint.asked[0]!, 'latin1').toString('utf8')).toBe('号-7');
    endpoint.say(comment('8') + comment('9'));
    await until(() => memory.get('cursor') === '9');
    endpoint.streams[0]!.destroy();
    await until(() => health().state === 'waiting');
    await clock.advance(1000);
    await until(() => endpoint.asked.length === 2);
    expect(endpoint.asked[1]).toBe('9');
    expect(ids()).toEqual(['event-stream:8', 'event-stream:9']);
  });

  it('waits as long as the endpoint asks: Retry-After, and its own retry', async () => {
    let turns = 0;
    const { until, clock, health } = await open((_id, response) => {
      if (turns++ > 0) return false;
      response.writeHead(503, { 'retry-after': '120' }).end();
      return true;
    });
    await until(() => health().state === 'waiting');
    expect(health().nextRetryMs! - clock.nowMs()).toBe(120_000);
    await clock.advance(120_000);
    await until(() => health().state === 'open');
    endpoint.say(`retry: 25000\n\n${comment('1')}`);
    await until(() => health().counts.events === 1);
    endpoint.streams[0]!.end();
    await until(() => health().state === 'waiting');
    expect(health().nextRetryMs! - clock.nowMs()).toBe(25_000);
  });

  it('is idle when the endpoint says that there is nothing more, and stays down before another page', async () => {
    const { until, health } = await open((_id, response) => (response.writeHead(204).end(), true));
    await until(() => health().state === 'idle');
    await rig.stop();
    await endpoint.close();
    const other = await open((_id, response) => (response.writeHead(200, { 'content-type': 'text/html' }).end('<p>'), true)); // prettier-ignore
    await other.until(() => other.health().state === 'failed');
    expect(other.health().problem!.message).toContain('check the address');
  });

  it('ends an event without end, says so, and comes back; and a silence', async () => {
    const { until, health, clock } = await open(undefined, { max_event_bytes: 2048, silence_s: 30 });
    await until(() => health().state === 'open');
    endpoint.say(`data: ${'x'.repeat(5000)}`);
    await until(() => health().state === 'waiting');
    expect(health().problem!.message).toContain('max_event_bytes');
    await clock.advance(1000);
    await until(() => health().state === 'open');
    await clock.advance(30_000);
    await until(() => endpoint.asked.length === 3);
  });

  it('takes what a mapping makes of the shop’s own words', async () => {
    const mapping = { rules: [{ when: { event: 'stock' }, event: 'shop.stock.updated', id: 'id', data: { productID: '$data.p', inventoryLevel: '$data.n' } }] }; // prettier-ignore
    const { until, events } = await open(undefined, { mapping, source: 'shop/mine/1' });
    await until(() => endpoint.streams.length === 1);
    endpoint.say('event: stock\nid: 4\ndata: {"p": 7300000000000000011, "n": 3}\n\n');
    await until(() => events.length === 1);
    expect(events[0]).toMatchObject({ id: 'mine:4', source: 'shop/mine/1', data: { productID: '7300000000000000011', inventoryLevel: 3 } }); // prettier-ignore
  });
});

describe('events of a stream', () => {
  it('are the same however the network cuts them and whatever ends the lines', () => {
    const block = fc.array(fc.string({ minLength: 1, unit: fc.constantFrom('a', ':', ' ', '号') }), { minLength: 1, maxLength: 4 }); // prettier-ignore
    const end = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 6 }), end, fc.array(fc.nat({ max: 60 })), (blocks, lineEnd, cuts) => {
        // What a lone CR ends is known when something follows.
        const text = `${blocks.map((lines) => lines.join(lineEnd)).join(lineEnd + lineEnd)}${lineEnd}${lineEnd}:`;
        const reader = createBlockReader(1_000_000);
        const places = [...new Set(cuts.map((cut) => cut % text.length))].sort((a, b) => a - b);
        const parts = [0, ...places].map((from, index) => text.slice(from, places[index] ?? text.length));
        expect(parts.flatMap((part) => reader.push(part)!)).toEqual(blocks.map((lines) => lines.join(lineEnd)));
      }),
      { numRuns: 500 },
    ); // prettier-ignore
  });
});
