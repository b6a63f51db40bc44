import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ModelPredictor } from '../edge-agent/src/inference/model-predictor.ts';
import type { HeadsInfo, TextHeads } from '../edge-agent/src/inference/text-heads.ts';
import { simulatedCatalogue } from '../edge-agent/src/ingest/simulator/catalogue.ts';
import { distinctComments, recordedTexts } from './distinct-comments.ts';

export const MODELS_HELP = `livecue bench models [--seconds N] [--rate N] [--json]

Measures the comment models as the agent runs them: intent, toxicity, spam, sentiment and product linking.

  load        from the files to the first answer, and what it adds to the memory of the process
  throughput  distinct comments a second, all models and the linker on one thread, for --seconds
  latency     comments one by one at --rate a second through the worker, as in the agent, for --seconds
              after one of warming
  swap        the same while other models are opened and take over
  repeats     share of comments of recorded rooms that are answered from memory

  --seconds N   length of each part (default 10)
  --rate N      comments a second of the latency part (default 2000)
  --json        one JSON object on stdout

Example: livecue bench models --seconds 10 --json
`;

const ROOMS = fileURLToPath(new URL('../../shared/data/rooms', import.meta.url));
const ROOT = fileURLToPath(new URL('../models', import.meta.url));
const PRODUCTS = 500;
/** More distinct texts than this are not made beforehand; they are scored again, by models that remember nothing. */
const MOST_TEXTS = 400_000;
const BATCH = 64;
/** What waits goes at once: an agent that is behind, and `classify`, hand over more than one batch. */
const BEHIND = 512;

interface Result {
  readonly machine: string;
  readonly date: string;
  readonly models: HeadsInfo;
  readonly products: number;
  readonly seconds: number;
  readonly load: { readonly milliseconds: number; readonly workerMilliseconds: number; readonly rssMb: number };
  readonly throughput: Throughput;
  readonly latency: Latency;
  readonly swap: Swap;
  readonly repeats: readonly { readonly room: string; readonly comments: number; readonly remembered: number; readonly hitRate: number }[] | { readonly skipped: string };
} // prettier-ignore
interface Throughput {
  readonly comments: number;
  readonly commentsPerSecond: number;
  /** CPU seconds a second: above 1 it would not be one core, below 1 others had the core meanwhile. */
  readonly cores: number;
  /** For each CPU second of this process: what one free core does. */
  readonly commentsPerCoreSecond: number;
  readonly meanLength: number;
}
interface Latency {
  readonly rate: number;
  readonly comments: number;
  readonly unanswered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** How long the main thread did not come round. */
  readonly eventLoop: { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };
}

