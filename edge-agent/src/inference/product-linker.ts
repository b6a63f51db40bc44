import type { Catalogue } from '@livecue/shared/contract';
import type { Prediction, ProductMention } from '@livecue/shared/insight';
import { normalise, simplify } from '@livecue/shared/text';
import { linkNumbers } from './link-number.ts';
import { spaced } from './name-text.ts';
import { pointsAtExplained } from './pointing.ts';
import { LINK_SCORES, type NameHit } from './product-link.ts';
import { createProductNames } from './product-names.ts';

export { LINK_SCORES } from './product-link.ts';

/** Text beyond this is not read: no live comment needs it, and the cost of any text stays bounded. */
export const MAX_READ_LENGTH = 400;

const MAX_MENTIONS = 5;

export interface ProductLinker {
  /**
   * Products of the catalogue that `text` means, best first, at most 5. Any string is fine. `explaining` is the
   * product on air: 这个 and "this one" mean it, and of products with a shared name it is the one that is meant;
   * null or left out: not known.
   */
  link(text: string, explaining?: string | null): ProductMention[];
  /** The same for a caller who has normalised already; both at most `MAX_READ_LENGTH` long. */
  linkNormalised(raw: string, normalised: string, explaining?: string | null): ProductMention[];
}

/**
 * Links by link number, shop code, name, alias, part of a name, a colour or content that one product alone has,
 * and by pointing at the product on air. A phrase inside a longer one does not count (衬衫 in 亚麻衬衫); an alias
 * of several products shares its score among them, unless a number in the same comment says which is meant.
 */
export function createProductLinker(catalogue: Catalogue): ProductLinker {
  const byNumber = new Map<number, string>();
  for (const product of catalogue.products) {
    if (product.linkNumber !== null && !byNumber.has(product.linkNumber)) {
      byNumber.set(product.linkNumber, product.productId);
    }
  }
  const known = new Set(catalogue.products.map(({ productId }) => productId));
  const names = createProductNames(catalogue.products);
  const isListed = (number: number) => byNumber.has(number);

  const linkNormalised = (raw: string, normalised: string, explaining: string | null = null): ProductMention[] => {
    if (known.size === 0) return [];
    const text = simplify(normalised);
    const scores = new Map<string, number>();
    for (const number of linkNumbers(raw, text, isListed)) {
      const productId = byNumber.get(number);
      if (productId !== undefined) scores.set(productId, LINK_SCORES.number);
    }
    const onAir = explaining !== null && known.has(explaining) ? explaining : null;
    const pointed = onAir !== null && pointsAtExplained(text);
    const hits = names.find(spaced(text));
    if (hits.length > 0) addNamed(scores, hits, onAir, pointed);
    if (scores.size === 0) return pointed && onAir !== null ? [{ productId: onAir, score: LINK_SCORES.pointed }] : [];
    return [...scores]
      .map(([productId, score]) => ({ productId, score }))
      .sort((a, b) => b.score - a.score)
      .slice(0, MAX_MENTIONS);
  };

  return {
    linkNormalised,
    link: (text, explaining = null) => {
      const raw = text.slice(0, MAX_READ_LENGTH);
      return linkNormalised(raw, normalise(raw).slice(0, MAX_READ_LENGTH), explaining);
    },
  };
}

/**
 * Links again what depends on the product on air: a comment that names nothing, or a name that several share.
 * What a number, a code, a name or an alias of one product has said stays.
 */
export function resolveOnAir(linker: ProductLinker, text: string, prediction: Prediction, onAir: () => string | null): Prediction {
  if (prediction.products.some(({ score }) => score >= LINK_SCORES.alias)) return prediction;
  const explaining = onAir();
  if (explaining === null) return prediction;
  const products = linker.link(text, explaining);
  return products.length === 0 ? prediction : { ...prediction, products };
} // prettier-ignore

function addNamed(scores: Map<string, number>, hits: readonly NameHit[], onAir: string | null, pointed: boolean): void {
  const numbered = new Set(scores.keys());
  const variants = hits.filter(({ named }) => named.variant);
  const told = new Set([...numbered, ...variants.flatMap(({ named }) => named.products)]);
  const taken: NameHit[] = [];
  for (const hit of hits.filter(({ named }) => !named.variant).sort(byCertainty)) {
    if (taken.some((other) => hit.start < other.end && other.start < hit.end)) continue;
    taken.push(hit);
    const { products, kin, score, stated } = hit.named;
    const which = kin.filter((productId) => told.has(productId));
    if (which.length > 0) for (const productId of which) raise(scores, productId, score);
    else if (onAir !== null && ((products.length > 1 && products.includes(onAir)) || (pointed && kin.includes(onAir)))) {
      raise(scores, onAir, products.length > 1 ? score / products.length + LINK_SCORES.pointed / 2 : score);
    } else if (stated || products.length === 1) {
      for (const productId of products) raise(scores, productId, score / products.length);
    }
  }
  if (scores.size > 0) return;
  for (const { named } of variants) for (const productId of named.products) raise(scores, productId, named.score);
} // prettier-ignore

/** Longer phrases first: they say more; of equal ones what the catalogue states. */
function byCertainty(a: NameHit, b: NameHit): number {
  return b.end - b.start - (a.end - a.start) || b.named.score - a.named.score || a.start - b.start;
}

function raise(scores: Map<string, number>, productId: string, score: number): void {
  scores.set(productId, Math.max(scores.get(productId) ?? 0, score));
}
