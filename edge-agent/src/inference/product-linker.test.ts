import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Product } from '@livecue/shared/contract';
import { createProductLinker, LINK_SCORES } from './product-linker.ts';
import { numberOf } from './link-number.ts';

function product(productId: string, linkNumber: number | null, zh: string, en: string, more: Partial<Product> = {}): Product {
  return { productId, linkNumber, name: { zh, en }, skus: [], aliases: [], stock: null, facts: {}, ...more };
} // prettier-ignore

const numbered = Array.from({ length: 30 }, (_, i) =>
  product(`p${i + 1}`, i + 1, `商品甲${i + 1}`, `Product A${i + 1}`),
);
const { link } = createProductLinker({ version: 1, products: numbered });
const ids = (text: string) => link(text).map((mention) => mention.productId);

describe('link numbers', () => {
  test.each([
    '3号', '三号', '③', '第三个', '第3个', '3号链接', '#3', 'no.3', 'number 3', '3 号', '3️⃣', '３号', '№3', '# 3', 'No. 3',
    '讲一下3号', '3号多少钱', '看看3号背面', '链接3', '3链接', '第3款', '三号链接有货吗', 'how much is #3', 'show #3 again please', '3号165穿什么码',
    '要3号', 'pin number 3', 'link 3 please', '❸多少钱', '3号l码还有吗', '3号有没有运费险', '3号什么时候发货',
  ])('%s means product 3', (text) => expect(ids(text)).toEqual(['p3'])); // prettier-ignore

  test.each([
    '12块', '165穿', '3件', '2米', '3天', '3', '666', '3号楼', '3号线', '1月3号', '3号之前能到吗', '3号到', '几号', '5号电池', '3号色',
    '第3次', '第二件半价', '第一天', '第三', '买3送1', '3折', '#1 fan', 'number 1 choice', '#30%', '③天', '满3件', '3.5', '一号难求', '型号3号',
    '12月13号下单的', '3号那天', '31号', '100号', 'no 3', 'episode no.3.5', '3000号', 'top 3', '3号就能到', '大号', '小号', '二十元', '3号字',
  ])('%s names none', (text) => expect(ids(text)).toEqual([])); // prettier-ignore

  test.each([
    '叁号', '三號', '3⃣', '第三款', 'number three', 'link 3', '3号的', '3号下单了', '3号到手多少', '3号送什么', '3号我妈很喜欢',
    '3号前面的扣子', '3号以前买过', '3号到货通知我', '3号左右两边一样吗', '讲一下3', '3讲一下', '3号早就想要了', '3号能送人吗',
  ])('%s means product 3 and is no date', (text) => expect(ids(text)).toEqual(['p3'])); // prettier-ignore

  test.each([
    '3号发货', '3号能发吗', '3月3号', '3号以前能到吗', '3号送到', '3号晚上', '3号生日', '3号我生日', '12号我下的单', '3号买的还没到',
    '3号下单到现在没发货', '今天3号了', '尾号3号', '3号主播', '10号中秋能收到吗', 'no one', 'you are number one', '8+9', '2/4', '3 2 1 上链接',
    '1到3天', '3-5号发货', 'number 1 in my heart', '2和3楼',
  ])('%s is a date, a place, a score or praise', (text) => expect(ids(text)).toEqual([])); // prettier-ignore

  test.each([
    ['1和3', ['p1', 'p3']], ['1和3哪个好', ['p1', 'p3']], ['1-3号', ['p1', 'p2', 'p3']], ['1号到3号都要', ['p1', 'p2', 'p3']],
    ['2、4、9号', ['p2', 'p4', 'p9']], ['1号6号都拍了', ['p1', 'p6']], ['6 7 8号都讲一下', ['p6', 'p7', 'p8']], ['#1 and #2', ['p1', 'p2']],
    ['①②都要', ['p1', 'p2']], ['links 2-4 please', ['p2', 'p3', 'p4']],
  ])('%s means several', (text, products) => expect(ids(text).sort()).toEqual(products)); // prettier-ignore

  test('two numbers are two products, each once', () => {
    expect(ids('3号和5号哪个好，3号贵吗')).toEqual(['p3', 'p5']);
    expect(ids('十二号跟二十号')).toEqual(['p12', 'p20']);
  });

  test('every number from 1 to 999 is read in digits and in Chinese', () => {
    const digits = '零一二三四五六七八九';
    for (let n = 1; n <= 999; n++) {
      const [h, t, o] = [Math.floor(n / 100), Math.floor(n / 10) % 10, n % 10];
      const zh =
        (h > 0 ? `${digits[h]}百` : '') +
        (t > 0 ? (t === 1 && h === 0 ? '十' : `${digits[t]}十`) : h > 0 && o > 0 ? '零' : '') +
        (o > 0 ? digits[o] : '');
      expect([n, numberOf(zh), numberOf(String(n))]).toEqual([n, n, n]);
    }
  });
});

