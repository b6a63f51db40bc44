import { Worker } from 'node:worker_threads';
import { ModelError } from './model-manifest.ts';
import { askerOf, YOUNG } from './model-thread.ts';
import { EXPECTED, type Head } from './text-heads.ts';

export type ShadowCall =
  | { readonly id: number; readonly kind: 'open'; readonly head: Head; readonly serving: string; readonly candidate: string }
  | { readonly id: number; readonly kind: 'compare'; readonly texts: readonly string[] }; // prettier-ignore

export type ShadowAnswer =
  | { readonly id: number; readonly problem: string }
  | { readonly id: number; readonly version: string }
  | { readonly id: number; readonly counts: ShadowCounts };

/** What two models made of some comments. */
export interface ShadowCounts {
  readonly comments: number;
  readonly agreed: number;
  /** Sum over comments of half the sum of the differences of scores. */
  readonly drift: number;
  /** Comments to which the candidate gave no probabilities. */
  readonly wrong: number;
  /** Comments by label, in the order of `labels`. */
  readonly serving: readonly number[];
  readonly candidate: readonly number[];
  /** Processor time, µs. */
  readonly servingMicros: number;
  readonly candidateMicros: number;
}

/** A candidate beside the model that serves its task, in a thread of its own. */
export interface ShadowThread {
  /** Of the candidate's manifest. */
  readonly version: string;
  readonly labels: readonly string[];
  /** Rejects with `ModelError` when one of the two fails on a text, and always when the thread has died. */
  compare(texts: readonly string[]): Promise<ShadowCounts>;
  close(): Promise<void>;
}

/**
 * Opens both models and proves the candidate by all of its golden lines. Rejects with `ModelError` saying what is
 * wrong with it, and then leaves no thread.
 */
export async function openShadowThread(head: Head, folders: { serving: string; candidate: string }): Promise<ShadowThread> {
  const worker = new Worker(new URL('./shadow-worker.ts', import.meta.url), { resourceLimits: YOUNG });
  const { ask, close } = askerOf<ShadowCall, ShadowAnswer>(worker);
  try {
    const answer = await ask({ kind: 'open', head, ...folders });
    if (!('version' in answer)) throw new ModelError('problem' in answer ? answer.problem : 'opening a candidate: no answer');
    return {
      version: answer.version,
      labels: EXPECTED[head].labels,
      close,
      async compare(texts) {
        const said = await ask({ kind: 'compare', texts });
        if ('counts' in said) return said.counts;
        throw new ModelError('problem' in said ? said.problem : 'trying a candidate: no answer');
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
} // prettier-ignore
