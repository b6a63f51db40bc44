import { fromMinorUnits } from '@livecue/shared/event';
import type { Words } from '@livecue/shared/prompt';
import type { Money } from './minute-book.ts';
import type { ReportProduct } from './show-report.ts';

export type Language = 'zh' | 'en';

/** How one page says things: its language, its clock, its products. */
export interface PageText {
  readonly lang: Language;
  /** The words in the page's language, as they are. */
  pick(words: Words): string;
  say(zh: string, en: string): string;
  /** `20:05`; `clock` with the seconds. */
  minute(ms: number): string;
  clock(ms: number): string;
  day(ms: number): string;
  /** UTC offset as `UTC+8`. */
  readonly zone: string;
  /** `3号 亚麻衬衫`, `No. 3 Linen shirt`. */
  product(productId: string | null): string;
  /** `3号`, or the name where it has no number. */
  productShort(productId: string): string;
}

/** `zoneMinutes`: minutes that the reader's clock is ahead of UTC. */
export function createPageText(lang: Language, zoneMinutes: number, products: readonly ReportProduct[]): PageText {
  const byId = new Map(products.map((product) => [product.productId, product]));
  const local = (ms: number) => new Date(ms + zoneMinutes * 60_000).toISOString();
  const pick = (words: Words) => words[lang];
  const number = (link: number) => (lang === 'zh' ? `${link}号` : `No. ${link}`);
  const hours = zoneMinutes / 60;
  return {
    lang,
    pick,
    say: (zh, en) => (lang === 'zh' ? zh : en),
    minute: (ms) => local(ms).slice(11, 16),
    clock: (ms) => local(ms).slice(11, 19),
    day: (ms) => local(ms).slice(0, 10),
    zone: `UTC${hours === 0 ? '' : `${hours > 0 ? '+' : '−'}${Math.abs(hours)}`}`,
    product(productId) {
      if (productId === null) return lang === 'zh' ? '全场' : 'Whole room';
      const own = byId.get(productId);
      if (own === undefined) return productId;
      return own.linkNumber === null ? pick(own.name) : `${number(own.linkNumber)} ${pick(own.name)}`;
    },
    productShort(productId) {
      const own = byId.get(productId);
      if (own?.linkNumber != null) return number(own.linkNumber);
      return own === undefined ? productId : pick(own.name);
    },
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or a quoted attribute. What XML forbids becomes a space. */
export function escaped(text: string): string {
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ' ').replace(/[&<>"']/g, (sign) => ENTITIES[sign]!); // prettier-ignore
}

/** `12,345`, `1.5`; at most `digits` after the point. */
export function numberText(value: number, digits = 0): string {
  const [whole = '0', part] = Math.abs(value).toFixed(digits).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  const fraction = part?.replace(/0+$/, '') ?? '';
  const text = fraction === '' ? grouped : `${grouped}.${fraction}`;
  return value < 0 && text !== '0' ? `−${text}` : text;
}

export const shareText = (share: number | null): string => (share === null ? '–' : `${numberText(100 * share, 1)} %`);

/** `CNY 1,234.50`; currencies in order, `–` without any. */
export function moneyText(money: Money): string {
  const parts = Object.keys(money).sort().map((currency) => {
    const [whole = '0', part] = fromMinorUnits(money[currency] ?? 0, currency).replace('-', '−').split('.');
    return `${currency} ${whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')}${part === undefined ? '' : `.${part}`}`;
  });
  return parts.length === 0 ? '–' : parts.join(' · ');
} // prettier-ignore

/** `1:12:07`, `2:40`. */
export function lengthText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const tail = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
