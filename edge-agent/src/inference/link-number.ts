/**
 * Numbers of the link list as viewers write them: 3号, 三号, 第3个, 第三款, 3号链接, 链接3, #3, no.3, number 3,
 * ③, 3️⃣. Numbers with another unit (12块, 165穿, 3件, 3天) and dates (1月3号, 3号之前) are none.
 */
const ZH = '[零一二三四五六七八九十百两]{1,5}';
const NUMBER = `[0-9]{1,3}|${ZH}`;
const NOT_A_LINK =
  '码|楼|线|门|仓|店|字|色|电池|机|房|桌|座|馆|站|出口|厅|台风|晚|早|上午|下午|中午|凌晨|之?前|之?后|以|那天|当天|开始|左右|到|能到|送|能送|发|能发|就|我|下单|下的|买的|拍的|取|周|星期|难求|[(]';

const FORMS = new RegExp(
  [
    `(?<![0-9零一二三四五六七八九十百月.大小型编单符账帐])(?<!型号|色号|房号|单号) ?(?<hao>${NUMBER}) ?号(?!${NOT_A_LINK})`,
    `第 ?(?<di>${NUMBER}) ?(?:个|款|号|链接|条链接|种|样)(?!问题|月|人|小时|星期|礼拜|订单|包裹|快递)`,
    `链接 ?(?<after>${NUMBER})(?![0-9块元米折件天])`,
    `(?<![0-9])(?<before>[0-9]{1,3}) ?链接`,
    `(?<![a-z0-9&])# ?(?<hash>[0-9]{1,3})(?![0-9a-z.%]| fan| choice| brand| seller)`,
    `(?<![a-z0-9])(?:no[.:] ?|no(?=[0-9])|number |item |link |product |nr[.] ?)(?<en>[0-9]{1,3})(?![0-9a-z.%]| (?:of|fan|choice|brand|more|day|week|piece|pcs|people|star|minute|hour))`,
    `(?<![0-9])(?<keycap>[0-9]{1,2})\\ufe0f?\\u20e3`,
  ].join('|'),
  'g',
);

/** ①-⑳, ❶-❿, ⓫-⓴, ➀-➉, ➊-➓, ⓵-⓾: written as such before normalising makes them plain digits. */
const CIRCLED: readonly (readonly [first: number, count: number, value: number])[] = [
  [0x2460, 20, 1],
  [0x2776, 10, 1],
  [0x2780, 10, 1],
  [0x278a, 10, 1],
  [0x24eb, 10, 11],
  [0x24f5, 10, 1],
];
const UNIT_AFTER = /^ ?[天块元米件个折斤岁月年小双盒瓶包]/;

const DIGITS: Readonly<Record<string, number>> = {
  零: 0, 一: 1, 二: 2, 两: 2, 三: 3, 四: 4, 五: 5, 六: 6, 七: 7, 八: 8, 九: 9,
}; // prettier-ignore

/** Link numbers in order of appearance, each once. `raw` is the text before `normalise`. */
export function linkNumbers(raw: string, normalised: string): number[] {
  const found: number[] = [];
  const add = (value: number | null) => {
    if (value !== null && value > 0 && !found.includes(value)) found.push(value);
  };
  if (/[0-9号链]|第/.test(normalised)) {
    for (const match of normalised.matchAll(FORMS)) {
      const groups = match.groups ?? {};
      add(numberOf(Object.values(groups).find((value) => value !== undefined) ?? ''));
    }
  }
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code >= 0x2460 && code <= 0x2793) add(circled(code, raw.slice(i + 1, i + 3)));
  }
  return found;
}

function circled(code: number, rest: string): number | null {
  if (UNIT_AFTER.test(rest)) return null;
  for (const [first, count, value] of CIRCLED) {
    if (code >= first && code < first + count) return code - first + value;
  }
  return null;
}

/** `12` and 十二 → 12, 两 → 2, 一百零五 → 105; null when the characters are no number below 1000. */
export function numberOf(text: string): number | null {
  if (/^[0-9]{1,3}$/.test(text)) return Number(text);
  const match =
    /^(?:([一二两三四五六七八九])百)?(?:零|(一|二|三|四|五|六|七|八|九)?(十))?([一二两三四五六七八九])?$/.exec(text);
  if (match === null || text === '') return null;
  const hundreds = DIGITS[match[1] ?? ''] ?? 0;
  const tens = match[3] === undefined ? 0 : (DIGITS[match[2] ?? ''] ?? 1);
  return hundreds * 100 + tens * 10 + (DIGITS[match[4] ?? ''] ?? 0);
}
