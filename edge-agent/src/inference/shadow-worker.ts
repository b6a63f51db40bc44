/**
 * Runs beside the show at the lowest priority: scores comments by a candidate and by a copy of the model that
 * serves, one after the other in this thread, so that their costs compare. Only counts leave it.
 */
import os from 'node:os';
import { parentPort } from 'node:worker_threads';
import { createFeatureReader } from '@livecue/shared/text';
import { checkGolden, openTextModel, type TextModel } from './text-model.ts';
import { EXPECTED, type Head } from './text-heads.ts';
import type { ShadowAnswer, ShadowCall, ShadowCounts } from './shadow-thread.ts';

/** Fewer golden lines prove little; every shipped model has more than 100. */
const GOLDEN_LEAST = 16;
const WARMING = ['3号链接多少钱', '这件衬衫有没有XL的', 'is this one still in stock?', '666'];
const WARMING_ROUNDS = 20;

interface Pair {
  readonly head: Head;
  readonly serving: TextModel;
  readonly candidate: TextModel;
}

const read = createFeatureReader();
let pair: Pair | null = null;
/** Who goes first finds the caches cold: they take turns. */
let turn = 0;

async function open({ head, serving, candidate }: Extract<ShadowCall, { kind: 'open' }>): Promise<Pair> {
  const expected = EXPECTED[head];
  const opened = { head, serving: await openTextModel(serving, expected), candidate: await openTextModel(candidate, expected) };
  const lines = await checkGolden(candidate, opened.candidate, Number.POSITIVE_INFINITY);
  if (lines < GOLDEN_LEAST) {
    throw new Error(`checking ${candidate}: it has ${lines} golden lines, at least ${GOLDEN_LEAST} must prove it; write them with its trainer`);
  }
  for (let round = 0; round < WARMING_ROUNDS; round++) await compare(opened, WARMING);
  return opened;
} // prettier-ignore

/** Scores and processor time, µs. */
async function timed(model: TextModel, texts: readonly string[]): Promise<[Float32Array, number]> {
  const before = process.threadCpuUsage();
  const scores = await model.score(texts.map((text) => read(text)));
  const { user, system } = process.threadCpuUsage(before);
  return [scores, user + system];
}

async function compare({ head, serving, candidate }: Pair, texts: readonly string[]): Promise<ShadowCounts> {
  const isServingFirst = turn++ % 2 === 0;
  const first = await timed(isServingFirst ? serving : candidate, texts);
  const second = await timed(isServingFirst ? candidate : serving, texts);
  const [[ours, servingMicros], [theirs, candidateMicros]] = isServingFirst ? [first, second] : [second, first];
  const width = EXPECTED[head].labels.length;
  const counts = { servingMicros, candidateMicros, comments: texts.length, agreed: 0, drift: 0, wrong: 0, serving: new Array<number>(width).fill(0), candidate: new Array<number>(width).fill(0) }; // prettier-ignore
  for (let row = 0; row < texts.length; row++) {
    const [a, b] = [ours.subarray(row * width, (row + 1) * width), theirs.subarray(row * width, (row + 1) * width)];
    const [said, saidNow] = [labelOf(head, serving, a), labelOf(head, candidate, b)];
    counts.serving[said]!++;
    counts.candidate[saidNow]!++;
    if (said === saidNow) counts.agreed++;
    if (isDistribution(b)) counts.drift += a.reduce((sum, score, k) => sum + Math.abs(score - (b[k] ?? 0)), 0) / 2;
    else counts.wrong++;
  }
  return counts;
}

/** Place of the label as the agent reads it: the one with a threshold when it is reached, else the likeliest. */
function labelOf(head: Head, { manifest }: TextModel, scores: Float32Array): number {
  const { labels, thresholds } = EXPECTED[head];
  const marked = thresholds[0];
  if (marked !== undefined) {
    const at = labels.indexOf(marked);
    return (scores[at] ?? 0) >= (manifest.thresholds[marked] ?? 1) ? at : 1 - at;
  }
  let best = 0;
  for (let k = 1; k < scores.length; k++) if ((scores[k] ?? 0) > (scores[best] ?? 0)) best = k;
  return best;
}

function isDistribution(scores: Float32Array): boolean {
  const sum = scores.reduce((all, one) => all + one, 0);
  return Math.abs(sum - 1) < 1e-3 && scores.every((one) => one >= 0 && one <= 1);
}

async function answer(call: ShadowCall): Promise<ShadowAnswer> {
  if (call.kind === 'open') {
    pair = await open(call);
    return { id: call.id, version: pair.candidate.manifest.version };
  }
  if (pair === null) return { id: call.id, problem: 'no model is open' };
  return { id: call.id, counts: await compare(pair, call.texts) };
}

// Linux knows the priority of a thread; elsewhere it would be that of the whole agent.
if (process.platform === 'linux') os.setPriority(os.constants.priority.PRIORITY_LOW);

let queue = Promise.resolve();
parentPort?.on('message', (call: ShadowCall) => {
  queue = queue.then(async () => {
    parentPort?.postMessage(await answer(call).catch((error: unknown): ShadowAnswer => ({ id: call.id, problem: (error as Error).message })));
  });
}); // prettier-ignore
