import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { INTENTS, Prediction } from '@livecue/shared/insight';
import { createProductLinker } from './product-linker.ts';
import { ModelError, openIntentRules } from './model-manifest.ts';
import { createRulePredictor, openRulePredictor, RULE_SCORES } from './rule-predictor.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = `${root}/models/intent-rules`;
const linker = createProductLinker({
  version: 1,
  products: [{ productId: 'p3', skus: [], linkNumber: 3, name: { zh: '亚麻衬衫', en: 'Linen shirt' }, aliases: [], stock: null, facts: {} }],
}); // prettier-ignore
const predictor = openRulePredictor(folder, linker);
const intentOf = (text: string) => predictor.predict([text])[0]?.intent;

/** The examples and decided cases of the labelling guide: the guide is the oracle. */
const GUIDE: Readonly<Record<string, readonly string[]>> = {
  spam_ad: ['加V看福利', '扣号领红包', 'check my channel for free coins'],
  complaint: ['收到是坏的', '客服不理人', '骗子', 'scam, never arrived', '5天了还没到', '怎么还没发货', '现在还没送'],
  return_warranty: ['能退吗', '有运费险吗', '申请维修', 'can I return it', '不想要了', '拒收', '上门取件'],
  shipping: ['什么时候发货', '包邮吗', '新疆能到吗', 'do you ship to Canada', '什么时候到', '邮费谁出'],
  order_payment: ['怎么付款', '改地址', '开发票', 'can I pay with paypal', '2031567890123456789', '人民路88号3栋'],
  price: ['多少钱', '几米', 'how much is #2', '太贵'],
  discount_gift: ['有优惠吗', '送什么', '满减', 'any promo code', '比你便宜'],
  stock: ['还有货吗', '补货', '断码了吗', 'is M back in stock'],
  size_spec: ['165穿什么码', '有黑色吗', '多少毫升', 'does it run small'],
  host_request: ['讲一下3号', '试穿一下', '看看背面', 'show #4 again please'],
  product_question: ['是纯棉的吗', '孕妇能用吗', '正品吗', 'is it waterproof'],
  purchase_signal: ['拍了', '要了', '上链接', '求链接', 'got two!', 'link please', '付款了', '下单了'],
  praise: ['好看', '主播好美', '回购三次了', 'love this shade'],
  chat_other: ['来了', '666', '哈哈哈', 'where are you from', '好的', '谢谢', '是的', '777777777777777777', ''],
};

