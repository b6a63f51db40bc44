import type { Words } from '@livecue/shared/prompt';
import type { Fact } from './fact.ts';

/** `answer`: said without asking; `offer`: to the operator, with one tap; `human`: a person answers. */
export type Decision = 'answer' | 'offer' | 'human';

/** Why a question is left to a person. */
export type HumanReason =
  | 'abuse'
  | 'complaint'
  | 'refund'
  | 'medical'
  | 'legal'
  /** The same viewer asked the same before. */
  | 'asked-again'
  /** Nothing found fits well enough. */
  | 'unsure'
  /** The best fact is of another product than the one asked about. */
  | 'other-product'
  /** The fact quotes a price or stock that is not known now. */
  | 'no-live-value';

export interface Answered {
  /** Best first, at most three; scores 0..1 fall. */
  readonly answers: readonly { readonly fact: Fact; readonly score: number }[];
  readonly decision: Decision;
  /** Chance that the first of `answers` is right, 0..1, calibrated on development questions. */
  readonly confidence: number;
  /** Null unless `human`. */
  readonly reason: HumanReason | null;
  /** The fact quoted, live values in; null when `human`. */
  readonly quote: Words | null;
}
