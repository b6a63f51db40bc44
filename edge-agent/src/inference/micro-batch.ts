import type { HeadScores, HeadsInfo } from './text-heads.ts';

/** Scores of some texts, all by one set of models. */
export interface Scored {
  readonly scores: readonly HeadScores[];
  readonly info: HeadsInfo;
}

export interface MicroBatcher {
  /** Scores of `texts`, in order; rejects as the batch that they went with did. */
  score(texts: readonly string[]): Promise<Scored>;
}

/** Texts that go at once, however many are on the way already. */
export const BATCH_TEXTS = 64;
/** No text waits longer for company. */
export const BATCH_WAIT_MS = 5;

interface Waiting {
  readonly texts: readonly string[];
  readonly resolve: (scored: Scored) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Joins calls into batches: a run of 64 texts costs little more than five runs of one. While nothing is on the
 * way a call goes at the end of this turn of the event loop; else it waits until the batch before it is back,
 * 64 texts are together, or 5 ms have passed, whichever is first. The order of calls is kept.
 */
export function createMicroBatcher(scoreBatch: (texts: readonly string[]) => Promise<Scored>): MicroBatcher {
  let waiting: Waiting[] = [];
  let count = 0;
  let onTheWay = 0;
  let timer: NodeJS.Timeout | null = null;
  let isTurnSet = false;

  const flush = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    count = 0;
    onTheWay++;
    const end = () => {
      onTheWay--;
      if (onTheWay === 0) flush();
    };
    scoreBatch(batch.length === 1 ? (batch[0]?.texts ?? []) : batch.flatMap(({ texts }) => texts)).then(
      (scored) => {
        handOut(batch, scored);
        end();
      },
      (error: unknown) => {
        for (const { reject } of batch) reject(error);
        end();
      },
    );
  };
  const atEndOfTurn = () => {
    isTurnSet = false;
    if (onTheWay === 0) flush();
  };

  return {
    score: (texts) =>
      new Promise<Scored>((resolve, reject) => {
        waiting.push({ texts, resolve, reject });
        count += texts.length;
        if (count >= BATCH_TEXTS) flush();
        else if (onTheWay > 0) timer ??= setTimeout(flush, BATCH_WAIT_MS);
        else if (!isTurnSet) {
          isTurnSet = true;
          setImmediate(atEndOfTurn);
        }
      }),
  };
}

function handOut(batch: readonly Waiting[], { scores, info }: Scored): void {
  let at = 0;
  for (const { texts, resolve } of batch) resolve({ scores: scores.slice(at, (at += texts.length)), info });
}
