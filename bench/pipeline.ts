import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { NODE_FLAGS } from '../edge-agent/bin/node-binary.mjs';
import { loudestStretch, type Envelope } from './envelope.ts';
import type { LoadAnswer } from './load-generator.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ROOMS = path.resolve(ROOT, '../shared/data/rooms');
const PRODUCTS = 500;

interface Figures {
  readonly nowMs: number;
  readonly counts: { events: number; admitted: number; comments: number; drops: Record<string, number> };
  readonly rejects: Record<string, number>;
  readonly queued: number;
  readonly queueDropped: Record<string, number>;
  readonly lostUpstream: number;
  readonly eventToWindow: Latency;
  readonly commentToPrompt: Latency;
  readonly rssBytes: number;
  readonly cpu: { user: number; system: number };
  readonly uplink: { state: string; acknowledged: number; backlog: number };
}
interface Latency {
  count: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
}

interface Part {
  readonly sent: number;
  readonly admitted: number;
  readonly eventsPerSecond: number;
  readonly drops: number;
  readonly lostUpstream: number;
  readonly cpuCores: number;
  readonly rssMb: number;
  readonly eventToWindow: Latency;
  readonly commentToPrompt: Latency;
}

/** Runs the three parts, each on an agent of its own. Exit code: 0 measured, 1 the run failed, 2 wrong call. */
export async function pipelineBench(args: string[], help: string): Promise<number> {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        seconds: { type: 'string', default: '20' },
        rate: { type: 'string', default: '10000' },
        sustain: { type: 'string', default: '30000' },
        events: { type: 'string', default: '50' },
        json: { type: 'boolean', default: false },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`livecue bench pipeline: ${(error as Error).message}\n\n${help}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const [seconds, rate, sustain, events] = [values.seconds, values.rate, values.sustain, values.events].map(Number) as [number, number, number, number]; // prettier-ignore
  if (!(seconds >= 1 && seconds <= 3600) || !(rate >= 1) || !(sustain >= 1) || !(events >= 1 && events <= 1000)) {
    process.stderr.write(
      'livecue bench pipeline: --seconds goes from 1 to 3600, --rate and --sustain from 1, --events from 1 to 1000\n',
    );
    return 2;
  }
  const envelope = loudestStretch(ROOMS, seconds);
  process.stderr.write(
    `Bursts: ${envelope.from}; peak ${Math.max(...envelope.perSecond).toFixed(2)} times the mean.\n`,
  );
  const base = values.data ?? mkdtempSync(path.join(os.tmpdir(), 'livecue-bench-'));
  mkdirSync(base, { recursive: true });
  try {
    const sustained = await part(path.join(base, 'sustained'), envelope, {
      seconds,
      rate: sustain,
      eventsPerFrame: 20,
    });
    const throughput = await part(path.join(base, 'throughput'), envelope, {
      seconds,
      rate: null,
      eventsPerFrame: events,
    });
    const latency = await part(path.join(base, 'latency'), envelope, { seconds, rate, eventsPerFrame: 20 });
    const result = { machine: machine(), commit: await commit(), date: new Date().toISOString(), bursts: envelope.from, products: PRODUCTS, seconds, rate, sustain, eventsPerSecond: throughput.eventsPerSecond, throughput, sustained, latency }; // prettier-ignore
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : table(result));
    return 0;
  } finally {
    if (values.data === undefined) rmSync(base, { recursive: true, force: true });
  }
}

async function part(
  folder: string,
  envelope: Envelope,
  load: { seconds: number; rate: number | null; eventsPerFrame: number },
): Promise<Part> {
  mkdirSync(folder, { recursive: true });
  const files = { config: path.join(folder, 'config.json'), catalogue: path.join(folder, 'catalogue.json'), stats: path.join(folder, 'stats.json'), texts: path.join(folder, 'texts.json') }; // prettier-ignore
  writeFileSync(files.config, JSON.stringify({ agentId: 'bench', ingest: { httpPort: 0, zmq: { endpoint: 'tcp://127.0.0.1:*' } }, panel: { httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 }, uplink: { embeddedBrokerPort: 0 } })); // prettier-ignore
  writeFileSync(files.catalogue, JSON.stringify(catalogue()));
  writeFileSync(files.texts, JSON.stringify(envelope.texts));
  const agent = spawn(process.execPath, [...NODE_FLAGS, path.join(ROOT, 'edge-agent/src/main.ts'), 'start', '--json', '--no-panel', '--data', path.join(folder, 'data'), '--config', files.config, '--catalogue', files.catalogue, '--stats', files.stats, '--log', 'warn'], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
  try {
    const ready = await firstLine<{ endpoints: { zmq: string } }>(agent);
    const before = await steady(files.stats);
    const name = load.rate === null ? 'throughput' : 'latency';
    const answer = await generate({
      endpoint: ready.endpoints.zmq,
      ...load,
      perSecond: envelope.perSecond,
      texts: [],
      textsFile: files.texts,
      products: PRODUCTS,
      run: name,
    });
    const after = await settled(files.stats, answer.sent);
    return summary(before, after, answer);
  } finally {
    agent.kill('SIGTERM');
    await new Promise((resolve) => (agent.exitCode === null ? agent.once('exit', resolve) : resolve(null)));
  }
}

function summary(before: Figures, after: Figures & { doneMs: number }, answer: LoadAnswer): Part {
  const drops =
    Object.values(after.counts.drops).reduce((sum, count) => sum + count, 0) +
    Object.values(after.rejects).reduce((sum, count) => sum + count, 0) +
    Object.values(after.queueDropped).reduce((sum, count) => sum + count, 0);
  const wall = (after.nowMs - before.nowMs) / 1000;
  const cpu = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1e6;
  return {
    sent: answer.sent,
    admitted: after.counts.admitted,
    eventsPerSecond: Math.round(after.counts.admitted / answer.seconds),
    drops,
    lostUpstream: after.lostUpstream + (answer.sent - after.counts.events),
    cpuCores: Math.round((cpu / wall) * 100) / 100,
    rssMb: Math.round(after.rssBytes / 2 ** 20),
    eventToWindow: after.eventToWindow,
    commentToPrompt: after.commentToPrompt,
  };
}

/** A show is measured, not a start: the embedded database takes seconds of both cores to set itself up. */
async function steady(file: string): Promise<Figures> {
  for (let tries = 0; tries < 120; tries++) {
    await delay(500);
    const now = existsSync(file) ? figures(file) : null;
    if (now?.uplink.state === 'connected') return now;
  }
  throw new Error('the embedded broker and receiver were not connected within 60 s');
}

/** Waits until everything sent is counted; gives up when nothing moves for 10 s. */
async function settled(file: string, sent: number): Promise<Figures & { doneMs: number }> {
  let last = -1;
  let still = 0;
  for (;;) {
    const now = figures(file);
    if (now.counts.events >= sent && now.queued === 0) return { ...now, doneMs: now.nowMs };
    still = now.counts.events === last ? still + 1 : 0;
    if (still > 40) return { ...now, doneMs: now.nowMs };
    last = now.counts.events;
    await delay(250);
  }
}

function figures(file: string): Figures {
  return JSON.parse(readFileSync(file, 'utf8')) as Figures;
}

function firstLine<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', (line) => resolve(JSON.parse(line) as T));
    child.once('exit', (code) => reject(new Error(`the program ended with exit code ${code} before it was ready`)));
  });
}

function generate(call: object): Promise<LoadAnswer> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', path.join(ROOT, 'bench/load-generator.ts'), JSON.stringify(call)], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
  return firstLine<LoadAnswer>(child);
}

function catalogue() {
  const products = Array.from({ length: PRODUCTS }, (_, index) => ({
    productId: `p${index}`,
    skus: [`sku-${index}`],
    linkNumber: index + 1,
    name: { zh: `商品${index + 1}`, en: `Product ${index + 1}` },
    price: '59.00',
    priceCurrency: 'CNY',
    stock: 100_000,
  }));
  return { version: 1, products };
}

function machine(): string {
  return `${os.cpus()[0]?.model ?? 'unknown CPU'}, ${os.availableParallelism()} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

async function commit(): Promise<string> {
  if (!existsSync(path.join(ROOT, '.git'))) return 'no repository';
  const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT });
  return stdout.trim();
}

