import { setImmediate as nextTurn } from 'node:timers/promises';
import { WebSocketServer, type WebSocket } from 'ws';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';
import type { CanonicalWireEvent, Connector, ConnectorContext, ConnectorFactory } from '../../connector.ts';

/** A clock that moves only when the test says so, and what waits for it. */
export function createFakeClock(startMs = Date.UTC(2026, 0, 15, 12)) {
  let nowMs = startMs;
  const sleepers = new Set<{ readonly dueMs: number; readonly wake: () => void }>();
  return {
    nowMs: () => nowMs,
    /** Times at which somebody waits to be woken, from now, ascending. */
    waits: () => [...sleepers].map(({ dueMs }) => dueMs - nowMs).sort((a, b) => a - b),
    sleep: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason as Error);
        const sleeper = { dueMs: nowMs + ms, wake: () => resolve() };
        sleepers.add(sleeper);
        signal.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          reject(signal.reason as Error);
        }, { once: true });
      }),
    /** Moves the time, waking sleepers in their order. */
    async advance(ms: number) {
      const endMs = nowMs + ms;
      for (;;) {
        const next = [...sleepers].filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
        if (next === undefined) break;
        nowMs = next.dueMs;
        sleepers.delete(next);
        next.wake();
        await nextTurn();
      }
      nowMs = endMs;
      await nextTurn();
    },
  };
} // prettier-ignore

const LOOPBACK = /^(127\.0\.0\.1|::1|::ffff:127\.0\.0\.1)$/;

/** A connector on loopback with a fake clock, an in-memory cursor, and what it gave. */
export function createRig(factory: ConnectorFactory, configuration: unknown, endpoints: Record<string, string>, remembered: Record<string, string> = {}) {
  const clock = createFakeClock();
  const memory = new Map(Object.entries(remembered));
  const log: string[] = [];
  const note = (message: string) => void log.push(message);
  const context: ConnectorContext = {
    nowMs: clock.nowMs,
    random: () => 0.5,
    logger: { debug: note, info: note, warn: note, error: note },
    hash: (text) => `salted ${text}`,
    memory: {
      get: (key) => memory.get(key),
      set: (key, value) => void (value === undefined ? memory.delete(key) : memory.set(key, value)),
      entries: (prefix) => [...memory].filter(([key]) => key.startsWith(prefix)),
      flush: () => Promise.resolve(),
    },
    keepSecret: () => Promise.resolve(),
    sleep: clock.sleep,
    fetch: (input, init) => {
      const { hostname } = new URL(input instanceof Request ? input.url : input);
      if (!LOOPBACK.test(hostname)) throw new Error(`a connection to ${hostname} leaves this machine`);
      return fetch(input, init);
    },
    endpoints,
  };
  const connector: Connector = factory.create(configuration, context);
  const stopping = new AbortController();
  const events: CanonicalWireEvent[] = [];
  let failure: unknown;
  const running = (async () => {
    for await (const batch of connector.start(stopping.signal)) events.push(...batch);
  })().catch((error: unknown) => void (failure = error));
  return {
    clock,
    memory,
    log,
    events,
    ids: () => events.map(({ id }) => id),
    connector,
    health: () => connector.health(clock.nowMs()),
    failure: () => failure,
    /** Waits (real time, for the loopback) until something holds; the clock stands still. */
    until: (what: () => boolean) => vi.waitUntil(what, { timeout: 4000, interval: 2 }),
    async stop() {
      const sinceMs = performance.now();
      stopping.abort(new Error('the test stops'));
      await running;
      return performance.now() - sinceMs;
    },
    ended: running,
  };
} // prettier-ignore

export type Rig = ReturnType<typeof createRig>;

export interface FakePlatform {
  readonly url: string;
  readonly port: number;
  /** Sockets in the order in which they came. */
  readonly sockets: WebSocket[];
  readonly requests: { readonly path: string; readonly body: string; readonly headers: IncomingMessage['headers'] }[];
  readonly close: () => Promise<void>;
}

/** An HTTP and WebSocket server on a free port of 127.0.0.1 that answers as the test says. */
export async function openFakePlatform(handlers: {
  readonly answer?: (path: string, body: string) => { status?: number; body: unknown; headers?: Record<string, string> };
  readonly accept?: (path: string) => number | null;
  readonly onSocket?: (socket: WebSocket, path: string, index: number) => void;
}): Promise<FakePlatform> {
  const requests: FakePlatform['requests'] = [];
  const sockets: WebSocket[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      requests.push({ path: request.url!, body, headers: request.headers });
      const answer = handlers.answer?.(request.url!, body) ?? { status: 404, body: {} };
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    });
  });
  const upgrades = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const refusal = handlers.accept?.(request.url!) ?? null;
    if (refusal !== null) return socket.end(`HTTP/1.1 ${refusal} refused\r\nretry-after: 7\r\nconnection: close\r\n\r\n`);
    upgrades.handleUpgrade(request, socket, head, (client) => {
      sockets.push(client);
      client.on('error', () => undefined);
      handlers.onSocket?.(client, request.url!, sockets.length - 1);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    sockets,
    requests,
    async close() {
      for (const socket of sockets) socket.terminate();
      upgrades.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
} // prettier-ignore
