/** Runs sets of questions through the answers, and counts. */
import { fileURLToPath } from 'node:url';
import { createAnswerIndex, type Found, type IntentScores } from '../../edge-agent/src/advise/answers/answer-index.ts';
import { TUNING, type Tuning } from '../../edge-agent/src/advise/answers/tuning.ts';
import { createCommentReader } from '../../edge-agent/src/inference/comment-reader.ts';
import { createProductLinker } from '../../edge-agent/src/inference/product-linker.ts';
import { openTextHeads } from '../../edge-agent/src/inference/text-heads.ts';
import type { Asked, QuestionSet } from './sets.ts';

const MODELS = fileURLToPath(new URL('..', import.meta.url));

export interface Reading {
  readonly intents: IntentScores;
  readonly offensive: boolean | null;
}
export type Readings = ReadonlyMap<string, Reading>;

/** What the models make of all texts of some sets. */
export async function readAll(sets: readonly QuestionSet[], root = MODELS): Promise<Readings> {
  const texts = new Set(sets.flatMap(({ facts, asked }) => [...facts.map(({ questions }) => questions[0] ?? ''), ...asked.map(({ text }) => text)])); // prettier-ignore
  const heads = await openTextHeads(root);
  const read = createCommentReader(heads.info, null, createProductLinker({ version: 1, products: [] }));
  const all = [...texts];
  const scores = await heads.score(all);
  await heads.close();
  return new Map(all.map((text, i) => {
    const { intentScores, offensive } = read(text, scores[i] ?? {});
    return [text, { intents: intentScores, offensive }];
  }));
} // prettier-ignore

export interface Tried {
  readonly asked: Asked;
  readonly found: readonly Found[];
}

/** Each question with what is found for it, 24 at most. */
export function tryAll(set: QuestionSet, readings: Readings, tuning: Tuning = TUNING): Tried[] {
  const intents = set.facts.map(({ topic, questions }) => (topic === null ? (readings.get(questions[0] ?? '')?.intents ?? {}) : { [topic]: 1 })); // prettier-ignore
  const index = createAnswerIndex(set.facts, intents, tuning);
  return set.asked.map((asked) => {
    const found = index.search({ text: asked.text, productId: asked.productId, intents: readings.get(asked.text)?.intents ?? {} }, 24); // prettier-ignore
    return { asked, found };
  });
}

/** Share of the questions that have an answer for which it is among the first `top`. */
export function recallAt(tried: readonly Tried[], top: number): number {
  const answerable = tried.filter(({ asked }) => asked.want !== null);
  const hits = answerable.filter(({ asked, found }) => found.slice(0, top).some(({ fact }) => fact.factId === asked.want));
  return answerable.length === 0 ? 1 : hits.length / answerable.length;
} // prettier-ignore

export const isRight = ({ asked, found }: Tried): boolean => asked.want !== null && found[0]?.fact.factId === asked.want; // prettier-ignore