describe('intent rules', () => {
  test.each(Object.entries(GUIDE))('read %s as the labelling guide does', (intent, texts) => {
    expect(texts.map((text) => [text, intentOf(text)])).toEqual(texts.map((text) => [text, intent]));
  });

  test('spell-outs, full width and cloaks are one spelling', () => {
    expect(intentOf('ＨＯＷ　ＭＵＣＨ')).toBe('price');
    expect(intentOf('多\u200b少\u200b钱')).toBe('price');
    expect(intentOf('I don’t know, it doesn’t work')).toBe('complaint');
  });

  test('Latin phrases match whole words only', () => {
    expect(intentOf('papaya')).toBe('chat_other');
    expect(intentOf('relationship goals')).toBe('chat_other');
    expect(intentOf('pay?')).toBe('order_payment');
  });

  test('say what they cannot know as null, and spam only for spam_ad', () => {
    expect(predictor.predict(['加微信 abc123456', '3号多少钱'])).toEqual([
      { intent: 'spam_ad', intentScore: expect.any(Number), offensive: null, spam: true, sentiment: null, products: [], modelVersion: 'intent-rules-1' },
      { intent: 'price', intentScore: expect.any(Number), offensive: null, spam: false, sentiment: null, products: [{ productId: 'p3', score: 0.95 }], modelVersion: 'intent-rules-1' },
    ]); // prettier-ignore
    expect(predictor.predict(['多少钱'])[0]?.intentScore).toBe(RULE_SCORES.phrase);
    expect(predictor.predict(['来了'])[0]?.intentScore).toBe(RULE_SCORES.none);
  });

  test('remembering equal texts changes no answer, also after more texts than are remembered', () => {
    const texts = Array.from({ length: 20_000 }, (_, i) => (i % 3 === 0 ? '多少钱' : `${i} 号有货吗`));
    const fresh = createRulePredictor(openIntentRules(folder).rules, linker, predictor.version);
    const said = fresh.predict(texts);
    expect(said[19_998]).toEqual(predictor.predict(['多少钱'])[0]);
    expect(said.every((one, i) => one.intent === (i % 3 === 0 ? 'price' : 'stock'))).toBe(true);
  });

  test('any string has a defined answer', () => {
    const odd = fc.array(
      fc.constantFrom('\ud800', '\udc00', '\u200b', '\u202e', 'عربى', '👩‍👩‍👧', '3️⃣', '③', 'ﷺ', '号', '第', '加', 'v', '1', ' ', '还没', '(', '\\'),
      { maxLength: 60 },
    ); // prettier-ignore
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      odd.map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const [said] = predictor.predict([text]);
        Prediction.parse(said);
        expect(INTENTS).toContain(said?.intent);
      }),
      { numRuns: 500 },
    );
  });

  test('no text of 10,000 characters takes 5 ms', () => {
    const parts = ['怎么还', '1', '加 ', 'a ', '还没有', '送', '号第3', '还有', 'is it ', '3号', '看', '黑色', '\ud800', 'ﷺ', '12,', '会', '付款', 'how long '];
    for (const part of parts) {
      const text = part.repeat(Math.ceil(10_000 / part.length)).slice(0, 10_000);
      predictor.predict([text]);
      // The least of several: the machine has other work.
      const spent = [1, 2, 3, 4, 5].map(() => {
        const startMs = performance.now();
        predictor.predict([text]);
        return performance.now() - startMs;
      });
      expect(Math.min(...spent), part).toBeLessThan(5);
    }
  }); // prettier-ignore

  test('a pattern that is no regular expression is named', () => {
    const rules = { rules: [{ intent: 'price' as const, anyOf: [], patterns: ['(多少'] }] };
    expect(() => createRulePredictor(rules, linker, 'x')).toThrow(ModelError);
    expect(() => createRulePredictor(rules, linker, 'x')).toThrow(/pattern of price .*\(多少/);
  });

  test('back references mean the same after patterns are joined', () => {
    const rules = { rules: [{ intent: 'price' as const, anyOf: [], patterns: ['(买)(?:x)\\1', '^(a|b)\\1$'] }] };
    const own = createRulePredictor(rules, linker, 'x');
    expect(own.predict(['bb', 'ab', '买x买', '买xb']).map((one) => one.intent)).toEqual([
      'price', 'chat_other', 'price', 'chat_other',
    ]); // prettier-ignore
  });
});

const room = `${root}/../shared/data/rooms/twitch-zh-104703028.jsonl.gz`;
if (!existsSync(room))
  console.log('rooms/twitch-zh-104703028.jsonl.gz is absent: cost and false alarms are not measured');

describe.skipIf(!existsSync(room))('on a recorded room without selling', () => {
  // The body runs also where all of it is skipped.
  const lines = existsSync(room) ? gunzipSync(readFileSync(room)).toString('utf8') : '';
  const texts = lines
    .split('\n')
    .filter((line) => line.includes('live.comment.created'))
    .map((line) => (JSON.parse(line) as { data: { text: string } }).data.text);

  test('a comment costs at most 20 µs of CPU with a cold cache', { retry: 2 }, () => {
    const micros = [1, 2, 3].map(() => {
      const cold = createRulePredictor(openIntentRules(folder).rules, linker, 'x');
      // CPU time: other work on the machine is not ours.
      const before = process.cpuUsage();
      cold.predict(texts);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / texts.length;
    });
    expect(Math.min(...micros)).toBeLessThan(20);
  });

  test('at most 2 % of the comments are anything but chat', () => {
    const alarms = predictor.predict(texts).filter((one) => one.intent !== 'chat_other').length;
    expect(texts.length).toBeGreaterThan(20_000);
    expect(alarms / texts.length).toBeLessThan(0.02);
  });
});
