import { TRADITIONAL_PAIRS } from './traditional.ts';

/** Cyrillic and Greek letters that stand in for Latin ones in cloaked words, in pairs. */
const LOOKALIKE_PAIRS = 'аaеeоoрpсcуyхxіiѕsјjԁdɡgһhкkмmтtвbпnгrοoαaνvρpτtυuκkιiηnωw';

/** 0: the unit is dropped; otherwise the unit that is read in its place. */
const READ_AS = readAs();

const FEWEST_DIGITS_OF_A_NUMBER = 5;
/** A long number is one private-use unit that tells its length alone: order numbers differ, their kind not. */
const LONG_NUMBER = 0xe000;
const LONGEST_NUMBER = 20;
/** A block of 1 to 4 units (ha, 666, 😂) says no more the fourth time. */
const LONGEST_BLOCK = 4;
const COPIES_KEPT = 3;

/**
 * What features are read from: simplified characters, look-alike letters made Latin, accents and variation
 * marks out, long numbers told by their length, repeated blocks kept three times. `text` is normalised
 * already. Writes at most `into.length` UTF-16 units and returns how many.
 */
export function fold(text: string, into: Uint16Array): number {
  let length = 0;
  for (let i = 0; i < text.length && length < into.length; i++) {
    const unit = text.charCodeAt(i);
    if (isDigit(unit)) {
      const end = endOfDigits(text, i);
      if (end - i >= FEWEST_DIGITS_OF_A_NUMBER && !isOneDigit(text, i, end)) {
        into[length++] = LONG_NUMBER + Math.min(end - i, LONGEST_NUMBER);
        i = end - 1;
        continue;
      }
    }
    const read = READ_AS[unit] ?? unit;
    if (read === 0) continue;
    into[length++] = read;
    length -= repeatedUnits(into, length);
  }
  return length;
}

/**
 * Simplified characters, look-alike letters made Latin, accents and variation marks out, and nothing else:
 * numbers and repeats stay. `text` is normalised already.
 */
export function simplify(text: string): string {
  let same = 0;
  while (same < text.length && READ_AS[text.charCodeAt(same)] === text.charCodeAt(same)) same++;
  if (same === text.length) return text;
  let simplified = text.slice(0, same);
  for (let i = same; i < text.length; i++) {
    const read = READ_AS[text.charCodeAt(i)] ?? 0;
    if (read !== 0) simplified += String.fromCharCode(read);
  }
  return simplified;
}

/** How many units at the end are one copy too many. */
function repeatedUnits(units: Uint16Array, length: number): number {
  for (let block = 1; block <= LONGEST_BLOCK; block++) {
    const start = length - block * COPIES_KEPT;
    if (start < block) return 0;
    let i = length - 1;
    while (i >= start && units[i] === units[i - block]) i--;
    if (i < start) return block;
  }
  return 0;
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

function endOfDigits(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && isDigit(text.charCodeAt(end))) end++;
  return end;
}

function isOneDigit(text: string, start: number, end: number): boolean {
  for (let i = start + 1; i < end; i++) if (text.charCodeAt(i) !== text.charCodeAt(start)) return false;
  return true;
}

function readAs(): Uint16Array {
  const table = Uint16Array.from({ length: 0x10000 }, (_, unit) => unit);
  for (const pairs of [TRADITIONAL_PAIRS, LOOKALIKE_PAIRS]) {
    for (let i = 0; i + 1 < pairs.length; i += 2) table[pairs.charCodeAt(i)] = pairs.charCodeAt(i + 1);
  }
  for (let unit = 0x300; unit <= 0x36f; unit++) table[unit] = 0;
  for (let unit = 0xfe00; unit <= 0xfe0f; unit++) table[unit] = 0;
  return table;
}
