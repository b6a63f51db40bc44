import { isUtf8 } from 'node:buffer';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { Push } from 'zeromq';
import { createHttpSource, type HttpSourceConfig } from '../../src/ingest/http-source.ts';
import { createReplaySource } from '../../src/ingest/replay-source.ts';
import { createSimulatorSource } from '../../src/ingest/simulator/simulator-source.ts';
import { createZmqSource, type ZmqSourceConfig } from '../../src/ingest/zmq-source.ts';
import type { FrameSink } from '../../src/ports.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import type { ComplianceTarget, Payload, SourceRig } from './source-compliance.ts';

export const TOKEN = 'compliance-token-0123456789';
export const quietLogger = createLogger({ write: () => undefined, nowMs: () => 0 }, 'error');
const CONTENT_TYPE = { json: 'application/json', jsonl: 'application/x-ndjson', msgpack: 'application/msgpack' };

const clock = {
  nowMs: () => Date.now(),
  sleep: (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }),
  logger: quietLogger,
};

export function zmqSource(sink: FrameSink, endpoint = 'tcp://127.0.0.1:0', curve: ZmqSourceConfig['curve'] = null) {
  return createZmqSource({ sink, ...clock }, { name: 'zmq', endpoint, curve, highWaterMark: 1000, maxFrameBytes: 256 * 1024, quietLimitMs: 5000 });
} // prettier-ignore

export function httpSource(sink: FrameSink, more: Partial<HttpSourceConfig> = {}) {
  const config = { name: 'http', host: '127.0.0.1', port: 0, token: TOKEN, maxFrameBytes: 64 * 1024, requestTimeoutMs: 5000, pingIntervalMs: 5000, stopDeadlineMs: 200, quietLimitMs: 5000 };
  return createHttpSource({ sink, ...clock }, { ...config, ...more });
} // prettier-ignore

const nothing = { send: async () => undefined, close: async () => undefined };

export const zmqTarget: ComplianceTarget = {
  name: 'zmq',
  encodings: ['json', 'jsonl', 'msgpack'],
  async open(sink, payloads) {
    const source = zmqSource(sink);
    const push = new Push({ linger: 0, sendHighWaterMark: 10 });
    return {
      source,
      async send() {
        push.connect(source.health(0).endpoint);
        let sequence = 0;
        for (const { encoding, bytes } of payloads) {
          const header = JSON.stringify({ source: 'compliance', sequence: sequence++, encoding });
          await push.send([header, bytes]);
        }
      },
      close: async () => push.close(),
    };
  },
  async openBroken(sink) {
    const first = zmqSource(sink);
    await first.start(new AbortController().signal);
    const { endpoint } = first.health(0);
    return { ...nothing, source: zmqSource(sink, endpoint), code: 'port-in-use', names: endpoint, close: () => first.stop() };
  },
}; // prettier-ignore

/** Sends again what the source had no room for, as its answer asks. */
async function post(url: string, { encoding, bytes }: Payload, signal: AbortSignal): Promise<void> {
  for (;;) {
    const response = await fetch(url, {
      method: 'POST',
      body: bytes as Uint8Array<ArrayBuffer>,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': CONTENT_TYPE[encoding], connection: 'close' },
      signal,
    });
    await response.text();
    if (response.status !== 503) return;
  }
}

export const httpTarget: ComplianceTarget = {
  name: 'http',
  encodings: ['json', 'jsonl', 'msgpack'],
  async open(sink, payloads) {
    const source = httpSource(sink);
    const closing = new AbortController();
    return {
      source,
      async send() {
        for (const payload of payloads) await post(source.health(0).endpoint, payload, closing.signal);
      },
      close: async () => closing.abort(),
    };
  },
  async openBroken(sink) {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const close = () => new Promise<void>((resolve) => other.close(() => resolve()));
    return { ...nothing, source: httpSource(sink, { port }), code: 'port-in-use', names: `127.0.0.1:${port}`, close };
  },
};

export const webSocketTarget: ComplianceTarget = {
  name: 'websocket',
  encodings: ['json', 'msgpack'],
  async open(sink, payloads) {
    const source = httpSource(sink);
    let socket: WebSocket | null = null;
    return {
      source,
      async send() {
        const url = source.health(0).endpoint.replace('http:', 'ws:');
        const opened = (socket = new WebSocket(url, { headers: { authorization: `Bearer ${TOKEN}` } }));
        await new Promise<void>((resolve, reject) => opened.once('open', resolve).once('error', reject));
        for (const { encoding, bytes } of payloads) {
          // A text message that is not UTF-8 ends the connection (RFC 6455, section 8.1).
          opened.send(bytes, { binary: encoding === 'msgpack' || !isUtf8(bytes) });
        }
      },
      close: async () => {
        const opened = socket;
        if (opened === null || opened.readyState === opened.CLOSED) return;
        await new Promise<void>((resolve) => {
          opened.once('close', () => resolve());
          opened.terminate();
        });
      },
    };
  },
  openBroken: null,
};

export const replayTarget: ComplianceTarget = {
  name: 'replay',
  encodings: ['jsonl'],
  async open(sink, payloads): Promise<SourceRig> {
    const folder = await mkdtemp(path.join(tmpdir(), 'livecue-replay-'));
    const file = path.join(folder, 'events.jsonl.gz');
    await writeFile(file, gzipSync(Buffer.concat(payloads.map(({ bytes }) => bytes))));
    const config = { name: 'replay', files: [file], speed: 'max', shiftToNow: false, quietLimitMs: 5000 } as const;
    const source = createReplaySource({ sink, ...clock }, config);
    return { source, send: async () => undefined, close: () => rm(folder, { recursive: true, force: true }) };
  },
  async openBroken(sink) {
    const file = path.join(tmpdir(), 'livecue-no-such-file.jsonl');
    const config = { name: 'replay', files: [file], speed: 'max', shiftToNow: false, quietLimitMs: 5000 } as const;
    return { ...nothing, source: createReplaySource({ sink, ...clock }, config), code: 'input', names: file };
  },
};

export const simulatorTarget: ComplianceTarget = {
  name: 'simulator',
  encodings: [],
  async open(sink) {
    const sleep = async (ms: number, signal: AbortSignal) => void (await delay(ms, undefined, { signal }));
    const source = createSimulatorSource({ sink, nowMs: clock.nowMs, sleep }, { profile: 'busy', seed: 1, speed: 50, roomId: 'demo' }); // prettier-ignore
    return { ...nothing, source };
  },
  openBroken: null,
};
