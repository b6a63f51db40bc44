import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What Node writes with `--cpu-prof`, one file a thread. */
interface CpuProfile {
  /** µs of the machine's monotonic clock, which `process.hrtime` reads too. */
  readonly startTime: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** µs since the sample before. */
  readonly timeDeltas: readonly number[];
}

/** From and to, µs of the monotonic clock. */
export type Span = readonly [fromMicros: number, toMicros: number];

/**
 * Processor time within the span, in ms over all threads, of code that fits one of `parts` or was called by code that does (the first
 * part on the stack takes all above it). Idle time is not in it; garbage collection is shared out by the rest.
 */
export function profiledTime<Part extends string>(folder: string, parts: Readonly<Record<Part, RegExp>>, span: Span): Record<Part | 'all', number> {
  const total = { all: 0, ...Object.fromEntries(Object.keys(parts).map((part) => [part, 0])) } as Record<Part | 'all', number>; // prettier-ignore
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const own = threadTime(JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as CpuProfile, parts, span);
    for (const part of Object.keys(own) as (Part | 'all')[]) total[part] += own[part];
  }
  return total;
} // prettier-ignore

export function threadTime<Part extends string>({ startTime, nodes, samples, timeDeltas }: CpuProfile, parts: Readonly<Record<Part, RegExp>>, [fromMicros, toMicros]: Span): Record<Part | 'all', number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const partOf = new Map<number, Part | null>();
  const mark = (id: number, from: Part | null) => {
    const { callFrame, children = [] } = byId.get(id)!;
    const own = from ?? (Object.keys(parts) as Part[]).find((part) => parts[part].test(callFrame.url)) ?? null;
    partOf.set(id, own);
    for (const child of children) mark(child, own);
  };
  mark(nodes[0]!.id, null);
  let garbage = 0;
  let busy = 0;
  let atMicros = startTime;
  const time = Object.fromEntries(Object.keys(parts).map((part) => [part, 0])) as Record<Part, number>;
  for (const [at, id] of samples.entries()) {
    atMicros += timeDeltas[at] ?? 0;
    if (atMicros < fromMicros || atMicros > toMicros) continue;
    const ms = (timeDeltas[at] ?? 0) / 1000;
    const { functionName } = byId.get(id)!.callFrame;
    if (functionName === '(idle)') continue;
    if (functionName === '(garbage collector)') {
      garbage += ms;
      continue;
    }
    busy += ms;
    const part = partOf.get(id);
    if (part !== null && part !== undefined) time[part] += ms;
  }
  const withGarbage = busy === 0 ? 1 : (busy + garbage) / busy;
  const scaled = Object.entries(time).map(([part, ms]) => [part, (ms as number) * withGarbage]);
  return { all: busy + garbage, ...Object.fromEntries(scaled) } as Record<Part | 'all', number>;
} // prettier-ignore