interface Swap {
  /** From the call until the new models serve. */
  readonly milliseconds: number;
  readonly unanswered: number;
  /** Of the comments that came meanwhile and in the second after. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Exit code: 0 measured, 1 the run failed, 2 wrong call. */
export async function modelsBench(args: string[]): Promise<number> {
  const call = parseCall(args);
  if ('words' in call) {
    (call.code === 0 ? process.stdout : process.stderr).write(call.words);
    return call.code;
  }
  const { seconds, rate, json } = call;
  const recordings = recordedTexts(ROOMS);
  const texts = distinctComments(Math.min(MOST_TEXTS, Math.ceil((seconds + 1) * Math.max(40_000, rate))), recordings);
  const { heads, load } = await measureLoad(texts);
  const throughput = await measureThroughput(heads, texts, seconds);
  const models = heads.info;
  await heads.close();
  const { latency, swap, workerMilliseconds } = await measureLatency(texts, seconds, rate);
  const repeats = recordings.length === 0 ? { skipped: `there are no recordings in ${path.relative(process.cwd(), ROOMS)}` } : await measureRepeats(recordings); // prettier-ignore
  const machine = `${os.cpus()[0]?.model ?? 'unknown'} × ${os.cpus().length}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const result: Result = { machine, date: new Date().toISOString(), models, products: PRODUCTS, seconds, load: { ...load, workerMilliseconds }, throughput, latency, swap, repeats }; // prettier-ignore
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : table(result));
  return 0;
}

function parseCall(args: string[]): { seconds: number; rate: number; json: boolean } | { code: 0 | 2; words: string } {
  let values;
  try {
    values = parseArgs({
      args,
      options: {
        seconds: { type: 'string', default: '10' },
        rate: { type: 'string', default: '2000' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return { code: 2, words: `livecue bench models: ${(error as Error).message}\n\n${MODELS_HELP}` };
  }
  if (values.help) return { code: 0, words: MODELS_HELP };
  const [seconds, rate] = [Number(values.seconds), Number(values.rate)];
  if (!(seconds >= 1 && seconds <= 3600) || !(rate >= 1 && rate <= 1_000_000)) {
    return { code: 2, words: 'livecue bench models: --seconds goes from 1 to 3600, --rate from 1 to 1000000\n' };
  }
  return { seconds, rate, json: values.json };
}

/** The first thing that touches the runtime, so that its library is in the memory that is counted. */
async function measureLoad(texts: readonly string[]): Promise<{ heads: TextHeads; load: { milliseconds: number; rssMb: number } }> {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
  const before = process.memoryUsage.rss();
  const startMs = performance.now();
  const { openTextHeads } = await import('../edge-agent/src/inference/text-heads.ts');
  const heads = await openTextHeads(ROOT);
  await heads.score(texts.slice(0, 1));
  const milliseconds = performance.now() - startMs;
  // Working memory of full batches belongs to the models too.
  for (let i = 0; i < 40; i++) await heads.score(texts.slice(i * BATCH, (i + 1) * BATCH));
  gc?.();
  return { heads, load: { milliseconds: Math.round(milliseconds), rssMb: mb(process.memoryUsage.rss() - before) } };
} // prettier-ignore

async function measureThroughput(heads: TextHeads, texts: readonly string[], seconds: number): Promise<Throughput> {
  const { createCommentReader } = await import('../edge-agent/src/inference/comment-reader.ts');
  const { createProductLinker } = await import('../edge-agent/src/inference/product-linker.ts');
  const read = createCommentReader(heads.info, null, createProductLinker(simulatedCatalogue(PRODUCTS)));
  const run = async (untilMs: number) => {
    let comments = 0;
    let units = 0;
    while (performance.now() < untilMs) {
      const from = comments % Math.max(1, texts.length - BEHIND);
      const batch = texts.slice(from, from + BEHIND);
      const scores = await heads.score(batch);
      for (const [i, text] of batch.entries()) {
        read(text, scores[i] ?? {});
        units += text.length;
      }
      comments += batch.length;
    }
    return { comments, units };
  };
  await run(performance.now() + 1000);
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  const { comments, units } = await run(startMs + seconds * 1000);
  const spent = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    comments,
    commentsPerSecond: Math.round(comments / spent),
    cores: hundredths((user + system) / 1e6 / spent),
    commentsPerCoreSecond: Math.round(comments / ((user + system) / 1e6)),
    meanLength: hundredths(units / comments),
  };
}

export async function openPredictor() {
  const { createModelPredictor } = await import('../edge-agent/src/inference/model-predictor.ts');
  const { createProductLinker } = await import('../edge-agent/src/inference/product-linker.ts');
  const { openWorkerHeads } = await import('../edge-agent/src/inference/worker-heads.ts');
  const linker = createProductLinker(simulatedCatalogue(PRODUCTS));
  const startMs = performance.now();
  const heads = await openWorkerHeads(ROOT);
  const workerMilliseconds = Math.round(performance.now() - startMs);
  return { workerMilliseconds, predictor: createModelPredictor({ heads, rules: null, linker, deadlineMs: null }) };
}

async function measureLatency(
  texts: readonly string[],
  seconds: number,
  rate: number,
): Promise<{ latency: Latency; swap: Swap; workerMilliseconds: number }> {
  const { predictor, workerMilliseconds } = await openPredictor();
  const total = Math.min(texts.length, Math.ceil(seconds * rate));
  // The first second of a process compiles; a show is hours.
  await offer(predictor, texts.slice(total, total + rate), rate, () => false);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const { spentMs, unanswered } = await offer(predictor, texts.slice(0, total), rate, () => false);
  loop.disable();
  const of = (share: number) => hundredths(loop.percentile(share * 100) / 1e6);
  const latency = { rate, comments: total, unanswered, ...waits(spentMs), eventLoop: { p50Ms: of(0.5), p99Ms: of(0.99), maxMs: hundredths(loop.max / 1e6) } }; // prettier-ignore
  const swap = await measureSwap(predictor, texts.slice(total + rate), rate);
  await predictor.close();
  return { latency, swap, workerMilliseconds };
}

/** The same files from another folder: they are read, checked and proved like others. */
async function measureSwap(predictor: ModelPredictor, texts: readonly string[], rate: number): Promise<Swap> {
  const other = mkdtempSync(path.join(os.tmpdir(), 'livecue-bench-models-'));
  for (const head of Object.keys(predictor.heads.info)) cpSync(path.join(ROOT, head), path.join(other, head), { recursive: true }); // prettier-ignore
  const startMs = performance.now();
  let swappedMs = Number.POSITIVE_INFINITY;
  const swapped = predictor.swap(other).then(() => (swappedMs = performance.now()));
  const { spentMs, unanswered } = await offer(predictor, texts, rate, () => performance.now() > swappedMs + 1000);
  await swapped;
  rmSync(other, { recursive: true });
  return { milliseconds: Math.round(swappedMs - startMs), unanswered, ...waits(spentMs) };
}

/** Every comment is due at its own moment; one that is handed over late was late for its viewer too. */
export async function offer(
  predictor: ModelPredictor,
  texts: readonly string[],
  rate: number,
  isOver: () => boolean,
): Promise<{ spentMs: number[]; unanswered: number }> {
  const spentMs: number[] = [];
  const pending = new Set<Promise<void>>();
  let unanswered = 0;
  const startMs = performance.now();
  const dueMs = (index: number) => startMs + (index * 1000) / rate;
  for (let next = 0; next < texts.length && !isOver();) {
    for (; next < texts.length && dueMs(next) <= performance.now(); next++) {
      const due = dueMs(next);
      const asked = Promise.resolve(predictor.predict([texts[next] ?? ''])).then(([one]) => {
        if (one === null) unanswered++;
        spentMs.push(performance.now() - due);
        pending.delete(asked);
      });
      pending.add(asked);
    }
    await delay(1);
  }
  await Promise.all(pending);
  return { spentMs, unanswered };
}

async function measureRepeats(recordings: ReturnType<typeof recordedTexts>) {
  const rows = [];
  for (const { file, texts } of recordings) {
    const { predictor } = await openPredictor();
    for (let i = 0; i < texts.length; i += BATCH) await predictor.predict(texts.slice(i, i + BATCH));
    const { remembered, answered } = predictor.counts;
    await predictor.close();
    rows.push({ room: file.replace('.jsonl.gz', ''), comments: answered, remembered, hitRate: hundredths(remembered / answered) }); // prettier-ignore
  }
  return rows;
}

function waits(spentMs: number[]): { p50Ms: number; p99Ms: number; maxMs: number } {
  const sorted = spentMs.sort((a, b) => a - b);
  return { p50Ms: at(sorted, 0.5), p99Ms: at(sorted, 0.99), maxMs: at(sorted, 1) };
}

function at(sorted: readonly number[], share: number): number {
  return hundredths(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

function mb(bytes: number): number {
  return Math.round(bytes / 2 ** 20);
}

function table({ machine, models, seconds, load, throughput, latency, swap, repeats }: Result): string {
  const versions = Object.values(models).map((info) => info?.version).join(', '); // prettier-ignore
  const rooms = 'skipped' in repeats ? [['repeats answered from memory', 'skipped', repeats.skipped]] : repeats.map(({ room, comments, hitRate }) => [`repeats, ${room}`, `${Math.round(hitRate * 100)} %`, `of ${comments} comments`]); // prettier-ignore
  const rows = [
    ['load', `${load.milliseconds} ms`, `in the worker, its start included: ${load.workerMilliseconds} ms; bar 500`],
    ['memory', `+${load.rssMb} MB`, 'bar 150'],
    ['throughput', `${throughput.commentsPerSecond}/s`, `${throughput.commentsPerCoreSecond} a core second (${throughput.cores} cores had), ${throughput.meanLength} characters on average; bar 25000`],
    [`latency at ${latency.rate}/s`, `p50 ${latency.p50Ms} ms, p99 ${latency.p99Ms} ms`, `max ${latency.maxMs} ms, ${latency.unanswered} unanswered; bar p99 15`],
    ['event loop meanwhile', `p50 ${latency.eventLoop.p50Ms} ms, p99 ${latency.eventLoop.p99Ms} ms`, `max ${latency.eventLoop.maxMs} ms; 1 ms is its resolution`],
    ['longest wait in a swap', `${swap.maxMs} ms`, `p99 ${swap.p99Ms} ms; the swap took ${swap.milliseconds} ms, ${swap.unanswered} unanswered`],
    ...rooms,
  ]; // prettier-ignore
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const lines = rows.map(([name = '', figure = '', words = '']) => `  ${name.padEnd(width)}  ${figure.padEnd(28)}  ${words}`);
  return `${versions}, linking over ${PRODUCTS} products\n${machine}, ${seconds} s a part\n\n${lines.join('\n')}\n`;
} // prettier-ignore
