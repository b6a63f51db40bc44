import { fromMinorUnits, type OrderStatus, toMinorUnits } from '@livecue/shared/event';
import * as z from 'zod';
import {
  asArray,
  asCount,
  asId,
  asObject,
  asText,
  money,
  timeOfMs,
  timeOfSeconds,
  type WireObject,
} from '../decoding/wire-value.ts';
import { digest } from './signature.ts';

/** A field that the set-up form never shows again. `description` last: refinements would lose the mark. */
export const secretField = (description: string, schema: z.ZodString = z.string().min(1).max(1024)) =>
  schema.meta({ writeOnly: true, description });
export const ShopSource = z
  .string()
  .regex(/^(live|shop)\/[^/\s]+\/\S+$/, 'expected shop/<platform>/<shop> or live/<platform>/<room>')
  .max(512);
export const SetupCurrency = z.string().regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code such as EUR');

/** Whole seconds below this are seconds; the same number of milliseconds would be 1973. */
const SECONDS_BELOW = 1e11;

/** Unix time in seconds or milliseconds, told apart by its size; a number or a string of digits. */
export function timeOfEither(value: unknown): string | undefined {
  const count = asCount(value);
  return count !== undefined && count < SECONDS_BELOW ? timeOfSeconds(count) : timeOfMs(value);
}

/**
 * A decimal number or string of the platform → a decimal string with exactly the currency's minor
 * digits, rounded half away from zero; undefined when it is none. Never through a binary fraction
 * where the platform sent a string.
 */
export function decimalOf(value: unknown, currency: string): string | undefined {
  const text = typeof value === 'number' || typeof value === 'bigint' ? String(value) : value;
  const match = typeof text === 'string' ? /^(-?)(\d{1,15})(?:\.(\d{1,20}))?$/.exec(text) : null;
  if (match === null) return undefined;
  const [, sign, whole, fraction = ''] = match;
  const units = BigInt(`${whole}${fraction}`);
  return money(sign === '-' ? -units : units, fraction.length, currency);
}

/** Sum of decimal strings of one currency, or undefined when one of them is not of it. */
export function sumOf(amounts: readonly string[], currency: string): string | undefined {
  let sum = 0;
  for (const amount of amounts) {
    const units = toMinorUnits(amount, currency);
    if (units === null) return undefined;
    sum += units;
  }
  return Number.isSafeInteger(sum) ? fromMinorUnits(sum, currency) : undefined;
}

/** Fen as a number or a string of digits → yuan, `"29.90"`. */
export function yuanOfFen(value: unknown): string | undefined {
  const fen = asCount(value);
  return fen === undefined ? undefined : money(BigInt(fen), 2, 'CNY');
}

export interface OrderData {
  readonly orderNumber: string;
  readonly orderStatus: OrderStatus;
  readonly priceCurrency: string;
  readonly partial: boolean;
  readonly orderedItem?: readonly object[] | undefined;
  readonly total?: string | undefined;
  readonly customerRef?: string | undefined;
  readonly deviceRef?: string | undefined;
  readonly addressRef?: string | undefined;
  readonly paymentRef?: string | undefined;
  readonly customerSince?: string | undefined;
}

/** Key for messages that have no id of their own. */
export function derivedKey(parts: readonly (string | Uint8Array)[]): string {
  const separated = parts.flatMap((part) => [`${part.length}:`, part]);
  return `derived-${digest('sha256', separated).toString('hex').slice(0, 32)}`;
}

/** `{identifier, name, image}` of a viewer, or undefined without an id. */
export function personOf(fields: { id: unknown; name?: unknown; image?: unknown }): object | undefined {
  const identifier = asId(fields.id);
  if (identifier === undefined) return undefined;
  const name = asText(fields.name)?.slice(0, 512);
  const image = asText(fields.image);
  return {
    identifier,
    ...(name === undefined ? {} : { name }),
    ...(image === undefined || image.length > 2048 ? {} : { image }),
  };
}

/** The objects among the elements of an array; an empty list when it is none. */
export function objectsOf(value: unknown): WireObject[] {
  return asArray(value)
    .map(asObject)
    .filter((each) => each !== null);
}

/** The first of the fields that is an id. */
export function idOf(value: WireObject, ...keys: readonly string[]): string | undefined {
  for (const key of keys) {
    const id = asId(value[key]);
    if (id !== undefined) return id;
  }
  return undefined;
}
