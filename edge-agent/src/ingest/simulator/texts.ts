import type { Intent } from '@livecue/shared/insight';
import type { SimulatedProduct } from './demo-products.ts';
import type { Random } from './random.ts';
import type { IntentTexts, Language, LanguageTexts } from './text-templates.ts';
import { TEXTS_EN } from './texts-en.ts';
import { TEXTS_ZH } from './texts-zh.ts';

export interface CommentBrief {
  readonly language: Language;
  readonly intent: Intent;
  /** What the comment is about; null: nothing for sale. */
  readonly about: SimulatedProduct | null;
  /** Whether the text says which product; needs `about`, ignored for intents that never name one. */
  readonly named: boolean;
}

export interface ComposedText {
  readonly text: string;
  /** The text itself says which product. */
  readonly named: boolean;
}

const TEXTS: Readonly<Record<Language, LanguageTexts>> = { zh: TEXTS_ZH, en: TEXTS_EN };
const DIGITS = '零一二三四五六七八九';
/** Shares of comments of two parts, with a tail, and misspelt: chosen for the repeats and lengths of recorded rooms. */
const TWICE = 0.14;
const TAIL = 0.2;
const MISSPELT = 0.03;
/** Marks where a product form ends while a text is being filled; never in a result. */
const PRODUCT_END = '\u0000';

/** 1..99 in Chinese numerals: 3 → 三, 12 → 十二, 20 → 二十, 45 → 四十五. */
export function chineseNumeral(n: number): string {
  if (n < 10) return DIGITS.charAt(n);
  const tens = Math.floor(n / 10);
  return `${tens === 1 ? '' : DIGITS.charAt(tens)}十${n % 10 === 0 ? '' : DIGITS.charAt(n % 10)}`;
}

function numberForm(random: Random, n: number, language: Language): string {
  if (language === 'en') return random.pick([`#${n}`, `#${n}`, `number ${n}`, `no.${n}`, `no ${n}`]);
  const forms = [`${n}号`, `${n}号`, `${n}号`, `${n}号链接`, `${n} 号`, `#${n}`];
  if (n < 100) forms.push(`${chineseNumeral(n)}号`, `${chineseNumeral(n)}号链接`, `第${chineseNumeral(n)}个`);
  // Circled digits U+2460..U+2473 end at 20.
  if (n <= 20) forms.push(String.fromCodePoint(0x245f + n));
  return random.pick(forms);
}

/** How a viewer names a product: mostly the link number, now and then what it is called. */
export function productForm(random: Random, { product, shortName }: SimulatedProduct, language: Language): string {
  if (product.linkNumber === null || random.chance(0.15)) return shortName[language].toLowerCase();
  return numberForm(random, product.linkNumber, language);
}

/** Prefers what stands first, as people do: half of the comments of a room repeat one before. */
function skewed<T>(random: Random, list: readonly T[]): T {
  const u = random.unit();
  return list[Math.floor(u * Math.sqrt(u) * list.length)] as T;
}

function textsFor(random: Random, texts: LanguageTexts, { intent, about }: CommentBrief): IntentTexts {
  const own = about === null ? undefined : texts.byCategory[about.category]?.[intent];
  // Sizes mean something else for each kind of product; other questions also come in their common form.
  if (own !== undefined && (intent === 'size_spec' || random.chance(0.6))) return own;
  return texts.common[intent];
}

function misspell(random: Random, text: string, typos: LanguageTexts['typos']): string {
  const possible = typos.filter(([right]) => text.includes(right));
  if (possible.length === 0) return text;
  const [right, wrong] = random.pick(possible);
  return text.replace(right, wrong);
}

function fill(random: Random, template: string, brief: CommentBrief, slots: LanguageTexts['slots']): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, slot: string) => {
    if (slot === 'p' && brief.about !== null) return productForm(random, brief.about, brief.language) + PRODUCT_END;
    const values = slots[slot];
    if (values === undefined)
      throw new Error(`comment template ${JSON.stringify(template)} has an unknown slot {${slot}}`);
    return skewed(random, values);
  });
  // "#1" before "165cm" must not become product 1165; ③ counts as a digit once it is normalised.
  return filled.replace(/([\d①-⑳])\u0000(?=\d)/g, '$1 ').replaceAll(PRODUCT_END, '');
}

/** Writes one comment. The intent and the product of the brief are its ground truth. */
export function composeComment(random: Random, brief: CommentBrief): ComposedText {
  const texts = TEXTS[brief.language];
  const own = textsFor(random, texts, brief);
  const named = brief.named && brief.about !== null && own.named.length > 0;
  let template = skewed(random, named ? own.named : own.plain);
  // Some say the same thing twice over: 好看 喜欢.
  if (!named && random.chance(TWICE)) template += ` ${skewed(random, own.plain)}`;
  if (random.chance(MISSPELT)) template = misspell(random, template, texts.typos);
  let text = fill(random, template, brief, texts.slots);
  if (random.chance(TAIL)) text += skewed(random, texts.tails);
  return { text, named };
}

/** Every template of a language with its intent, for checks. */
export function allTemplates(language: Language): { intent: Intent; template: string }[] {
  const { common, byCategory } = TEXTS[language];
  return [common, ...Object.values(byCategory)].flatMap((byIntent) =>
    Object.entries(byIntent).flatMap(([intent, { plain, named }]) =>
      [...plain, ...named].map((template) => ({ intent: intent as Intent, template })),
    ),
  );
}
