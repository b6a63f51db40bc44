import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createCanary } from '../edge-agent/src/fleet-model/canary.ts';
import { openShadowThread } from '../edge-agent/src/inference/shadow-thread.ts';
import { foldersOf } from '../edge-agent/src/inference/text-heads.ts';
import { distinctComments } from './distinct-comments.ts';
import { offer, openPredictor } from './models.ts';

export const TRIAL_HELP = `livecue bench trial [--seconds N] [--rate N]

What a delivered model costs the show: distinct comments one by one at --rate a second, alone and while a candidate
for intent is tried beside the one that serves, in turns; then three swaps under the same load. One JSON object.

  --seconds N   length of each of the four parts (default 5)
  --rate N      comments a second (default 2000)
`;

const MODELS = fileURLToPath(new URL('../models', import.meta.url));
const INTENT = path.join(MODELS, 'intent');

/** Exit code: 0 measured, 2 wrong call. */
export async function trialBench(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { seconds: { type: 'string', default: '5' }, rate: { type: 'string', default: '2000' }, help: { type: 'boolean', short: 'h' } } }); // prettier-ignore
  const [seconds, rate] = [Number(values.seconds), Number(values.rate)];
  if (values.help === true || !(seconds >= 1 && seconds <= 600) || !(rate >= 1 && rate <= 20_000)) {
    process.stdout.write(TRIAL_HELP);
    return values.help === true ? 0 : 2;
  }
  const texts = distinctComments(Math.ceil((4 * seconds + 12) * rate), []);
  let at = 0;
  const take = (count: number) => texts.slice(at, (at += Math.ceil(count)));
  const { predictor } = await openPredictor();
  await offer(predictor, take(rate), rate, () => false);
  const trial = await openShadowThread('intent', { serving: INTENT, candidate: INTENT });
  const canary = createCanary({ trial, nowMs: () => performance.now() });

  const part = async (isTried: boolean) => {
    const unobserve = isTried ? predictor.observe(canary.offer) : () => undefined;
    const [cpu, startMs] = [process.cpuUsage(), performance.now()];
    const { spentMs, unanswered } = await offer(predictor, take(seconds * rate), rate, () => false);
    unobserve();
    const { user, system } = process.cpuUsage(cpu);
    return { spentMs, unanswered, cores: (user + system) / 1000 / (performance.now() - startMs) };
  };
  const parts = { alone: [await part(false)], tried: [await part(true)] };
  parts.tried.push(await part(true));
  parts.alone.push(await part(false));
  const figures = canary.figures();
  await trial.close();
  const swaps = [];
  for (let i = 0; i < 3; i++) swaps.push(await oneSwap(predictor, take(2 * rate), rate));
  await predictor.close();
  const tried = { comments: figures.comments, skipped: figures.skipped, servingP95Ms: figures.servingP95Ms, candidateP95Ms: figures.candidateP95Ms }; // prettier-ignore
  process.stdout.write(`${JSON.stringify({ rate, seconds: 2 * seconds, alone: summed(parts.alone), withTrial: summed(parts.tried), tried, swaps })}\n`); // prettier-ignore
  return 0;
}

/** To intent from another folder: read, checked and proved like any other. */
async function oneSwap(
  predictor: Awaited<ReturnType<typeof openPredictor>>['predictor'],
  texts: string[],
  rate: number,
) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'livecue-bench-trial-'));
  cpSync(INTENT, folder, { recursive: true });
  const startMs = performance.now();
  let swapMs = 0;
  const swapped = predictor.swap({ ...foldersOf(MODELS), intent: folder }).then(() => (swapMs = performance.now() - startMs)); // prettier-ignore
  const { spentMs, unanswered } = await offer(predictor, texts, rate, () => false);
  await swapped;
  rmSync(folder, { recursive: true });
  return { swapMs: Math.round(swapMs), longestWaitMs: hundredths(Math.max(...spentMs)), unanswered };
}

function summed(parts: readonly { spentMs: number[]; unanswered: number; cores: number }[]) {
  const sorted = parts.flatMap(({ spentMs }) => spentMs).sort((a, b) => a - b);
  const of = (share: number) => hundredths(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
  const cores = parts.reduce((sum, one) => sum + one.cores, 0) / parts.length;
  const unanswered = parts.reduce((sum, one) => sum + one.unanswered, 0);
  return { p50Ms: of(0.5), p95Ms: of(0.95), p99Ms: of(0.99), maxMs: of(1), cores: hundredths(cores), unanswered };
}

const hundredths = (value: number) => Math.round(value * 100) / 100;
