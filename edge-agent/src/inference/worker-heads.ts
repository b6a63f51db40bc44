import { ModelError } from './model-manifest.ts';
import { createInOrder } from './in-order.ts';
import { createMicroBatcher, type Scored } from './micro-batch.ts';
import { type ModelThread, openModelThread } from './model-thread.ts';
import type { HeadsInfo } from './text-heads.ts';

export interface SwappableHeads {
  /** Of the models that serve now; one object for each set of models, also after a rollback to it. */
  readonly info: HeadsInfo;
  /** Scores, and which models they came from: during a swap that may not be the ones that serve now. */
  score(texts: readonly string[]): Promise<Scored>;
  /** Opens the models of another folder and serves them once proved; throws `ModelError` and serves on when wrong. */
  swap(root: string): Promise<HeadsInfo>;
  /** Serves the models before the last swap again. */
  rollback(): Promise<HeadsInfo>;
  close(): Promise<void>;
}

/**
 * The heads in a worker thread; calls that come while it works are joined. New models are opened and proved in a
 * thread beside it, so that comments do not wait for them; the ones before stay open for a rollback. Rejects with
 * `ModelError` when the models are wrong, and every later call when the thread that serves has died.
 */
export async function openWorkerHeads(root: string): Promise<SwappableHeads> {
  let serving = await openModelThread(root);
  let previous: ModelThread | null = null;
  let isClosed = false;
  const inOrder = createInOrder<Scored>();
  const batcher = createMicroBatcher((texts) => inOrder(serving.score(texts)));

  const open = async (other: string): Promise<HeadsInfo> => {
    const next = await openModelThread(other);
    if (isClosed) {
      await next.close();
      throw new ModelError(`opening the models of ${other}: the agent has closed its models meanwhile; start it again`);
    }
    const oldest = previous;
    previous = serving;
    serving = next;
    await oldest?.close();
    return next.info;
  };
  const back = (): HeadsInfo => {
    if (previous === null) throw new ModelError('going back to the previous models: none is kept');
    if (previous.dead !== null) throw previous.dead;
    [serving, previous] = [previous, serving];
    return serving.info;
  };

  // One change after the other: two at once would each take the other's models for the ones before.
  let changes: Promise<unknown> = Promise.resolve();
  const change = (make: () => HeadsInfo | Promise<HeadsInfo>): Promise<HeadsInfo> => {
    const made = changes.then(make);
    changes = made.catch(() => null);
    return made;
  };
  return {
    get info() {
      return serving.info;
    },
    score: batcher.score,
    swap: (other) => change(() => open(other)),
    rollback: () => change(back),
    close: async () => {
      isClosed = true;
      await Promise.all([serving.close(), previous?.close()]);
    },
  };
}
