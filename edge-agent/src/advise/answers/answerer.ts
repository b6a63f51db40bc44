import { normalise, simplify } from '@livecue/shared/text';
import type { AnswerIndex, Found, Question } from './answer-index.ts';
import { confidenceOf } from './calibration.ts';
import { ANSWER_FROM, OFFER_FROM } from './calibration-weights.ts';
import type { Answered, Decision, HumanReason } from './decision.ts';
import { type LiveValues, quoteOf } from './live-text.ts';
import type { RepeatMemory } from './repeat-memory.ts';
import { sensitiveReason, speaksOfReturn } from './sensitive.ts';
import { MAX_QUESTION_UNITS } from './terms.ts';

/** Answers that a person gets to choose from. */
export const TOP = 3;
/** Facts that are looked at: several may have one id, or say the same. */
const LOOKED_AT = 24;
const MODEL_SAYS = 0.5;

export interface Asked extends Question {
  /** Who asks; null: not known, and then nobody asks twice. */
  readonly viewer: string | null;
  readonly atMs: number;
  /** Judged offensive; null: no model is loaded. */
  readonly offensive: boolean | null;
}

export interface AnswererPorts {
  readonly index: AnswerIndex;
  readonly repeats: RepeatMemory;
  /** Of the product, or of the show when null. */
  readonly live: (productId: string | null) => LiveValues;
}

export type Answerer = (asked: Asked) => Answered;

/**
 * Finds the shop's own facts for a question and says who answers. Complaint, refund, medical, legal, abuse and
 * the same viewer asking again are a person's, whatever was found. Pure but for the memory of who asked.
 */
export function createAnswerer(ports: AnswererPorts): Answerer {
  return (asked) => {
    const found = ports.index.search(asked, LOOKED_AT);
    const confidence = confidenceOf(found);
    const answers = distinct(found).map(({ fact, score }) => ({ fact, score: shareOf(score, found) * confidence }));
    const first = found[0] ?? null;
    const quote = first === null ? null : quoteOf(first.fact.answer, () => ports.live(first.fact.productId));
    const again = isAgain(asked, first, confidence, ports.repeats);
    const reason = humanReason(asked, first, confidence, quote !== null, again);
    if (reason !== null) return { answers, confidence, decision: 'human', reason, quote: null };
    const decision: Decision = confidence >= ANSWER_FROM && !speaksOfReturn(asked.text) ? 'answer' : 'offer';
    return { answers, confidence, decision, reason: null, quote };
  };
}

function humanReason(asked: Asked, first: Found | null, confidence: number, quotable: boolean, again: boolean): HumanReason | null {
  const said = sensitiveReason(asked.text);
  if (said !== null) return said;
  if (asked.offensive === true) return 'abuse';
  if ((asked.intents.complaint ?? 0) >= MODEL_SAYS) return 'complaint';
  if (again) return 'asked-again';
  if (first === null || confidence < OFFER_FROM) return 'unsure';
  if (first.product === 'other') return 'other-product';
  return quotable ? null : 'no-live-value';
} // prettier-ignore

/** The same words, or a question whose answer is the same as far as can be told. */
function isAgain(asked: Asked, first: Found | null, confidence: number, repeats: RepeatMemory): boolean {
  if (asked.viewer === null) return false;
  const words = simplify(normalise(asked.text.slice(0, MAX_QUESTION_UNITS))).replace(/[\p{P}\p{S}\s]+/gu, '');
  const keys = words === '' ? [] : [`says ${asked.productId ?? ''} ${words}`];
  if (first !== null && confidence >= OFFER_FROM) keys.push(`fact ${first.fact.factId}`);
  return repeats.note(asked.viewer, keys, asked.atMs);
}

/** The best of each id. */
function distinct(found: readonly Found[]): Found[] {
  return found
    .filter(({ fact }, i) => found.findIndex((other) => other.fact.factId === fact.factId) === i)
    .slice(0, TOP);
}

/** 1 for the first, less for the others by their score. */
function shareOf(score: number, found: readonly Found[]): number {
  const best = found[0]?.score ?? 0;
  return best <= 0 ? 0 : score / best;
}
