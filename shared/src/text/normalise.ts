/** Raised whenever `normalise` gives another result for any text; models name the version they were made with. */
export const TEXT_VERSION = 1;

/** Chinese characters, small letters, digits and single spaces between them: most comments, and spelt right already. */
const SPELT = /^(?:[\u4e00-\u9fff0-9a-z]+(?: [\u4e00-\u9fff0-9a-z]+)*)?$/;

/**
 * One spelling for trainer and runtime: lone surrogates replaced, NFKC (full width to half width, ③ to 3),
 * lower case, zero-width and control characters out, white space folded to one space, trimmed.
 * Any string gives a string; never throws.
 */
export function normalise(text: string): string {
  if (SPELT.test(text)) return text;
  return text
    .toWellFormed()
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Cf}\p{Cc}]/gu, (c) => (c === '\n' || c === '\t' || c === '\r' ? ' ' : ''))
    .replace(/\s+/gu, ' ')
    .trim();
}
