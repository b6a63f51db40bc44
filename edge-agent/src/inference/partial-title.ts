import type { Product } from '@livecue/shared/contract';
import { nameText } from './name-text.ts';
import { COMMON_EN, COMMON_ZH, HANGING_EN, THINGS_ZH, THINGS_ZI } from './product-words.ts';

/** Part of a product's name that viewers say instead of all of it. */
export interface PartialTitle {
  readonly phrase: string;
  /**
   * `whole` ends as the name does and means the product wherever it stands; `inner` too, unless it is asked for
   * as a property (含烟酰胺吗); `modifier` only before the thing (亚麻的那件衬衫) or as "the linen one" (亚麻的那件).
   */
  readonly kind: 'whole' | 'inner' | 'modifier';
  /** Of a modifier: how the thing may end after it. */
  readonly things: readonly string[];
  /** Of a modifier: it says enough before 的那件, without the thing. */
  readonly telling: boolean;
}

const HUNG_ON =
  /(?:[a-z0-9. +*/×]+|[0-9一二三两半]+ ?(?:条|片|包|袋|盒|瓶|支|个|双|只|枚|罐|斤|克|公斤|毫升|升|件|粒|颗|抽|卷)(?:装|入)?|(?:混合|礼盒|组合|量贩|独立|真空|家庭|囤货|袋|盒|瓶|罐|箱|散|小包)包?装|包装|礼盒|套装|正品|包邮|新款|女士?|男士?|女款|男款|官方|旗舰店)$/;
/** Longer names add nothing that viewers would type. */
const MAX_ZH = 24;
const MAX_WORDS = 8;

/** Parts of both names; the same phrase may come from several products, which the caller sorts out. */
export function partialTitles(product: Product): PartialTitle[] {
  const zh = [product.name.zh, ...product.aliases].flatMap((name) => partsZh(nameText(name)));
  const en = partsEn(nameText(product.name.en));
  const models =
    nameText(`${product.name.zh} ${product.name.en}`).match(/(?<![a-z0-9])[a-z]{1,3}[0-9]{1,4}(?![a-z0-9])/g) ?? [];
  return [...zh, ...en, ...models.map(whole)];
}

const whole = (phrase: string): PartialTitle => ({ phrase, kind: 'whole', things: [], telling: true });

/** 法式碎花连衣裙 → 连衣裙, 裙子, 碎花连衣裙 …; 法式, 碎花 as modifiers of 裙. */
function partsZh(name: string): PartialTitle[] {
  const core = coreOf(name);
  if (!/\p{Script=Han}{2}$/u.test(core) && !/恤$/.test(core)) return [];
  const parts: PartialTitle[] = [];
  for (let start = core.length - 2; start > 0; start--) {
    const suffix = core.slice(start);
    if (/^[\p{Script=Han}a-z]/u.test(suffix) && !COMMON_ZH.has(suffix)) parts.push(whole(suffix));
  }
  const last = core.at(-1) ?? '';
  if (THINGS_ZI.includes(last)) parts.push(whole(`${last}子`));
  if (last === '包') parts.push(whole('包包'));
  const things = THINGS_ZH.includes(last) ? [last, core.slice(-2)] : [core.slice(-2)];
  for (let start = 0; start < core.length - 2; start++) {
    for (let end = start + 2; end <= core.length - 1 && end - start <= 6; end++) {
      const phrase = core.slice(start, end);
      if (/ /.test(phrase)) continue;
      const telling = isTellingZh(phrase);
      // 神经酰胺, 烟酰胺: nothing else in the shop is called so.
      if (telling && end - start >= 3 && end <= core.length - 2) parts.push({ ...whole(phrase), kind: 'inner' });
      parts.push({ phrase, kind: 'modifier', things, telling });
    }
  }
  return parts;
}

/** 【买一送一】每日坚果混合装750g → 每日坚果: without what shops hang on a name. */
function coreOf(name: string): string {
  let core = name.replace(/[【[(「][^】\])」]*[】\])」]/g, '').trim();
  for (let before = ''; before !== core;) {
    before = core;
    core = core.replace(HUNG_ON, '').trim();
  }
  return core.slice(-MAX_ZH);
}

/** No common word at its ends: what is left is a material, a plant, a brand. */
function isTellingZh(phrase: string): boolean {
  if (!/^\p{Script=Han}+$/u.test(phrase)) return false;
  for (let length = 2; length <= Math.min(3, phrase.length); length++) {
    if (COMMON_ZH.has(phrase.slice(0, length)) || COMMON_ZH.has(phrase.slice(-length))) return false;
  }
  return true;
}

/** `loose linen shirt` → shirt, linen shirt; loose, linen as modifiers of shirt. */
function partsEn(name: string): PartialTitle[] {
  const words = wordsOf(name);
  const head = words.at(-1);
  if (head === undefined) return [];
  const parts: PartialTitle[] = [];
  if (head.length >= 3 && !COMMON_EN.has(head)) parts.push(whole(head));
  for (let start = 0; start < words.length - 1; start++) {
    parts.push(whole(words.slice(start).join(' ')));
    const word = words[start] ?? '';
    if (COMMON_EN.has(word) && word !== 'light') continue;
    parts.push(whole(`${word} ${head}`));
    parts.push({ phrase: word, kind: 'modifier', things: [head], telling: true });
  }
  return parts;
}

/** Up to the first amount (40 bags), without box, set, mini at the end. */
function wordsOf(name: string): string[] {
  const all = name.replace(/\b[0-9] in [0-9]\b/, '').split(' ').filter((word) => word !== ''); // prettier-ignore
  const first = all.findIndex((word) => /^[a-z]{2,}$/.test(word));
  const amount = all.findIndex((word, i) => i > first && /[0-9]/.test(word));
  const words = (amount === -1 ? all : all.slice(0, amount))
    .filter((word) => /^[a-z]+$/.test(word))
    .slice(0, MAX_WORDS);
  while (words.length > 1 && HANGING_EN.has(words.at(-1) ?? '')) words.pop();
  return words;
}
