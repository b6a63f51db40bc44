import { Worker } from 'node:worker_threads';
import { ModelError } from './model-manifest.ts';
import { createMicroBatcher } from './micro-batch.ts';
import { type HeadScores, type HeadsInfo, unpackScores } from './text-heads.ts';

export type WorkerCall =
  | { readonly id: number; readonly kind: 'open'; readonly root: string }
  | { readonly id: number; readonly kind: 'rollback' }
  | { readonly id: number; readonly kind: 'score'; readonly texts: readonly string[] };

export type WorkerAnswer =
  | { readonly id: number; readonly problem: string }
  | { readonly id: number; readonly generation: number; readonly info: HeadsInfo }
  | { readonly id: number; readonly generation: number; readonly packed: Float32Array };

export interface SwappableHeads {
  /** Of the models that serve now; one object for each set of models, also after a rollback to it. */
  readonly info: HeadsInfo;
  /** Scores, and which models they came from: during a swap that may not be the ones that serve now. */
  score(texts: readonly string[]): Promise<{ readonly scores: readonly HeadScores[]; readonly info: HeadsInfo }>;
  /** Opens the models of another folder and serves them once proved; throws `ModelError` and serves on when wrong. */
  swap(root: string): Promise<HeadsInfo>;
  /** Serves the models before the last swap again. */
  rollback(): Promise<HeadsInfo>;
  close(): Promise<void>;
}

/**
 * The heads in a worker thread; calls that come while it works are joined. An idle worker keeps no process alive. Rejects with `ModelError` when the
 * models are wrong, and every later call when the thread has died.
 */
export async function openWorkerHeads(root: string): Promise<SwappableHeads> {
  const worker = new Worker(new URL('./model-worker.ts', import.meta.url));
  const ask = askerOf(worker);
  let info: HeadsInfo;
  try {
    info = await ask.info({ kind: 'open', root });
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  const change = async (call: Asked) => (info = await ask.info(call));
  const batcher = createMicroBatcher(ask.scores);
  return {
    get info() {
      return info;
    },
    score: batcher.score,
    swap: (other) => change({ kind: 'open', root: other }),
    rollback: () => change({ kind: 'rollback' }),
    close: async () => {
      await worker.terminate();
    },
  };
}

type WithoutId<T> = T extends { readonly id: number } ? Omit<T, 'id'> : never;
type Asked = WithoutId<WorkerCall>;

function askerOf(worker: Worker) {
  const waiting = new Map<number, { resolve: (answer: WorkerAnswer) => void; reject: (error: Error) => void }>();
  const infos = new Map<number, HeadsInfo>();
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
    // At once, and not when the asker wakes: the next message may be scored by these models.
    if ('info' in answer && !infos.has(answer.generation)) infos.set(answer.generation, answer.info);
    one?.resolve(answer);
  });
  worker.unref();

  const ask = (call: Asked) =>
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
  return {
    async info(call: Asked): Promise<HeadsInfo> {
      const answer = await ask(call);
      if ('info' in answer) return infos.get(answer.generation) ?? answer.info;
      throw new ModelError('problem' in answer ? answer.problem : 'opening the models: no answer');
    },
    async scores(texts: readonly string[]) {
      const answer = await ask({ kind: 'score', texts });
      if ('packed' in answer) {
        const info = infos.get(answer.generation) ?? {};
        return { scores: unpackScores(info, answer.packed), info };
      }
      throw new ModelError('problem' in answer ? answer.problem : 'scoring comments: no answer');
    },
  };
}
