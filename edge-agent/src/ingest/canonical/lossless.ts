import { parse } from 'lossless-json';

/**
 * A number of 16 digits or more as a value, which JSON.parse may round. Digits inside a string are not
 * meant (`"twitch:7300000000000000011"` is the usual id); the few that look alike only cost time.
 */
const LONG_NUMBER = /(?:"\s*:|[[,])\s*-?\d{16}/;
/** Beyond this a digit run is no id of any platform, and BigInt of it would cost quadratic time. */
const MAX_INTEGER_DIGITS = 40;

/** Fields that hold ids or running numbers; some senders write them as numbers. */
const ID_FIELDS: ReadonlySet<string> = new Set([
  'id', 'identifier', 'productID', 'sku', 'orderNumber', 'customerRef', 'parentItem', 'giftId', 'comboId', 'sequence',
]); // prettier-ignore

/** Levels of a canonical event in which ids stand: event, data, orderedItem, its elements. */
const MAX_DEPTH = 5;

/**
 * JSON → value. Integers that a double cannot hold come back as bigint, all digits kept; all else is
 * as `JSON.parse` has it, which also does the work when no such number is there. Throws when the text
 * is no JSON; the error's message may quote the text and must not be shown.
 */
export function parseLossless(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!LONG_NUMBER.test(text)) return value;
  return parse(text, undefined, { parseNumber: parseExact, onDuplicateKey: ({ newValue }) => newValue });
}

/** The least number of 16 digits: below, `JSON.parse` rounds nothing that is an id. */
const LONG = 1e15;

/** Whether a value that `JSON.parse` made may have lost digits where ids stand. */
export function hasLongNumber(value: unknown, depth = 0): boolean {
  if (typeof value === 'number') return value >= LONG || value <= -LONG;
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return false;
  return Object.values(value).some((field) => hasLongNumber(field, depth + 1));
}

function parseExact(digits: string): number | bigint {
  const value = Number(digits);
  if (Number.isSafeInteger(value) || digits.length > MAX_INTEGER_DIGITS || !/^-?\d+$/.test(digits)) return value;
  return BigInt(digits);
}

/**
 * Writes ids that are numbers as strings of all their digits, bigints elsewhere as numbers if they fit,
 * and MessagePack timestamps as RFC 3339, in place. True when anything was changed. Integers beyond
 * 2^53 that arrived as doubles have lost digits already and stay, so that the schema refuses them.
 */
export function writeIdsAsText(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return false;
  let changed = false;
  for (const key of Object.keys(value)) {
    const field = (value as Record<string, unknown>)[key];
    const better = ID_FIELDS.has(key) ? idAsText(field) : plain(field);
    if (better !== field) {
      (value as Record<string, unknown>)[key] = better;
      changed = true;
    } else if (writeIdsAsText(field, depth + 1)) changed = true;
  }
  return changed;
}

function idAsText(field: unknown): unknown {
  // A removal names several comments. One level only: what is nested deeper is no id.
  if (Array.isArray(field)) return field.some((id) => oneIdAsText(id) !== id) ? field.map(oneIdAsText) : field;
  return oneIdAsText(field);
}

function oneIdAsText(field: unknown): unknown {
  return typeof field === 'bigint' || Number.isSafeInteger(field) ? String(field) : field;
}

function plain(field: unknown): unknown {
  if (typeof field === 'bigint') {
    const number = Number(field);
    return Number.isSafeInteger(number) ? number : field;
  }
  return field instanceof Date && Number.isFinite(field.getTime()) ? field.toISOString() : field;
}
