import { minorDigits } from '@livecue/shared/event';
import { nestsTooDeep } from '../../runtime/json-depth.ts';
import { parseLossless } from '../canonical/lossless.ts';

/** A JSON object of a platform, before anybody trusts its fields. */
export type WireObject = Readonly<Record<string, unknown>>;

const BYTE_ORDER_MARK = '\uFEFF';
/** RFC 3339 with any number of fraction digits; platforms send none to nine. */
const DATE_TIME = /^(\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})?$/;
const MAX_TIME_MS = Date.UTC(9999, 11, 31);
const INTEGER = /^-?\d{1,40}$/;

/** JSON text → value with all digits of long integers (as bigint), or undefined when it is no JSON or nests above 64 levels. */
export function readJson(text: string): unknown {
  try {
    const value: unknown = parseLossless(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
    return nestsTooDeep(value) ? undefined : value;
  } catch {
    // The parser's message quotes the text, which may be a viewer's; the caller says "not JSON".
    return undefined;
  }
}

export function asObject(value: unknown): WireObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as WireObject) : null;
}

export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Field `key` as an object; an empty one when it is absent or something else. */
export function part(value: WireObject, key: string): WireObject {
  return asObject(value[key]) ?? {};
}

/** A string with something in it, else undefined. */
export function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An id as a string with all its digits: platforms send it as a number here and as a string there. */
export function asId(value: unknown): string | undefined {
  if (typeof value === 'bigint') return String(value);
  return Number.isSafeInteger(value) ? String(value) : asText(value);
}

/** An id where 0 stands for "not set", as in protobuf and in fields that every message has. */
export function asRealId(value: unknown): string | undefined {
  const id = asId(value);
  return id === '0' ? undefined : id;
}

/** 1 and true, as a number, a string or a boolean: platforms send flags in all three forms. */
export function isSet(value: unknown): boolean {
  return value === true || asCount(value) === 1;
}

/** A whole number from 0 to 2^53 − 1, sent as a number or as a string of digits. */
export function asCount(value: unknown): number | undefined {
  const integer = asInteger(value);
  return integer !== undefined && integer >= 0n && integer <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(integer) : undefined;
} // prettier-ignore

/** A whole number of up to 40 digits, sent as a number or as a string of digits. */
export function asInteger(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  return typeof value === 'string' && INTEGER.test(value) ? BigInt(value) : undefined;
}

/** Milliseconds since 1970 as a number or a string → RFC 3339 UTC with three fraction digits. */
export function timeOfMs(value: unknown): string | undefined {
  const ms = asCount(value);
  // 0 is "not set" everywhere.
  return ms === undefined || ms === 0 || ms > MAX_TIME_MS ? undefined : new Date(ms).toISOString();
}

/** Seconds since 1970 as a number or a string → RFC 3339 UTC with three fraction digits. */
export function timeOfSeconds(value: unknown): string | undefined {
  const seconds = asCount(value);
  return seconds === undefined || seconds * 1000 > MAX_TIME_MS ? undefined : timeOfMs(seconds * 1000);
}

/** RFC 3339 with zero to nine fraction digits, any offset → UTC, cut (not rounded) to milliseconds. */
export function timeOfText(value: unknown): string | undefined {
  const match = typeof value === 'string' ? DATE_TIME.exec(value) : null;
  if (match === null) return undefined;
  const [, seconds, fraction = '.', offset = 'Z'] = match;
  const ms = Date.parse(
    `${seconds!.replace(/[t ]/, 'T')}${fraction.padEnd(4, '0').slice(0, 4)}${offset.toUpperCase()}`,
  );
  return ms >= 0 && ms <= MAX_TIME_MS ? new Date(ms).toISOString() : undefined;
}

/**
 * `units` of 10^−`fromDigits` of the currency → a decimal string with exactly the currency's minor
 * digits (ISO 4217). What does not fit is rounded, half away from zero.
 */
export function money(units: bigint, fromDigits: number, currency: string): string {
  const digits = minorDigits(currency);
  let minor = units < 0n ? -units : units;
  if (fromDigits > digits) {
    const step = 10n ** BigInt(fromDigits - digits);
    minor = (minor + step / 2n) / step;
  } else minor *= 10n ** BigInt(digits - fromDigits);
  const text = String(minor).padStart(digits + 1, '0');
  const sign = units < 0n && minor !== 0n ? '-' : '';
  return sign + (digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`);
}

/** `value` without the fields that are undefined, so that absent fields are absent in JSON too. */
export function compact<T extends object>(value: T): T {
  for (const key of Object.keys(value)) {
    if ((value as Record<string, unknown>)[key] === undefined) delete (value as Record<string, unknown>)[key];
  }
  return value;
}
