import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createConnectorSource } from '../../src/ingest/connector-source.ts';
import type { ConnectorContext, WireInput } from '../../src/ingest/connector.ts';
import { SHOP_CONNECTORS } from '../../src/ingest/shops/shop-connectors.ts';
import type { FrameSink } from '../../src/ports.ts';
import { DiskFullError } from '../../src/runtime/agent-error.ts';
import { createInbox } from '../compliance/inbox.ts';
import { createFakeClock, turns } from './fake-clock.ts';
import { hasGolden, openGolden, RECEIVE_MS, SKIP_REASON, TEST_PORTS } from './golden.ts';
import { watchConnections } from './loopback-only.ts';
import { requestOf } from './shop-requests.ts';
import { openHookServer } from './shop-rig.ts';
import { SHOP_RIGS, SIGNED_AT_S } from './shop-signers.ts';

const BURST = 10_000;

const started: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of started.splice(0).toReversed()) await stop();
});

/** A shop's connector, its source into an inbox or another sink, and the server that its platform posts to. */
async function open(name: string, options: { setup?: object; sink?: FrameSink; nowMs?: number; timeoutMs?: number } = {}) {
  const clock = createFakeClock(options.nowMs ?? RECEIVE_MS);
  const silent = () => undefined;
  const context: ConnectorContext = {
    ...TEST_PORTS,
    nowMs: clock.nowMs,
    keepSecret: () => Promise.resolve(),
    sleep: clock.sleep,
    random: () => 0.5,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    fetch: globalThis.fetch,
    endpoints: {},
    memory: { get: () => undefined, set: silent, entries: () => [], flush: async () => undefined },
  };
  const setup: Record<string, unknown> = { ...(options.setup ?? SHOP_RIGS[name]!.setup) };
  // What only the fixtures' own reader needs.
  for (const key of ['now', 'note']) delete setup[key];
  // With it the connector would start the push.
  if (name === 'kuaishou') delete setup.app_secret;
  const connector = SHOP_CONNECTORS.get(name)!.create(setup, context);
  const inbox = createInbox(200_000);
  const source = createConnectorSource({ ...context, sink: options.sink ?? inbox.sink }, connector, { name, transport: 'http', endpoint: 'test', origin: `${name}@1`, maxFrameBytes: 200_000, pushed: true, onStopped: async () => undefined, stopDeadlineMs: 1000 });
  await source.start(new AbortController().signal);
  started.push(() => source.stop());
  const hook = { connector: name, name: 'test', handle: connector.handle!.bind(connector) };
  const server = await openHookServer([hook], options.timeoutMs);
  started.push(() => server.close());
  return { connector, inbox, source, server, clock, counts: () => connector.health(clock.nowMs()).counts };
} // prettier-ignore

const likes = (count: number): WireInput[] =>
  Array.from({ length: count }, (_each, index) =>
    SHOP_RIGS['standard-webhooks']!.sign('{"type":"live.like.added","data":{"count":1}}', {
      'webhook-id': `m${index}`,
    }),
  );

