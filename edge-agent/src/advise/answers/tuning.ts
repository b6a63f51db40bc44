import type { TermKind } from './terms.ts';

/** What the scores are made with; chosen on development questions by `models/answers/evaluate.ts`. */
export interface Tuning {
  /** BM25: how soon a repeated term says nothing new, and how much a long field counts less (0 to 1). */
  readonly k1: number;
  readonly bQuestion: number;
  readonly bAnswer: number;
  /** Weight of a term in the answer and in the product's name, against 1 in the question. */
  readonly answerWeight: number;
  readonly nameWeight: number;
  readonly kinds: Readonly<Record<TermKind, number>>;
  /** How much each of these counts beside the BM25 score as a share of its possible maximum. */
  readonly mutual: number;
  readonly agreement: number;
  readonly others: number;
  /** Facts of another product than the one asked about. */
  readonly otherProduct: number;
}

export const TUNING: Tuning = {
  k1: 1.2,
  bQuestion: 0.4,
  bAnswer: 0.6,
  answerWeight: 0.4,
  nameWeight: 0.4,
  kinds: { h: 0.35, b: 1, t: 0.6, p: 0.35, w: 1.2, v: 0.6, g: 0.12, n: 1, c: 1 },
  mutual: 0.5,
  agreement: 0.25,
  others: 0.15,
  otherProduct: 0.35,
};
