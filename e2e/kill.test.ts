import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { expectedRows, wire, type SentEvent, type WindowSums } from './oracle.ts';
import {
  eventually,
  runCommand,
  startAgent,
  startCloud,
  temporaryFolder,
  writeConfig,
  type Program,
  type Ready,
} from './program.ts';
import { checkShowRecord, readShowRecord } from './show-record.ts';

const KILLS = Number(process.env.LIVECUE_KILLS ?? 50);
const SEED = Number(process.env.LIVECUE_SEED ?? 20261121);

/** mulberry32: the schedule of kills is the same for a seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Sends batches until told to stop; a batch that was not answered with 202 is sent again, as a shop would. */
function startSender(url: string, token: () => string): { accepted: SentEvent[]; stop(): Promise<void> } {
  const accepted: SentEvent[] = [];
  let stopped = false;
  let n = 0;
  const batch = (): SentEvent[] => {
    const timeMs = Date.now();
    return Array.from({ length: 8 }, (): SentEvent => {
      n++;
      const order = n % 4 === 0;
      return {
        id: `e2e:${order ? 'o' : 'c'}-${n}`,
        timeMs,
        kind: order ? 'order' : 'comment',
        minor: order ? 100 + (n % 900) : 0,
      };
    });
  };
  const post = async (events: SentEvent[]): Promise<boolean> => {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
        body: JSON.stringify(events.map(wire)),
        signal: AbortSignal.timeout(5_000),
      });
      if (answer.status !== 202) return false;
      const told = (await answer.json()) as { accepted: number; rejected: unknown[] };
      if (told.accepted !== events.length) throw new Error(`refused: ${JSON.stringify(told.rejected)}`);
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('refused')) throw error;
      return false; // the agent is down or went down: send it again
    }
  };
  const loop = (async () => {
    while (!stopped) {
      const events = batch();
      while (!(await post(events))) await delay(20);
      accepted.push(...events);
      await delay(10);
    }
  })();
  return {
    accepted,
    async stop() {
      stopped = true;
      await loop;
    },
  };
}

interface RowLine {
  readonly group_kind: string;
  readonly window_start_ms: number;
  readonly counts: { comments: number; ordersPaid: number; revenueMinor: Record<string, number> };
}

function rowsByWindow(lines: string): Map<number, WindowSums> {
  const rows = new Map<number, WindowSums>();
  for (const line of lines.trim().split('\n')) {
    const { group_kind, window_start_ms, counts } = JSON.parse(line) as RowLine;
    if (group_kind !== 'room') continue;
    rows.set(window_start_ms, {
      comments: counts.comments,
      ordersPaid: counts.ordersPaid,
      revenueMinor: counts.revenueMinor.CNY ?? 0,
    });
  }
  return rows;
}

test(`after ${KILLS} kills of agent and broker the cloud rows and the record of the show equal what was accepted, each event once`, async () => {
  const random = randomFrom(SEED);
  const { folder, remove } = temporaryFolder();
  const [brokerPort, httpPort] = [await freePort(), await freePort()];
  const database = path.join(folder, 'database');
  const stats = path.join(folder, 'stats.json');
  const config = writeConfig(folder, {
    ingest: { httpPort, zmq: { endpoint: 'tcp://127.0.0.1:*' } },
    uplink: { brokerUrl: `mqtt://127.0.0.1:${brokerPort}`, resendAfterMs: 1000, kAnonymity: 1 },
  });
  const broker = () => startCloud(['broker', '--port', String(brokerPort)]);
  const agent = () =>
    startAgent([
      '--no-panel',
      '--data',
      path.join(folder, 'data'),
      '--config',
      config,
      '--stats',
      stats,
      '--log',
      'warn',
    ]);
  let runningBroker = await broker();
  const receiver = await startCloud(['receiver', '--broker', `mqtt://127.0.0.1:${brokerPort}`, '--database', database]);
  let runningAgent: Program<Ready> = await agent();
  const sender = startSender(`http://127.0.0.1:${httpPort}/events`, () => runningAgent.ready.ingestToken);
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      await delay(50 + random() * 600);
      if (random() < 0.6) {
        await runningAgent.kill();
        runningAgent = await agent();
      } else {
        await runningBroker.kill();
        runningBroker = await broker();
      }
    }
    await delay(300);
    await sender.stop();
    const lastMs = Math.max(...sender.accepted.map(({ timeMs }) => timeMs));
    const figures = () => JSON.parse(readFileSync(stats, 'utf8')) as { nowMs: number; uplink: { backlog: number } };
    await eventually('the outbox empties after the last window closed', 60_000, () => {
      const now = figures();
      return now.nowMs > lastMs + 20_000 && now.uplink.backlog === 0 ? now : undefined;
    });
    const endMs = figures().nowMs - 10_000;
    expect(await runningAgent.end()).toBe(0);
    await receiver.end();
    const { stdout, code, stderr } = await runCommand(['receiver', 'rows', '--database', database]);
    expect(code, stderr).toBe(0);
    const rows = rowsByWindow(stdout);
    const expected = expectedRows(sender.accepted);
    process.stderr.write(
      `seed ${SEED}: ${KILLS} kills, ${sender.accepted.length} events accepted, ${rows.size} windows in the cloud\n`,
    );
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(expected));
    const minutes = checkShowRecord(await readShowRecord(path.join(folder, 'data')), sender.accepted, endMs);
    process.stderr.write(`${minutes} minutes in the record of the show\n`);
  } finally {
    await sender.stop();
    for (const program of [runningAgent, receiver, runningBroker]) await program.kill();
    remove();
  }
}, 420_000);