function table(result: {
  machine: string;
  commit: string;
  bursts: string;
  throughput: Part;
  sustained: Part;
  latency: Part;
  rate: number;
  sustain: number;
}): string {
  const row = (name: string, part: Part) =>
    [name.padEnd(12), String(part.eventsPerSecond).padStart(9), String(part.drops).padStart(7), part.cpuCores.toFixed(2).padStart(6), String(part.rssMb).padStart(8), ...[part.eventToWindow, part.commentToPrompt].map((l) => `${l.p50Ms.toFixed(1)} / ${l.p95Ms.toFixed(1)} / ${l.p99Ms.toFixed(1)} / ${l.p999Ms.toFixed(1)}`.padStart(28))].join('  '); // prettier-ignore
  return [
    `${result.machine} · ${result.commit} · bursts of ${result.bursts}`,
    '',
    ['part'.padEnd(12), 'events/s'.padStart(9), 'drops'.padStart(7), 'cores'.padStart(6), 'RSS MB'.padStart(8), 'event→window p50/95/99/99.9'.padStart(28), 'comment→prompt, ms'.padStart(28)].join('  '),
    row('as fast', result.throughput),
    row(`${result.sustain}/s`, result.sustained),
    row(`${result.rate}/s`, result.latency),
    '',
  ].join('\n'); // prettier-ignore
}
