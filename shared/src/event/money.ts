import * as z from 'zod';

/**
 * Minor-unit digits of ISO 4217 currencies that do not have two.
 * Source: ISO 4217 table A.1, column "Minor unit".
 */
const MINOR_DIGITS: Readonly<Record<string, number>> = {
  BHD: 3, BIF: 0, CLP: 0, DJF: 0, GNF: 0, IQD: 3, ISK: 0, JOD: 3, JPY: 0, KMF: 0, KRW: 0, KWD: 3,
  LYD: 3, OMR: 3, PYG: 0, RWF: 0, TND: 3, UGX: 0, UYI: 0, VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0,
}; // prettier-ignore

/** Digits after the point of an amount in `currency` (ISO 4217 code): 0, 2 or 3; 2 for what is no currency, such as `constructor`. */
export function minorDigits(currency: string): number {
  return Object.hasOwn(MINOR_DIGITS, currency) ? MINOR_DIGITS[currency]! : 2;
}

/** ISO 4217 code. */
export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'expected an ISO 4217 code such as CNY')
  .describe('ISO 4217 currency code');
export type Currency = z.infer<typeof Currency>;

/**
 * A decimal string. Together with its currency it has exactly that currency's minor digits
 * (`"12.50"` USD, `"1500"` JPY); `toMinorUnits` checks this.
 */
export const Decimal = z
  .string()
  .regex(/^-?\d{1,15}(\.\d{1,3})?$/, 'expected a decimal string such as "12.50"')
  .describe("Amount as a decimal string with exactly the currency's minor digits");
export type Decimal = z.infer<typeof Decimal>;

/**
 * `"12.50"`, `"CNY"` → 1250. Null when the digits after the point are not exactly the currency's
 * own, or when the result leaves the safe integers: adding such amounts would be wrong.
 */
export function toMinorUnits(value: string, currency: string): number | null {
  const digits = minorDigits(currency);
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value);
  if (match === null || (match[3] ?? '').length !== digits) return null;
  const units = Number(`${match[2]}${match[3] ?? ''}`);
  if (!Number.isSafeInteger(units)) return null;
  return match[1] === '-' && units !== 0 ? -units : units;
}

/** 1250, `"CNY"` → `"12.50"`. `units` must be a safe integer. */
export function fromMinorUnits(units: number, currency: string): string {
  const digits = minorDigits(currency);
  const text = String(Math.abs(units)).padStart(digits + 1, '0');
  const whole = text.slice(0, text.length - digits);
  const sign = units < 0 ? '-' : '';
  return digits === 0 ? sign + text : `${sign}${whole}.${text.slice(-digits)}`;
}
