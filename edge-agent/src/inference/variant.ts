import type { Product } from '@livecue/shared/contract';
import { nameText } from './name-text.ts';

/** A colour or a content (500ml) that viewers say in a product's place: 酒红色的还有吗, the ivory one. */
export interface Variant {
  /** Found as a phrase; the cue after it is checked apart. */
  readonly phrase: string;
  /**
   * `own`: says enough alone. `ofOne`: only as 酒红的, 酒红那个, `the ivory one`. `basic`: a plain colour, which any
   * product may have: only as 红色那件, `the red one`.
   */
  readonly kind: 'own' | 'ofOne' | 'basic';
}

const COLOUR_ZH =
  /^(?:[浅深亮暗正]?[黑白红蓝绿黄紫灰粉棕橙]色?|米色|彩色|[\p{Script=Han}]{1,3}(?:色|[黑白红蓝绿黄紫灰粉棕橙青金银驼杏])|卡其|驼|咖啡?)$/u;
const BASIC_ZH = /^[浅深]?[黑白红蓝绿黄紫灰粉棕橙]色?$/;
const BASIC_EN =
  /^(?:light |dark )?(?:black|white|red|blue|green|yellow|purple|gr[ae]y|pink|brown|orange|natural|beige)$/;
const SEPARATORS_ZH = /[、，,;；/。：:和或及与 ]|[一两二三四五六七八九十]色|可选|都有|还有|有/;
const NO_COLOUR_EN =
  /^(?:[smlx]+|to|fits?|up|sizes?|waist|length|one|size|eu|us|uk|true|cm|loose|fit|by|and|for|wide|normal|regular|.*\d.*)$/;

const UNITS: Readonly<Record<string, string>> = {
  毫升: 'ml', ml: 'ml', 升: 'l', l: 'l', 厘米: 'cm', 公分: 'cm', cm: 'cm', 毫安: 'mah', mah: 'mah', 毫安时: 'mah',
  克: 'g', g: 'g', 公斤: 'kg', 千克: 'kg', kg: 'kg', 寸: 'inch', inch: 'inch', 瓦: 'w', w: 'w',
}; // prettier-ignore
const SPEC = /([0-9]+(?:\.[0-9]+)?) ?(毫升|毫安时?|厘米|公分|公斤|千克|升|克|寸|瓦|mah|ml|cm|kg|inch|[lgw])(?![a-z])/g;
/** More are bodies. */
const MOST: Readonly<Record<string, number>> = { cm: 100, kg: 30 };

/** Colours that the facts on sizes and colours list, and contents that stand in the name. */
export function variantsOf(product: Product): Variant[] {
  const words = product.facts.size_spec;
  const found: Variant[] = specsIn(`${nameText(product.name.zh)} ${nameText(product.name.en)}`).map((phrase) => ({ phrase, kind: 'own' })); // prettier-ignore
  if (words === undefined) return found;
  for (const word of nameText(words.zh).split(SEPARATORS_ZH)) {
    if (!COLOUR_ZH.test(word)) continue;
    const stem = word.replace(/色$/, '');
    if (BASIC_ZH.test(word)) found.push({ phrase: `${stem}色`, kind: 'basic' });
    else {
      found.push({ phrase: stem.length >= 3 && stem === word ? stem : `${stem}色`, kind: 'own' });
      if (stem.length >= 2) found.push({ phrase: stem, kind: 'ofOne' });
    }
  }
  for (const part of nameText(words.en).split(/[,;/.:]| or | and /)) {
    const word = part.trim();
    const tokens = word.split(' ');
    if (word.length < 3 || tokens.length > 2 || tokens.some((token) => NO_COLOUR_EN.test(token))) continue;
    found.push({ phrase: word, kind: BASIC_EN.test(word) ? 'basic' : 'ofOne' });
  }
  return found;
}

/** 500ml and 500毫升 → `500 ml`, by which names and comments meet. */
export function specsIn(text: string): string[] {
  const found = new Set<string>();
  for (const [, amount = '', unit = ''] of text.matchAll(SPEC)) {
    const name = UNITS[unit] ?? unit;
    if (Number(amount) < (MOST[name] ?? Number.POSITIVE_INFINITY)) found.add(`${Number(amount)} ${name}`);
  }
  return [...found];
}

/** Whether what stands around a colour makes it the name of the thing that has it. */
export function namesOne(kind: Variant['kind'], before: string, after: string): boolean {
  if (/(?:^|[^a-z])one?s?$/.test(after.slice(0, 5).trim().split(' ')[0] ?? '')) return true;
  if (/^ (?:ones?|version|shade|colou?r)\b/.test(after)) return true;
  if (kind === 'own') return true;
  const definite = /^色?(?:的?(?:那|这)|款)/.test(after);
  if (kind === 'basic') return definite && !/(?:有|有没有|出)$/.test(before);
  return definite || /^色?的/.test(after);
}
