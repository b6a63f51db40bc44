import { describe, expect, test } from 'vitest';
import { createAnswerIndex } from './answer-index.ts';
import { createAnswerer, type Asked } from './answerer.ts';
import type { Fact } from './fact.ts';
import { liveOf, type LiveValues, NOTHING_LIVE } from './live-text.ts';
import { createRepeatMemory } from './repeat-memory.ts';

const factOf = (factId: string, productId: string | null, question: string, answer: string): Fact => {
  return { factId, productId, productName: '', topic: null, questions: [question], answer: { zh: answer, en: answer } };
};
const FACTS = [
  factOf('ship', null, '什么时候发货', '48 小时内发出'),
  factOf('bill', null, '可以开发票吗', '可以开电子发票'),
  factOf('return', null, '支持七天无理由退换吗', '支持七天无理由'),
  factOf('size5', 'p5', '衬衫有哪些尺码', 'S 到 XL'),
  factOf('price3', 'p3', '这件多少钱', '今天 {price}，还剩 {stock} 件'),
  factOf('hot', null, 'How long does it keep drinks hot?', '12 hours'),
];

function desk(live: LiveValues = NOTHING_LIVE) {
  const answerer = createAnswerer({ index: createAnswerIndex(FACTS), repeats: createRepeatMemory(600_000), live: () => live }); // prettier-ignore
  return (text: string, more: Partial<Asked> = {}) =>
    answerer({ text, productId: null, intents: {}, viewer: null, atMs: 0, offensive: null, ...more });
}

describe('who answers', () => {
  test('the question of a fact is answered with its words, unchanged', () => {
    expect(desk()('什么时候发货')).toMatchObject({ decision: 'answer', reason: null, quote: { zh: '48 小时内发出' } });
  });

  test('what no fact is about is left to a person, with no more than three facts', () => {
    const { decision, reason, answers, quote } = desk()('主播家里养猫了吗');
    expect([decision, reason, quote]).toEqual(['human', 'unsure', null]);
    expect(answers.length).toBeLessThanOrEqual(3);
  });

  test.each([
    ['complaint', '五天了还没发货'],
    ['complaint', 'it arrived broken'],
    ['refund', '我要退款'],
    ['refund', 'when do i get my money back'],
    ['medical', '孕妇能用吗'],
    ['medical', 'is it ok for my eczema'],
    ['legal', '我要找律师起诉你们'],
    ['legal', 'i will sue you'],
    ['abuse', '你们就是骗子'],
    ['abuse', 'fuck this'],
  ])('%s is always a person’s: %s', (reason, text) => {
    // Even when a fact has the very words.
    const facts = [factOf('same', null, text, 'Yes')];
    const answerer = createAnswerer({ index: createAnswerIndex(facts), repeats: createRepeatMemory(0), live: () => NOTHING_LIVE }); // prettier-ignore
    expect(answerer({ text, productId: null, intents: {}, viewer: null, atMs: 0, offensive: null })).toMatchObject({ decision: 'human', reason, quote: null }); // prettier-ignore
  });

  test('what the models call offensive or a complaint is a person’s too', () => {
    expect(desk()('什么时候发货', { offensive: true })).toMatchObject({ decision: 'human', reason: 'abuse' });
    expect(desk()('什么时候发货', { intents: { complaint: 0.8 } })).toMatchObject({ reason: 'complaint' });
  });

  test('a question on returns is offered, never told by itself', () => {
    expect(desk()('支持七天无理由退换吗')).toMatchObject({ decision: 'offer', quote: { zh: '支持七天无理由' } });
  });

  test('the same viewer asking the same again, in the same or other words, gets a person; another viewer does not', () => {
    const ask = desk();
    expect(ask('什么时候发货', { viewer: 'a' }).decision).toBe('answer');
    expect(ask('什么时候发货', { viewer: 'b' }).decision).toBe('answer');
    expect(ask('可以开发票吗', { viewer: 'a' }).decision).toBe('answer');
    expect(ask('什么时候发货？', { viewer: 'a' })).toMatchObject({ decision: 'human', reason: 'asked-again' });
    expect(ask('什麼時候發貨呢', { viewer: 'b' })).toMatchObject({ decision: 'human', reason: 'asked-again' });
    expect(ask('什么时候发货', { viewer: 'b', atMs: 3_600_000 }).decision).toBe('answer');
  });

  test('a fact of another product is never told nor offered', () => {
    const { decision, answers } = desk()('衬衫有哪些尺码', { productId: 'p3' });
    expect(decision).toBe('human');
    expect(answers[0]?.fact.factId).toBe('size5');
    expect(desk()('衬衫有哪些尺码', { productId: 'p5' }).decision).toBe('answer');
  });

  test('price and stock are those of now, and without them the fact is not told', () => {
    const ask = { productId: 'p3' };
    expect(desk()('这件多少钱', ask)).toMatchObject({ decision: 'human', reason: 'no-live-value', quote: null });
    expect(desk({ price: '¥129', stock: null })('这件多少钱', ask)).toMatchObject({ reason: 'no-live-value' });
    expect(desk({ price: '¥129', stock: 0 })('这件多少钱', ask).quote?.zh).toBe('今天 ¥129，还剩 0 件');
  });

  test('scores of answers fall and the first is the confidence', () => {
    const { answers, confidence } = desk()('发货 发票');
    expect(answers[0]?.score).toBe(confidence);
    expect(answers.map(({ score }) => score)).toEqual(answers.map(({ score }) => score).toSorted((a, b) => b - a));
  });
});

test('the price has the sign of its currency, and the stock told last counts', () => {
  expect(liveOf({ price: '129.00', priceCurrency: 'CNY', stock: 9 }, null)).toEqual({ price: '¥129.00', stock: 9 });
  expect(liveOf({ price: '19.90', priceCurrency: 'SEK', stock: null }, 3)).toEqual({ price: '19.90 SEK', stock: 3 });
  expect(liveOf({ stock: null }, null)).toEqual(NOTHING_LIVE);
});

test('viewers remembered are bounded', () => {
  const repeats = createRepeatMemory(Infinity);
  expect(repeats.note('first', ['q'], 0)).toBe(false);
  for (let i = 0; i < 20_000; i++) repeats.note(`v${i}`, ['q'], 0);
  expect(repeats.note('first', ['q'], 0)).toBe(false);
  expect(repeats.note('v19999', ['q'], 0)).toBe(true);
});
