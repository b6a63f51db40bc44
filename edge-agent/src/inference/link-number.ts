/**
 * Numbers of the link list as viewers write them: 3号, 三号, 叁号, 第3个, 3号链接, 链接3, #3, no.3, number three,
 * ③, 3️⃣; lists and ranges (1和3, 1-3号, 2、4、9号); a bare number that the host is told to show (讲一下3). Numbers
 * with another unit (12块, 165穿, 3件, 3天) and dates are none: `number-context.ts`.
 */
import { isNoLinkAfter, isNoLinkBefore, isPraise } from './number-context.ts';

const ZH = '[零一二三四五六七八九十百两壹贰叁肆伍陆柒捌玖拾]{1,5}';
const NUMBER = `[0-9]{1,3}|${ZH}`;
const EN: readonly string[] = [
  'zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve', 'thirteen',
  'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen', 'twenty',
]; // prettier-ignore
const EN_WORD = EN.slice(1).toReversed().join('|');
const NOT_AFTER_EN = '(?![0-9a-z%]|[.][0-9]| (?:more|days?|weeks?|piece|pcs|people|stars?|minutes?|hours?|years?)\\b)';

/** One number with its mark. Each form is tried only where its sign stands: most comments have none. */
interface Form {
  readonly sign: RegExp;
  readonly form: RegExp;
  readonly kind: 'hao' | 'english' | 'other';
}

