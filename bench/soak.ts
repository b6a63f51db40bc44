import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { commit, machine, ROOMS, startDrivenAgent, uncounted, type DrivenAgent } from './driven-agent.ts';
import { loudestStretch } from './envelope.ts';
import { children, names, residentBytes } from './process-figures.ts';

export const SOAK_HELP = `livecue bench soak [--minutes N] [--rate N] [--products N] [--sources N] [--no-panel] [--json] [--data DIR]

Drives the real agent (journal, outbox, models, panel, embedded broker and receiver) for an hour and looks every
ten seconds at its memory, its files, its open descriptors and its latency. Prints a row for each tenth of the time.

  --minutes N   how long (default 60, to 1440)
  --rate N      mean events a second, in recorded bursts (default 50000)
  --products N  products of the catalogue, all of them active (default 500)
  --sources N   rooms and shops that the events come from (default 1 of each)
  --no-panel    without the panel's server and its list of comments
  --json        one JSON object with every look on stdout
  --data DIR    folder for the agent's files (default a new one in the temporary folder)

Exit code: 0 every event counted, 1 some were not or the run failed, 2 wrong call.
Example: livecue bench soak --minutes 720 --rate 20000
`;

const LOOK_MS = 10_000;
const ROWS = 10;
const MB = 2 ** 20;

/** One look. Sizes in MB (2^20 bytes), times in ms. */
interface Look {
  readonly minute: number;
  readonly eventsPerSecond: number;
  readonly uncounted: number;
  readonly agentMb: number;
  readonly heapMb: number;
  /** Of the processes that the agent started: broker, receiver and database in one. */
  readonly cloudMb: number;
  readonly files: Record<string, number>;
  readonly descriptors: number;
  readonly backlog: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cores: number;
}

