/** Raised whenever `normalise` gives another result for any text; models name the version they were made with. */
export const TEXT_VERSION = 1;

/**
 * One spelling for trainer and runtime: lone surrogates replaced, NFKC (full width to half width, ③ to 3),
 * lower case, zero-width and control characters out, white space folded to one space, trimmed.
 * Any string gives a string; never throws.
 */
export function normalise(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Cf}\p{Cc}]/gu, (c) => (c === '\n' || c === '\t' || c === '\r' ? ' ' : ''))
    .replace(/\s+/gu, ' ')
    .trim();
}
