import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { NODE_ENVIRONMENT, NODE_FLAGS } from '../edge-agent/bin/node-binary.mjs';
import { loudestStretch, type Envelope } from './envelope.ts';
import type { LoadAnswer } from './load-generator.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PARTS = ['throughput', 'sustained', 'latency', 'flat'];
const FLAT = { products: [10, 500, 5_000], sources: [1, 50] };
const ROOMS = path.resolve(ROOT, '../shared/data/rooms');

interface Figures {
  readonly nowMs: number;
  readonly counts: { events: number; admitted: number; comments: number; drops: Record<string, number> };
  readonly rejects: Record<string, number>;
  readonly queued: number;
  readonly queueDropped: Record<string, number>;
  readonly lostUpstream: number;
  readonly eventToWindow: Latency;
  readonly commentToPrompt: Latency;
  readonly eventToPrompt: Latency;
  readonly rssBytes: number;
  readonly cpu: { user: number; system: number };
  readonly mainCpu: { user: number; system: number };
  readonly loop: { p99Ms: number; p999Ms: number; maxMs: number };
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
  /** Of the main thread, µs of its processor time an event. */
  readonly mainMicros: number;
  readonly rssMb: number;
  /** From the start of the process to its line that it is ready. */
  readonly readyMs: number;
  /** Longest stall of the event loop beyond 5 ms, and the 99.9th percentile. */
  readonly stall: { readonly p999Ms: number; readonly maxMs: number };
  readonly eventToWindow: Latency;
  readonly commentToPrompt: Latency;
  readonly eventToPrompt: Latency;
}

interface Load {
  readonly seconds: number;
  /** Null: as fast as the agent takes them. */
  readonly rate: number | null;
  readonly eventsPerFrame: number;
  readonly products: number;
  readonly sources: number;
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
        products: { type: 'string', default: '500' },
        sources: { type: 'string', default: '1' },
        only: { type: 'string', default: 'sustained,throughput,latency' },
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
  const { only } = values;
  const [seconds, rate, sustain, events, products, sources] = [values.seconds, values.rate, values.sustain, values.events, values.products, values.sources].map(Number) as [number, number, number, number, number, number]; // prettier-ignore
  const wrong = [
    !(seconds >= 1 && seconds <= 3600) && '--seconds goes from 1 to 3600',
    !(rate >= 1 && sustain >= 1) && '--rate and --sustain go from 1',
    !(events >= 1 && events <= 1000) && '--events goes from 1 to 1000',
    !(products >= 1 && products <= 10_000) && '--products goes from 1 to 10000',
    !(sources >= 1 && sources <= 500) && '--sources goes from 1 to 500',
    !only.split(',').every((name) => PARTS.includes(name)) && `--only takes ${PARTS.join(', ')}, with commas between`,
  ].filter((problem) => problem !== false);
  if (wrong.length > 0) {
    process.stderr.write(`livecue bench pipeline: ${wrong.join('; ')}\n`);
    return 2;
  }
  const envelope = loudestStretch(ROOMS, seconds);
  process.stderr.write(
    `Bursts: ${envelope.from}; peak ${Math.max(...envelope.perSecond).toFixed(2)} times the mean.\n`,
  );
  const base = values.data ?? mkdtempSync(path.join(os.tmpdir(), 'livecue-bench-'));
  mkdirSync(base, { recursive: true });
  try {
    const load = { seconds, products, sources, eventsPerFrame: 20 };
    const rows: [name: string, load: Load][] = [];
    if (only.includes('throughput')) rows.push(['as fast', { ...load, rate: null, eventsPerFrame: events }]);
    if (only.includes('sustained')) rows.push([`${sustain}/s`, { ...load, rate: sustain }]);
    if (only.includes('latency')) rows.push([`${rate}/s`, { ...load, rate }]);
    if (only.includes('flat')) {
      for (const count of FLAT.products) rows.push([`${count} products`, { ...load, rate, products: count }]);
      for (const count of FLAT.sources) rows.push([`${count} sources`, { ...load, rate, sources: count }]);
    }
    const parts: { name: string; load: Load; part: Part }[] = [];
    for (const [index, [name, of]] of rows.entries()) {
      parts.push({ name, load: of, part: await part(path.join(base, `part-${index}`), envelope, of) });
    }
    const result = { machine: machine(), commit: await commit(), date: new Date().toISOString(), bursts: envelope.from, parts }; // prettier-ignore
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : table(result));
    return 0;
  } finally {
    if (values.data === undefined) rmSync(base, { recursive: true, force: true });
  }
}