describe('hooks on loopback', () => {
  it.skipIf(!hasGolden).each([...SHOP_CONNECTORS.keys()])('%s: every recorded request is answered as its platform expects', async (name) => {
    const connections = watchConnections();
    const folder = openGolden(`shops/${name}`);
    const nowMs = typeof folder.setup.now === 'number' ? folder.setup.now * 1000 : RECEIVE_MS + 3_600_000;
    for (const golden of folder.cases.filter(({ file }) => file === 'requests.jsonl')) {
      // A connector of its own for each case, as the golden lines ask for.
      if (golden.scenario !== undefined) continue;
      const { server, inbox } = await open(name, { setup: folder.setup, nowMs });
      const { path = '', ...request } = requestOf(golden);
      const last = path.split('/').at(-1)!;
      const answer = await server.post({ ...request, path: `/hooks/${name}/test${name === 'kuaishou' ? `/${last}` : ''}` });
      expect([golden.case, answer], golden.case).toEqual([golden.case, { status: golden.answer!.status, body: golden.answer!.body ?? '' }]);
      inbox.take();
      // Answered means: on disk. Nothing is waited for here.
      expect(inbox.events.map(({ type }) => type), golden.case).toEqual((golden.events ?? []).map(({ type }) => type));
      for (const stop of started.splice(0).toReversed()) await stop();
    }
    expect(connections.end()).toEqual([]);
  }); // prettier-ignore
  if (!hasGolden) it.skip(SKIP_REASON, () => {});

  it(`takes a burst of ${BURST} requests and loses none; repeated, it gives nothing new`, async () => {
    const { server, inbox, counts } = await open('standard-webhooks');
    const requests = likes(BURST);
    const startedMs = performance.now();
    const answers = await server.postAll(requests);
    const tookMs = performance.now() - startedMs;
    console.log(`${BURST} webhooks in ${Math.round(tookMs)} ms: ${Math.round(BURST / (tookMs / 1000))} a second`);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    inbox.take();
    expect(new Set(inbox.events.map(({ id }) => id)).size).toBe(BURST);
    await server.postAll(requests.slice(0, 1000));
    inbox.take();
    expect(inbox.events).toHaveLength(BURST);
    expect(counts()).toMatchObject({ events: BURST, duplicates: 1000 });
  }, 60_000);

  it('refuses a request that is replayed late, and one whose time was changed', async () => {
    const { server, clock } = await open('standard-webhooks');
    const [request] = likes(1) as [WireInput];
    const shifted = { ...request, headers: { ...request.headers, 'webhook-timestamp': String(SIGNED_AT_S + 1) } };
    expect(await server.post(shifted)).toMatchObject({ status: 401 });
    expect(await server.post(request)).toMatchObject({ status: 200 });
    await clock.advance(301_000);
    expect(await server.post(request)).toMatchObject({ status: 401 });
  });

  it('answers 404 at other paths and 405 to other methods', async () => {
    const { server } = await open('shopify');
    for (const path of [
      '/',
      '/hooks',
      '/hooks/shopify/other',
      '/hooks/woocommerce/test',
      '/hooks/shopify/%2e%2e/test',
    ]) {
      expect([path, (await server.post({ path })).status]).toEqual([path, 404]);
    }
    expect(await server.post({ path: '//' })).toMatchObject({ status: 400 });
    expect(await server.post({ path: '/hooks/shopify/test', method: 'DELETE' })).toMatchObject({ status: 405 });
  });

  it('takes events of the web pixel with its token only', async () => {
    const { server, inbox } = await open('shopify');
    const bytes = Buffer.from('{"id":"p1","name":"product_viewed","timestamp":"2026-01-15T12:29:59.000Z","clientId":"c1","data":{"productVariant":{"id":"1","sku":"CUP","product":{"id":"7300000000000000001","title":"Cup"}}}}'); // prettier-ignore
    const path = '/hooks/shopify/test/pixel';
    expect(await server.post({ path, bytes })).toMatchObject({ status: 401 });
    expect(await server.post({ path, bytes, query: { token: 'pixel-token-of-the-testz' } })).toMatchObject({ status: 401 }); // prettier-ignore
    expect(await server.post({ path: '/hooks/shopify/test', bytes })).toMatchObject({ status: 401 });
    expect(await server.post({ path, bytes, query: { token: 'pixel-token-of-the-tests' } })).toMatchObject({ status: 200 }); // prettier-ignore
    inbox.take();
    expect(inbox.events).toMatchObject([{ type: 'shop.product.viewed', data: { product: { productID: '7300000000000000001' } } }]); // prettier-ignore
  });

  it('cuts off a slow body, refuses one without end, and serves the next', async () => {
    const { server } = await open('standard-webhooks', { timeoutMs: 300 });
    const head = 'POST /hooks/standard-webhooks/test HTTP/1.1\r\nhost: x\r\n';
    const slow = await talk(server.url, `${head}content-length: 100\r\n\r\n{`);
    expect(slow).toMatch(/^HTTP\/1\.1 408 /);
    const endless = await talk(server.url, `${head}transfer-encoding: chunked\r\n\r\n`, `10000\r\n${'x'.repeat(0x10000)}\r\n`);
    expect(endless).toMatch(/^HTTP\/1\.1 413 /);
    const long = await talk(server.url, `${head}x-long: ${'y'.repeat(20_000)}\r\n\r\n`);
    expect(long).toMatch(/^HTTP\/1\.1 431 /);
    expect(await server.post(likes(1)[0]!)).toMatchObject({ status: 200 });
  }); // prettier-ignore

  it('answers 503 in time when the disk is full, and takes the repetition when it has room again', async () => {
    let full = true;
    const inbox = createInbox();
    const sink: FrameSink = {
      accept: (frame) => full ? { decoded: { ...frame, events: [], rejects: [] }, durable: Promise.reject(new DiskFullError('no room')) } : inbox.sink.accept(frame),
      ready: (signal) => inbox.sink.ready(signal),
      full: false,
    }; // prettier-ignore
    const { server, clock, counts } = await open('douyin-live', { sink });
    const request = SHOP_RIGS['douyin-live']!.sign('[{"msg_id":"1","sec_openid":"v","like_num":1,"timestamp":1768480190}]', { 'x-msg-type': 'live_like' }); // prettier-ignore
    const startedMs = performance.now();
    expect(await server.post(request)).toMatchObject({ status: 503 });
    // 抖音 waits two seconds and opens a circuit after ten failures: an answer must come before that.
    expect(performance.now() - startedMs).toBeLessThan(2000);
    expect(counts()).toMatchObject({ events: 0, duplicates: 0 });
    full = false;
    const repeated = server.post(request);
    while (clock.sleeping > 0) await clock.advance(60_000);
    expect(await repeated).toMatchObject({ status: 200 });
    inbox.take();
    // The agent remembered nothing of the refused one; what the retry wrote twice has one id.
    expect(new Set(inbox.events.map(({ id }) => id))).toEqual(new Set(['douyin:1']));
  }, 15_000);

  it('does not answer a repetition before the first one is on disk', async () => {
    const inbox = createInbox();
    let onDisk: () => void = () => undefined;
    const sink: FrameSink = {
      accept: (frame) => ({ decoded: inbox.sink.accept(frame).decoded, durable: new Promise((resolve) => (onDisk = resolve)) }), // prettier-ignore
      ready: (signal) => inbox.sink.ready(signal),
      full: false,
    };
    const { server } = await open('tiktok-shop', { sink });
    const request = SHOP_RIGS['tiktok-shop']!.sign('{"type":1,"tts_notification_id":"1","timestamp":1768480190,"data":{"order_id":"1","order_status":"UNPAID"}}'); // prettier-ignore
    const answered: string[] = [];
    const first = server.post(request).then(() => answered.push('first'));
    while (inbox.queue.size === 0) await turns(1);
    const second = server.post(request).then(() => answered.push('second'));
    await turns(50);
    expect(answered).toEqual([]);
    onDisk();
    await Promise.all([first, second]);
    inbox.take();
    expect(inbox.events).toHaveLength(1);
  });
});

/** Sends raw bytes, and `more` for as long as the server listens; settles with what it answered. */
function talk(url: URL, first: string, more?: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = net.connect(Number(url.port), url.hostname, () => {
      socket.write(first);
      const pump = () => {
        if (more === undefined || socket.destroyed || !socket.writable || answer !== '') return;
        if (socket.write(more)) setImmediate(pump);
        else socket.once('drain', pump);
      };
      pump();
    });
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      socket.end();
    });
    // A server that cuts the line while we still write resets it; what it answered before counts.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}
