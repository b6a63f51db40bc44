import { SYLLABLE_GROUPS } from './pinyin.ts';

const FIRST = 0x4e00;
const OF_CHARACTER = new Uint16Array(0xa000 - FIRST);
const OF_SPELLING = new Map<string, number>();
/** By syllable number, the first number of those that many speakers do not tell apart: zh and z, in and ing. */
const LOOSE = new Uint16Array(512);
const LONGEST_SPELLING = 6;

const looseNumbers = new Map<string, number>();
for (const [i, group] of SYLLABLE_GROUPS.split(' ').entries()) {
  const spelling = /^[a-zê]+/.exec(group)?.[0] ?? '';
  OF_SPELLING.set(spelling, i + 1);
  const loose = spelling.replace(/^([zcs])h/, '$1').replace(/ng$/, 'n');
  if (!looseNumbers.has(loose)) looseNumbers.set(loose, i + 1);
  LOOSE[i + 1] = looseNumbers.get(loose) ?? 0;
  for (let j = spelling.length; j < group.length; j++) OF_CHARACTER[group.charCodeAt(j) - FIRST] = i + 1;
}

/** Number of the toneless syllable of a simplified character, from 1; 0 when it has none here. */
export function syllableOf(unit: number): number {
  return OF_CHARACTER[unit - FIRST] ?? 0;
}

/** Like `syllableOf`, with one number for zh and z, ch and c, sh and s, -ng and -n. */
export function looseSyllableOf(unit: number): number {
  return LOOSE[syllableOf(unit)] ?? 0;
}

/** Number of the syllable that the Latin word `units[start .. end)` spells (wei, xin); 0 when it spells none. */
export function syllableOfWord(units: Uint16Array, start: number, end: number): number {
  if (end - start > LONGEST_SPELLING || end - start < 2) return 0;
  return OF_SPELLING.get(String.fromCharCode(...units.subarray(start, end))) ?? 0;
}
