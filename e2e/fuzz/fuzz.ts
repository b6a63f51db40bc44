/**
 * A fuzzer that is led by coverage: an input that reaches code which none before it reached is kept and changed further
 * (as AFL and libFuzzer do; https://llvm.org/docs/LibFuzzer.html). Coverage is V8's own, block by block.
 */
import { Session } from 'node:inspector';
import { randomFrom } from '../faults/report.ts';
import { mutate } from './mutate.ts';

export interface Target {
  readonly name: string;
  /** Inputs that are taken as they are. */
  readonly seeds: readonly Uint8Array[];
  /** Throws when what was promised does not hold, whatever the input. */
  run(input: Uint8Array): void | Promise<void>;
}

export interface FuzzResult {
  readonly name: string;
  readonly inputs: number;
  /** Kept because they reached something new, and blocks of code reached. */
  readonly kept: number;
  readonly blocks: number;
  readonly slowestMs: number;
  readonly grownMb: number;
  readonly findings: readonly string[];
}

/** Of processor time: a reader that takes longer over one input of at most 256 kB can be held up by anyone. */
const SLOW_MS = 1_000;
const GROWN_MB = 96;
const BATCH = 40;
const CORPUS_MAX = 2_000;
const INPUT_MAX = 256 * 1024;
const FINDINGS_MAX = 5;

/** Until so many inputs or so much time, whatever comes first. */
export async function fuzz(target: Target, options: { seed: number; inputs: number; budgetMs: number }): Promise<FuzzResult> {
  const random = randomFrom(options.seed);
  const coverage = openCoverage();
  const corpus: Uint8Array[] = [];
  const run = createRunner(target);
  const keepIfNew = async (batch: readonly Uint8Array[]) => {
    if (!coverage.grew()) return;
    // Something of the batch is new: each once more alone tells which, as far as readers without memory go.
    coverage.forget();
    for (const input of batch) {
      await run.quietly(input);
      if (coverage.grew() && corpus.length < CORPUS_MAX) corpus.push(input);
    }
  };
  try {
    for (const input of target.seeds) await run.checked(input);
    coverage.grew();
    corpus.push(...target.seeds);
    const heapBefore = heapMb();
    const endsMs = performance.now() + options.budgetMs;
    while (run.told.inputs < options.inputs && performance.now() < endsMs && run.told.findings.length < FINDINGS_MAX) {
      const batch = Array.from({ length: BATCH }, () => mutate(random, corpus[Math.floor(random() * corpus.length)]!, corpus).subarray(0, INPUT_MAX)); // prettier-ignore
      for (const input of batch) await run.checked(input);
      await keepIfNew(batch);
    }
    const grownMb = heapMb() - heapBefore;
    if (grownMb > GROWN_MB) run.told.findings.push(`the heap grew by ${grownMb.toFixed(0)} MB over ${run.told.inputs} inputs`);
    return { name: target.name, ...run.told, kept: corpus.length - target.seeds.length, blocks: coverage.blocks(), grownMb };
  } finally {
    coverage.close();
  }
} // prettier-ignore

function createRunner(target: Target) {
  const told = { inputs: 0, slowestMs: 0, findings: [] as string[] };
  const found = (input: Uint8Array, what: string) => void told.findings.push(`${what}; input (base64, first 600 bytes): ${Buffer.from(input.subarray(0, 600)).toString('base64')}`); // prettier-ignore
  return {
    told,
    async checked(input: Uint8Array): Promise<void> {
      told.inputs++;
      const before = process.cpuUsage();
      try {
        await target.run(input);
      } catch (error) {
        found(input, `threw ${error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' | ') : String(error)}`);
      }
      const { user, system } = process.cpuUsage(before);
      const tookMs = (user + system) / 1000;
      told.slowestMs = Math.max(told.slowestMs, tookMs);
      if (tookMs > SLOW_MS) found(input, `took ${tookMs.toFixed(0)} ms`);
      if (Object.hasOwn(Object.prototype, 'polluted')) {
        delete (Object.prototype as Record<string, unknown>)['polluted'];
        found(input, 'changed the prototype of all objects');
      }
    },
    /** Judged before already. */
    quietly: async (input: Uint8Array) => void (await (async () => target.run(input))().catch(() => undefined)),
  }; // prettier-ignore
}

function heapMb(): number {
  // Without --expose-gc (in the tests of `npm test`) garbage is among it, far below the bound.
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

interface Block {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

interface PreciseCoverage {
  readonly result: readonly { readonly scriptId: string; readonly url: string; readonly functions: readonly { readonly ranges: readonly Block[] }[] }[];
} // prettier-ignore

function openCoverage() {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const seen = new Set<string>();
  let last: string[] = [];
  /** Callbacks of a session in the same thread come at once. */
  const take = (): PreciseCoverage => {
    let taken: PreciseCoverage = { result: [] };
    session.post('Profiler.takePreciseCoverage', (error: Error | null, value: unknown) => {
      if (error !== null) throw error;
      taken = value as PreciseCoverage;
    });
    return taken;
  };
  return {
    /** True when blocks ran since the last call that had never run before. */
    grew(): boolean {
      last = [];
      for (const { scriptId, url, functions } of take().result) {
        if (!/\/(edge-agent|shared|cloud)\/src\//.test(url)) continue;
        for (const { ranges } of functions)
          for (const { startOffset, endOffset, count } of ranges) {
            const key = `${scriptId}:${startOffset}:${endOffset}`;
            if (count === 0 || seen.has(key)) continue;
            seen.add(key);
            last.push(key);
          }
      }
      return last.length > 0;
    },
    /** Blocks of the last call count as new again. */
    forget: () => last.forEach((key) => seen.delete(key)),
    blocks: () => seen.size,
    close: () => session.disconnect(),
  };
}