async function part(folder: string, envelope: Envelope, load: Load): Promise<Part> {
  mkdirSync(folder, { recursive: true });
  const files = { config: path.join(folder, 'config.json'), catalogue: path.join(folder, 'catalogue.json'), stats: path.join(folder, 'stats.json'), texts: path.join(folder, 'texts.json') }; // prettier-ignore
  writeFileSync(files.config, JSON.stringify({ agentId: 'bench', ingest: { httpPort: 0, zmq: { endpoint: 'tcp://127.0.0.1:*' } }, panel: { httpPort: 0, zmqPubPort: 0, zmqCallPort: 0 }, uplink: { embeddedBrokerPort: 0 } })); // prettier-ignore
  writeFileSync(files.catalogue, JSON.stringify(catalogue(load.products)));
  writeFileSync(files.texts, JSON.stringify(envelope.texts));
  const startedMs = performance.now();
  const agent = spawn(process.execPath, [...NODE_FLAGS, path.join(ROOT, 'edge-agent/src/main.ts'), 'start', '--json', '--no-panel', '--data', path.join(folder, 'data'), '--config', files.config, '--catalogue', files.catalogue, '--stats', files.stats, '--log', 'warn'], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...NODE_ENVIRONMENT, ...process.env } }); // prettier-ignore
  try {
    const ready = await firstLine<{ endpoints: { zmq: string } }>(agent);
    const readyMs = Math.round(performance.now() - startedMs);
    const before = await steady(files.stats);
    const answer = await generate({
      endpoint: ready.endpoints.zmq,
      ...load,
      perSecond: envelope.perSecond,
      texts: [],
      textsFile: files.texts,
      run: path.basename(folder),
    });
    const after = await settled(files.stats, answer.sent);
    return { ...summary(before, after, answer), readyMs };
  } finally {
    agent.kill('SIGTERM');
    await new Promise((resolve) => (agent.exitCode === null ? agent.once('exit', resolve) : resolve(null)));
  }
}

function summary(before: Figures, after: Figures & { doneMs: number }, answer: LoadAnswer): Omit<Part, 'readyMs'> {
  const drops =
    Object.values(after.counts.drops).reduce((sum, count) => sum + count, 0) +
    Object.values(after.rejects).reduce((sum, count) => sum + count, 0) +
    Object.values(after.queueDropped).reduce((sum, count) => sum + count, 0);
  const wall = (after.nowMs - before.nowMs) / 1000;
  const cpu = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1e6;
  const mainCpu = after.mainCpu.user + after.mainCpu.system - before.mainCpu.user - before.mainCpu.system;
  return {
    sent: answer.sent,
    admitted: after.counts.admitted,
    eventsPerSecond: Math.round(after.counts.admitted / answer.seconds),
    drops,
    lostUpstream: after.lostUpstream + (answer.sent - after.counts.events),
    cpuCores: Math.round((cpu / wall) * 100) / 100,
    mainMicros: Math.round((100 * mainCpu) / after.counts.admitted) / 100,
    rssMb: Math.round(after.rssBytes / 2 ** 20),
    stall: { p999Ms: after.loop.p999Ms, maxMs: after.loop.maxMs },
    eventToWindow: after.eventToWindow,
    commentToPrompt: after.commentToPrompt,
    eventToPrompt: after.eventToPrompt,
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

function catalogue(count: number) {
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

function machine(): string {
  return `${os.cpus()[0]?.model ?? 'unknown CPU'}, ${os.availableParallelism()} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

async function commit(): Promise<string> {
  if (!existsSync(path.join(ROOT, '.git'))) return 'no repository';
  const { stdout } = await promisify(execFile)('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT });
  return stdout.trim();
}

function table({ machine, commit, bursts, parts }: { machine: string; commit: string; bursts: string; parts: { name: string; part: Part }[] }): string {
  const head = ['part', 'events/s', 'drops', 'cores', 'main µs/event', 'RSS MB', 'ready ms', 'stall 99.9 / most', 'event→window p50/95/99/99.9', 'comment→prompt', 'event→prompt, ms'];
  const latency = (l: Latency) => [l.p50Ms, l.p95Ms, l.p99Ms, l.p999Ms].map((ms) => ms.toFixed(1)).join(' / ');
  const rows = parts.map(({ name, part }) => [
    name, String(part.eventsPerSecond), String(part.drops + part.lostUpstream), part.cpuCores.toFixed(2), part.mainMicros.toFixed(2),
    String(part.rssMb), String(part.readyMs), `${part.stall.p999Ms} / ${part.stall.maxMs}`, latency(part.eventToWindow), latency(part.commentToPrompt), latency(part.eventToPrompt),
  ]);
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)));
  const line = (row: readonly string[]) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ');
  return [`${machine} · ${commit} · bursts of ${bursts}`, '', line(head), ...rows.map(line), ''].join('\n');
} // prettier-ignore
