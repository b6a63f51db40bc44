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
  /** Facts of the product asked about, before those of the shop. */
  readonly sameProduct: number;
}

export const TUNING: Tuning = {
  k1: 0.9,
  bQuestion: 0.1,
  bAnswer: 0.3,
  answerWeight: 1,
  nameWeight: 0.4,
  kinds: { h: 0.35, b: 0.5, t: 0.45, p: 0.15, w: 1.2, v: 0.6, g: 0.06, n: 1, c: 1.3 },
  mutual: 0.25,
  agreement: 0.2,
  others: 0.15,
  otherProduct: 0.35,
  sameProduct: 1.4,
};
