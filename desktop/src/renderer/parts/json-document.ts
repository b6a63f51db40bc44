import { wordsOf } from './error-words.ts';

/** JSON objects as people write them: what is left out has its default. */
export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What stands at a path of keys; undefined: nothing. */
export function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined), value); // prettier-ignore
}

/** The same document with another value at a path; undefined takes it out, and sections that are empty then. */
export function withAt(document: JsonObject, path: readonly string[], value: unknown): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return isObject(value) ? value : {};
  const before = document[key];
  const next = rest.length === 0 ? value : withAt(isObject(before) ? before : {}, rest, value);
  const isGone = next === undefined || (rest.length > 0 && isObject(next) && Object.keys(next).length === 0);
  const others = Object.entries(document).filter(([one]) => one !== key);
  if (isGone) return Object.fromEntries(others);
  // In its place, so that a document that is looked at as text does not jump.
  return Object.hasOwn(document, key)
    ? Object.fromEntries(Object.entries(document).map(([one, was]) => [one, one === key ? next : was]))
    : { ...document, [key]: next };
}

export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Where in a text the JSON is broken, as people count. */
export function parseJson(text: string): { readonly value: unknown } | { readonly line: number; readonly why: string } {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    const why = wordsOf(error);
    const [, told] = /line (\d+)/.exec(why) ?? [];
    const [, offset] = /position (\d+)/.exec(why) ?? [];
    const end = offset === undefined ? text.length : Number(offset);
    return { line: told === undefined ? text.slice(0, end).split('\n').length : Number(told), why };
  }
}
