import type { Found } from './answer-index.ts';

/**
 * Logistic regression from what a search found to the chance that its first fact is right: made by
 * `node models/answers/evaluate.ts --fit` on development questions, in the order of `signsOf`.
 */
export const WEIGHTS: readonly number[] = [-4, 3, 4, 2, 2, 0, 0, 0, 0];

/** From here on a fact is told without asking, and offered to the operator. */
export const ANSWER_FROM = 0.9;
export const OFFER_FROM = 0.4;

/** What confidence is made of; the first is the constant. The lead is over the best fact that says something else. */
export function signsOf(found: readonly Found[]): number[] {
  const [first] = found;
  if (first === undefined) return WEIGHTS.map((_, i) => (i === 0 ? 1 : 0));
  const second = found.find(({ fact }) => fact.factId !== first.fact.factId && fact.answer.zh !== first.fact.answer.zh);
  const lead = second === undefined ? 1 : (first.score - second.score) / Math.max(1e-6, first.score);
  return [
    1,
    first.covered,
    first.mutual,
    lead,
    first.agreement,
    first.covered * first.mutual,
    lead * first.mutual,
    first.product === 'other' ? 1 : 0,
    first.product === 'unnamed' ? 1 : 0,
  ];
}

/** 0..1; 0 when nothing was found. */
export function confidenceOf(found: readonly Found[], weights: readonly number[] = WEIGHTS): number {
  if (found.length === 0) return 0;
  const signs = signsOf(found);
  const sum = signs.reduce((total, sign, i) => total + sign * (weights[i] ?? 0), 0);
  return 1 / (1 + Math.exp(-sum));
}
