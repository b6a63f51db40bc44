import type { Product } from '@livecue/shared/contract';
import type { Words } from '@livecue/shared/prompt';

/** HP4: a headline is read in two seconds. Chinese: code points that are no white space; English: words. */
export const MAX_ZH_HEADLINE = 14;
export const MAX_EN_HEADLINE = 8;

const ZH_NAME = 4;
const EN_NAME_WORDS = 2;
const EN_WORD = 14;
const REASON_NAME = 24;

/** How a headline names a product: `3号`, or five characters of its name; null is the whole room. */
export function labelOf(product: Product | null): Words {
  if (product === null) return { zh: '全场', en: 'Room' };
  if (product.linkNumber !== null) return { zh: `${product.linkNumber}号`, en: `No. ${product.linkNumber}` };
  const name = fullName(product);
  const words = name.en.split(/\s+/u);
  const en = words.slice(0, EN_NAME_WORDS).map((word) => cut(word, EN_WORD));
  return { zh: cut(name.zh.replace(/\s+/gu, ''), ZH_NAME), en: en.join(' ') };
}

/** The name as it stands in a reason, at most 24 characters and one line. */
export function nameOf(product: Product): Words {
  const name = fullName(product);
  return { zh: cut(name.zh, REASON_NAME), en: cut(name.en, REASON_NAME) };
}

function fullName(product: Product): Words {
  const zh = oneLine(product.name.zh);
  const en = oneLine(product.name.en);
  const any = zh || en || oneLine(product.productId) || '?';
  return { zh: zh || any, en: en || any };
}

function oneLine(text: string): string {
  return text.toWellFormed().replace(/\s+/gu, ' ').trim();
}

function cut(text: string, length: number): string {
  const points = [...text];
  return points.length <= length ? text : `${points.slice(0, length).join('')}…`;
}

/** One decimal below 10, none from there on: 4.2, 42. */
export function shortNumber(value: number): number {
  return value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
}
