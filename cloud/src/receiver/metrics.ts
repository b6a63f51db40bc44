import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface ReceiverStatus {
  readonly connected: boolean;
  readonly received: number;
  readonly committed: number;
  readonly fenced: number;
  readonly deadLetters: number;
  /** Not taken because too many wait for the database; their agents send them again. */
  readonly refusedFull: number;
  readonly problem: string | null;
}

export interface ReceiverMetrics {
  /** Text exposition format of Prometheus, version 0.0.4. */
  text(): Promise<string>;
  /** One transaction: how many records, how long until its COMMIT, and how late its newest window was, all in seconds. */
  committed(records: number, seconds: number, lagSeconds: number | null): void;
}

/** Metrics of one receiver; `status` is asked at each reading. */
export function createMetrics(status: () => ReceiverStatus): ReceiverMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counted = (name: string, help: string, of: (now: ReceiverStatus) => number) => {
    const counter = new Counter({ name: `livecue_receiver_${name}`, help, registers, collect: () => {
      counter.reset();
      counter.inc(of(status()));
    } }); // prettier-ignore
  };
  counted('records_received_total', 'Record messages that came from the broker', (now) => now.received);
  counted('records_committed_total', 'Records committed, repetitions included', (now) => now.committed);
  counted('records_fenced_total', 'Records of an old epoch, refused', (now) => now.fenced);
  counted('dead_letters_total', 'Records kept in dead_letter because they cannot be stored', (now) => now.deadLetters);
  counted('records_refused_full_total', 'Records not taken because too many waited', (now) => now.refusedFull);
  const connected: Gauge = new Gauge({ name: 'livecue_receiver_connected', help: '1 while the broker is connected', registers, collect: () => connected.set(status().connected ? 1 : 0) }); // prettier-ignore
  const batch = new Histogram({ name: 'livecue_receiver_batch_records', help: 'Records of one transaction', registers, buckets: [1, 5, 20, 50, 100, 200, 500] }); // prettier-ignore
  const commit = new Histogram({ name: 'livecue_receiver_commit_seconds', help: 'From the first statement to the COMMIT', registers, buckets: [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5] }); // prettier-ignore
  const lag = new Gauge({ name: 'livecue_receiver_window_lag_seconds', help: 'End of the newest window of the last transaction to its COMMIT', registers }); // prettier-ignore
  return {
    text: () => registry.metrics(),
    committed: (records, seconds, lagSeconds) => {
      batch.observe(records);
      commit.observe(seconds);
      if (lagSeconds !== null) lag.set(lagSeconds);
    },
  };
}

/** Serves `GET /metrics` on loopback. Rejects when the port is taken. */
export async function serveMetrics(
  metrics: ReceiverMetrics,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  // Who asks slowly, or asks for much at once, is a stranger: Prometheus sends one small request in one packet.
  const limits = { headersTimeout: 5_000, requestTimeout: 5_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * 1024 }; // prettier-ignore
  const server = createServer(limits, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('The metrics are at /metrics.\n');
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
      (error: Error) => response.writeHead(500, { 'Content-Type': 'text/plain' }).end(`${error.message}\n`),
    );
  });
  server.timeout = 30_000;
  server.maxConnections = 256;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new Error(`serving metrics on 127.0.0.1:${port}: ${error.message}; give --metrics another port`, { cause: error }))); // prettier-ignore
    server.listen(port, '127.0.0.1', resolve);
  });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: (server.address() as AddressInfo).port, close };
}
