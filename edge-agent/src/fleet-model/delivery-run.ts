import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ModelDelivery, type CanaryFigures } from '@livecue/shared/contract';
import { createCanary } from './canary.ts';
import { faultsOf } from './canary-gates.ts';
import type { FetchConfig } from './chunk-fetch.ts';
import { bringFiles, RefusedDelivery, type DeliveryFolders } from './delivered-files.ts';
import type { ModelDeliveryPorts, Trial } from './model-ports.ts';
import { ATTEMPTS_MAX, type OpenedMemory, type TaskMemory } from './models-memory.ts';
import type { ReportBoard } from './report-board.ts';
import type { Serving } from './serving.ts';

export interface RunPorts extends ModelDeliveryPorts {
  readonly memory: OpenedMemory;
  readonly board: ReportBoard;
  readonly serving: Serving;
  /** Why new models may not serve yet although they have passed; null: they may. */
  readonly waitsFor: (when: ModelDelivery['when']) => string | null;
}

export interface RunConfig {
  readonly folders: DeliveryFolders;
  readonly fetch: FetchConfig;
  /** How often trial, watch and waiting are looked at, ms. */
  readonly lookMs: number;
  /** New models are watched so long once they serve. */
  readonly watchMs: number;
  /** A start or a trial that lasts so long has gone well. */
  readonly provedMs: number;
}

/**
 * One delivery from its first chunk to serving, from wherever an earlier run left it. Rejects with
 * `RefusedDelivery`, the abort, or the disk's error; then nothing has changed in what serves.
 */
export async function runDelivery(ports: RunPorts, config: RunConfig, known: TaskMemory, signal: AbortSignal): Promise<void> {
  const { board, serving, models, nowMs } = ports;
  const { task } = known.report;
  const delivery = ModelDelivery.parse(JSON.parse(known.document.text));
  const candidate = await bring(ports, config, { delivery, known }, signal);
  await beginTrial(ports.memory, known);
  const own = serving.folders[task];
  const folders = { serving: own === undefined ? models.shipped(task) : path.join(config.folders.models, own), candidate };
  const trial = await models.openTrial(task, folders).catch((error: unknown) => {
    throw new RefusedDelivery((error as Error).message, { cause: error });
  });
  const proved = setTimeout(() => void (known.attempts = 0), config.provedMs);
  try {
    signal.throwIfAborted();
    await board.tell(known, { state: 'verified' });
    const figures = await tryBeside(ports, config, { delivery, known, trial }, signal);
    await board.tell(known, { state: 'passed', untilMs: null, canary: figures });
  } finally {
    clearTimeout(proved);
    await trial.close();
  }
  known.attempts = 0;
  for (let reason = ports.waitsFor(delivery.when); reason !== null; reason = ports.waitsFor(delivery.when)) {
    await board.tell(known, { reason });
    await delay(config.lookMs, undefined, { signal });
  }
  signal.throwIfAborted();
  await serving.goLive(known, nowMs() + config.watchMs);
} // prettier-ignore

async function bring(
  { board, channel, nowMs }: RunPorts,
  { folders, fetch, lookMs }: RunConfig,
  { delivery, known }: { readonly delivery: ModelDelivery; readonly known: TaskMemory },
  signal: AbortSignal,
): Promise<string> {
  await board.tell(known, { state: 'fetching' });
  let toldAtMs = Number.NEGATIVE_INFINITY;
  const onProgress = (have: number, of: number, reason: string | null) => {
    if (signal.aborted || (have < of && nowMs() - toldAtMs < lookMs)) return;
    toldAtMs = nowMs();
    void board.tell(known, { chunks: { have, of }, reason });
  };
  return bringFiles(folders, delivery, known.version, { channel, onProgress }, fetch, signal);
}

/** A file that ends the process, as no check in it can tell, is opened twice at most. */
async function beginTrial(memory: OpenedMemory, known: TaskMemory): Promise<void> {
  if (known.attempts >= ATTEMPTS_MAX) throw new RefusedDelivery(`the agent did not survive ${known.attempts} trials of it`); // prettier-ignore
  known.attempts++;
  await memory.save();
}

/** The panel reads them as they are; the cloud is told so often. */
const FIGURES_MS = 15_000;

/** Figures of a candidate that may serve. */
async function tryBeside(
  { board, models, nowMs }: RunPorts,
  { lookMs }: RunConfig,
  { delivery, known, trial }: { readonly delivery: ModelDelivery; readonly known: TaskMemory; readonly trial: Trial },
  signal: AbortSignal,
): Promise<CanaryFigures> {
  const untilMs = nowMs() + delivery.canaryMinutes * 60_000;
  const canary = createCanary({ trial, nowMs });
  const unobserve = models.observe(canary.offer);
  let figures = canary.figures();
  let toldAtMs = nowMs();
  try {
    await board.tell(known, { state: 'canary', untilMs, canary: figures });
    while (figures.errors === 0 && (figures.comments < delivery.canaryComments || nowMs() < untilMs)) {
      await delay(lookMs, undefined, { signal });
      figures = canary.figures();
      known.report = { ...known.report, canary: figures };
      if (nowMs() - toldAtMs < FIGURES_MS) continue;
      toldAtMs = nowMs();
      await board.tell(known, { canary: figures });
    }
  } finally {
    unobserve();
  }
  const faults = faultsOf(figures);
  if (faults.length === 0) return figures;
  throw new RefusedDelivery(`tried on ${figures.comments} comments beside the one that serves: ${faults.join('; ')}`);
}
