import { INTENTS, type Intent } from '@livecue/shared/insight';
import { TOPIC_CONCEPTS } from './concepts.ts';
import type { Fact } from './fact.ts';
import { MAX_FACT_UNITS, MAX_QUESTION_UNITS, readTerms, type Term } from './terms.ts';
import { TUNING, type Tuning } from './tuning.ts';

/** How likely each intent is, by label; adds up to at most 1. Empty: not known. */
export type IntentScores = Readonly<Partial<Record<Intent, number>>>;

export interface Question {
  readonly text: string;
  /** What is asked about; null: nothing was named. */
  readonly productId: string | null;
  readonly intents: IntentScores;
}

/** A fact found for a question, and what its place rests on; all but `score` 0..1. */
export interface Found {
  readonly fact: Fact;
  /** What facts are ordered by. */
  readonly score: number;
  /** The score before the product is looked at. */
  readonly raw: number;
  /** BM25 as a share of what a fact that says every term of the question once would get. */
  readonly covered: number;
  /** Terms in common of the question and the fact's own question, as a share of both. */
  readonly mutual: number;
  /** Chance that both have one intent; 0.5 when the intent of one is not known. */
  readonly agreement: number;
  /** The fact is of the product asked about, of the whole shop, or of another. */
  readonly product: 'same' | 'shop' | 'other' | 'unnamed';
}

export interface AnswerIndex {
  readonly facts: readonly Fact[];
  /** Best first, at most `limit`; of equal ones the first given. Facts without any term in common are left out. */
  search(question: Question, limit: number): Found[];
}

/** How many wordings are looked at closely. */
const LOOKED_AT = 64;

interface Wording {
  readonly fact: number;
  readonly question: ReadonlyMap<string, number>;
  readonly questionLength: number;
  readonly answer: ReadonlyMap<string, number>;
  readonly answerLength: number;
}

/** Of one term: the wordings that have it. */
interface Postings {
  readonly at: Int32Array;
  /** BM25 of the term in the wording. */
  readonly impact: Float32Array;
  /** Weight of the term in the wording's question alone. */
  readonly asked: Float32Array;
  readonly idf: number;
}

/**
 * Inverted index over the ways to ask for each fact and their answers: BM25 over characters, words, sounds and
 * concepts in fields of unequal weight. `intents` are those of each fact, or null where only topics are known.
 * A search costs the postings of the question's terms: some 0.3 ms at 5,000 facts.
 */
export function createAnswerIndex(
  facts: readonly Fact[],
  intents: readonly IntentScores[] | null = null,
  tuning: Tuning = TUNING,
): AnswerIndex {
  const wordings = facts.flatMap((fact, i) => wordingsOf(fact, i, tuning));
  const factOf = Int32Array.from(wordings, ({ fact }) => fact);
  const postings = postingsOf(wordings, facts.length, tuning);
  const idfOf = (key: string) => postings.get(key)?.idf ?? idf(0, facts.length);
  const masses = Float32Array.from(wordings, ({ question }) => massOf(question, idfOf, tuning));
  const factIntents = facts.map((fact, i) => intents?.[i] ?? (fact.topic === null ? {} : { [fact.topic]: 1 }));
  const scores = new Float32Array(wordings.length);
  const shared = new Float32Array(wordings.length);
  const touched = new Int32Array(wordings.length);

  /** Fills `scores` and `shared`; returns how many wordings were touched. */
  const accumulate = (terms: ReadonlyMap<string, number>): number => {
    let count = 0;
    for (const [key, weight] of terms) {
      const found = postings.get(key);
      if (found === undefined) continue;
      const mass = found.idf * kindWeight(key, tuning);
      for (let i = 0; i < found.at.length; i++) {
        const at = found.at[i]!;
        if (scores[at] === 0) touched[count++] = at;
        scores[at] = scores[at]! + weight * found.impact[i]!;
        shared[at] = shared[at]! + mass * Math.min(weight, found.asked[i]!);
      }
    }
    return count;
  };

  return {
    facts,
    search(question, limit) {
      const terms = bag(readTerms(question.text, MAX_QUESTION_UNITS), 1);
      const mass = massOf(terms, idfOf, tuning);
      const count = accumulate(terms);
      const best = topOf(scores, touched, count, LOOKED_AT);
      const found = new Map<number, { scores: number[]; covered: number; mutual: number }>();
      for (const at of best) {
        const covered = Math.min(1, scores[at]! / (mass * (tuning.k1 + 1)));
        const mutual = masses[at]! === 0 ? 0 : Math.min(1, (2 * shared[at]!) / (mass + masses[at]!));
        const known = found.get(factOf[at]!);
        const score = covered + tuning.mutual * mutual;
        if (known === undefined) found.set(factOf[at]!, { scores: [score], covered, mutual });
        else {
          known.scores.push(score);
          if (score > Math.max(...known.scores.slice(0, -1))) Object.assign(known, { covered, mutual });
        }
      }
      for (let i = 0; i < count; i++) scores[touched[i]!] = shared[touched[i]!] = 0;
      const ranked: Found[] = [];
      for (const [i, { scores: own, covered, mutual }] of found) {
        own.sort((a, b) => b - a);
        const fact = facts[i]!;
        const product = relation(fact, question.productId);
        const agreement = agreementOf(question.intents, factIntents[i]!);
        const raw = own[0]! + tuning.others * Math.min(own[0]!, sum(own.slice(1, 6)) / 5) + tuning.agreement * agreement;
        ranked.push({ fact, raw,
          score: raw * productWeight(product, tuning), covered, mutual, agreement, product });
      }
      return ranked.sort((a, b) => b.score - a.score).slice(0, limit);
    },
  };
} // prettier-ignore

