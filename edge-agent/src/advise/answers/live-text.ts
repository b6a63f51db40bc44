import type { Product } from '@livecue/shared/contract';
import type { Words } from '@livecue/shared/prompt';

/** What is live of a product; null: not known now. */
export interface LiveValues {
  /** As it is read out, with its currency: `¥129`, `$19.90`. */
  readonly price: string | null;
  readonly stock: number | null;
}

export const NOTHING_LIVE: LiveValues = { price: null, stock: null };

const PLACEHOLDER = /\{(\w+)\}/g;

/** The words with `{price}` and `{stock}` filled in; null when one of them, or an unknown one, has no value. */
export function quoteOf(answer: Words, live: () => LiveValues): Words | null {
  // Most facts have nothing to fill, and looking up what is live has its cost.
  if (!answer.zh.includes('{') && !answer.en.includes('{')) return answer;
  const values = live();
  const zh = filled(answer.zh, values);
  const en = filled(answer.en, values);
  return zh === null || en === null ? null : { zh, en };
}

function filled(text: string, { price, stock }: LiveValues): string | null {
  const values: Readonly<Record<string, string | null>> = { price, stock: stock === null ? null : String(stock) };
  let complete = true;
  const quoted = text.replace(PLACEHOLDER, (_, name: string) => {
    const value = Object.hasOwn(values, name) ? (values[name] ?? null) : null;
    if (value === null) complete = false;
    return value ?? '';
  });
  return complete ? quoted : null;
}

/** Of a product: its price with the sign of its currency, and the stock told last, else that of the catalogue. */
export function liveOf(product: Pick<Product, 'price' | 'priceCurrency' | 'stock'>, level: number | null): LiveValues {
  const { price, priceCurrency, stock } = product;
  return { price: price === undefined ? null : priced(price, priceCurrency ?? null), stock: level ?? stock };
}

const SIGNS: Readonly<Record<string, string>> = { CNY: '¥', USD: '$', EUR: '€', GBP: '£', JPY: '¥' };

function priced(price: string, currency: string | null): string {
  if (currency === null) return price;
  const sign = SIGNS[currency];
  return sign === undefined ? `${price} ${currency}` : `${sign}${price}`;
}
