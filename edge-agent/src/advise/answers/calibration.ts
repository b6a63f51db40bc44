import type { Found } from './answer-index.ts';
import { WEIGHTS } from './calibration-weights.ts';

/** What the chance that the first fact is right is made of; the first is the constant. */
export function signsOf(found: readonly Found[]): number[] {
  const [first] = found;
  if (first === undefined) return [];
  // The lead is over the best fact that says something else: the same answer under another id is no rival.
  const second = found.find(({ fact }) => fact.factId !== first.fact.factId && (fact.answer.zh === '' || fact.answer.zh !== first.fact.answer.zh)); // prettier-ignore
  const lead = second === undefined ? 1 : Math.max(0, first.score - second.score) / first.score;
  // A better fit among another product's facts: what is asked is known of that one and not of this one.
  const rival = Math.max(0, ...found.filter(({ product }) => product === 'other').map(({ raw }) => raw / first.raw));
  return [
    1,
    first.covered,
    first.mutual,
    lead,
    first.agreement,
    first.covered * first.mutual,
    lead * first.covered,
    lead * first.agreement,
    first.product === 'other' ? 1 : 0,
    first.product === 'unnamed' ? 1 : 0,
    first.product === 'same' ? 1 : 0,
    Math.min(1.5, Math.max(0, rival - 0.6)),
  ];
}

/** 0..1; 0 when nothing was found. */
export function confidenceOf(found: readonly Found[], weights: readonly number[] = WEIGHTS): number {
  if (found.length === 0) return 0;
  return chanceOf(signsOf(found), weights);
}

export function chanceOf(signs: readonly number[], weights: readonly number[]): number {
  const sum = signs.reduce((total, sign, i) => total + sign * (weights[i] ?? 0), 0);
  return 1 / (1 + Math.exp(-sum));
}
