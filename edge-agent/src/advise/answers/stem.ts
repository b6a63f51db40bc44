const VOWEL = /[aeiouy]/;

/**
 * Light stem of a lower-case English word: plural, past and -ing endings go, so that ship, ships, shipped and
 * shipping meet. Derived words keep their own (payment is not pay): a shop's words are told apart by them.
 */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  let root = word;
  if (root.endsWith('ies')) root = root.length > 4 ? `${root.slice(0, -3)}y` : root.slice(0, -1);
  else if (/(?:ss|x|zz|ch|sh)es$/.test(root)) root = root.slice(0, -2);
  else if (root.endsWith('s') && !/(?:ss|us|is)$/.test(root)) root = root.slice(0, -1);
  if (root.endsWith('ied') && root.length > 4) return `${root.slice(0, -3)}y`;
  for (const ending of ['ing', 'ed']) {
    if (!root.endsWith(ending)) continue;
    const cut = root.slice(0, -ending.length);
    if (cut.length >= 3 && VOWEL.test(cut)) return undoubled(cut);
  }
  return silent(root);
}

/** `siz` of size, sizes and sizing. */
function silent(root: string): string {
  return root.length > 3 && root.endsWith('e') ? root.slice(0, -1) : root;
}

/** shipp → ship, but pass stays. */
function undoubled(root: string): string {
  const last = root.at(-1);
  if (root.length > 3 && last === root.at(-2) && !'lsz'.includes(last ?? '')) return root.slice(0, -1);
  return silent(root);
}
