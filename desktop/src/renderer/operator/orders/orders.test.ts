import i18next from 'i18next';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OrderRow } from '@livecue/shared/contract';
import { ORDER_FEATURES } from '@livecue/shared/insight';
import { en } from '../../words/en.ts';
import { zh } from '../../words/zh.ts';
import { orderKeyHandler } from './order-list.tsx';
import { reasonWords } from './reason-words.ts';
import { shownRows } from './use-orders.ts';

const row = (n: number, part: Partial<OrderRow> = {}): OrderRow => ({
  orderId: String(n).padStart(16, '0'), orderRef: `…${n}`, eventTimeMs: n, productId: 'p3', score: 0.8, by: 'rule', threshold: 0.56,
  reasons: [{ feature: 'sameProductOrders1H', value: 4, usual: 1, share: 1 }], modelVersion: 'm', verdict: null, ...part,
}); // prettier-ignore

describe('rows under the pointer', () => {
  test('stay in their place, take on what is said of them, and count what waits', () => {
    const shown = [row(2), row(1)];
    const newest = [row(3), row(2, { verdict: 'confirmed' }), row(1)];
    expect(shownRows(shown, newest, true)).toEqual({ rows: [newest[1], row(1)], waiting: 1 });
    expect(shownRows(shown, newest, false)).toEqual({ rows: newest, waiting: 0 });
    // One that the agent gave up stays readable until the pointer leaves.
    expect(shownRows(shown, [row(3)], true)).toEqual({ rows: shown, waiting: 1 });
  });
});

describe('keys of the list', () => {
  function press(key: string, activeId: string | null, rows = [row(3), row(2), row(1)], part = {}) {
    const said: unknown[] = [];
    const handled = { prevented: false };
    const handle = orderKeyHandler(rows, activeId, {
      move: (id) => said.push(['move', Number(id)]),
      label: (of, verdict) => said.push([verdict, Number(of.orderId)]),
      undo: () => said.push('undo'),
      leave: () => said.push('leave'),
    });
    handle({ key, ctrlKey: false, metaKey: false, altKey: false, stopPropagation: () => undefined, preventDefault: () => void (handled.prevented = true), ...part }); // prettier-ignore
    return [...said, ...(handled.prevented ? [] : ['passed'])];
  }
  const id = (n: number) => row(n).orderId;

  test('one key says it of one order and goes on to the next; the last stays chosen', () => {
    expect(press('a', id(3))).toEqual([['confirmed', 3], ['move', 2]]); // prettier-ignore
    expect(press('X', id(1))).toEqual([['false-alarm', 1]]);
  });
  test('arrows stop at both ends; nothing is said of no order', () => {
    expect(press('ArrowDown', null)).toEqual([['move', 3]]);
    expect(press('ArrowUp', id(3))).toEqual([['move', 3]]);
    expect(press('End', id(3))).toEqual([['move', 1]]);
    expect(press('a', null)).toEqual(['passed']);
    expect(press('ArrowDown', null, [])).toEqual(['passed']);
  });
  test('undo and Esc work without a row, and Ctrl+A is the browser’s', () => {
    expect(press('u', null)).toEqual(['undo']);
    expect(press('Escape', id(2))).toEqual(['leave']);
    expect(press('a', id(2), undefined, { ctrlKey: true })).toEqual(['passed']);
  });
});

describe('reasons', () => {
  beforeAll(() => i18next.init({ lng: 'en', resources: { en: { translation: en }, zh: { translation: zh } }, interpolation: { escapeValue: false }, initAsync: false })); // prettier-ignore

  test.each(['en', 'zh'] as const)('of every feature are words in %s, with value and what is usual', (language) => {
    const t = i18next.getFixedT(language);
    for (const feature of ORDER_FEATURES) {
      const words = reasonWords(t, { feature, value: 1, usual: 0, share: 1 });
      expect(words, feature).not.toMatch(/\{\{|NaN|undefined|orderFeature|orderValue/);
    }
  });
  test('logarithms are read as what they stand for', () => {
    const t = i18next.getFixedT('en');
    const say = (feature: (typeof ORDER_FEATURES)[number], value: number, usual: number) => reasonWords(t, { feature, value, usual, share: 1 }); // prettier-ignore
    expect(say('buyerGapLog2S', Math.log2(46), 17)).toBe('45 s to the buyer’s nearest order; usual no other order');
    expect(say('totalLevel', Math.log(9), 0)).toBe('9 times the usual total; usual 1');
    expect(say('buyerReturnShare', 2 / 3, 0)).toBe('67 % of the buyer’s orders returned or cancelled; usual 0 %');
    expect(say('accountAgeDays', 0.4, 30)).toBe('account of 0.4 days; usual 30 days or more');
    expect(say('notViewed', 1, 0)).toBe('ordered without having been opened; usual opened before it was ordered');
  });
});
