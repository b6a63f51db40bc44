import type { Intent } from '@livecue/shared/insight';
import type { Category } from './demo-products.ts';

/** Texts of one intent. */
export interface IntentTexts {
  /** Name no product. */
  readonly plain: readonly string[];
  /** Name one, at {p}; empty when people never do. */
  readonly named: readonly string[];
}

/** All that can be said in one language. */
export interface LanguageTexts {
  readonly common: Readonly<Record<Intent, IntentTexts>>;
  /** What is asked of one kind of product only; joins or replaces the common texts of that intent. */
  readonly byCategory: Readonly<Partial<Record<Category, Partial<Record<Intent, IntentTexts>>>>>;
  readonly slots: Readonly<Record<string, readonly string[]>>;
  /** Hung onto a text now and then. */
  readonly tails: readonly string[];
  /** Right and wrong spelling. Never inside a product's name or number. */
  readonly typos: readonly (readonly [right: string, wrong: string])[];
}

export type Language = 'zh' | 'en';
