import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INTENTS } from '@livecue/shared/insight';
import { type HostPrompt, RuleName } from '@livecue/shared/prompt';
import { advisorFor, anomalyOf, createFakeRoom, offerOf, productOf, run } from './testing/fake-room.ts';
import { labelOf, MAX_EN_HEADLINE, MAX_ZH_HEADLINE, nameOf } from './words.ts';

const NAMES = [
  { zh: '亚麻衬衫', en: 'Linen shirt' },
  { zh: '杯', en: 'Cup' },
  { zh: '女士加绒加厚高领针织打底衫秋冬新款百搭内搭长袖上衣', en: 'Womens fleece lined turtleneck knitted base layer top' },
  { zh: '', en: 'Onlyenglishnameinonewordwithoutanyspace' },
  { zh: '只有中文名的商品标题没有英文', en: '' },
  { zh: '', en: '' },
  { zh: '😀😀😀😀😀😀😀', en: '😀 😀 😀 😀' },
  { zh: '带\n换行 空格', en: 'line\nbreak here' },
]; // prettier-ignore

const PRICES = { price: '99999.99', priceCurrency: 'CNY', priceFloor: '1.00', offerPrice: '89999.95' };

/** Every rule's card at the greatest numbers that can come. */
function cardsOf(name: { zh: string; en: string }, linkNumber: number | null, count: number): HostPrompt[] {
  const prompts: HostPrompt[] = [];
  const product = productOf('p', linkNumber, { name, ...PRICES });
  const collect = (set: (room: ReturnType<typeof createFakeRoom>) => void) => {
    const room = createFakeRoom();
    set(room);
    const advisor = advisorFor([product], {
      stockOutMinutes: 120,
      offerEndingSeconds: 600,
      offerUnits: 99_999,
      offerDiscountPerDay: '999999999999.00',
    });
    if (room.stock.get('p') === 99_999_999) advisor.propose('p', { price: '89999.95', quantity: count }, room.view);
    for (const event of run(advisor, room, 7_800, 1_300)) {
      if (event.kind === 'raised') prompts.push(event.prompt);
    }
  };
  for (const intent of INTENTS) {
    collect((room) => room.ask('p', intent, count));
    collect((room) => room.ask('?', intent, count));
  }
  collect((room) => room.interest.set('p', { level: count, expected: 0, surprise: 9 }));
  collect((room) => room.interest.set('p', { level: count, expected: 7.25, surprise: 9 }));
  for (const commentsRising of [true, false]) {
    collect((room) => {
      const peakMs = room.nowMs - 600_000;
      room.explaining = { productId: 'p', sinceMs: peakMs - 60_000 };
      room.interest.set('p', { pastPeak: { peakMs, peakLevel: count, level: 0.25, commentsRising, strength: 2 } });
    });
  }
  collect((room) => {
    room.stock.set('p', 99_999);
    room.counts.set('p', { unitsPaid: Math.ceil(99_999 / 24) });
  });
  collect((room) => {
    room.counts.set('', { ordersCreated: count, buyers: 3 });
    room.counts.set('p', { ordersCreated: count, buyers: 3 });
  });
  for (const series of ['likes', 'comments-per-commenter-15s'] as const) {
    collect((room) => room.anomalies.push(anomalyOf('bot-burst', { series, value: count, usual: 3.24 }, room.nowMs)));
  }
  const unpaid = { series: 'orders-since-payment', value: count, usual: 0.5 } as const;
  collect((room) => room.anomalies.push(anomalyOf('payment-outage', unpaid, room.nowMs)));
  const left = { series: 'viewers', value: count, usual: 99_999 } as const;
  collect((room) => room.anomalies.push(anomalyOf('viewer-drop', left, room.nowMs)));
  for (const stock of [1, 99_999_999]) {
    collect((room) => {
      room.stock.set('p', stock);
      room.ask('p', 'purchase_signal', count);
    });
  }
  INTENTS.forEach((intent, i) => {
    const kind = (['returning', 'paid-comment', 'vip'] as const)[i % 3];
    for (const productId of ['p', null]) {
      collect((room) => {
        const one = {
          intent,
          productId,
          isPaid: kind === 'paid-comment',
          isVip: kind === 'vip',
          orders: 9_999,
          spentMinor: {},
          askedMs: room.nowMs,
          eventId: 'e',
          commentId: 'c',
        };
        room.patrons = Array.from({ length: i % 2 === 0 ? 1 : 20 }, (_, n) => ({
          ...one,
          patronRef: `${100_000_000_000 + n}`,
        }));
      });
    }
  });
  collect((room) => {
    room.offers = [offerOf(room.nowMs, { endsMs: room.nowMs + 599_000, unitsPaid: count })];
  });
  collect((room) => {
    room.stock.set('p', 99_999_999);
    room.ask('p', 'purchase_signal', count);
    room.offers = [];
  });
  collect((room) => {
    room.feed = { state: 'stale', lastEventMs: room.nowMs - count * 1000, quietLimitMs: 12_000 };
  });
  return prompts;
}

const numbersIn = (text: string) => (text.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);

function lint(prompt: HostPrompt, name: { zh: string; en: string }, linkNumber: number | null): void {
  const product = prompt.productId === null ? null : productOf('p', linkNumber, { name });
  const known = [...Object.values(prompt.evidence.counts), ...Object.values(prompt.evidence.threshold)];
  expect([...prompt.headline.zh.replace(/\s/gu, '')].length, prompt.headline.zh).toBeLessThanOrEqual(MAX_ZH_HEADLINE);
  expect(prompt.headline.en.split(/\s+/u).length, prompt.headline.en).toBeLessThanOrEqual(MAX_EN_HEADLINE);
  for (const language of ['zh', 'en'] as const) {
    const headline = prompt.headline[language].replace(labelOf(product)[language], '');
    const reason = product === null ? prompt.reason[language] : prompt.reason[language].replace(nameOf(product)[language], '');
    expect(reason).not.toMatch(/[\r\n]/);
    expect(numbersIn(headline).length, headline).toBeGreaterThan(0);
    for (const number of [...numbersIn(headline), ...numbersIn(reason)]) expect(known, `${headline} | ${reason}`).toContain(number);
  }
} // prettier-ignore

test('every template is short, has a number, and every number stands in the evidence', () => {
  const seen = new Set<RuleName>();
  for (const name of NAMES) {
    for (const linkNumber of [null, 7, 999]) {
      for (const prompt of cardsOf(name, linkNumber, 99_999)) {
        seen.add(prompt.rule);
        lint(prompt, name, linkNumber);
      }
    }
  }
  expect([...seen].sort()).toEqual([...RuleName.options].sort());
});

test('any product name gives a short label on one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ maxLength: 80 }), (zh, en) => {
      const product = productOf('p', null, { name: { zh, en } });
      const label = labelOf(product);
      expect([...label.zh].length).toBeLessThanOrEqual(5);
      expect(label.en.split(/\s+/u).length).toBeLessThanOrEqual(2);
      expect(`${label.zh}${label.en}${nameOf(product).zh}${nameOf(product).en}`).not.toMatch(/[\r\n]/);
      expect(label.zh.length > 0 && label.en.length > 0).toBe(true);
    }),
    { numRuns: 300 },
  );
});
