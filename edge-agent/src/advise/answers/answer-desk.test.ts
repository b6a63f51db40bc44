import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Catalogue } from '@livecue/shared/contract';
import { AnswerRow } from '@livecue/shared/contract';
import type { LiveEventOf } from '@livecue/shared/event';
import type { Intent, Prediction } from '@livecue/shared/insight';
import { createAdvisor } from '../advisor.ts';
import { CONFIG, createFakeRoom, productOf, run, START_MS } from '../testing/fake-room.ts';
import { createAnswerDesk } from './answer-desk.ts';

const CATALOGUE: Catalogue = {
  version: 1,
  products: [
    productOf('p3', 3, {
      price: '129',
      priceCurrency: 'CNY',
      facts: { size_spec: { zh: 'S 到 XL', en: 'S to XL' }, price: { zh: '今天 {price}', en: '{price} today' } },
      faq: [
        { factId: 'size', topic: 'size_spec', question: '衬衫怎么选码', answer: 'S 155–160 · M 160–165' },
        { factId: 'left', topic: 'stock', question: '还有货吗', answer: '还有 {stock} 件' },
      ],
    }),
    productOf('p5', 5),
  ],
  faq: [{ factId: 'ship', topic: 'shipping', question: '什么时候发货', answer: '48 小时内发出' }],
};

let count = 0;
function comment(text: string, viewer: string, atMs = START_MS): LiveEventOf<'live.comment.created'> {
  const data = { text, identifier: `c${++count}`, author: { identifier: viewer, name: viewer } };
  return { id: `e${count}`, type: 'live.comment.created', source: 'live/test', eventTimeMs: atMs, data } as unknown as LiveEventOf<'live.comment.created'>; // prettier-ignore
}
function predicted(intent: Intent, productId: string | null): Prediction {
  const products = productId === null ? [] : [{ productId, score: 0.95 }];
  return { intent, intentScore: 0.9, offensive: false, spam: false, sentiment: null, products, modelVersion: 'm' };
}

describe('answers in a room', () => {
  test('the card of counted questions shows the fact that answers them', () => {
    const answers = createAnswerDesk(CATALOGUE);
    const advisor = createAdvisor({ catalogue: CATALOGUE, modelVersion: 'm', answers }, CONFIG);
    const room = createFakeRoom();
    room.ask('p3', 'size_spec', 9);
    for (let i = 0; i < 9; i++) answers.comment(comment('衬衫怎么选码', `v${i}`), predicted('size_spec', 'p3'), () => room.view); // prettier-ignore
    const [raised] = run(advisor, room, 6_000);
    expect(raised).toMatchObject({ kind: 'raised', prompt: { fact: { zh: 'S 155–160 · M 160–165' } } });
  });

  test('without such a fact the card shows what is filed under the intent, with the price of now', () => {
    const advisor = createAdvisor({ catalogue: CATALOGUE, modelVersion: 'm', answers: createAnswerDesk(CATALOGUE) }, CONFIG); // prettier-ignore
    const room = createFakeRoom();
    room.ask('p3', 'price', 9);
    expect(run(advisor, room, 6_000)[0]).toMatchObject({ prompt: { fact: { zh: '今天 ¥129' } } });
  });

  test('a question that names no product is about the one on air', () => {
    const desk = createAnswerDesk(CATALOGUE);
    const room = createFakeRoom();
    room.explaining = { productId: 'p3', sinceMs: START_MS };
    desk.comment(comment('衬衫怎么选码', 'a'), predicted('size_spec', null), () => room.view);
    expect(desk.rows(room.view)[0]).toMatchObject({ productId: 'p3', decision: 'answer' });
    room.explaining = { productId: 'p5', sinceMs: START_MS };
    desk.comment(comment('衬衫怎么选码', 'b'), predicted('size_spec', null), () => room.view);
    expect(desk.rows(room.view)).toContainEqual(expect.objectContaining({ productId: 'p5', decision: 'human' }));
  });

  test('stock is quoted as it is when the row is read', () => {
    const desk = createAnswerDesk(CATALOGUE);
    const room = createFakeRoom();
    room.stock.set('p3', 7);
    desk.comment(comment('还有货吗', 'a'), predicted('stock', 'p3'), () => room.view);
    expect(desk.rows(room.view)[0]?.facts[0]?.words.zh).toBe('还有 7 件');
    room.stock.set('p3', 2);
    expect(desk.rows(room.view)[0]?.facts[0]?.words.zh).toBe('还有 2 件');
  });

  test('viewers who ask for one fact are one row of the contract; closed or old rows go, removed words too', () => {
    const desk = createAnswerDesk(CATALOGUE);
    const room = createFakeRoom();
    const last = comment('什么时候发货呢', 'b');
    desk.comment(comment('什么时候发货', 'a'), predicted('shipping', null), () => room.view);
    desk.comment(last, predicted('shipping', null), () => room.view);
    const rows = desk.rows(room.view);
    expect(rows).toHaveLength(1);
    expect(AnswerRow.parse(rows[0])).toMatchObject({ viewers: 2, question: '什么时候发货呢', reason: null });
    const removal = { type: 'live.comment.deleted', source: 'live/test', data: { identifier: [last.data.identifier] } };
    desk.removed(removal as unknown as LiveEventOf<'live.comment.deleted'>);
    expect(desk.rows(room.view)[0]?.question).toBe('');
    room.nowMs = START_MS + 300_001;
    expect(desk.rows(room.view)).toEqual([]);
    desk.comment(comment('什么时候发货', 'c', room.nowMs), predicted('shipping', null), () => room.view);
    const [again] = desk.rows(room.view);
    expect(again?.viewers).toBe(1);
    expect(desk.close(again?.answerId ?? '')).toMatchObject({ intent: again?.intent });
    expect(desk.close(again?.answerId ?? '')).toBeNull();
  });

  test('what asks for nothing is passed over, and the queue is bounded', () => {
    const desk = createAnswerDesk(CATALOGUE);
    const room = createFakeRoom();
    for (const intent of ['praise', 'chat_other', 'purchase_signal', 'spam_ad', 'complaint'] as const) {
      desk.comment(comment('什么时候发货', 'a'), predicted(intent, null), () => room.view);
    }
    desk.comment(comment('什么时候发货', 'a'), null, () => room.view);
    expect(desk.rows(room.view)).toEqual([]);
    for (let i = 0; i < 300; i++) desk.comment(comment('主播几岁', `v${i}`), predicted('product_question', `x${i}`), () => room.view); // prettier-ignore
    expect(desk.rows(room.view)).toHaveLength(100);
  });
});

