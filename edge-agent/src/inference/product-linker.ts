import type { Catalogue, Product } from '@livecue/shared/contract';
import type { ProductMention } from '@livecue/shared/insight';
import { normalise } from '@livecue/shared/text';
import { linkNumbers } from './link-number.ts';
import { createPhraseIndex } from './phrase-index.ts';

/** Text beyond this is not read: no live comment needs it, and the cost of any text stays bounded. */
export const MAX_READ_LENGTH = 400;

/** Fixed scores by what named the product; they order mentions and are no measured probability. */
export const LINK_SCORES = { code: 0.99, number: 0.95, name: 0.9, alias: 0.85 } as const;

const MAX_MENTIONS = 5;

export interface ProductLinker {
  /** Products of the catalogue that `text` names, best first, at most 5. Any string is fine. */
  link(text: string): ProductMention[];
  /** The same for a caller who has normalised already; both at most `MAX_READ_LENGTH` long. */
  linkNormalised(raw: string, normalised: string): ProductMention[];
}

/** What one phrase means; several products when they share an alias. */
interface Named {
  readonly products: string[];
  readonly score: number;
}

interface Hit {
  readonly named: Named;
  readonly start: number;
  readonly end: number;
}

/**
 * Links by link number, shop code, full name and alias. A phrase inside a longer one does not count
 * (衬衫 in 亚麻衬衫); a phrase of several products shares its score among them, unless a number in the same
 * comment says which is meant.
 */
export function createProductLinker(catalogue: Catalogue): ProductLinker {
  const byNumber = new Map<number, string>();
  for (const product of catalogue.products) {
    if (product.linkNumber !== null && !byNumber.has(product.linkNumber)) {
      byNumber.set(product.linkNumber, product.productId);
    }
  }
  const index = createPhraseIndex(phrasesOf(catalogue.products));

  const linkNormalised = (raw: string, normalised: string): ProductMention[] => {
    const scores = new Map<string, number>();
    for (const number of linkNumbers(raw, normalised)) {
      const productId = byNumber.get(number);
      if (productId !== undefined) scores.set(productId, LINK_SCORES.number);
    }
    let hits: Hit[] | null = null;
    index.scan(normalised, (named, start, end) => (hits ??= []).push({ named, start, end }));
    if (hits !== null) addNamed(scores, hits);
    if (scores.size === 0) return [];
    return [...scores]
      .map(([productId, score]) => ({ productId, score }))
      .sort((a, b) => b.score - a.score)
      .slice(0, MAX_MENTIONS);
  };

  return {
    linkNormalised,
    link: (text) => {
      const raw = text.slice(0, MAX_READ_LENGTH);
      return linkNormalised(raw, normalise(raw).slice(0, MAX_READ_LENGTH));
    },
  };
}

function addNamed(scores: Map<string, number>, hits: readonly Hit[]): void {
  const byNumber = new Set(scores.keys());
  const longestFirst = hits.toSorted((a, b) => b.end - b.start - (a.end - a.start) || a.start - b.start);
  const taken: Hit[] = [];
  for (const hit of longestFirst) {
    if (taken.some((other) => hit.start < other.end && other.start < hit.end)) continue;
    taken.push(hit);
    const { products, score } = hit.named;
    if (products.length > 1 && products.some((productId) => byNumber.has(productId))) continue;
    for (const productId of products) {
      scores.set(productId, Math.max(scores.get(productId) ?? 0, score / products.length));
    }
  }
}

function phrasesOf(products: readonly Product[]): [string, Named][] {
  const byPhrase = new Map<string, Named>();
  const add = (phrase: string, productId: string, score: number) => {
    const text = normalise(phrase);
    if (!isTelling(text)) return;
    const known = byPhrase.get(text);
    if (known === undefined || known.score < score) byPhrase.set(text, { products: [productId], score });
    else if (known.score === score && !known.products.includes(productId)) known.products.push(productId);
  };
  for (const product of products) {
    for (const code of [product.productId, ...product.skus]) add(code, product.productId, LINK_SCORES.code);
    add(product.name.zh, product.productId, LINK_SCORES.name);
    add(product.name.en, product.productId, LINK_SCORES.name);
    for (const alias of product.aliases) add(alias, product.productId, LINK_SCORES.alias);
  }
  return [...byPhrase];
}

/** One character, and digits that could be a size, a price or a count, name nothing. */
function isTelling(phrase: string): boolean {
  return /^[0-9]+$/.test(phrase) ? phrase.length >= 5 : [...phrase].length >= 2;
}
