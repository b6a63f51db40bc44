import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createConnectorSource } from '../../src/ingest/connector-source.ts';
import type { ConnectorContext } from '../../src/ingest/connector.ts';
import { SHOP_CONNECTORS } from '../../src/ingest/shops/shop-connectors.ts';
import { openConnectorMemory } from '../../src/store/connector-files.ts';
import { createInbox } from '../compliance/inbox.ts';
import { createFakeClock, turns } from './fake-clock.ts';
import { RECEIVE_MS, TEST_PORTS } from './golden.ts';
import { SHOP_RIGS } from './shop-signers.ts';

export interface ApiRequest {
  readonly url: URL;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}
export interface ApiAnswer {
  readonly status?: number;
  readonly body: object | string;
  readonly headers?: Record<string, string>;
}

/** A shop's API on 127.0.0.1. */
export async function openFakeApi(answer: (request: ApiRequest) => ApiAnswer | Promise<ApiAnswer>) {
  const requests: ApiRequest[] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const request = { url: new URL(incoming.url!, 'http://api'), body: Buffer.concat(chunks).toString('utf8'), headers: incoming.headers }; // prettier-ignore
      requests.push(request);
      void Promise.resolve(answer(request)).then(({ status = 200, body, headers }) => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface HintRigOptions {
  readonly shop: string;
  /** Beside those of the shop's signer. */
  readonly settings?: object;
  readonly endpoints?: Record<string, string>;
  /** What an agent before this one left: its `killed()`. */
  readonly folder?: string;
  readonly startMs?: number;
  /** What keeping a secret comes to. */
  readonly keep?: (field: string, secret: string) => Promise<void>;
}

/** A shop's connector with its memory on disk and a clock that only the test moves. */
export async function openHintRig({
  shop,
  settings,
  endpoints = {},
  folder,
  startMs = RECEIVE_MS,
  keep = () => Promise.resolve(),
}: HintRigOptions) {
  const own = folder ?? mkdtempSync(path.join(tmpdir(), 'livecue-hints-'));
  const clock = createFakeClock(startMs);
  const logs: string[] = [];
  const log = (message: string) => void logs.push(message);
  const logger = { debug: log, info: log, warn: log, error: log };
  const context: ConnectorContext = {
    ...TEST_PORTS, logger, endpoints,
    nowMs: clock.nowMs,
    keepSecret: keep,
    sleep: clock.sleep,
    random: () => 0.5,
    fetch: (input, init) => {
      const { hostname } = new URL(input instanceof Request ? input.url : input);
      if (hostname !== '127.0.0.1') throw new Error(`a connection to ${hostname} leaves this machine`);
      return fetch(input, init);
    },
    memory: openConnectorMemory({ folder: own, logger }, 'shop'),
  }; // prettier-ignore
  const connector = SHOP_CONNECTORS.get(shop)!.create({ ...SHOP_RIGS[shop]!.setup, ...settings }, context);
  const inbox = createInbox();
  const source = createConnectorSource({ ...context, sink: inbox.sink }, connector, { name: shop, transport: 'http', endpoint: 'test', origin: `${shop}@1`, maxFrameBytes: 200_000, pushed: true, onStopped: () => context.memory.flush(), stopDeadlineMs: 1000 }); // prettier-ignore
  await source.start(new AbortController().signal);
  const copies: string[] = [];
  return {
    clock, connector, inbox, logs, source, folder: own,
    health: () => connector.health(clock.nowMs()),
    send: (body: string, headers?: Record<string, string>) => connector.handle!(SHOP_RIGS[shop]!.sign(body, headers)),
    events: () => (inbox.take(), inbox.events),
    remembered: () => context.memory.flush(),
    /** A copy of what stands on disk now: what an agent finds that begins after this one was killed. */
    killed() {
      const copy = mkdtempSync(path.join(tmpdir(), 'livecue-hints-'));
      cpSync(own, copy, { recursive: true });
      copies.push(copy);
      return copy;
    },
    async until(done: () => boolean) {
      const endMs = performance.now() + 8000;
      while (!done()) {
        if (performance.now() > endMs) throw new Error(`waited in vain for: ${done.toString()}; log: ${logs.join('; ')}`);
        await turns(1);
      }
    },
    async close() {
      await source.stop();
      for (const each of [own, ...copies]) rmSync(each, { recursive: true, force: true });
    },
  }; // prettier-ignore
}

export type HintRig = Awaited<ReturnType<typeof openHintRig>>;
