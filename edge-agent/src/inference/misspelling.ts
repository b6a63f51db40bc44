import { soundsOf } from './name-text.ts';
import { createPhraseIndex } from './phrase-index.ts';

/** Names as they are misspelt: homophones (烟先胺), one wrong character (亚麻称衫), one wrong letter (lipstik). */
export interface Misspellings<V> {
  /** Calls `visit` for every place that reads like a phrase and is not written like it. */
  scan(text: string, visit: (value: V, start: number, end: number) => void): void;
  /** `text` with misspelt Latin words put right, or null when there are none. */
  corrected(text: string): string | null;
}

/** Shorter words sound like too many others. */
const FEWEST_SOUNDS = 3;
/** A wrong character in a shorter phrase leaves too little. */
const FEWEST_CHARACTERS = 4;
/** A pair of characters that more phrases share tells nothing; the cost of a comment stays bounded. */
const MOST_OF_A_PAIR = 64;
const FEWEST_LETTERS = 5;
/** From here on any one edit is taken for a slip; in shorter words (cream, dream) only a letter left out, or beside another word of a name. */
const LONG_WORD = 6;

interface Placed<V> {
  readonly phrase: string;
  readonly value: V;
  readonly offset: number;
}

export function createMisspellings<V>(phrases: readonly (readonly [phrase: string, value: V])[]): Misspellings<V> {
  const isHan = (phrase: string) => /^[\p{Script=Han}]+$/u.test(phrase);
  const chinese = phrases.filter(([phrase]) => isHan(phrase) && phrase.length >= FEWEST_SOUNDS);
  const bySound = createPhraseIndex(chinese.map(([phrase, value]) => [soundsOf(phrase), { phrase, value }] as const));
  const byPair = pairsOf(chinese.filter(([phrase]) => phrase.length >= FEWEST_CHARACTERS));
  const words = new Set(phrases.flatMap(([phrase]) => phrase.split(' ').filter((word) => /^[a-z]{5,}$/.test(word))));
  const neighbours = new Set(phrases.flatMap(([phrase]) => (phrase.includes(' ') ? phrase.split(' ') : [])));
  const slips = slipsOf(words);
  // A slip keeps the first letter and about the length: most words of a comment are passed over at once.
  const startings = new Set([...words].flatMap((word) => [-1, 0, 1].map((more) => startingOf(word) + more)));

  return {
    scan(text, visit) {
      if (chinese.length === 0 || !/\p{Script=Han}/u.test(text)) return;
      bySound.scan(soundsOf(text), ({ phrase, value }, start, end) => {
        if (sharesCharacter(text, start, phrase)) visit(value, start, end);
      });
      for (let i = 0; i + 1 < text.length; i++) {
        const placed = byPair.get(pairAt(text, i));
        if (placed === undefined) continue;
        for (const { phrase, value, offset } of placed) {
          const start = i - offset;
          if (start >= 0 && isOneOff(text, start, phrase)) visit(value, start, start + phrase.length);
        }
      }
    },
    corrected(text) {
      if (slips.size === 0) return null;
      const right = text.replace(/[a-z]{4,}/g, (word, at: number) => {
        if (!startings.has(startingOf(word)) || words.has(word)) return word;
        const isInName = () => {
          const [before, after] = [text.slice(0, at).split(' ').at(-2), text.slice(at + word.length).split(' ')[1]];
          return neighbours.has(before ?? '') || neighbours.has(after ?? '');
        };
        return correctionOf(word, slips, isInName) ?? word;
      });
      return right === text ? null : right;
    },
  };
} // prettier-ignore

function pairAt(text: string, at: number): number {
  return text.charCodeAt(at) * 0x10000 + text.charCodeAt(at + 1);
}

function pairsOf<V>(phrases: readonly (readonly [string, V])[]): Map<number, Placed<V>[]> {
  const byPair = new Map<number, Placed<V>[]>();
  for (const [phrase, value] of phrases) {
    for (let offset = 0; offset + 1 < phrase.length; offset++) {
      const pair = pairAt(phrase, offset);
      const known = byPair.get(pair) ?? [];
      if (known.length <= MOST_OF_A_PAIR) known.push({ phrase, value, offset });
      byPair.set(pair, known);
    }
  }
  for (const [pair, placed] of byPair) if (placed.length > MOST_OF_A_PAIR) byPair.delete(pair);
  return byPair;
}

/** Same sound, and at least one character as it should be, but not all. */
function sharesCharacter(text: string, start: number, phrase: string): boolean {
  let same = 0;
  for (let i = 0; i < phrase.length; i++) if (text[start + i] === phrase[i]) same++;
  return same > 0 && same < phrase.length;
}

function isOneOff(text: string, start: number, phrase: string): boolean {
  if (start + phrase.length > text.length) return false;
  let wrong = -1;
  for (let i = 0; i < phrase.length; i++) {
    if (text[start + i] === phrase[i]) continue;
    if (wrong !== -1) return false;
    wrong = i;
  }
  return wrong !== -1 && /\p{Script=Han}/u.test(text[start + wrong] ?? '');
}

/** First letter and length as one number. */
function startingOf(word: string): number {
  return word.charCodeAt(0) * 0x10000 + word.length;
}

/** Every word with one letter left out, and itself: a slip is found by leaving a letter out on both sides. */
function slipsOf(words: ReadonlySet<string>): Map<string, string[]> {
  const slips = new Map<string, string[]>();
  for (const word of words) {
    for (const key of [word, ...shortened(word)]) slips.set(key, [...(slips.get(key) ?? []), word]);
  }
  return slips;
}

function shortened(word: string): string[] {
  return Array.from({ length: word.length }, (_, i) => word.slice(0, i) + word.slice(i + 1));
}

/** The one word that `written` is a slip of; null when there is none or a choice. */
function correctionOf(written: string, slips: ReadonlyMap<string, readonly string[]>, isInName: () => boolean): string | null {
  const meant = new Set<string>();
  for (const word of slips.get(written) ?? []) if (word.length >= FEWEST_LETTERS) meant.add(word);
  if (written.length >= FEWEST_LETTERS - 1) {
    for (const key of shortened(written)) {
      for (const word of slips.get(key) ?? []) {
        const isLong = word.length >= LONG_WORD && written.length >= LONG_WORD - 1;
        if (word.length >= FEWEST_LETTERS && isOneEdit(written, word) && (isLong || isInName())) meant.add(word);
      }
    }
  }
  const [word] = meant;
  // A plural is no slip.
  return meant.size !== 1 || word === undefined || written === `${word}s` ? null : word;
} // prettier-ignore

/** One letter added, changed, or two neighbours exchanged. */
function isOneEdit(written: string, word: string): boolean {
  let i = 0;
  while (i < written.length && written[i] === word[i]) i++;
  const rest = written.slice(i);
  const wanted = word.slice(i);
  return (
    rest.slice(1) === wanted ||
    rest.slice(1) === wanted.slice(1) ||
    (rest[0] === wanted[1] && rest[1] === wanted[0] && rest.slice(2) === wanted.slice(2))
  );
}