describe('names, aliases and codes', () => {
  const shop = createProductLinker({
    version: 1,
    products: [
      product('88001', 1, '亚麻衬衫', 'Linen shirt', { aliases: ['白衬衫', '衬衫'], skus: ['SKU-9', '1001'] }),
      product('88002', 2, '真丝衬衫', 'Silk shirt', { aliases: ['衬衫', 'silk'] }),
      product('88003', null, '保温杯', 'Thermos', { aliases: ['杯'], skus: ['TH-500'] }),
    ],
  });

  test('a full name, an alias, a shop code', () => {
    expect(shop.link('亚麻衬衫有黑色吗')).toEqual([{ productId: '88001', score: LINK_SCORES.name }]);
    expect(shop.link('白衬衫好看')).toEqual([{ productId: '88001', score: LINK_SCORES.alias }]);
    expect(shop.link('is SILK SHIRT in stock')).toEqual([{ productId: '88002', score: LINK_SCORES.name }]);
    expect(shop.link('sku-9 still there?')).toEqual([{ productId: '88001', score: LINK_SCORES.code }]);
    expect(shop.link('88003 how much')).toEqual([{ productId: '88003', score: LINK_SCORES.code }]);
  });

  test('a shared alias is shared, unless a number says which', () => {
    expect(shop.link('衬衫多少钱')).toEqual([
      { productId: '88001', score: LINK_SCORES.alias / 2 },
      { productId: '88002', score: LINK_SCORES.alias / 2 },
    ]);
    expect(shop.link('2号衬衫多少钱')).toEqual([{ productId: '88002', score: LINK_SCORES.number }]);
  });

  test('what stands inside a longer name, word or number names nothing', () => {
    expect(shop.link('亚麻衬衫').map((one) => one.productId)).toEqual(['88001']);
    expect(shop.link('silkworm')).toEqual([]);
    expect(shop.link('1001')).toEqual([]);
    expect(shop.link('干杯')).toEqual([]);
  });

  test('part of a name, a slip of the finger, traditional characters and plurals name it too', () => {
    expect(shop.link('亚麻的那件还有吗').map((one) => one.productId)).toEqual(['88001']);
    expect(shop.link('亞麻襯衫').map((one) => one.productId)).toEqual(['88001']);
    expect(shop.link('亚麻称衫').map((one) => one.productId)).toEqual(['88001']);
    expect(shop.link('two linen shirts please').map((one) => one.productId)).toEqual(['88001']);
    expect(shop.link('the linnen shirt').map((one) => one.productId)).toEqual(['88001']);
    expect(shop.link('保文杯').map((one) => one.productId)).toEqual(['88003']);
    for (const text of ['是亚麻的吗', '我去咖啡店', 'your shirt is nice', 'shirt']) expect(shop.link(text)).toEqual([]);
  });

  test('what is on air is meant by pointing, and settles a shared name; a name goes before it', () => {
    const on = (text: string) => shop.link(text, '88002').map((one) => one.productId);
    for (const text of ['这个多少钱', '这款有货吗', '它会皱吗', 'how much is this', 'is it see through']) {
      expect(shop.link(text, '88002')).toEqual([{ productId: '88002', score: LINK_SCORES.pointed }]);
      expect(shop.link(text)).toEqual([]);
      expect(shop.link(text, 'unknown')).toEqual([]);
    }
    for (const text of ['这个主播好美', '这个月没钱', '多少钱', 'it is raining', 'this song'])
      expect(on(text)).toEqual([]);
    expect(on('衬衫多少钱')).toEqual(['88002']);
    expect(on('1号这个多少钱')).toEqual(['88001']);
    expect(on('这个和保温杯一起拍')).toEqual(['88003']);
  });

  test('any string links without throwing, and scores stay in 0..1', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (text) => {
        for (const { score } of shop.link(`${text}3号`)) expect(score > 0 && score <= 1).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

test('500 products with aliases cost under 20 µs a comment', { retry: 2 }, () => {
  const many = Array.from({ length: 500 }, (_, i) =>
    product(`${90_000 + i}`, i + 1, `第${i}款羊毛大衣`, `Wool coat ${i}`, { aliases: [`大衣${i}`, `coat${i}`] }),
  );
  const big = createProductLinker({ version: 1, products: many });
  const texts = ['多少钱', '3号有货吗', '大衣77显胖吗', 'how much is #250', '哈哈哈哈', '主播今天好漂亮呀'];
  for (let i = 0; i < 2000; i++) big.link(texts[i % texts.length] ?? '');
  // The best of some rounds: other work on the machine is not ours.
  const micros = Array.from({ length: 8 }, () => {
    const startMs = performance.now();
    for (let i = 0; i < 1500; i++) big.link(texts[i % texts.length] ?? '');
    return ((performance.now() - startMs) * 1000) / 1500;
  });
  expect(Math.min(...micros)).toBeLessThan(20);
  expect(big.link('大衣77显胖吗')).toEqual([{ productId: '90077', score: LINK_SCORES.alias }]);
});