const FORMS: readonly Form[] = [
  { kind: 'hao', sign: /号/, form: new RegExp(`(?<![0-9零一二三四五六七八九十百])(${NUMBER}|(?<![a-z])(?:${EN_WORD})) ?号`, 'g') },
  {
    kind: 'other',
    sign: /第/,
    form: new RegExp(`第 ?(${NUMBER}) ?(?:个|款|号|条?链接|种|样)(?!问题|月|人|小时|星期|礼拜|订单|包裹|快递|粉丝|主播|孩子|宝宝|视频|直播|晚上|夏天|冬天|年头)`, 'g'),
  },
  { kind: 'other', sign: /链接/, form: new RegExp(`链接 ?(${NUMBER})(?![0-9块元米折件天])`, 'g') },
  { kind: 'other', sign: /链接/, form: /(?<![0-9])([0-9]{1,3}) ?链接/g },
  { kind: 'english', sign: /#/, form: new RegExp(`(?<![a-z0-9&])(?:link|item|product)? ?# ?([0-9]{1,3})${NOT_AFTER_EN}`, 'g') },
  {
    kind: 'english',
    sign: /no|nr|number|item|link|product/,
    form: new RegExp(`(?<![a-z0-9])(?:no[.:] ?|no(?=[0-9])|numbers? ?|items? |links? |products? |nr[.] ?)([0-9]{1,3})${NOT_AFTER_EN}`, 'g'),
  },
  { kind: 'english', sign: /^no /, form: /^no ([0-9]{1,3})(?= (?:in |please|pls|again|price|how|show|size|still))/g },
  {
    kind: 'english',
    sign: /number|item|link|product/,
    form: new RegExp(`(?<![a-z0-9])(?:number|item|link|product) (${EN_WORD})(?![a-z])`, 'g'),
  },
  { kind: 'other', sign: /\u20e3/, form: /(?<![0-9])([0-9]{1,2})\ufe0f?\u20e3/g },
  // The host is told to show it: 讲一下3, 3讲一下, 5返场.
  {
    kind: 'other',
    sign: /[讲绍看试穿解过下场] ?[0-9]/,
    form: /(?:讲(?:一?下|讲|解)|介绍一?下?|看(?:一?下|看)|试(?:一?下|穿|试)|过一?下|返场) ?([0-9]{1,3})(?= ?(?:$|[吧呗呀啊嘛,，。!~?]|谢谢|链接|可以|好不好))/g,
  },
  {
    kind: 'other',
    sign: /^[0-9]{1,3} ?(?:[再能讲试介展返过])/,
    form: /^([0-9]{1,3}) ?(?:再|能)?(?:讲(?!真)|试穿|试一?下|介绍|展示|返场|过一?下款)/g,
  },
]; // prettier-ignore

const JOINT = ' ?(?:和|跟|与|及|、|还是|或者?|加|,|，|[&+/]|and|or|vs) ?';
const MARKED = '(?:号?链接|号)?';
/** 2、4、9号 · 1号6号 · 1和3哪个凉快: numbers joined, with or without a mark. */
const LIST = new RegExp(
  `(?<![0-9a-z.#零一二三四五六七八九十百])(?:${NUMBER})(?:(?:${MARKED}${JOINT}|${MARKED} | ?号)(?:${NUMBER}))+ ?(?<mark>号?链接|号)?`,
  'g',
);
const RANGE = new RegExp(
  `(?<![0-9a-z.零一二三四五六七八九十百])(?<open>#|links? |items? |numbers? |no[.] ?)?(?<from>${NUMBER}) ?(?:号|号?链接)? ?(?:-|~|～|—|至|到|to) ?#?(?<to>${NUMBER}) ?(?<mark>号?链接|号)?(?![0-9])`,
  'g',
);
/** What joins bare numbers; 2/4 is a score, 8+9 more often a sum or a by-word than two links. */
const BARE_JOINT = /^[0-9]+(?: ?(?:和|跟|与|及|、|还是|或者?|[&+]|and|or) ?[0-9]+)+$/;
/** Bare numbers in a list are links when the talk is of comparing, combining or wanting them. */
const BARE_LIST_BEFORE =
  /(?:^|[,，。!?~ ]|要|看|讲|试|比|拍|买|选|发|上|想|between |show |want |compare |links? |get )$/;
const BARE_LIST_AFTER =
  /^ ?(?:$|[,，?？!~]|都|哪|一起|套|组合|多少|有啥|有什么|什么区别|啥区别|区别|对比|比|先|选|怎么|咋|适合|要|搭|的区别|讲|please|pls|which|for |together|both|look|back)/;
/** Two numbers with little between. */
const SEVERAL =
  /[0-9零一二三四五六七八九十百](?:[号链接 ]{0,4}(?:[-~～—至到和跟与及、或加,，&+/]|to|and|or|vs|还是|号)[或者 #]{0,3}|[号链接]* )[0-9零一二三四五六七八九十百]/;
const EACH_NUMBER = new RegExp(NUMBER, 'g');
/** A longer range is a stock or a size chart. */
const LONGEST_RANGE = 20;

/** ①-⑳, ❶-❿, ⓫-⓴, ➀-➉, ➊-➓, ⓵-⓾: written as such before normalising makes them plain digits. */
const CIRCLED: readonly (readonly [first: number, count: number, value: number])[] = [
  [0x2460, 20, 1],
  [0x2776, 10, 1],
  [0x2780, 10, 1],
  [0x278a, 10, 1],
  [0x24eb, 10, 11],
  [0x24f5, 10, 1],
];
const UNIT_AFTER = /^ ?[天块元米件折斤岁月年小双盒瓶包]/;

const DIGITS: Readonly<Record<string, number>> = {
  零: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9,
}; // prettier-ignore
const FORMAL = '壹贰叁肆伍陆柒捌玖拾';
const PLAIN = '一二三四五六七八九十';

/** Whether the catalogue has that number: bare numbers count only when all do. */
export type IsListed = (number: number) => boolean;

/**
 * Link numbers in order of appearance, each once. `raw` is the text before `normalise`; `text` is normalised and
 * simplified.
 */
export function linkNumbers(raw: string, text: string, isListed: IsListed): readonly number[] {
  if (!mayHaveNumber(raw, text)) return NONE;
  const found = new Set<number>();
  const add = (value: number | null) => {
    if (value !== null && value > 0) found.add(value);
  };
  if (SEVERAL.test(text)) for (const value of joined(text, isListed)) add(value);
  for (const form of FORMS) {
    if (form.sign.test(text)) for (const match of text.matchAll(form.form)) add(marked(form, match, text));
  }
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code >= 0x2460 && code <= 0x2793) add(circled(code, raw.slice(i + 1, i + 3)));
  }
  return [...found];
}

const NONE: readonly number[] = [];
/** Every form above has a digit, a Chinese numeral, or an English one beside one of these. */
const NUMERALS = '0123456789零一二三四五六七八九十百两壹贰叁肆伍陆柒捌玖拾';
const IS_NUMERAL = numeralFlags();
const ENGLISH_SIGN = /号|number|item|link|product/;

function numeralFlags(): Uint8Array {
  const flags = new Uint8Array(0x10000);
  for (let i = 0; i < NUMERALS.length; i++) flags[NUMERALS.charCodeAt(i)] = 1;
  return flags;
}

/** Most comments have no number: one look at each character says so. */
function mayHaveNumber(raw: string, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (IS_NUMERAL[text.charCodeAt(i)] === 1) return true;
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code >= 0x2460 && code <= 0x2793) return true;
  }
  return ENGLISH_SIGN.test(text);
}

