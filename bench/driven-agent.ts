/** The real agent with a sender of events beside it, for benches: started, driven, looked at and stopped. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { NODE_ENVIRONMENT, NODE_FLAGS } from '../edge-agent/bin/node-binary.mjs';
import type { LatencyFigures } from '../edge-agent/src/assembly/latency.ts';
import type { Envelope } from './envelope.ts';
import type { LoadAnswer } from './load-generator.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const ROOMS = path.resolve(ROOT, '../shared/data/rooms');

/** What the agent writes with `--stats` each second. */
export interface Figures {
  readonly nowMs: number;
  readonly counts: { events: number; admitted: number; comments: number; drops: Record<string, number> };
  readonly rejects: Record<string, number>;
  readonly queued: number;
  readonly queueDropped: Record<string, number>;
  readonly lostUpstream: number;
  readonly eventToWindow: LatencyFigures;
  readonly commentToPrompt: LatencyFigures;
  readonly eventToPrompt: LatencyFigures;
  /** Of the last whole minute. */
  readonly lastMinute: LatencyFigures;
  readonly rssBytes: number;
  readonly memory: { readonly heapUsed: number; readonly external: number };
  readonly cpu: { user: number; system: number };
  readonly mainCpu: { user: number; system: number };
  readonly loop: { p99Ms: number; p999Ms: number; maxMs: number };
  readonly uplink: { state: string; acknowledged: number; backlog: number };
}

export interface Load {
  readonly seconds: number;
  /** Null: as fast as the agent takes them. */
  readonly rate: number | null;
  readonly eventsPerFrame: number;
  readonly products: number;
  readonly sources: number;
}

export interface DrivenAgent {
  readonly pid: number;
  /** From the start of the process to its line that it is ready. */
  readonly readyMs: number;
  readonly dataFolder: string;
  figures(): Figures;
  /** Sends the load, in the bursts of the envelope; answers when all of it is in the agent's socket. */
  drive(load: Load): Promise<LoadAnswer>;
  /** Waits until everything sent is counted; gives up when nothing moves for 10 s. */
  settled(sent: number): Promise<Figures>;
  stop(): Promise<void>;
}

/** Starts an agent with journal, outbox, embedded broker and receiver in `folder`, and waits until its uplink is connected. */
export async function startDrivenAgent(
  folder: string,
  envelope: Envelope,
  options: {
    readonly products: number;
    readonly panel: boolean;
    /** A broker with a receiver that run already; absent: the agent's own. */
    readonly brokerUrl?: string;
    /** Of Node, for the agent alone. */
    readonly nodeFlags?: readonly string[];
  },
): Promise<DrivenAgent> {
  mkdirSync(folder, { recursive: true });
  const files = { config: path.join(folder, 'config.json'), catalogue: path.join(folder, 'catalogue.json'), stats: path.join(folder, 'stats.json'), texts: path.join(folder, 'texts.json') }; // prettier-ignore
  const dataFolder = path.join(folder, 'data');
  writeFileSync(files.config, JSON.stringify({ agentId: 'bench', ingest: { httpPort: 0, zmq: { endpoint: 'tcp://127.0.0.1:*' } }, panel: { httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 }, uplink: { embeddedBrokerPort: 0, brokerUrl: options.brokerUrl ?? null } })); // prettier-ignore
  writeFileSync(files.catalogue, JSON.stringify(catalogue(options.products)));
  writeFileSync(files.texts, JSON.stringify(envelope.texts));
  const startedMs = performance.now();
  const agent = spawn(process.execPath, [...NODE_FLAGS, ...(options.nodeFlags ?? []), path.join(ROOT, 'edge-agent/src/main.ts'), 'start', '--json', ...(options.panel ? [] : ['--no-panel']), '--data', dataFolder, '--config', files.config, '--catalogue', files.catalogue, '--stats', files.stats, '--log', 'warn'], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...NODE_ENVIRONMENT, ...process.env } }); // prettier-ignore
  endWithUs(agent);
  const stop = async () => {
    agent.kill('SIGTERM');
    await new Promise((resolve) => (agent.exitCode === null ? agent.once('exit', resolve) : resolve(null)));
  };
  const figures = () => JSON.parse(readFileSync(files.stats, 'utf8')) as Figures;
  try {
    const ready = await firstLine<{ endpoints: { zmq: string } }>(agent);
    const readyMs = Math.round(performance.now() - startedMs);
    await steady(() => (existsSync(files.stats) ? figures() : null));
    return {
      pid: agent.pid!,
      readyMs,
      dataFolder,
      figures,
      drive: (load) =>
        generate({ endpoint: ready.endpoints.zmq, ...load, perSecond: envelope.perSecond, texts: [], textsFile: files.texts, run: path.basename(folder) }), // prettier-ignore
      settled: (sent) => settled(figures, sent),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A show is measured, not a start: the embedded database takes seconds of both cores to set itself up. */
async function steady(figures: () => Figures | null): Promise<void> {
  for (let tries = 0; tries < 120; tries++) {
    await delay(500);
    if (figures()?.uplink.state === 'connected') return;
  }
  throw new Error('the embedded broker and receiver were not connected within 60 s');
}

async function settled(figures: () => Figures, sent: number): Promise<Figures> {
  let last = -1;
  let still = 0;
  for (;;) {
    const now = figures();
    if (now.counts.events >= sent && now.queued === 0) return now;
    still = now.counts.events === last ? still + 1 : 0;
    if (still > 40) return now;
    last = now.counts.events;
    await delay(250);
  }
}

/** All that was sent and is not counted: refused, dropped from the queue, late, or never seen. */
export function uncounted(figures: Figures, sent: number): number {
  const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);
  const dropped = total(figures.counts.drops) + total(figures.rejects) + total(figures.queueDropped);
  return dropped + figures.lostUpstream + (sent - figures.counts.events);
}

function firstLine<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', (line) => resolve(JSON.parse(line) as T));
    child.once('exit', (code) => reject(new Error(`the program ended with exit code ${code} before it was ready`)));
  });
}

function generate(call: object): Promise<LoadAnswer> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path.join(ROOT, 'bench/load-generator.ts'), JSON.stringify(call)], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
  endWithUs(child);
  return firstLine<LoadAnswer>(child);
}

/** A bench that is ended from outside leaves no agent behind that goes on writing. */
function endWithUs(child: ChildProcess): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const end = () => {
      child.kill('SIGTERM');
      process.kill(process.pid, signal);
    };
    process.once(signal, end);
    child.once('exit', () => process.off(signal, end));
  }
}

/** That many products, all alike. */
export function catalogue(count: number) {
  const products = Array.from({ length: count }, (_, index) => ({
    productId: `p${index}`,
    skus: [`sku-${index}`],
    // A link number has three digits.
    linkNumber: index < 999 ? index + 1 : null,
    name: { zh: `商品${index + 1}`, en: `Product ${index + 1}` },
    price: '59.00',
    priceCurrency: 'CNY',
    stock: 100_000,
  }));
  return { version: 1, products };
}

export function machine(): string {
  return `${os.cpus()[0]?.model ?? 'unknown CPU'}, ${os.availableParallelism()} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

export async function commit(): Promise<string> {
  if (!existsSync(path.join(ROOT, '.git'))) return 'no repository';
  const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT });
  return stdout.trim();
}
