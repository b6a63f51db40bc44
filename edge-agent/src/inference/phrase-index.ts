/** Finds many phrases in one pass over a text; used for intent phrases and product names alike. */
export interface PhraseIndex<V> {
  /**
   * Calls `visit` for every phrase that stands in `text`, by start, then by length. A phrase that begins or
   * ends with a Latin letter or digit matches whole words only: `pay` is not in `papaya`.
   */
  scan(text: string, visit: (value: V, start: number, end: number) => void): void;
}

/** Most nodes have one child; a map for each would cost a large catalogue tens of megabytes. */
interface Node<V> {
  code: number;
  child: Node<V> | null;
  /** All children, from the second on. */
  next: Map<number, Node<V>> | null;
  values: V[] | null;
}

/** Cost of a scan: text length times the longest phrase at worst, one look-up a character as a rule. */
export function createPhraseIndex<V>(phrases: Iterable<readonly [phrase: string, value: V]>): PhraseIndex<V> {
  const root: Node<V> = { code: 0, child: null, next: null, values: null };
  const begins = new Uint8Array(0x10000 / 8);
  for (const [phrase, value] of phrases) {
    if (phrase === '') continue;
    const first = phrase.charCodeAt(0);
    begins[first >> 3] = (begins[first >> 3] ?? 0) | (1 << (first & 7));
    const end = nodeOf(root, phrase);
    (end.values ??= []).push(value);
  }
  return { scan: (text, visit) => scan(root, begins, text, visit) };
}

function nodeOf<V>(root: Node<V>, phrase: string): Node<V> {
  let node = root;
  for (let i = 0; i < phrase.length; i++) {
    const code = phrase.charCodeAt(i);
    node = childOf(node, code) ?? addChild(node, code);
  }
  return node;
}

function childOf<V>(node: Node<V>, code: number): Node<V> | null {
  if (node.next !== null) return node.next.get(code) ?? null;
  return node.code === code ? node.child : null;
}

function addChild<V>(node: Node<V>, code: number): Node<V> {
  const child: Node<V> = { code: 0, child: null, next: null, values: null };
  if (node.next === null && node.child === null) {
    node.code = code;
    node.child = child;
    return child;
  }
  if (node.next === null && node.child !== null) {
    node.next = new Map([[node.code, node.child]]);
    node.child = null;
  }
  node.next?.set(code, child);
  return child;
}

/** `begins`: a bit for each character that a phrase begins with. Most of a text begins none. */
function scan<V>(
  root: Node<V>,
  begins: Uint8Array,
  text: string,
  visit: (value: V, start: number, end: number) => void,
): void {
  let before = false;
  for (let start = 0; start < text.length; start++) {
    const first = text.charCodeAt(start);
    const inWord = isWordCode(first);
    // Inside a Latin word no phrase may begin.
    if (!(inWord && before) && ((begins[first >> 3] ?? 0) & (1 << (first & 7))) !== 0) walk(root, text, start, visit);
    before = inWord;
  }
}

function walk<V>(
  root: Node<V>,
  text: string,
  start: number,
  visit: (value: V, start: number, end: number) => void,
): void {
  let node: Node<V> | null = root;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    node = childOf(node, code);
    if (node === null) return;
    if (node.values === null) continue;
    if (isWordCode(code) && i + 1 < text.length && isWordCode(text.charCodeAt(i + 1))) continue;
    for (const value of node.values) visit(value, start, i + 1);
  }
}

/** a-z and 0-9; the text is lower case already. */
export function isWordCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57);
}
