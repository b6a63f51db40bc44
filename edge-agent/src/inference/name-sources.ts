import type { Product } from '@livecue/shared/contract';
import { nameText } from './name-text.ts';
import { partialTitles } from './partial-title.ts';
import { LINK_SCORES, type Named } from './product-link.ts';
import { specsIn, type Variant, variantsOf } from './variant.ts';

/** A part that more products share is no name. */
const MOST_SHARING = 8;
/** 儿童 of half a catalogue still tells 儿童水壶 from others, at some cost. */
const MOST_MODIFIED = 64;

/** A9 is said of too much else. */
const SHORTEST_CODE = 3;

/** A modifier of one product's name. */
export interface Modifier {
  readonly productId: string;
  readonly things: readonly string[];
  /** It says enough without the thing: no common word, and of no other product. */
  readonly telling: boolean;
}

export interface NameSources {
  /** Codes, names and aliases: what the catalogue states. */
  readonly stated: ReadonlyMap<string, Named>;
  /** Ends of names. */
  readonly wholes: ReadonlyMap<string, Named>;
  /** Middles of names that only one product has. */
  readonly inners: ReadonlyMap<string, Named>;
  readonly modifiers: ReadonlyMap<string, Modifier[]>;
  readonly colours: readonly (readonly [phrase: string, value: { readonly named: Named; readonly kind: Variant['kind'] }])[];
  /** By `specsIn`: contents that only one product has. */
  readonly specs: ReadonlyMap<string, Named>;
} // prettier-ignore

/** Every phrase that can name one of `products`. Parts of names are taken from the first `partsOf` of them. */
export function nameSources(products: readonly Product[], partsOf: number): NameSources {
  const parts = products.slice(0, partsOf).map((product) => [product.productId, partialTitles(product)] as const);
  const sharing = new Map<string, Set<string>>();
  for (const [productId, own] of parts) {
    for (const { phrase } of own) (sharing.get(phrase) ?? put(sharing, phrase, new Set())).add(productId);
  }
  const stated = statedNames(products, sharing);
  const wholes = new Map<string, Named>();
  const inners = new Map<string, Named>();
  const modifiers = new Map<string, Modifier[]>();
  for (const [productId, own] of parts) {
    for (const { phrase, kind, things, telling } of own) {
      const sharers = [...(sharing.get(phrase) ?? [])];
      if (kind === 'modifier') {
        const list = modifiers.get(phrase) ?? put(modifiers, phrase, []);
        if (list.length < MOST_MODIFIED) list.push({ productId, things, telling: telling && sharers.length === 1 });
      } else if (!stated.has(phrase) && sharers.length <= MOST_SHARING && (kind === 'whole' || sharers.length === 1)) {
        (kind === 'whole' ? wholes : inners).set(phrase, part(sharers, LINK_SCORES.part));
      }
    }
  }
  return { stated, wholes, inners, modifiers, ...variantNames(products.slice(0, partsOf)) };
}

export function part(products: readonly string[], score: number): Named {
  return { products, kin: products, score, stated: false, variant: false };
}

function statedNames(products: readonly Product[], sharing: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Named> {
  const found = new Map<string, { products: string[]; score: number }>();
  const add = (written: string, productId: string, score: number) => {
    const phrase = nameText(written);
    if (!isTelling(phrase) || (score === LINK_SCORES.code && phrase.length < SHORTEST_CODE)) return;
    const known = found.get(phrase);
    if (known === undefined || known.score < score) found.set(phrase, { products: [productId], score });
    else if (known.score === score && !known.products.includes(productId)) known.products.push(productId);
  };
  for (const product of products) {
    for (const code of [product.productId, ...product.skus]) add(code, product.productId, LINK_SCORES.code);
    add(product.name.zh, product.productId, LINK_SCORES.name);
    add(product.name.en, product.productId, LINK_SCORES.name);
    for (const alias of product.aliases) add(alias, product.productId, LINK_SCORES.alias);
  }
  return new Map([...found].map(([phrase, { products: meant, score }]) => {
    const kin = [...new Set([...meant, ...(sharing.get(phrase) ?? [])])];
    return [phrase, { products: meant, kin, score, stated: true, variant: false }];
  }));
} // prettier-ignore

/** One character, and digits that could be a size, a price or a count, name nothing. */
function isTelling(phrase: string): boolean {
  return /^[0-9]+$/.test(phrase) ? phrase.length >= 5 : [...phrase].length >= 2;
}

/** Colours and contents that only one product has. */
function variantNames(products: readonly Product[]): Pick<NameSources, 'colours' | 'specs'> {
  const owners = new Map<string, { products: Set<string>; kind: Variant['kind'] }>();
  for (const product of products) {
    for (const { phrase, kind } of variantsOf(product)) {
      const known = owners.get(phrase) ?? put(owners, phrase, { products: new Set<string>(), kind });
      known.products.add(product.productId);
    }
  }
  const single = [...owners].filter(([, { products: of }]) => of.size === 1);
  const named = (of: ReadonlySet<string>): Named => ({ ...part([...of], LINK_SCORES.variant), variant: true });
  const isSpec = (phrase: string) => specsIn(phrase).length > 0;
  return {
    colours: single.filter(([phrase]) => !isSpec(phrase)).map(([phrase, { products: of, kind }]) => [phrase, { named: named(of), kind }]),
    specs: new Map(single.filter(([phrase]) => isSpec(phrase)).map(([phrase, { products: of }]) => [phrase, named(of)])),
  };
} // prettier-ignore

function put<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value);
  return value;
}
