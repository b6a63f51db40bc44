import { afterEach, describe, expect, it } from 'vitest';
import type { WireAnswer, WireInput } from '../../src/ingest/connector.ts';
import { createRelaySource } from '../../src/ingest/webhook-relay-source.ts';
import { createHookRelay, RELAY_REQUESTS } from '../../src/ingest/webhook-relay.ts';
import type { MountedHook } from '../../src/ingest/webhook-router.ts';
import { createFakeClock, turns } from './fake-clock.ts';
import { RECEIVE_MS } from './golden.ts';
import { SHOP_RIGS } from './shop-signers.ts';

const TOKEN = 'token-of-the-relay-tests';

const started: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of started.splice(0).toReversed()) await stop();
});

async function openRelay(holdMs = 2000) {
  const relay = createHookRelay({ host: '127.0.0.1', port: 0, token: TOKEN, holdMs, longestWaitMs: 30_000 });
  await relay.start(new AbortController().signal);
  started.push(() => relay.stop());
  return relay;
}

async function openAgent(url: string, handle: MountedHook['handle'], token = TOKEN) {
  const clock = createFakeClock(RECEIVE_MS);
  const logs: string[] = [];
  const log = (message: string) => void logs.push(message);
  const hooks = [{ connector: 'shopify', name: 'test', handle }];
  const source = createRelaySource({ hooks, fetch: globalThis.fetch, sleep: clock.sleep, random: () => 0, nowMs: clock.nowMs, logger: { debug: log, info: log, warn: log, error: log } }, { url, token }); // prettier-ignore
  await source.start(new AbortController().signal);
  started.push(() => source.stop());
  return { source, clock, logs };
}

const post = async (url: string, { path = '', headers, bytes }: WireInput) => {
  const response = await fetch(url + path, { method: 'POST', headers, body: Buffer.from(bytes!) });
  return [response.status, await response.text()];
};

async function until(done: () => boolean): Promise<void> {
  const endMs = performance.now() + 8000;
  while (!done() && performance.now() < endMs) await turns(1);
  expect(done()).toBe(true);
}

describe('relay for an agent behind a router', () => {
  it("brings each request to the agent byte for byte, and the agent's answer to the platform", async () => {
    const relay = await openRelay();
    const seen: WireInput[] = [];
    const { source } = await openAgent(relay.url, async (request): Promise<WireAnswer> => {
      seen.push(request);
      return seen.length === 1 ? { status: 200, body: 'success' } : { status: 401 };
    });
    // A byte order mark and invalid UTF-8 survive: signatures are over bytes.
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0x00, 0x7b]);
    const request = { ...SHOP_RIGS.shopify!.sign('{}'), path: '/hooks/shopify/test/pixel?token=a%26b', bytes };
    expect(await post(relay.url, request)).toEqual([200, 'success']);
    expect(await post(relay.url, request)).toEqual([401, '']);
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/hooks/shopify/test/pixel', route: 'pixel', query: { token: 'a&b' }, headers: { 'x-shopify-topic': 'orders/create' } }); // prettier-ignore
    expect(Buffer.from(seen[0]!.bytes!)).toEqual(bytes);
    expect(source.health(0).state).toBe('open');
    expect(await post(relay.url, { ...request, path: '/hooks/shopify/nobody' })).toEqual([404, '']);
  });

  it('carries 200 requests at once', async () => {
    const relay = await openRelay();
    await openAgent(relay.url, async ({ bytes }) => ({ status: 200, body: Buffer.from(bytes!).toString() }));
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_each, index) => post(relay.url, { path: '/hooks/shopify/test', bytes: Buffer.from(String(index)) })), // prettier-ignore
    );
    expect(answers).toEqual(answers.map((_each, index) => [200, String(index)]));
  });

  it('answers 503 in time when no agent asks, and shows requests to nobody without the token', async () => {
    const relay = await openRelay(100);
    const held = post(relay.url, SHOP_RIGS.shopify!.sign('{}'));
    for (const authorization of [undefined, 'Bearer another-token-of-16', `Basic ${TOKEN}`]) {
      const answer = await fetch(relay.url + RELAY_REQUESTS, { headers: authorization === undefined ? {} : { authorization } }); // prettier-ignore
      expect([answer.status, await answer.text()]).toEqual([401, '']);
    }
    expect(await held).toEqual([503, '']);
    expect((await fetch(`${relay.url}/`)).status).toBe(404);
  });

  it('waits from one second on when the relay is away, and finds it again', async () => {
    const relay = await openRelay();
    const { url } = relay;
    const port = Number(new URL(url).port);
    await relay.stop();
    const { source, clock } = await openAgent(url, async () => ({ status: 200 }));
    await until(() => clock.sleeping === 1);
    expect(source.health(0)).toMatchObject({ state: 'waiting', problem: expect.stringContaining('ECONNREFUSED'), trouble: { code: 'relay-trouble', about: 'ECONNREFUSED' } }); // prettier-ignore
    await clock.advance(1000);
    await until(() => clock.slept.length === 2);
    expect(clock.slept).toEqual([1000, 1000]);
    const again = createHookRelay({ host: '127.0.0.1', port, token: TOKEN, holdMs: 2000, longestWaitMs: 30_000 });
    await again.start(new AbortController().signal);
    started.push(() => again.stop());
    await clock.advance(2000);
    expect(await post(url, SHOP_RIGS.shopify!.sign('{}'))).toEqual([200, '']);
    expect(source.health(0).state).toBe('open');
  });

  it('stays down after a wrong token, and stops in less than a second while it asks', async () => {
    const relay = await openRelay();
    const wrong = await openAgent(relay.url, async () => ({ status: 200 }), 'another-token-of-16');
    await until(() => wrong.source.health(0).state === 'failed');
    await wrong.clock.advance(3_600_000);
    expect(wrong.clock.slept).toEqual([]);
    expect(wrong.source.health(0).problem).not.toContain('another-token');
    expect(wrong.source.health(0).trouble).toEqual({ code: 'relay-refused', about: '401', retryS: null });
    const { source } = await openAgent(relay.url, async () => ({ status: 200 }));
    await turns(20);
    const startedMs = performance.now();
    await source.stop();
    await relay.stop();
    expect(performance.now() - startedMs).toBeLessThan(1000);
  });
});
