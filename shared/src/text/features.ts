import { fold } from './fold.ts';
import { normalise } from './normalise.ts';
import { syllableOf, syllableOfWord } from './syllable.ts';

/** Features are hashed to ids below this. A smaller table takes the id modulo its own size. */
export const FEATURE_BUCKETS = 1 << 18;
/** Characters have ids from 1 below this; 0 is padding. */
export const CHARACTER_IDS = 24_576;
/** UTF-16 units of the folded text that are read; no live comment is longer. */
export const MAX_FEATURE_UNITS = 256;
export const MAX_FEATURES = 2048;
/** UTF-16 units that become character ids. */
export const MAX_CHARACTERS = 64;
/** Raw units handed to `normalise`: enough for the above, so that the cost of any text is bounded. */
const MAX_RAW_UNITS = 1024;

/** Room for the features of some hundred texts, and at least those of the longest. */
const CHUNK_BYTES = 1 << 16;
/** Twice the features that can be there: a free slot is near. */
const SLOTS = 2 * MAX_FEATURES;

const LONGEST_GRAM = 4;
const START = 2;
const END = 3;
const SEED = { chars: 0x811c9dc5, word: 0x2f0b4c47, words: 0x5bd1e995, sounds: 0x1b873593 } as const;

export interface TextFeatures {
  /** Hashed n-grams, each once, by first appearance; below `FEATURE_BUCKETS`. Never empty. */
  readonly ids: Int32Array;
  /** √count, scaled so that the squares sum to 1; same order. */
  readonly weights: Float32Array;
  /** The first `MAX_CHARACTERS` characters; below `CHARACTER_IDS`, never 0. */
  readonly characters: Int32Array;
}

/** Any string → its features; never throws. One reader keeps 100 kB of working memory and is no closure of its input. What
 * it gives shares memory with what it gave shortly before: to be copied by who keeps it for long. */
export type FeatureReader = (text: string) => TextFeatures;

/**
 * Hashed bag of a text: character 1- to 4-grams with its start and end marked; n-grams across separators
 * that cut words into single characters (加.微.信); Latin words and their pairs; pairs and triples of
 * toneless syllables, so that homophones meet (威信, 微信, weixin).
 */
export function createFeatureReader(): FeatureReader {
  const units = new Uint16Array(MAX_FEATURE_UNITS + 2);
  // A small hash table: one counter for every bucket would be half a megabyte, and most look-ups would miss the cache.
  const keys = new Int32Array(SLOTS);
  const counts = new Uint16Array(SLOTS);
  const slots = new Uint16Array(MAX_FEATURES);
  const seen = new Int32Array(MAX_FEATURES);
  let size = 0;
  let total = 0;
  // Three arrays a text from the heap would keep the garbage collector busy; they are cut from chunks.
  let chunk = new ArrayBuffer(CHUNK_BYTES);
  let used = 0;
  const room = (numbers: number) => {
    if (used + 4 * numbers > CHUNK_BYTES) {
      chunk = new ArrayBuffer(CHUNK_BYTES);
      used = 0;
    }
    used += 4 * numbers;
    return used - 4 * numbers;
  };
  const add = (hash: number) => {
    const id = mix(hash) & (FEATURE_BUCKETS - 1);
    let slot = id & (SLOTS - 1);
    while (keys[slot] !== 0 && keys[slot] !== id + 1) slot = (slot + 1) & (SLOTS - 1);
    if (keys[slot] === 0) {
      if (size === MAX_FEATURES) return;
      keys[slot] = id + 1;
      slots[size] = slot;
      seen[size++] = id;
    }
    counts[slot] = (counts[slot] ?? 0) + 1;
    total++;
  };

  return (text) => {
    const length = fold(normalise(text.slice(0, MAX_RAW_UNITS)), units.subarray(1, MAX_FEATURE_UNITS + 1));
    units[0] = START;
    units[length + 1] = END;
    size = 0;
    total = 0;
    addGrams(units, length + 2, add);
    addSegments(units, length + 1, add);
    const kept = Math.min(length, MAX_CHARACTERS);
    const at = room(2 * size + kept);
    const ids = new Int32Array(chunk, at, size);
    const weights = new Float32Array(chunk, at + 4 * size, size);
    const characters = new Int32Array(chunk, at + 8 * size, kept);
    for (let i = 0; i < size; i++) {
      const slot = slots[i] ?? 0;
      ids[i] = seen[i] ?? 0;
      weights[i] = Math.sqrt((counts[slot] ?? 0) / total);
      keys[slot] = 0;
      counts[slot] = 0;
    }
    for (let i = 0; i < kept; i++) characters[i] = characterOf(units[i + 1] ?? 0);
    return { ids, weights, characters };
  };
}

