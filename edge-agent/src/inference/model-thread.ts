import { Worker } from 'node:worker_threads';
import { ModelError } from './model-manifest.ts';
import type { Scored } from './micro-batch.ts';
import { type HeadsInfo, unpackScores } from './text-heads.ts';

export type WorkerCall =
  | { readonly id: number; readonly kind: 'open'; readonly root: string }
  | { readonly id: number; readonly kind: 'score'; readonly texts: readonly string[] };

export type WorkerAnswer =
  | { readonly id: number; readonly problem: string }
  | { readonly id: number; readonly info: HeadsInfo }
  | { readonly id: number; readonly packed: Float32Array };

/** What it makes dies with its batch: a small nursery holds it, a large one only fills memory. */
const YOUNG = { maxYoungGenerationSizeMb: 4 };

/** One set of models in a thread of its own. */
export interface ModelThread {
  readonly info: HeadsInfo;
  /** Why it can serve no more; null while it can. */
  readonly dead: ModelError | null;
  /** Answers in the order of the calls; rejects with `ModelError` when the thread has died. */
  score(texts: readonly string[]): Promise<Scored>;
  close(): Promise<void>;
}

/**
 * Starts a thread, opens the models of `root` in it and proves them. Rejects with `ModelError` when they are wrong,
 * and then leaves no thread. An idle thread keeps no process alive.
 */
export async function openModelThread(root: string): Promise<ModelThread> {
  const worker = new Worker(new URL('./model-worker.ts', import.meta.url), { resourceLimits: YOUNG });
  const { ask, death } = askerOf(worker);
  const close = async () => void (await worker.terminate());
  let info: HeadsInfo;
  try {
    const answer = await ask({ kind: 'open', root });
    if (!('info' in answer)) throw new ModelError('problem' in answer ? answer.problem : 'opening the models: no answer');
    info = answer.info;
  } catch (error) {
    await close();
    throw error;
  }
  return {
    info,
    close,
    get dead() {
      return death();
    },
    async score(texts) {
      const answer = await ask({ kind: 'score', texts });
      if ('packed' in answer) return { scores: unpackScores(info, answer.packed), info };
      throw new ModelError('problem' in answer ? answer.problem : 'scoring comments: no answer');
    },
  };
} // prettier-ignore

type WithoutId<T> = T extends { readonly id: number } ? Omit<T, 'id'> : never;

function askerOf(worker: Worker) {
  const waiting = new Map<number, { resolve: (answer: WorkerAnswer) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let dead: ModelError | null = null;
  const end = (why: string, cause?: unknown) => {
    dead ??= new ModelError(`scoring comments: ${why}; restart the agent if this stays`, { cause });
    for (const { reject } of waiting.values()) reject(dead);
    waiting.clear();
  };
  worker.on('error', (error) => end('the model thread failed', error));
  worker.on('exit', () => end('the model thread has ended'));
  worker.on('message', (answer: WorkerAnswer) => {
    const one = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) worker.unref();
    one?.resolve(answer);
  });
  worker.unref();
  const ask = (call: WithoutId<WorkerCall>) =>
    new Promise<WorkerAnswer>((resolve, reject) => {
      if (dead !== null) {
        reject(dead);
        return;
      }
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ ...call, id });
    });
  return { ask, death: () => dead };
}
