import { minorDigits } from '@livecue/shared/event';
import { plainCell } from '@livecue/shared/text';

/** A value, or what is wrong with it in both languages. */
export type Read<T> = { readonly value: T } | { readonly zh: string; readonly en: string };

const CURRENCY_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(rmb|cny|cn¥|元|人民币)$/i, 'CNY'],
  [/^(us\$|usd|美元)$/i, 'USD'],
  [/^(hk\$|hkd|港币|港元)$/i, 'HKD'],
  [/^(€|eur|欧元)$/i, 'EUR'],
  [/^(£|gbp|英镑)$/i, 'GBP'],
];
/** Signs that several currencies share, with the one that is meant when the studio's own does not have it. */
const SHARED: Readonly<Record<string, { own: RegExp; else: string }>> = {
  '¥': { own: /^(CNY|JPY)$/, else: 'CNY' },
  $: { own: /^(USD|HKD|SGD|AUD|CAD|TWD|NZD|MXN)$/, else: 'USD' },
};

/** `"¥1,299"`, `"129元"`, `"12,50"`, `"USD 5"` → `"1299.00"` with its currency; `currency` where no sign tells. */
export function readPrice(
  text: string,
  currency: string,
  certain: boolean,
): Read<{ amount: string; currency: string }> {
  const folded = text
    .normalize('NFKC')
    .replace(/￥/g, '¥')
    .replace(/\s/g, '')
    .replace(/\/?(件|个|份|盒|瓶|起)$/, '');
  const match = /^([^\d.,-]*)(-?[\d.,]+)([^\d.,-]*)$/.exec(folded);
  const digits = match === null ? null : plainNumber(match[2]!);
  const wrong = { zh: '不是价格，应当像 129.00', en: 'is no price; expected something like 129.00' };
  if (match === null || digits === null) return wrong;
  const sign = `${match[1]}${match[3]}`;
  const told = sign === '' ? null : currencyOf(sign, currency);
  if (sign !== '' && told === null) return wrong;
  if (told !== null && certain && told !== currency)
    return { zh: `写的是 ${told}，而币种是 ${currency}；请改成一致`, en: `is in ${told} where the currency is ${currency}; make them agree` }; // prettier-ignore
  const own = told ?? currency;
  if (digits.startsWith('-')) return { zh: '价格不能是负数', en: 'is below zero; a price is zero or more' };
  const [whole, fraction = ''] = digits.split('.') as [string, string?];
  const minor = minorDigits(own);
  const kept = fraction.replace(/0+$/, '');
  if (kept.length > minor)
    return { zh: `小数位太多，${own} 最多 ${minor} 位；如果这里的点或逗号是千位分隔，请去掉`, en: `has too many decimals; ${own} has ${minor}. If the point or comma separates thousands, take it out` }; // prettier-ignore
  if (whole.length > 12) return wrong;
  return { value: { amount: minor === 0 ? whole : `${whole}.${kept.padEnd(minor, '0')}`, currency: own } };
}

function currencyOf(sign: string, own: string): string | null {
  const shared = SHARED[sign];
  if (shared !== undefined) return shared.own.test(own) ? own : shared.else;
  const known = CURRENCY_WORDS.find(([words]) => words.test(sign));
  return known?.[1] ?? (/^[a-z]{3}$/i.test(sign) ? sign.toUpperCase() : null);
}

/**
 * `"1,299.50"`, `"1.299,50"`, `"1299,5"`, `"1,299"` → `"1299.50"` …; null when it is no number. One separator with
 * three digits behind it separates thousands if it is a comma, and decimals if it is a point.
 */
function plainNumber(text: string): string | null {
  const clean = (whole: string, fraction: string) => {
    const digits = whole.replace(/^(-?)0+(?=\d)/, '$1');
    return fraction === '' ? digits : `${digits}.${fraction}`;
  };
  const plain = /^(-?\d+)(?:\.(\d*))?$/.exec(text);
  if (plain !== null) return clean(plain[1]!, plain[2] ?? '');
  const comma = /^(-?\d{1,3}(?:,\d{3})+)(?:\.(\d+))?$/.exec(text);
  if (comma !== null) return clean(comma[1]!.replaceAll(',', ''), comma[2] ?? '');
  const point = /^(-?\d{1,3}(?:\.\d{3})+),(\d+)$/.exec(text);
  if (point !== null) return clean(point[1]!.replaceAll('.', ''), point[2]!);
  const decimalComma = /^(-?\d+),(\d{1,2})$/.exec(text);
  return decimalComma === null ? null : clean(decimalComma[1]!, decimalComma[2]!);
}

/** Units on hand: a whole number of zero or more. */
export function readStock(text: string): Read<number> {
  const folded = text.normalize('NFKC').replace(/\s|件|个|pcs$/gi, '');
  const number = plainNumber(folded);
  const value = number === null ? Number.NaN : Number(number);
  if (Number.isSafeInteger(value) && value >= 0 && value < 1e9) return { value };
  if (value < 0) return { zh: '库存不能是负数，应当是 0 或更多', en: 'is below zero; stock is 0 or more' };
  return {
    zh: '不是件数，应当是整数，不清楚就留空',
    en: 'is no count; expected a whole number, or nothing when unknown',
  };
}

/** `"3"`, `"3号"`, `"3号链接"`, `"#3"` → 3; 1 to 999. */
export function readLinkNumber(text: string): Read<number> {
  const folded = text.normalize('NFKC').trim();
  const match = /^(?:#|no\.?|link|链接)?\s*(\d{1,6})(?:\.0+)?\s*(?:号链接|号|链接)?$/i.exec(folded);
  const value = match === null ? 0 : Number(match[1]);
  if (value >= 1 && value <= 999) return { value };
  return { zh: '不是链接号，应当是 1 到 999 的整数', en: 'is no link number; expected 1 to 999' };
}

/** Excel shows a long number as 6.92E+18 and has lost its last digits. */
export function roundedBySpreadsheet(text: string): boolean {
  return /^\d(?:\.\d+)?E\+?\d{2}$/i.test(text);
}

/** An id of a shop: one line, at most 512 characters, not one that a spreadsheet has rounded. */
export function readIdentifier(text: string): Read<string> {
  if (roundedBySpreadsheet(text))
    return { zh: '长编号被表格软件四舍五入了。请把这一列设为“文本”格式后重新填写或导出', en: 'is a long number that the spreadsheet has rounded. Format the column as text and enter or export it again' }; // prettier-ignore
  if (text.length > 512) return { zh: '太长，最多 512 个字', en: 'is too long; at most 512 characters' };
  return { value: text };
}

/** Several values in one cell: by line, semicolon, vertical bar, 、 or comma. */
export function readList(text: string): string[] {
  return [...new Set(text.split(/[\n;；|、,，]/).map((part) => part.trim()).filter((part) => part !== ''))]; // prettier-ignore
}

/**
 * Text as it may stand on a screen: without control characters, and without what a spreadsheet puts around text so
 * that it is not read as a formula. Nothing of it is ever run here; it is text.
 */
export function cleanText(cell: string): string {
  const unwrapped = /^="([^"]*)"$/.exec(cell)?.[1] ?? plainCell(cell);
  return unwrapped
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufeff]/g, ' ')
    .trim();
}