function marked({ kind }: Form, match: RegExpExecArray, text: string): number | null {
  const value = numberOf(match[1] ?? '');
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  if (kind === 'hao') return isNoLinkBefore(before, after) || isNoLinkAfter(after) ? null : value;
  return kind === 'english' && value === 1 && isPraise(before, after) ? null : value;
}

/** Numbers of lists and ranges. */
function joined(text: string, isListed: IsListed): number[] {
  const found: number[] = [];
  for (const match of text.matchAll(RANGE)) {
    const { from = '', to = '', open, mark } = match.groups ?? {};
    const first = numberOf(from) ?? 0;
    const last = numberOf(to) ?? 0;
    const after = text.slice(match.index + match[0].length);
    if ((open === undefined && mark === undefined) || first < 1 || last <= first || last - first > LONGEST_RANGE) continue;
    if (mark === '号' && (isNoLinkBefore(text.slice(0, match.index), after) || isNoLinkAfter(after))) continue;
    if (open !== undefined && /^ ?(?:days?|weeks?|people|years?)/.test(after)) continue;
    for (let n = first; n <= last; n++) found.push(n);
  }
  for (const match of text.matchAll(LIST)) if (isListOfLinks(match, text, isListed)) found.push(...numbersOf(match[0]));
  return found;
} // prettier-ignore

function isListOfLinks(match: RegExpExecArray, text: string, isListed: IsListed): boolean {
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length);
  const numbers = numbersOf(match[0]);
  if (new Set(numbers).size < 2) return false;
  const mark = match.groups?.['mark'];
  if (mark !== undefined) return mark !== '号' || !(isNoLinkBefore(before, after) || isNoLinkAfter(after));
  const list = match[0].trim();
  if (!BARE_JOINT.test(list) || (list.includes('+') && /^[\s,，?？!~]*$/.test(after))) return false;
  return numbers.every(isListed) && BARE_LIST_BEFORE.test(before) && BARE_LIST_AFTER.test(after);
}

function numbersOf(list: string): number[] {
  return (list.match(EACH_NUMBER) ?? []).map((one) => numberOf(one) ?? 0).filter((value) => value > 0);
}

function circled(code: number, rest: string): number | null {
  if (UNIT_AFTER.test(rest)) return null;
  for (const [first, count, value] of CIRCLED) {
    if (code >= first && code < first + count) return code - first + value;
  }
  return null;
}

/** `12`, 十二 and `twelve` → 12, 两 → 2, 叁 → 3, 一百零五 → 105; null when it is no number below 1000. */
export function numberOf(text: string): number | null {
  if (/^[0-9]{1,3}$/.test(text)) return Number(text);
  const english = EN.indexOf(text);
  if (english > 0) return english;
  const plain = text.replace(/[壹贰叁肆伍陆柒捌玖拾]/g, (digit) => PLAIN[FORMAL.indexOf(digit)] ?? '');
  const match =
    /^(?:([一二两三四五六七八九])百)?(?:零|(一|二|三|四|五|六|七|八|九)?(十))?([一二两三四五六七八九])?$/.exec(plain);
  if (match === null || text === '') return null;
  const hundreds = DIGITS[match[1] ?? ''] ?? 0;
  const tens = match[3] === undefined ? 0 : (DIGITS[match[2] ?? ''] ?? 1);
  return hundreds * 100 + tens * 10 + (DIGITS[match[4] ?? ''] ?? 0);
}