function addGrams(units: Uint16Array, length: number, add: (hash: number) => void): void {
  for (let start = 0; start < length; start++) {
    let hash: number = SEED.chars;
    const end = Math.min(length, start + LONGEST_GRAM);
    for (let i = start; i < end; i++) {
      hash = step(hash, units[i] ?? 0);
      // The marks alone say nothing.
      if (i > start || (start > 0 && start < length - 1)) add(hash);
    }
  }
}

/** A run of letters and digits, or of ideographs. */
interface Segment {
  readonly latin: boolean;
  readonly start: number;
  readonly end: number;
}

/** Words, syllables and joined splinters of `units[1 .. end)`. */
function addSegments(units: Uint16Array, end: number, add: (hash: number) => void): void {
  let before: Segment | null = null;
  let wordBefore = 0;
  const sounds = createSoundReader(add);
  for (let i = 1; i < end; ) {
    const kind = kindOf(units[i] ?? 0);
    if (kind === 'other') {
      // A space or a dot inside a run of syllables is a cloak more often than an end.
      if (units[i] !== 0x20 && units[i] !== 0x2e) sounds.rest();
      i++;
      continue;
    }
    const segment: Segment = { latin: kind === 'latin', start: i, end: endOfRun(units, i, end, kind) };
    if (before !== null && before.end < segment.start && isSplinter(before, segment)) addJoined(units, before, segment, add);
    wordBefore = segment.latin ? addWord(units, segment, wordBefore, sounds, add) : addSounds(units, segment, sounds);
    before = segment;
    i = segment.end;
  }
} // prettier-ignore

function addWord(
  units: Uint16Array,
  { start, end }: Segment,
  wordBefore: number,
  sounds: SoundReader,
  add: (hash: number) => void,
): number {
  let word: number = SEED.word;
  for (let i = start; i < end; i++) word = step(word, units[i] ?? 0);
  add(word);
  if (wordBefore !== 0) add(step(step(SEED.words, wordBefore & 0xffff), word & 0xffff));
  const syllable = syllableOfWord(units, start, end);
  if (syllable === 0) sounds.rest();
  else sounds.hear(syllable);
  return word === 0 ? 1 : word;
}

/** Ideographs end a run of Latin words: 0 is the word before. */
function addSounds(units: Uint16Array, { start, end }: Segment, sounds: SoundReader): 0 {
  for (let i = start; i < end; i++) {
    const syllable = syllableOf(units[i] ?? 0);
    if (syllable === 0) sounds.rest();
    else sounds.hear(syllable);
  }
  return 0;
}

interface SoundReader {
  hear(syllable: number): void;
  rest(): void;
}

function createSoundReader(add: (hash: number) => void): SoundReader {
  let last = 0;
  let lastButOne = 0;
  return {
    hear(syllable) {
      if (last !== 0) add(step(step(SEED.sounds, last), syllable));
      if (last !== 0 && lastButOne !== 0) add(step(step(step(SEED.sounds, lastButOne), last), syllable));
      lastButOne = last;
      last = syllable;
    },
    rest() {
      last = 0;
      lastButOne = 0;
    },
  };
}

/** Single characters with something between: 加.微.信 or f.u.c.k, but not "to do". */
function isSplinter(a: Segment, b: Segment): boolean {
  const one = a.end - a.start === 1;
  const other = b.end - b.start === 1;
  return a.latin && b.latin ? one && other : one || other;
}

/** The n-grams that would stand across the gap if there were none. */
function addJoined(units: Uint16Array, a: Segment, b: Segment, add: (hash: number) => void): void {
  const from = Math.max(a.start, a.end - LONGEST_GRAM + 1);
  for (let start = from; start < a.end; start++) {
    let hash: number = SEED.chars;
    for (let i = start; i < a.end; i++) hash = step(hash, units[i] ?? 0);
    const to = Math.min(b.end, b.start + LONGEST_GRAM - (a.end - start));
    for (let i = b.start; i < to; i++) {
      hash = step(hash, units[i] ?? 0);
      add(hash);
    }
  }
}

function characterOf(unit: number): number {
  if (unit >= 0x4e00 && unit <= 0x9fff) return 2048 + unit - 0x4e00;
  return unit < 2048 ? Math.max(1, unit) : 23_040 + (unit % 1536);
}

function endOfRun(units: Uint16Array, start: number, end: number, kind: Kind): number {
  let i = start + 1;
  while (i < end && kindOf(units[i] ?? 0) === kind) i++;
  return i;
}

type Kind = 'latin' | 'ideograph' | 'other';

function kindOf(unit: number): Kind {
  if ((unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39)) return 'latin';
  if (unit >= 0x3400 && unit <= 0x9fff) return 'ideograph';
  return unit >= 0xc0 && unit <= 0x24f && unit !== 0xd7 && unit !== 0xf7 ? 'latin' : 'other';
}

/** FNV-1a over UTF-16 units. */
function step(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** FNV's low bits are weak; murmur3's end makes each bit of the id depend on all. */
function mix(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
