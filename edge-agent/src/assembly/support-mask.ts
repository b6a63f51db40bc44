import { withoutUrlPasswords } from '../setup/settings/url-password.ts';

/** Words that must not be told, each with what stands in their place. */
export type Private = ReadonlyMap<string, string>;

const HIDDEN = '…';
const WORD = /[\p{L}\p{N}_]/u;
const ASCII = /^[\x20-\x7e]+$/;

const URL_TEXT = /([a-z][a-z0-9+.-]{0,30}):\/\/([^\s"'<>]+)/gi;
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?(?![\w.@])/;
const MAIL = /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*/g;
const IPV4 = /(?<![\w.])(?!127\.)\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)/g;
const IPV6 = /(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])/gi;
/** A time of day, this machine, and colons alone. */
const NO_IPV6 = /^(\d{1,2}(:\d{1,2}){1,2}|::1|:+)$/;
const HOST = /(?<![\w.-])([a-z0-9-]{1,63})((?:\.[a-z0-9-]{1,63})*)\.([a-z]{2,24})(?![\w-]|\.\w)/gi;
const PATH = /(?<![\w.~…/])(?:[a-z]:)?[/\\][^\s"'(),;:/\\][^\s"'(),;:]*/gi;
const BASE64 = /(?<![\w+/=-])(?=[\w+/-]*\d)(?=[\w+/-]*[a-z])[\w+/-]{32,}={0,2}/gi;
/** Ends of file names that are no hosts. */
const FILES = /^(json|jsonl|js|mjs|ts|tsx|onnx|csv|html|db|log|md|tmp|new|pem|node|zip|gz|png|wasm|proto)$/i;

/**
 * A text without what tells who or where: private words by their label, passwords, addresses, hosts, paths and long
 * tokens by their form. `keys` are first parts of dotted names that are no hosts, as `panel.httpPort`. Linear in the
 * text, whatever there is of private words.
 */
export function masker(words: Private, keys: readonly string[]): (text: string) => string {
  const replaced = replacer(words);
  const known = new Set(keys);
  return (text) =>
    replaced(withoutUrlPasswords(text))
      .replace(URL_TEXT, (_all, scheme: string, rest: string) => `${scheme}://${LOOPBACK.exec(rest)?.[0] ?? HIDDEN}`)
      .replace(MAIL, HIDDEN)
      .replace(IPV4, HIDDEN)
      .replace(IPV6, (all) => (NO_IPV6.test(all) ? all : HIDDEN))
      .replace(HOST, (all, first: string, _middle, last: string) => known.has(first) || FILES.test(last) ? all : HIDDEN)
      .replace(PATH, (all) => (all.length > 2 ? HIDDEN : all))
      .replace(BASE64, HIDDEN);
} // prettier-ignore

/** At each place of a text the longest of the words that begins there; asked for by length, so that many are as cheap as few. */
function replacer(words: Private): (text: string) => string {
  const labels = new Map<string, string>();
  for (const [word, label] of words) {
    if (!tells(word)) continue;
    for (const form of [word, encodeURIComponent(word.toWellFormed()), JSON.stringify(word).slice(1, -1)])
      labels.set(form, label);
  }
  const lengths = new Map<string, Set<number>>();
  for (const form of labels.keys()) {
    const start = form.slice(0, 2);
    lengths.set(start, (lengths.get(start) ?? new Set()).add(form.length));
  }
  const longestFirst = new Map([...lengths].map(([start, all]) => [start, [...all].sort((a, b) => b - a)]));
  return (text) => {
    let out = '';
    for (let at = 0; at < text.length;) {
      const found = longestFirst.get(text.slice(at, at + 2))?.find((length) => {
        const word = text.slice(at, at + length);
        return labels.has(word) && stands(text, word, at);
      });
      out += found === undefined ? text[at] : labels.get(text.slice(at, at + found))!;
      at += found ?? 1;
    }
    return out;
  };
}

/** One character, or a number below a thousand, tells nothing, and masking it would leave no figure. */
const tells = (word: string): boolean => word.length >= 2 && !/^\d{1,3}$/.test(word);

/** Short words and numbers count where they stand alone: `p3` is no part of `mp3`. Chinese has no such borders. */
function stands(text: string, word: string, at: number): boolean {
  if (!ASCII.test(word) || (word.length >= 6 && !/^\d+$/.test(word))) return true;
  return !WORD.test(text[at - 1] ?? ' ') && !WORD.test(text[at + word.length] ?? ' ');
}
