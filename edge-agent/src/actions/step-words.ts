import type { Product, StudioCommand, StudioStep } from '@livecue/shared/contract';
import type { RuleName, Words } from '@livecue/shared/prompt';

/** A moment of the show at which steps may be due. Values are null where they are not known. */
export interface Moment {
  readonly at: StudioStep['at'];
  /** Of a cue. */
  readonly rule: RuleName | null;
  readonly product: Product | null;
  readonly price: { readonly value: string; readonly currency: string } | null;
  readonly stock: number | null;
  readonly headline: Words | null;
}

export const isDue = (step: StudioStep, moment: Moment): boolean =>
  step.at === moment.at && (step.rules === undefined || (moment.rule !== null && step.rules.includes(moment.rule)));

/** The command with its words filled in; null when a value that they name is not known: no half a sentence goes on air. */
export function fillStep(run: StudioCommand, moment: Moment, language: 'zh' | 'en'): StudioCommand | null {
  if (run.kind !== 'text' && run.kind !== 'chapter') return run;
  const template = run.kind === 'text' ? run.text : run.name;
  const values = valuesOf(moment, language);
  let known = true;
  const words = template.replace(/\{(product|link|price|stock|headline)\}/g, (_, name: keyof typeof values) => {
    const value = values[name];
    if (value === null) known = false;
    return value ?? '';
  });
  if (!known) return null;
  return run.kind === 'text' ? { ...run, text: cut(words, 500) } : { ...run, name: cut(words, 128) };
}

const cut = (text: string, characters: number): string => [...text].slice(0, characters).join('');

function valuesOf({ product, price, stock, headline }: Moment, language: 'zh' | 'en') {
  const listed = product?.price === undefined || product.priceCurrency === undefined ? null : { value: product.price, currency: product.priceCurrency }; // prettier-ignore
  const told = price ?? listed;
  return {
    product: product?.name[language] ?? null,
    link: product?.linkNumber == null ? null : String(product.linkNumber),
    price: told === null ? null : money(told, language),
    stock: stock === null ? null : String(stock),
    headline: headline?.[language] ?? null,
  };
}

function money({ value, currency }: { value: string; currency: string }, language: 'zh' | 'en'): string {
  const locale = language === 'zh' ? 'zh-CN' : 'en';
  return new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(Number(value)); // prettier-ignore
}
