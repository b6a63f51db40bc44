import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { LatencyFigures } from '../edge-agent/src/assembly/latency.ts';
import { commit, machine, ROOMS, startDrivenAgent, uncounted, type Figures, type Load } from './driven-agent.ts';
import { loudestStretch, type Envelope } from './envelope.ts';
import type { LoadAnswer } from './load-generator.ts';

const PARTS = ['throughput', 'sustained', 'latency', 'flat'];
const FLAT = { products: [10, 500, 5_000], sources: [1, 50] };

interface Part {
  readonly sent: number;
  readonly admitted: number;
  readonly eventsPerSecond: number;
  readonly drops: number;
  readonly cpuCores: number;
  /** Of the main thread, µs of its processor time an event. */
  readonly mainMicros: number;
  readonly rssMb: number;
  /** From the start of the process to its line that it is ready. */
  readonly readyMs: number;
  /** Longest stall of the event loop beyond 5 ms, and the 99.9th percentile. */
  readonly stall: { readonly p999Ms: number; readonly maxMs: number };
  readonly eventToWindow: LatencyFigures;
  readonly commentToPrompt: LatencyFigures;
  readonly eventToPrompt: LatencyFigures;
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
  const agent = await startDrivenAgent(folder, envelope, { products: load.products, panel: false });
  try {
    const before = agent.figures();
    const answer = await agent.drive(load);
    return { ...summary(before, await agent.settled(answer.sent), answer), readyMs: agent.readyMs };
  } finally {
    await agent.stop();
  }
}

function summary(before: Figures, after: Figures, answer: LoadAnswer): Omit<Part, 'readyMs'> {
  const wall = (after.nowMs - before.nowMs) / 1000;
  const cpu = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1e6;
  const mainCpu = after.mainCpu.user + after.mainCpu.system - before.mainCpu.user - before.mainCpu.system;
  return {
    sent: answer.sent,
    admitted: after.counts.admitted,
    eventsPerSecond: Math.round(after.counts.admitted / answer.seconds),
    drops: uncounted(after, answer.sent),
    cpuCores: Math.round((cpu / wall) * 100) / 100,
    mainMicros: Math.round((100 * mainCpu) / after.counts.admitted) / 100,
    rssMb: Math.round(after.rssBytes / 2 ** 20),
    stall: { p999Ms: after.loop.p999Ms, maxMs: after.loop.maxMs },
    eventToWindow: after.eventToWindow,
    commentToPrompt: after.commentToPrompt,
    eventToPrompt: after.eventToPrompt,
  };
}

function table({ machine, commit, bursts, parts }: { machine: string; commit: string; bursts: string; parts: { name: string; part: Part }[] }): string {
  const head = ['part', 'events/s', 'drops', 'cores', 'main µs/event', 'RSS MB', 'ready ms', 'stall 99.9 / most', 'event→window p50/95/99/99.9', 'comment→prompt', 'event→prompt, ms'];
  const latency = (l: LatencyFigures) => [l.p50Ms, l.p95Ms, l.p99Ms, l.p999Ms].map((ms) => ms.toFixed(1)).join(' / ');
  const rows = parts.map(({ name, part }) => [
    name, String(part.eventsPerSecond), String(part.drops), part.cpuCores.toFixed(2), part.mainMicros.toFixed(2),
    String(part.rssMb), String(part.readyMs), `${part.stall.p999Ms} / ${part.stall.maxMs}`, latency(part.eventToWindow), latency(part.commentToPrompt), latency(part.eventToPrompt),
  ]);
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? title).length)));
  const line = (row: readonly string[]) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ');
  return [`${machine} · ${commit} · bursts of ${bursts}`, '', line(head), ...rows.map(line), ''].join('\n');
} // prettier-ignore