export async function soakBench(args: string[]): Promise<number> {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        minutes: { type: 'string', default: '60' },
        rate: { type: 'string', default: '50000' },
        products: { type: 'string', default: '500' },
        sources: { type: 'string', default: '1' },
        'no-panel': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        data: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`livecue bench soak: ${(error as Error).message}\n\n${SOAK_HELP}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(SOAK_HELP);
    return 0;
  }
  const [minutes, rate, products, sources] = [values.minutes, values.rate, values.products, values.sources].map(Number) as [number, number, number, number]; // prettier-ignore
  const wrong = [
    !(minutes > 0 && minutes <= 1440) && '--minutes goes to 1440',
    !(rate >= 1) && '--rate goes from 1',
    !(products >= 1 && products <= 10_000) && '--products goes from 1 to 10000',
    !(sources >= 1 && sources <= 500) && '--sources goes from 1 to 500',
  ].filter((problem) => problem !== false);
  if (wrong.length > 0) {
    process.stderr.write(`livecue bench soak: ${wrong.join('; ')}\n`);
    return 2;
  }
  const base = values.data ?? mkdtempSync(path.join(os.tmpdir(), 'livecue-soak-'));
  mkdirSync(base, { recursive: true });
  const envelope = loudestStretch(ROOMS, 60);
  const agent = await startDrivenAgent(path.join(base, 'soak'), envelope, { products, panel: !values['no-panel'] });
  try {
    const looks: Look[] = [];
    const driven = agent.drive({ seconds: minutes * 60, rate, eventsPerFrame: 20, products, sources });
    const done = new AbortController();
    const looking = lookOn(agent, looks, done.signal);
    const answer = await driven;
    done.abort();
    await looking;
    const after = await agent.settled(answer.sent);
    const lost = uncounted(after, answer.sent);
    const result = {
      machine: machine(), commit: await commit(), date: new Date().toISOString(), bursts: envelope.from, panel: !values['no-panel'],
      rate, minutes, sent: answer.sent, admitted: after.counts.admitted, uncounted: lost, readyMs: agent.readyMs,
      slopes: { agent: slope(looks, 'agentMb'), heap: slope(looks, 'heapMb'), cloud: slope(looks, 'cloudMb'), descriptors: slope(looks, 'descriptors'), p99: slope(looks, 'p99Ms') },
      latency: after.eventToWindow, stall: after.loop, looks,
    }; // prettier-ignore
    process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : table(result));
    return lost === 0 ? 0 : 1;
  } finally {
    await agent.stop();
    if (values.data === undefined) rmSync(base, { recursive: true, force: true });
  }
}

async function lookOn(agent: DrivenAgent, looks: Look[], done: AbortSignal): Promise<void> {
  const startedMs = performance.now();
  let before = agent.figures();
  for (;;) {
    await delay(LOOK_MS, undefined, { signal: done }).catch(() => undefined);
    if (done.aborted) return;
    const now = agent.figures();
    const wallMs = now.nowMs - before.nowMs;
    if (wallMs <= 0) continue;
    const cpu = (of: typeof now) => of.cpu.user + of.cpu.system;
    looks.push({
      minute: round((performance.now() - startedMs) / 60_000, 10),
      eventsPerSecond: Math.round(((now.counts.admitted - before.counts.admitted) / wallMs) * 1000),
      uncounted: uncounted(now, now.counts.events),
      agentMb: Math.round(now.rssBytes / MB),
      heapMb: Math.round(now.memory.heapUsed / MB),
      cloudMb: Math.round(children(agent.pid).reduce((sum, pid) => sum + residentBytes(pid), 0) / MB),
      files: folderSizes(agent.dataFolder),
      descriptors: names(`/proc/${agent.pid}/fd`).length,
      backlog: now.uplink.backlog,
      p50Ms: now.lastMinute.p50Ms,
      p99Ms: now.lastMinute.p99Ms,
      cores: round((cpu(now) - cpu(before)) / 1000 / wallMs, 100),
    });
    before = now;
  }
}

/**
 * Change an hour after the first sixth (caches fill, the heap finds its size): the median of the slopes between all
 * pairs of looks (Theil 1950, Sen 1968), which single collections of garbage do not move.
 */
function slope(looks: readonly Look[], key: 'agentMb' | 'heapMb' | 'cloudMb' | 'descriptors' | 'p99Ms'): number | null {
  const steady = looks.slice(Math.floor(looks.length / 6));
  const slopes: number[] = [];
  for (const [index, from] of steady.entries()) {
    for (const to of steady.slice(index + 1)) {
      if (to.minute > from.minute) slopes.push(((to[key] - from[key]) * 60) / (to.minute - from.minute));
    }
  }
  return slopes.length === 0 ? null : round(median(slopes), 10);
}

function table(result: { machine: string; commit: string; bursts: string; rate: number; minutes: number; sent: number; uncounted: number; slopes: Record<string, number | null>; looks: readonly Look[] }): string {
  const { looks, slopes } = result;
  const names = [...new Set(looks.flatMap(({ files }) => Object.keys(files)))].sort();
  const head = ['to minute', 'events/s', 'cores', 'p50 ms', 'p99 ms', 'agent MB', 'heap MB', 'cloud MB', 'fds', 'backlog', ...names.map((name) => `${name} MB`)];
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const part = looks.slice(Math.floor((row * looks.length) / ROWS), Math.floor(((row + 1) * looks.length) / ROWS));
    const middle = (of: (look: Look) => number) => String(round(median(part.map(of)), 10));
    const most = (of: (look: Look) => number) => String(Math.max(...part.map(of)));
    return part.length === 0 ? [] : [String(part.at(-1)!.minute), middle((l) => l.eventsPerSecond), middle((l) => l.cores), middle((l) => l.p50Ms), middle((l) => l.p99Ms), middle((l) => l.agentMb), middle((l) => l.heapMb), middle((l) => l.cloudMb), most((l) => l.descriptors), most((l) => l.backlog), ...names.map((name) => most((l) => l.files[name] ?? 0))];
  }).filter((row) => row.length > 0);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padStart(widths[column]!)).join('  ');
  return [
    `${result.machine} · ${result.commit} · ${result.rate}/s for ${result.minutes} min · bursts of ${result.bursts}`,
    '', line(head), ...rows.map(line), '',
    `sent ${result.sent}, not counted ${result.uncounted}`,
    `an hour, after the first sixth: agent ${slopes['agent']} MB, its heap ${slopes['heap']} MB, cloud ${slopes['cloud']} MB, descriptors ${slopes['descriptors']}, p99 ${slopes['p99']} ms`,
    'Medians of each tenth; of descriptors, backlog and files the most. Latency: event time to counted, of each minute.', '',
  ].join('\n');
} // prettier-ignore

/** MB by first folder or file of the agent's data folder. */
function folderSizes(folder: string): Record<string, number> {
  const size = (at: string): number => {
    // A file may be gone between the listing and the look.
    const found = statSync(at, { throwIfNoEntry: false });
    if (found === undefined) return 0;
    return found.isDirectory() ? names(at).reduce((sum, name) => sum + size(path.join(at, name)), 0) : found.size;
  };
  const sizes = names(folder).map((name) => [name, round(size(path.join(folder, name)) / MB, 10)] as const);
  return Object.fromEntries(sizes.filter(([, mb]) => mb > 0));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function round(value: number, by: number): number {
  return Math.round(value * by) / by;
}
