import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createAnswerIndex } from './answer-index.ts';
import type { Fact } from './fact.ts';
import { readTerms } from './terms.ts';
import { stem } from './stem.ts';

const factOf = (factId: string, question: string, more: Partial<Fact> = {}): Fact => {
  const answer = more.answer ?? { zh: `答 ${factId}`, en: `Answer ${factId}` };
  return { factId, productId: null, productName: '', topic: null, questions: question === '' ? [] : [question], ...more, answer };
}; // prettier-ignore
const ask = (text: string, productId: string | null = null) => ({ text, productId, intents: {} });
const firstId = (facts: readonly Fact[], text: string, productId: string | null = null) =>
  createAnswerIndex(facts).search(ask(text, productId), 3)[0]?.fact.factId ?? null;

const SHOP = [
  factOf('ship', '什么时候发货'),
  factOf('size', '衬衫怎么选码'),
  factOf('wash', 'How do I wash the blanket?'),
  factOf('intl', 'Do you ship outside the US?'),
  factOf('invoice', '可以开发票吗'),
];

describe('finding a fact', () => {
  test('the question of a fact finds it first, in full', () => {
    for (const fact of SHOP) {
      const [first] = createAnswerIndex(SHOP).search(ask(fact.questions[0]!), 1);
      expect(first?.fact.factId).toBe(fact.factId);
      expect(first?.mutual).toBeGreaterThan(0.99);
    }
  });

  test('traditional characters, homophones, inflections, slips and synonyms find it too', () => {
    expect(firstId(SHOP, '什麼時候發貨')).toBe('ship');
    expect(firstId(SHOP, '能开法票嘛')).toBe('invoice');
    expect(firstId(SHOP, 'washing the blankets')).toBe('wash');
    expect(firstId(SHOP, 'blankt laundry')).toBe('wash');
    expect(firstId(SHOP, 'international delivery?')).toBe('intl');
  });

  test('of equal facts the product asked about comes first, then those of the shop', () => {
    const facts = ['p1', 'p2', 'p3'].map((productId) => factOf(`size-${productId}`, '有哪些尺码', { productId }));
    expect(firstId(facts, '什么尺码', 'p2')).toBe('size-p2');
    const found = createAnswerIndex(facts).search(ask('什么尺码', 'p2'), 3);
    expect(found.map(({ product }) => product)).toEqual(['same', 'other', 'other']);
  });

  test('a fact is found by its answer where it has no question, and by its topic', () => {
    const facts = [factOf('care', '', { answer: { zh: '冷水手洗，不要烘干', en: 'Hand wash cold' } }), factOf('p1/shipping', '', { topic: 'shipping' })]; // prettier-ignore
    expect(firstId(facts, '能不能烘干')).toBe('care');
    expect(firstId(facts, 'which courier')).toBe('p1/shipping');
  });

  test('several ways to ask for one fact are one result', () => {
    const facts = [
      factOf('a', '多久发货', { questions: ['多久发货', '什么时候发货', '发货要几天'] }),
      factOf('b', '几天到货'),
    ];
    const found = createAnswerIndex(facts).search(ask('几天发货'), 9);
    expect(found.map(({ fact }) => fact.factId)).toEqual(['a', 'b']);
  });

  test('nothing in common finds nothing', () => {
    expect(firstId(SHOP, 'zzz')).toBeNull();
    expect(firstId(SHOP, '')).toBeNull();
    expect(firstId([], '多少钱')).toBeNull();
  });
});

describe('any input', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ maxLength: 60 }),
    fc.array(fc.constantFrom('多少', '钱', 'size', '3号', 'ship', ' ', '？', '\ud800', '发货'), { maxLength: 12 }).map((parts) => parts.join('')),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => new TextDecoder().decode(bytes)),
  ); // prettier-ignore
  const facts = fc.array(fc.tuple(text, text), { maxLength: 12 }).map((rows) =>
    rows.map(([question, answer], i) => factOf(`f${i % 7}`, question, { answer: { zh: answer, en: answer }, productId: i % 3 === 0 ? null : `p${i % 3}` })),
  ); // prettier-ignore

  test('scores are finite, shares lie in 0..1, the order falls, and a second search says the same', () => {
    fc.assert(
      fc.property(facts, text, fc.constantFrom(null, 'p1', 'p9'), (rows, asked, productId) => {
        const index = createAnswerIndex(rows);
        const found = index.search(ask(asked, productId), 5);
        for (const [i, one] of found.entries()) {
          expect(Number.isFinite(one.score)).toBe(true);
          for (const share of [one.covered, one.mutual, one.agreement]) {
            expect(share).toBeGreaterThanOrEqual(0);
            expect(share).toBeLessThanOrEqual(1);
          }
          expect(one.score).toBeLessThanOrEqual(found[i - 1]?.score ?? Infinity);
        }
        index.search(ask('多少钱 size', null), 5);
        expect(index.search(ask(asked, productId), 5)).toEqual(found);
        expect(createAnswerIndex(rows).search(ask(asked, productId), 5)).toEqual(found);
      }),
      { numRuns: 150 },
    );
  });

  test('a question of 10,000 characters costs no more than its first 400', () => {
    const long = '多少钱 how much '.repeat(800);
    expect(long.length).toBeGreaterThan(10_000);
    expect(readTerms(long, 400)).toEqual(readTerms(long.slice(0, 400), 400));
    expect(firstId([factOf('price', '多少钱')], long)).toBe('price');
  });
});

test('scores are those of the formula, worked by hand for one term', () => {
  const tuning = {
    k1: 1, bQuestion: 0, bAnswer: 0, answerWeight: 0, nameWeight: 0, mutual: 0, agreement: 0, others: 0,
    otherProduct: 1, sameProduct: 1, kinds: { h: 0, b: 0, t: 0, p: 0, w: 1, v: 0, g: 0, n: 0, c: 0 },
  }; // prettier-ignore
  const facts = [factOf('a', 'zebra zebra zebra'), factOf('b', 'zebra'), factOf('c', 'lion')];
  const found = createAnswerIndex(facts, null, tuning).search(ask('zebra'), 9);
  // idf · f(k1 + 1) / (k1 + f), over its bound idf · (k1 + 1): f / (1 + f).
  expect(found.map(({ fact, score }) => [fact.factId, Math.round(score * 1000) / 1000])).toEqual([['a', 0.75], ['b', 0.5]]); // prettier-ignore
});

test('a stem joins what differs by its ending alone', () => {
  const families = [['ship', 'ships', 'shipped', 'shipping'], ['size', 'sizes', 'sizing'], ['battery', 'batteries'], ['wash', 'washes', 'washing'], ['box', 'boxes'], ['fade', 'fades', 'faded', 'fading'], ['cancel', 'canceled', 'cancels']]; // prettier-ignore
  for (const family of families) expect(new Set(family.map(stem)), family.join()).toHaveProperty('size', 1);
  expect(new Set(['ship', 'shop', 'size', 'glass', 'ring', 'pay', 'payment'].map(stem))).toHaveProperty('size', 7);
});
