import { Worker } from 'node:worker_threads';
import { ModelError } from './model-manifest.ts';
import type { Scored } from './micro-batch.ts';
import { createRecentTimes } from './recent-times.ts';
import { type HeadsInfo, type ModelPlace, unpackScores } from './text-heads.ts';

export type WorkerCall =
  | { readonly id: number; readonly kind: 'open'; readonly place: ModelPlace }
  | { readonly id: number; readonly kind: 'score'; readonly texts: readonly string[] };

export type WorkerAnswer =
  | { readonly id: number; readonly problem: string }
  | { readonly id: number; readonly info: HeadsInfo }
  /** `micros`: processor time that it took, µs. */
  | { readonly id: number; readonly packed: Float32Array; readonly micros: number };

/** What it makes dies with its batch: a small nursery holds it, a large one only fills memory. */
export const YOUNG = { maxYoungGenerationSizeMb: 4 };

/** One set of models in a thread of its own. */
export interface ModelThread {
  readonly place: ModelPlace;
  readonly info: HeadsInfo;
  /** Why it can serve no more; null while it can. */
  readonly dead: ModelError | null;
  /** Answers in the order of the calls; rejects with `ModelError` when the thread has died. */
  score(texts: readonly string[]): Promise<Scored>;
  /** Processor time of the newest calls, 95th percentile, ms; null before the first. */
  p95Ms(): number | null;
  close(): Promise<void>;
}

/**
 * Starts a thread, opens the models of `place` in it and proves them. Rejects with `ModelError` when they are wrong,
 * and then leaves no thread. An idle thread keeps no process alive.
 */
export async function openModelThread(place: ModelPlace): Promise<ModelThread> {
  const worker = new Worker(new URL('./model-worker.ts', import.meta.url), { resourceLimits: YOUNG });
  const { ask, death, close } = askerOf<WorkerCall, WorkerAnswer>(worker);
  const times = createRecentTimes();
  let info: HeadsInfo;
  try {
    const answer = await ask({ kind: 'open', place });
    if (!('info' in answer)) throw new ModelError('problem' in answer ? answer.problem : 'opening the models: no answer');
    info = answer.info;
  } catch (error) {
    await close();
    throw error;
  }
  return {
    place,
    info,
    close,
    p95Ms: times.p95Ms,
    get dead() {
      return death();
    },
    async score(texts) {
      const answer = await ask({ kind: 'score', texts });
      if ('micros' in answer) times.add(answer.micros);
      if ('packed' in answer) return { scores: unpackScores(info, answer.packed), info };
      throw new ModelError('problem' in answer ? answer.problem : 'scoring comments: no answer');
    },
  };
} // prettier-ignore

type WithoutId<T> = T extends { readonly id: number } ? Omit<T, 'id'> : never;

/** Longer than any run; a thread that says nothing for so long hangs. */
const CLOSE_PATIENCE_MS = 10_000;

/** Calls to a worker and its answers by number; all of them fail when it has died. */
export function askerOf<Call extends { readonly id: number }, Answer extends { readonly id: number }>(worker: Worker) {
  const waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let dead: ModelError | null = null;
  let onIdle: (() => void) | null = null;
  const end = (why: string, cause?: unknown) => {
    dead ??= new ModelError(`scoring comments: ${why}; restart the agent if this stays`, { cause });
    for (const { reject } of waiting.values()) reject(dead);
    waiting.clear();
    onIdle?.();
  };
  worker.on('error', (error) => end('the model thread failed', error));
  worker.on('exit', () => end('the model thread has ended'));
  worker.on('message', (answer: Answer) => {
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    one?.resolve(answer);
    if (waiting.size === 0) onIdle?.();
  });
  worker.unref();
  const ask = (call: WithoutId<Call>) =>
    new Promise<Answer>((resolve, reject) => {
      if (dead !== null || isClosing) {
        reject(dead ?? new ModelError('scoring comments: the model thread was closed'));
        return;
      }
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ ...call, id });
    });
  let isClosing = false;
  /** Ends the thread when what it was asked is answered: a run of the runtime that is cut short ends the whole process. */
  const close = async () => {
    isClosing = true;
    if (waiting.size > 0) {
      await new Promise<void>((resolve) => {
        onIdle = resolve;
        setTimeout(resolve, CLOSE_PATIENCE_MS).unref();
      });
    }
    await worker.terminate();
  };
  return { ask, death: () => dead, close };
}
