import * as z from 'zod';
import { Intent } from '../insight/prediction.ts';
import { Words } from '../prompt/host-prompt.ts';

/** Rows of the queue at most; those asked for longest ago go first. */
export const ANSWERS_KEPT = 100;

/** Who answers: nobody needs to be asked, the operator with one tap, or a person. */
export const AnswerDecision = z.enum(['answer', 'offer', 'human']);

/** One question of one or more viewers with the shop's own facts for it. */
export const AnswerRow = z.object({
  answerId: z.string().min(1).max(1_200),
  decision: AnswerDecision,
  /** Why a person is needed; null unless `human`. */
  reason: z
    .enum(['abuse', 'complaint', 'refund', 'medical', 'legal', 'asked-again', 'unsure', 'other-product', 'no-live-value'])
    .nullable(),
  /** What was asked about, or the product that was on air; null: neither. */
  productId: z.string().nullable(),
  intent: Intent,
  /** The newest question, at most 600 characters; empty when the platform removed it. */
  question: z.string().max(600),
  /** Distinct viewers who asked, as far as the platform tells them apart. */
  viewers: z.int().min(1),
  /** Chance that the first fact is right, 0..1. */
  confidence: z.number().min(0).max(1),
  /** Facts as they would be said, best first, at most three; live values are those of now. */
  facts: z.array(z.object({ factId: z.string(), words: Words, score: z.number().min(0).max(1) })).max(3),
  firstMs: z.int(),
  lastMs: z.int(),
}); // prettier-ignore
export type AnswerRow = z.infer<typeof AnswerRow>;

/** Verbs of the queue of answers: the operator's, since it carries viewers' words. */
export const ANSWER_VERBS = {
  /** What waits, newest question first; rows nobody asked for in 5 min are gone. */
  'answers.read': { args: z.strictObject({}), result: z.object({ rows: z.array(AnswerRow).max(ANSWERS_KEPT) }) },
  /**
   * The operator gave the answer, or put it aside (`given` false): the row goes until it is asked for again. Given, a
   * card that asks for it is done.
   */
  'answers.close': { args: z.strictObject({ answerId: z.string().min(1).max(1_200), given: z.boolean().default(true) }), result: z.object({ closed: z.boolean() }) },
} as const; // prettier-ignore