function relation(fact: Fact, productId: string | null): Found['product'] {
  if (fact.productId === null) return 'shop';
  if (productId === null) return 'unnamed';
  return fact.productId === productId ? 'same' : 'other';
}

function productWeight(product: Found['product'], tuning: Tuning): number {
  if (product === 'other') return tuning.otherProduct;
  return product === 'same' ? tuning.sameProduct : 1;
}

function agreementOf(asked: IntentScores, told: IntentScores): number {
  let known = 0;
  let both = 0;
  let toldSum = 0;
  for (const intent of INTENTS) {
    if (intent === 'chat_other') continue;
    known += asked[intent] ?? 0;
    toldSum += told[intent] ?? 0;
    both += (asked[intent] ?? 0) * (told[intent] ?? 0);
  }
  // What is small talk to the model says nothing: the rest of the chance counts as half.
  return 0.5 * (1 - Math.min(known, toldSum)) + both;
}

function wordingsOf(fact: Fact, index: number, tuning: Tuning): Wording[] {
  const answerTerms = [fact.answer.zh, fact.answer.en === fact.answer.zh ? '' : fact.answer.en].flatMap((text) =>
    readTerms(text, MAX_FACT_UNITS),
  );
  const name = bag(readTerms(fact.productName, MAX_QUESTION_UNITS), tuning.nameWeight);
  // What has no question is found by its answer alone, which then counts as much.
  const weight = fact.questions.length === 0 ? 1 : tuning.answerWeight;
  const answer = bag(answerTerms, weight);
  for (const [key, value] of name) answer.set(key, Math.max(value, answer.get(key) ?? 0));
  const answerLength = answerTerms.length;
  const topics = (fact.topic === null ? [] : (TOPIC_CONCEPTS[fact.topic] ?? [])).map((concept) => `c${concept}`);
  const questions = fact.questions.length === 0 ? [''] : fact.questions;
  return questions.map((text) => {
    const terms = readTerms(text, MAX_FACT_UNITS);
    const question = bag(terms, 1);
    if (fact.questions.length === 0) for (const key of topics) question.set(key, 0.6);
    return { fact: index, question, questionLength: terms.length, answer, answerLength };
  });
}

/** Key → how often, by weight. */
function bag(terms: readonly Term[], weight: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term.key, (counts.get(term.key) ?? 0) + weight * term.weight);
  return counts;
}

function postingsOf(wordings: readonly Wording[], factCount: number, tuning: Tuning): Map<string, Postings> {
  const lists = new Map<string, number[]>();
  for (const [at, { question, answer }] of wordings.entries()) {
    for (const key of new Set([...question.keys(), ...answer.keys()])) {
      const list = lists.get(key);
      if (list === undefined) lists.set(key, [at]);
      else list.push(at);
    }
  }
  const questionMean = mean(wordings.map(({ questionLength }) => questionLength));
  const answerMean = mean(wordings.map(({ answerLength }) => answerLength));
  const postings = new Map<string, Postings>();
  for (const [key, list] of lists) {
    const at = Int32Array.from(list);
    const distinct = new Set(list.map((i) => wordings[i]!.fact)).size;
    const rarity = idf(distinct, factCount);
    const scale = rarity * kindWeight(key, tuning) * (tuning.k1 + 1);
    const impact = Float32Array.from(list, (i) => {
      const { question, questionLength, answer, answerLength } = wordings[i]!;
      const asked = (question.get(key) ?? 0) / lengthNorm(questionLength, questionMean, tuning.bQuestion);
      const told = (answer.get(key) ?? 0) / lengthNorm(answerLength, answerMean, tuning.bAnswer);
      const frequency = asked + told;
      return (scale * frequency) / (tuning.k1 + frequency);
    });
    const asked = Float32Array.from(list, (i) => Math.min(1, wordings[i]!.question.get(key) ?? 0));
    postings.set(key, { at, impact, asked, idf: rarity });
  }
  return postings;
}

function lengthNorm(length: number, average: number, b: number): number {
  return average === 0 ? 1 : 1 - b + (b * length) / average;
}

/** Robertson and Sparck Jones with 1 inside the logarithm, so that it never is below 0. */
function idf(containing: number, total: number): number {
  return Math.log(1 + (total - containing + 0.5) / (containing + 0.5));
}

function massOf(terms: ReadonlyMap<string, number>, idfOf: (key: string) => number, tuning: Tuning): number {
  let mass = 0;
  for (const [key, weight] of terms) mass += Math.min(1, weight) * idfOf(key) * kindWeight(key, tuning);
  return mass;
}

function kindWeight(key: string, tuning: Tuning): number {
  return tuning.kinds[key.charAt(0) as keyof Tuning['kinds']];
}

/** The places with the highest scores, highest first; of equal ones the first. */
function topOf(scores: Float32Array, touched: Int32Array, count: number, limit: number): Int32Array {
  const places = touched.slice(0, count);
  if (count > limit) {
    // A threshold by value first: sorting thousands of places for each question costs most of the search.
    const values = Float32Array.from(places, (at) => scores[at]!).sort();
    const least = values[count - limit]!;
    const above = places.filter((at) => scores[at]! >= least);
    return above.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, limit);
  }
  return places.sort((a, b) => scores[b]! - scores[a]! || a - b);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
