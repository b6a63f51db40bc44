import { HASH48_RANGE } from './hash.ts';

/**
 * Distinct counting by k minimum values: Bar-Yossef, Jayram, Kumar, Sivakumar, Trevisan, "Counting
 * distinct elements in a data stream", RANDOM 2002; estimator (k−1)/U(k) of Beyer et al., SIGMOD 2007,
 * relative error about 1/√(k−2) = 6.3 %. A set is the ascending array of its smallest hashes. The
 * smallest of a union are among the smallest of the parts, so merging in any order gives the same array.
 */
export type DistinctSet = number[];

/** Counts up to here are exact, unless two of them share a 48-bit hash (256 viewers: p = 1.2e-10). */
export const EXACT_TO = 256;
/** One more is stored, so that 256 can be told from "256 or more". */
const STORED = EXACT_TO + 1;

/** Adds a 48-bit hash. Costs nothing once the set is full and the hash is not among its smallest. */
export function insertHash(set: DistinctSet, hash: number): void {
  const size = set.length;
  if (size > 0 && hash >= set[size - 1]!) {
    if (size < STORED && hash !== set[size - 1]) set.push(hash);
    return;
  }
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (set[middle]! < hash) low = middle + 1;
    else high = middle;
  }
  if (low < size && set[low] === hash) return;
  // A full set gives its largest up; one that still grows gets a place at the end.
  const last = size < STORED ? set.push(hash) - 1 : size - 1;
  for (let i = last; i > low; i--) set[i] = set[i - 1]!;
  set[low] = hash;
}

/**
 * Adds all of `from` to `target`. The larger both are, the fewer of `from` are below the largest of a
 * full `target`, and nothing after the first that is not can matter: merging many full sets costs
 * little more than merging two.
 */
export function mergeSet(target: DistinctSet, from: DistinctSet): void {
  if (target.length < STORED && from.length > 16) return mergeLinear(target, from);
  for (const hash of from) {
    if (target.length === STORED && hash >= target[STORED - 1]!) return;
    insertHash(target, hash);
  }
}

function mergeLinear(target: DistinctSet, from: DistinctSet): void {
  const own = target.slice();
  let size = 0;
  let i = 0;
  let j = 0;
  while (size < STORED && (i < own.length || j < from.length)) {
    const a = i < own.length ? own[i]! : Infinity;
    const b = j < from.length ? from[j]! : Infinity;
    const least = a <= b ? a : b;
    if (size < target.length) target[size] = least;
    else target.push(least);
    size++;
    if (a <= b) i++;
    if (b <= a) j++;
  }
}

/** How many distinct elements the set has seen: exact to 256, estimated beyond, never below 257 there. */
export function countDistinct(set: DistinctSet): number {
  if (set.length <= EXACT_TO) return set.length;
  const largest = (set[STORED - 1]! + 1) / HASH48_RANGE;
  return Math.max(STORED, Math.round((STORED - 1) / largest));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Two characters for each 12 bits. */
const PAIRS = Array.from({ length: 4096 }, (_, bits) => ALPHABET[bits >>> 6]! + ALPHABET[bits & 63]!);
const VALUES = new Map([...ALPHABET].map((character, value) => [character.charCodeAt(0), value]));
const CHARACTERS = 8;

/** Eight base64url characters a hash: a checkpoint writes thousands a second, decimal JSON is slower and twice as long. */
export function encodeSet(set: DistinctSet): string {
  let text = '';
  for (const hash of set) {
    const high = Math.floor(hash / 0x1000000);
    const low = hash % 0x1000000;
    text += PAIRS[high >>> 12]! + PAIRS[high & 0xfff]! + PAIRS[low >>> 12]! + PAIRS[low & 0xfff]!;
  }
  return text;
}

/** Reverses `encodeSet`. Throws when the text was not written by it. */
export function decodeSet(text: string): DistinctSet {
  const set: DistinctSet = [];
  for (let at = 0; at < text.length; at += CHARACTERS) {
    let hash = 0;
    for (let i = at; i < at + CHARACTERS; i++) {
      const value = VALUES.get(text.charCodeAt(i));
      if (value === undefined) {
        throw new Error(
          'reading a stored set of viewers: expected base64url, eight characters a hash; restore from an intact snapshot',
        );
      }
      hash = hash * 64 + value;
    }
    set.push(hash);
  }
  return set;
}
