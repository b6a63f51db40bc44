import { ModelError } from './model-manifest.ts';
import { createInOrder } from './in-order.ts';
import { createMicroBatcher, type Scored } from './micro-batch.ts';
import { type ModelThread, openModelThread } from './model-thread.ts';
import { foldersOf, HEADS, type HeadsInfo, type ModelPlace } from './text-heads.ts';

export interface SwappableHeads {
  /** Of the models that serve now; one object for each set of models, also after a rollback to it. */
  readonly info: HeadsInfo;
  /** Scores, and which models they came from: during a swap that may not be the ones that serve now. */
  score(texts: readonly string[]): Promise<Scored>;
  /**
   * Opens the models of another place and serves them once proved, at once when they are those before; throws
   * `ModelError` and serves on when wrong.
   */
  swap(place: ModelPlace): Promise<HeadsInfo>;
  /** Serves the models before the last swap again. */
  rollback(): Promise<HeadsInfo>;
  /** Processor time of the newest batches of what serves now, 95th percentile, ms; null before the first. */
  p95Ms(): number | null;
  /** Why the models of the last swap failed on a comment: those before answered it and serve since. Null: they did not. */
  readonly fellBack: ModelError | null;
  close(): Promise<void>;
}

/**
 * The heads in a worker thread; calls that come while it works are joined. New models are opened and proved in a
 * thread beside it, so that comments do not wait for them; the ones before stay open for a rollback. Rejects with
 * `ModelError` when the models are wrong, and every later call when the thread that serves has died.
 */
export async function openWorkerHeads(place: ModelPlace): Promise<SwappableHeads> {
  let serving = await openModelThread(place);
  let previous: ModelThread | null = null;
  let isClosed = false;
  const inOrder = createInOrder<Scored>();
  let fellBack: ModelError | null = null;
  /** The models before are trusted more than these: not those that somebody has left by going back. */
  let mayFallBack = false;
  const score = async (texts: readonly string[]): Promise<Scored> => {
    const own = serving;
    try {
      return await own.score(texts);
    } catch (error) {
      // A comment that new models fail on is answered by those before, and so are all after it.
      if (serving === own && mayFallBack && previous !== null && previous.dead === null) {
        [serving, previous] = [previous, serving];
        mayFallBack = false;
        fellBack = error as ModelError;
      }
      if (serving === own) throw error;
      return serving.score(texts);
    }
  };
  const batcher = createMicroBatcher((texts) => inOrder(score(texts)));

  const open = async (other: ModelPlace): Promise<HeadsInfo> => {
    if (serving.dead === null && isSamePlace(serving.place, other)) return serving.info;
    if (previous !== null && previous.dead === null && isSamePlace(previous.place, other)) return back();
    const next = await openModelThread(other);
    if (isClosed) {
      await next.close();
      throw new ModelError('opening models: the agent has closed its models meanwhile; start it again');
    }
    const oldest = previous;
    previous = serving;
    serving = next;
    mayFallBack = true;
    fellBack = null;
    await oldest?.close();
    return next.info;
  };
  const back = (): HeadsInfo => {
    if (previous === null) throw new ModelError('going back to the previous models: none is kept');
    if (previous.dead !== null) throw previous.dead;
    [serving, previous] = [previous, serving];
    mayFallBack = false;
    fellBack = null;
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
    get fellBack() {
      return fellBack;
    },
    p95Ms: () => serving.p95Ms(),
    score: batcher.score,
    swap: (other) => change(() => open(other)),
    rollback: () => change(back),
    close: async () => {
      isClosed = true;
      await Promise.all([serving.close(), previous?.close()]);
    },
  };
}

function isSamePlace(one: ModelPlace, other: ModelPlace): boolean {
  const [a, b] = [foldersOf(one), foldersOf(other)];
  return HEADS.every((head) => a[head] === b[head]);
}
