import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout as delay } from 'node:timers/promises';
import mqtt from 'mqtt';
import { topics, type UplinkBody } from '@livecue/shared/contract';
import { startBroker } from '../../../cloud/src/broker/embedded-broker.ts';
import { freePort } from '../../../cloud/test/processes.ts';
import { openStore } from '../../../edge-agent/src/store/open-store.ts';
import { createUplink } from '../../../edge-agent/src/sync/mqtt-uplink.ts';
import { mergeCounts } from '@livecue/shared/merge';
import type { FaultReport } from '../report.ts';

/** Six hours of windows of 10 s, three rows each: room, one product, the others. */
const HOURS = 6;
const WINDOWS = (HOURS * 3_600_000) / 10_000;
const ROWS = 3;
const HEAP_MOST_BYTES = 24 * 1024 * 1024;
/** A compressed minute of the show is written in one step. */
const STEP = 6 * ROWS;
const SETTLE_MS = 180_000;

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function windowAt(n: number, startMs: number): UplinkBody {
  const group = ([{ kind: 'room' }, { kind: 'product', productId: 'p1' }, { kind: 'other' }] as const)[n % ROWS]!;
  return { kind: 'window', roomId: 'main', group, windowStartMs: startMs + Math.floor(n / ROWS) * 10_000, windowLengthMs: 10_000, revision: 0, counts: { ...mergeCounts([]), events: n } }; // prettier-ignore
}

/**
 * The broker is away for six hours of a show, written as fast as the disk takes them: the memory of store and uplink
 * stays, and when the broker is back a subscriber sees what is written now first, then the newest of what waited.
 */
export async function runBacklog({ seed, log }: { seed: number; log: (line: string) => void }): Promise<FaultReport> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'livecue-backlog-'));
  const port = await freePort();
  const brokerUrl = `mqtt://127.0.0.1:${port}`;
  const { store, outbox, stop } = await openStore({ folder, agentId: 'studio-1', nowMs: Date.now, logger: silent, reserveBytes: 256 * 1024 }); // prettier-ignore
  const uplink = createUplink({ outbox, nowMs: Date.now, logger: silent }, { agentId: 'studio-1', brokerUrl, version: '0.1.0', maxInFlight: 20, resendAfterMs: 60_000, backOffMs: { first: 50, longest: 200 } }); // prettier-ignore
  const startMs = Date.now() - HOURS * 3_600_000;
  const write = async (from: number, count: number) => {
    const bodies = Array.from({ length: count }, (_, n) => windowAt(from + n, startMs));
    await store.commitStep({ journalPosition: 0, state: { put: [], del: [] }, seenIds: [], showLog: [], outbox: bodies, nowMs: Date.now() }); // prettier-ignore
  };
  const findings: string[] = [];
  try {
    await uplink.start(new AbortController().signal);
    await write(0, STEP);
    const beforeBytes = heapBytes();
    for (let n = STEP; n < WINDOWS * ROWS; n += STEP) await write(n, Math.min(STEP, WINDOWS * ROWS - n));
    const grownBytes = heapBytes() - beforeBytes;
    if (grownBytes > HEAP_MOST_BYTES) findings.push(`the heap grew by ${mb(grownBytes)} MB over a backlog of ${WINDOWS * ROWS} records`); // prettier-ignore
    log(`${WINDOWS * ROWS} records wait, the heap grew by ${mb(grownBytes)} MB`);
    const order = await comeBack({ port, brokerUrl, writeNow: () => write(WINDOWS * ROWS, 1) });
    findings.push(...orderWrong(order));
    const drainedMs = order.drainedMs;
    return { name: 'backlog', seed, figures: { 'records that waited': WINDOWS * ROWS, 'heap grown by, MB': mb(grownBytes), 'drained in, s': (drainedMs / 1000).toFixed(1) }, findings }; // prettier-ignore
  } finally {
    await uplink.stop();
    await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Order {
  /** Seqs in the order in which a subscriber saw each for the first time. */
  readonly seqs: readonly number[];
  /** After how many of them the record was written that was written while they came. */
  readonly writtenAfter: number;
  readonly drainedMs: number;
}

/** The broker comes back; a subscriber notes the order, and acknowledges as the receiver does. */
async function comeBack(at: { port: number; brokerUrl: string; writeNow: () => Promise<void> }): Promise<Order> {
  const broker = await startBroker({ host: '127.0.0.1', port: at.port });
  const client = await mqtt.connectAsync(at.brokerUrl, { protocolVersion: 5, reconnectPeriod: 0 });
  const seqs: number[] = [];
  const seen = new Set<number>();
  let epoch = 0;
  let unsaid: number[] = [];
  client.on('message', (_topic, _payload, { properties }) => {
    const own = properties?.userProperties as Record<string, string>;
    const seq = Number(own['seq']);
    epoch = Number(own['epoch']);
    unsaid.push(seq);
    if (!seen.has(seq)) seqs.push(seq);
    seen.add(seq);
  });
  const acknowledge = setInterval(() => {
    if (unsaid.length === 0) return;
    const ranges = unsaid.map((seq) => [seq, seq]);
    unsaid = [];
    client.publish(topics.ack('studio-1'), JSON.stringify({ epoch, contiguous: 0, ranges }), { qos: 1 });
  }, 50);
  const beganMs = performance.now();
  const all = WINDOWS * ROWS + 1;
  try {
    await client.subscribeAsync(topics.records('studio-1'), { qos: 1 });
    while (seqs.length < 500 && performance.now() - beganMs < SETTLE_MS) await delay(5);
    const writtenAfter = seqs.length;
    await at.writeNow();
    while (seqs.length < all && performance.now() - beganMs < SETTLE_MS) await delay(20);
    return { seqs, writtenAfter, drainedMs: performance.now() - beganMs };
  } finally {
    clearInterval(acknowledge);
    await client.endAsync(true);
    await broker.stop();
  }
}

/** On its way may be what the broker had taken when the new record was written: a send window and the socket's buffer. */
const ON_THE_WAY = 400;

function orderWrong({ seqs, writtenAfter }: Order): string[] {
  const all = WINDOWS * ROWS + 1;
  const wrong: string[] = [];
  if (seqs.length !== all) wrong.push(`${all - seqs.length} of ${all} records did not come within ${SETTLE_MS} ms`);
  const now = seqs.indexOf(all);
  if (now < 0 || now > writtenAfter + ON_THE_WAY) wrong.push(`the record of this moment came as number ${now}, ${writtenAfter} had come when it was written`); // prettier-ignore
  const waited = seqs.filter((seq) => seq !== all);
  const back = waited.findIndex((seq, n) => n > 0 && seq > waited[n - 1]!);
  if (back >= 0) wrong.push(`record ${waited[back]} came after ${waited[back - 1]}: the newest are to come first`);
  return wrong;
}

/** After a collection, wherever it runs. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

const mb = (bytes: number) => (bytes / 1024 / 1024).toFixed(1);
