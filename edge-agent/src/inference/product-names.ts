import type { Product } from '@livecue/shared/contract';
import { createMisspellings, type Misspellings } from './misspelling.ts';
import { type Modifier, nameSources, part } from './name-sources.ts';
import { createPhraseIndex, isWordCode } from './phrase-index.ts';
import { LINK_SCORES, type NameHit, type Named } from './product-link.ts';
import { namesOne, specsIn } from './variant.ts';

export interface ProductNames {
  /** Every place of a text (`spaced`) that names a product; places may overlap. */
  find(text: string): NameHit[];
}

/** A show presents a few hundred products; parts of the names of more would cost memory and tell little. */
const MOST_WITH_PARTS = 1000;
/** Between a modifier and its thing, in characters: 亚麻的那件衬衫. */
const REACH = 6;
const REACH_EN = 16;
const ONE_OF_THEM_ZH =
  /^(?:的?(?:那|这)一?(?:个|款|件|条|双|支|只|瓶|盒|盘|套|把|台|种)|的(?!话|时候|味道|吗|吧|呢|啊|呀|嘛|么|$))/;
const ONE_OF_THEM_EN = /^ (?:ones?|version)\b/;
/** Asked for as a property, it is no name: 是亚麻的吗, 含烟酰胺吗. */
const PROPERTY = /(?:是|有|含|算|加了?|添加|成分|材质|用的|什么|contains?|with|any|made of) ?$/;
const LONGEST_PROPERTY = 8;
/** Where or by whom it is made: 咖啡店, 咖啡师. */
const PLACE_AFTER = /^(?:店(?!铺|家)|厅|馆|屋|师(?!傅)|厂)/;
const OWNED_EN = /\b(?:your|my|his|her|ur|their) $/;

/** Names of `products`: stated ones, parts of them, colours and contents that only one has, misspellings. */
export function createProductNames(products: readonly Product[]): ProductNames {
  const { stated, wholes, inners, modifiers, colours, specs } = nameSources(products, MOST_WITH_PARTS);
  const names = [...stated, ...wholes];
  const phrases = createPhraseIndex([...names.flatMap(withForms), ...inners]);
  const modifying = createPhraseIndex(modifiers);
  const colouring = createPhraseIndex(colours);
  const isInner = new Set(inners.values());
  const misspellings = createMisspellings(names.filter(([, { score }]) => score < LINK_SCORES.code).map(([phrase, named]) => [phrase, misspelt(named)] as const)); // prettier-ignore

  const exact = (text: string): NameHit[] => {
    const hits: NameHit[] = [];
    phrases.scan(text, (named, start, end) => {
      const before = text.slice(Math.max(0, start - LONGEST_PROPERTY), start);
      if (isInner.has(named) ? PROPERTY.test(before) : !named.stated && OWNED_EN.test(before)) return;
      if (PLACE_AFTER.test(text.slice(end, end + 2))) return;
      hits.push({ named, start, end });
    });
    let before: { list: readonly Modifier[]; start: number; end: number } | null = null;
    modifying.scan(text, (list, start, end) => {
      if (before !== null && !isWordCode(text.charCodeAt(start))) addPair(hits, before, { list, start, end });
      if (before === null || end > before.end) before = { list, start, end };
      addModified(hits, text, list, start, end);
    });
    colouring.scan(text, ({ named, kind }, start, end) => {
      if (namesOne(kind, text.slice(0, start), text.slice(end))) hits.push({ named, start, end });
    });
    return hits;
  };
  return {
    find(text) {
      const hits = exact(text);
      if (specs.size > 0 && /[0-9]/.test(text)) {
        for (const spec of specsIn(text)) {
          const named = specs.get(spec);
          // It stands beside names, not in their place.
          if (named !== undefined) hits.push({ named, start: -1, end: -1 });
        }
      }
      const isClear = hits.some(({ named }) => !named.variant && (named.stated || named.products.length === 1));
      return isClear ? hits : [...hits, ...misread(text, misspellings, exact)];
    },
  };
}