describe('the queue over a restart', () => {
  const texts = ['衬衫怎么选码', '还有货吗', '什么时候发货', '退款怎么还没到', '今天天气'] as const;
  const intents: readonly Intent[] = ['size_spec', 'stock', 'shipping', 'return_warranty', 'product_question'];
  const Step = fc.record({
    what: fc.constantFrom('ask', 'ask', 'ask', 'ask', 'close', 'remove', 'save'),
    which: fc.nat(4),
    viewer: fc.nat(6),
    afterMs: fc.constantFrom(0, 1_000, 40_000, 400_000),
  });

  test('what waits at any point is there after it, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(Step, { maxLength: 40 }), (steps) => {
        const room = createFakeRoom();
        const desk = createAnswerDesk(CATALOGUE);
        const state = new Map<string, string>();
        const save = () => {
          const { put, del } = desk.takeDelta();
          for (const key of del) state.delete(key);
          for (const [key, value] of put) state.set(key, value);
        };
        for (const { what, which, viewer, afterMs } of steps) {
          room.nowMs += afterMs;
          const asked = comment(texts[which] ?? '', `viewer-number-${viewer}`, room.nowMs);
          if (what === 'ask') desk.comment(asked, predicted(intents[which] ?? 'stock', which < 2 ? 'p3' : null), () => room.view); // prettier-ignore
          if (what === 'close') desk.close(desk.rows(room.view)[which]?.answerId ?? '');
          if (what === 'remove') desk.removed({ type: 'live.comment.deleted', source: 'live/test', data: { author: { identifier: `viewer-number-${viewer}` } } } as never); // prettier-ignore
          if (what === 'save') save();
        }
        const rows = desk.rows(room.view);
        save();
        const restored = createAnswerDesk(CATALOGUE);
        restored.restore([...state].reverse());
        expect(restored.takeDelta()).toEqual({ put: [], del: [] });
        const byId = (a: AnswerRow, b: AnswerRow) => (a.answerId < b.answerId ? -1 : 1);
        expect(restored.rows(room.view).sort(byId)).toEqual([...rows].sort(byId));
        expect(state.size).toBe(rows.length);
      }),
      { numRuns: 150 },
    );
  });

  test('of who asked only the newest is kept by id; a row whose fact is no more is gone', () => {
    const room = createFakeRoom();
    const desk = createAnswerDesk(CATALOGUE);
    for (const viewer of ['first-viewer', 'last-viewer']) desk.comment(comment('衬衫怎么选码', viewer), predicted('size_spec', 'p3'), () => room.view); // prettier-ignore
    const { put } = desk.takeDelta();
    expect(JSON.stringify(put)).toContain('last-viewer');
    expect(JSON.stringify(put)).not.toContain('first-viewer');
    const emptied = createAnswerDesk({ ...CATALOGUE, products: [productOf('p3', 3), productOf('p5', 5)] });
    emptied.restore(put);
    expect(emptied.rows(room.view)).toEqual([]);
    expect(emptied.takeDelta().del).toEqual(put.map(([key]) => key));
  });
});
