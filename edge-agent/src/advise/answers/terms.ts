import { looseSyllableOf, normalise, simplify } from '@livecue/shared/text';
import { CONCEPTS, LONGEST_HAN_PHRASE, LONGEST_WORD_PHRASE } from './concepts.ts';
import { stem } from './stem.ts';

/**
 * Kinds of terms; the first character of a term's key. h: one ideograph; b, t: two and three of them; p: two
 * syllables, so that homophones meet; w: a stemmed word; v: two words; g: four letters of a word, so that slips
 * of the pen meet; n: a number; c: a row of `concepts.ts`.
 */
export const TERM_KINDS = ['h', 'b', 't', 'p', 'w', 'v', 'g', 'n', 'c'] as const;
export type TermKind = (typeof TERM_KINDS)[number];

/** Raw units that are read of a question and of a fact: the cost of any text is bounded. */
export const MAX_QUESTION_UNITS = 400;
export const MAX_FACT_UNITS = 2_000;
const LETTERS_OF_A_PIECE = 4;

/** Says nothing of what is asked: particles, pronouns, politeness. */
const HAN_STOP = new Set(
  '吗呢啊呀吧的了是有这那个你我他它们请问想要就都也很和与在啦哦嘛么哈哪什怎能可以会不没一下主播亲',
);
const WORD_STOP = new Set(
  'the a an is are am was were be been do does did you your yours i me my we our us it its this that these those of to in on for and or with from at by as if so can could would will should may might shall have has had there any some please hi hello hey want wanna need know tell like about just get got im ive id whats what which how guy guys one thi doe ha wa'.split(' '),
); // prettier-ignore

/** Says little: words that stand in any question. */
const WORD_HALF_STOP = new Set(
  'make take use go going come give work works look tell help find let much many long new way possible sure right now today also still really actually only more other another up out off back put keep try show say says said see thing things something anything time day first able available ok okay thanks thank best good want wants buying bought'.split(' '),
); // prettier-ignore

export interface Term {
  readonly key: string;
  readonly kind: TermKind;
  /** 1, or less for words that say nothing of what is asked. */
  readonly weight: number;
}

const STOP_WEIGHT = 0.12;
const HALF_STOP_WEIGHT = 0.45;

/** What is compared of a text, with repeats. Any string is fine; never throws. */
export function readTerms(text: string, maxUnits: number): Term[] {
  const terms: Term[] = [];
  const plain = simplify(normalise(text.slice(0, maxUnits)).slice(0, maxUnits)).replace(/['’`]/g, '');
  const concepts = new Set<string>();
  let words: string[] = [];
  const endWords = () => {
    addWords(words, terms, concepts);
    words = [];
  };
  for (const [run] of plain.matchAll(/[\u3400-\u9fff]+|[a-z\u00c0-\u024f]+|\d+(?:\.\d+)?|[.!?;。！？；，,]/gu)) {
    const unit = run.charCodeAt(0);
    if (unit >= 0x3400 && unit <= 0x9fff) {
      endWords();
      addIdeographs(run, terms, concepts);
    } else if (unit >= 0x30 && unit <= 0x39) {
      terms.push({ key: `n${run}`, kind: 'n', weight: 1 });
    } else if (unit >= 0x61) words.push(run);
    else endWords();
  }
  endWords();
  for (const concept of concepts) terms.push({ key: `c${concept}`, kind: 'c', weight: 1 });
  return terms;
}

function addIdeographs(run: string, terms: Term[], concepts: Set<string>): void {
  for (let i = 0; i < run.length; i++) {
    const stops = HAN_STOP.has(run.charAt(i));
    terms.push({ key: `h${run.charAt(i)}`, kind: 'h', weight: stops ? STOP_WEIGHT : 1 });
    if (i > 0) {
      const weight = pairWeight(HAN_STOP.has(run.charAt(i - 1)), stops);
      terms.push({ key: `b${run.slice(i - 1, i + 1)}`, kind: 'b', weight });
      const first = looseSyllableOf(run.charCodeAt(i - 1));
      const second = looseSyllableOf(run.charCodeAt(i));
      if (first !== 0 && second !== 0) terms.push({ key: `p${first}.${second}`, kind: 'p', weight });
    }
    if (i > 1) terms.push({ key: `t${run.slice(i - 2, i + 1)}`, kind: 't', weight: 1 });
    for (let end = i + 1; end <= Math.min(run.length, i + LONGEST_HAN_PHRASE); end++) {
      addConcepts(run.slice(i, end), concepts);
    }
  }
}

function addWords(words: readonly string[], terms: Term[], concepts: Set<string>): void {
  const stems = words.map(stem);
  for (const [i, root] of stems.entries()) {
    const stops = WORD_STOP.has(words[i] ?? '') || WORD_STOP.has(root);
    const little = WORD_HALF_STOP.has(words[i] ?? '') ? HALF_STOP_WEIGHT : 1;
    terms.push({ key: `w${root}`, kind: 'w', weight: stops ? STOP_WEIGHT : little });
    if (!stops && root.length > LETTERS_OF_A_PIECE) addPieces(root, terms);
    const before = stems[i - 1];
    if (before !== undefined) {
      const weight = pairWeight(WORD_STOP.has(words[i - 1] ?? ''), stops);
      terms.push({ key: `v${before} ${root}`, kind: 'v', weight });
    }
    for (let end = i + 1; end <= Math.min(stems.length, i + LONGEST_WORD_PHRASE); end++) {
      addConcepts(stems.slice(i, end).join(' '), concepts);
      addConcepts(words.slice(i, end).join(' '), concepts);
    }
  }
}

function addPieces(root: string, terms: Term[]): void {
  const marked = `^${root}$`;
  for (let i = 0; i + LETTERS_OF_A_PIECE <= marked.length; i++) {
    terms.push({ key: `g${marked.slice(i, i + LETTERS_OF_A_PIECE)}`, kind: 'g', weight: 1 });
  }
}

function addConcepts(phrase: string, concepts: Set<string>): void {
  for (const concept of CONCEPTS.get(phrase) ?? []) concepts.add(concept);
}

function pairWeight(first: boolean, second: boolean): number {
  if (first && second) return STOP_WEIGHT;
  return first || second ? HALF_STOP_WEIGHT : 1;
}