/** Names with their plurals and joined: `power bank` is also written powerbank, powerbanks. */
function withForms([phrase, named]: readonly [string, Named]): (readonly [string, Named])[] {
  if (!/^[a-z][a-z ]+$/.test(phrase)) return [[phrase, named]];
  const one = phrase.length >= 5 && /[^s]s$/.test(phrase) ? phrase.slice(0, -1) : phrase;
  const forms = new Set([phrase, one, `${phrase}s`, `${phrase}es`]);
  if (phrase.includes(' ')) for (const form of [...forms]) forms.add(form.replaceAll(' ', ''));
  return [...forms].map((form) => [form, named]);
}

function misspelt(named: Named): Named {
  return { ...named, score: Math.min(named.score, LINK_SCORES.misspelt) };
}

function misread(text: string, misspellings: Misspellings<Named>, exact: (text: string) => NameHit[]): NameHit[] {
  const hits: NameHit[] = [];
  misspellings.scan(text, (named, start, end) => hits.push({ named, start, end }));
  const corrected = misspellings.corrected(text);
  if (corrected === null) return hits;
  return [...hits, ...exact(corrected).map(({ named, start, end }) => ({ named: misspelt(named), start, end }))];
}

/** 亚麻…衬衫: the modifier with its thing soon after; 亚麻的那件: the modifier of one product as its name. */
function addModified(hits: NameHit[], text: string, list: readonly Modifier[], start: number, end: number): void {
  const isEnglish = /[a-z]/.test(text.charAt(start));
  const window = text.slice(end, end + (isEnglish ? REACH_EN : REACH + 2)).split(/[,，。!！?？;；、和跟]/)[0] ?? '';
  let thingEnd = 0;
  const meant = new Set<string>();
  for (const { productId, things } of list) {
    const at = Math.max(...things.map((thing) => endOf(window, thing, isEnglish)));
    if (at <= 0) continue;
    meant.add(productId);
    thingEnd = Math.max(thingEnd, at);
  }
  if (meant.size > 0) {
    hits.push({ named: part([...meant], LINK_SCORES.part), start, end: end + thingEnd });
    return;
  }
  const [only] = list;
  const after = text.slice(end, end + REACH + 4);
  if (only === undefined || !list.every(({ productId, telling }) => telling && productId === only.productId)) return;
  if (!(isEnglish ? ONE_OF_THEM_EN : ONE_OF_THEM_ZH).test(after)) return;
  if (PROPERTY.test(text.slice(Math.max(0, start - LONGEST_PROPERTY), start))) return;
  hits.push({ named: part([only.productId], LINK_SCORES.variant), start, end });
}

/** 儿童奶酪, 芝麻海苔: two words of one name that the shop has no other product for. English pairs (sugar free) are properties. */
function addPair(hits: NameHit[], a: { list: readonly Modifier[]; start: number; end: number }, b: typeof a): void {
  const [only] = b.list;
  if (only === undefined || b.start < a.end || b.start - a.end > 1) return;
  const isOf = ({ productId }: Modifier) => productId === only.productId;
  if (!a.list.every(isOf) || !b.list.every(isOf) || !(a.list[0]?.telling === true || only.telling)) return;
  hits.push({ named: part([only.productId], LINK_SCORES.variant), start: a.start, end: b.end });
}

/** Where `thing` ends in `window`; 0 when it is not there. An English one is a whole word, or its plural. */
function endOf(window: string, thing: string, isEnglish: boolean): number {
  const at = window.indexOf(thing);
  const end = at + thing.length;
  if (at < 0 || !isEnglish) return at < 0 ? 0 : end;
  const plural = window[end] === 's' ? end + 1 : end;
  const isWord = !isWordCode(window.charCodeAt(at - 1)) && !isWordCode(window.charCodeAt(plural));
  return isWord ? end : 0;
}
