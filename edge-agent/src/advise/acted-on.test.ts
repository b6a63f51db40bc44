import { describe, expect, test } from 'vitest';
import { RuleName } from '@livecue/shared/prompt';
import {
  type FakeRoom,
  advisorFor,
  anomalyOf,
  createFakeRoom,
  offerOf,
  productOf,
  run,
  shortly,
} from './testing/fake-room.ts';

const PRICES = { price: '99.00', priceCurrency: 'CNY', priceFloor: '70.00', offerPrice: '79.00' };
const products = [productOf('p', 3, PRICES), productOf('other', 4)];
type Advisor = ReturnType<typeof advisorFor>;

/** For each sign: what makes the card, what must happen for it, and what looks like it and is not. */
const CASES: readonly [rule: RuleName, make: (room: FakeRoom) => void, act: (room: FakeRoom, advisor: Advisor) => void, not: (room: FakeRoom, advisor: Advisor) => void][] = [
  ['counted-questions', (room) => room.ask('p', 'price', 9),
    (room, advisor) => advisor.answered('p', 'price', room.nowMs),
    (room, advisor) => (advisor.answered('p', 'stock', room.nowMs), advisor.answered('other', 'price', room.nowMs))],
  ['counted-questions', (room) => room.ask('p', 'host_request', 9),
    (room) => (room.explaining = { productId: 'p', sinceMs: room.nowMs + 1 }),
    (room) => (room.explaining = { productId: 'p', sinceMs: room.nowMs - 60_000 })],
  ['patron-question', (room) => (room.patrons = [{ patronRef: '000000000001', orders: 2, spentMinor: {}, isPaid: false, isVip: false, productId: 'p', intent: 'size_spec', askedMs: room.nowMs, eventId: 'e', commentId: 'c' }]),
    (room, advisor) => advisor.answered('p', 'size_spec', room.nowMs),
    (room, advisor) => advisor.answered(null, 'size_spec', room.nowMs)],
  ['interest-surge', (room) => room.interest.set('p', { level: 60, expected: 10, surprise: 9 }),
    (room) => (room.explaining = { productId: 'p', sinceMs: room.nowMs }),
    (room) => (room.explaining = { productId: 'other', sinceMs: room.nowMs })],
  ['past-peak', (room) => {
    room.explaining = { productId: 'p', sinceMs: room.nowMs - 600_000 };
    room.interest.set('p', { pastPeak: { peakMs: room.nowMs - 300_000, peakLevel: 60, level: 9, commentsRising: false, strength: 2 } });
  }, (room) => (room.explaining = { productId: 'other', sinceMs: room.nowMs }), () => {}],
  ['stock-out', (room) => (room.stock.set('p', 10), room.counts.set('p', { unitsPaid: 10 })),
    (room) => room.stock.set('p', 11),
    (room) => room.stock.set('p', 10)],
  ['buy-signals', (room) => (room.stock.set('p', 4), room.ask('p', 'purchase_signal', 9)),
    (room) => room.stock.set('p', 5),
    (room) => (room.offers = [offerOf(room.nowMs - 60_000, { endedMs: room.nowMs })])],
  ['buy-signals', (room) => (room.stock.set('p', 400), room.ask('p', 'purchase_signal', 9)),
    (room) => (room.offers = [offerOf(room.nowMs + 1)]),
    (room) => (room.offers = [offerOf(room.nowMs + 1, { productId: 'other' })])],
  ['complaint-cluster', (room) => room.ask('p', 'complaint', 9),
    (room, advisor) => (room.ask('p', 'complaint', 0), run(advisor, room, 9_900)),
    (room) => room.ask('p', 'complaint', 4)],
  ['viewer-drop', (room) => (room.anomalies = [anomalyOf('viewer-drop', { series: 'viewers', value: 40, usual: 400 }, room.nowMs)]),
    (room) => (room.anomalies = []), () => {}],
  ['payment-outage', (room) => (room.anomalies = [anomalyOf('payment-outage', { series: 'orders-since-payment', value: 40, usual: 1 }, room.nowMs)]),
    (room) => (room.anomalies = []), () => {}],
  ['operator-message', (room) => room.stock.set('p', 40),
    (room) => (room.offers = [offerOf(room.nowMs + 1)]),
    (room) => (room.offers = [offerOf(room.nowMs + 1, { productId: 'other' })])],
]; // prettier-ignore

function standing(rule: RuleName, make: (room: FakeRoom) => void) {
  const room = createFakeRoom();
  const advisor = advisorFor(products);
  make(room);
  if (rule === 'operator-message') advisor.propose('p', { price: '79.00', quantity: 10 }, room.view);
  const raised = run(advisor, room, 12_000).flatMap((event) => (event.kind === 'raised' ? [event.prompt] : []));
  expect(raised.map((prompt) => prompt.rule)).toEqual([rule]);
  return { room, advisor, key: raised[0]?.key };
}

describe('a card is done when what it asks for shows in the room (HP10)', () => {
  test.each(CASES)('%s', (rule, make, act, not) => {
    const acted = standing(rule, make);
    act(acted.room, acted.advisor);
    const done = shortly(run(acted.advisor, acted.room, 300));
    expect(done[0]).toBe(`closed ${acted.key} done`);
    const other = standing(rule, make);
    not(other.room, other.advisor);
    expect(shortly(run(other.advisor, other.room, 300)).filter((line) => line.startsWith('closed') && line.endsWith('done'))).toEqual([]); // prettier-ignore
  });

  test('rules that nothing in the room shows are those, and no others', () => {
    const seen = new Set(CASES.map(([rule]) => rule));
    expect(RuleName.options.filter((rule) => !seen.has(rule)).sort()).toEqual([
      'bot-burst', 'feed-stale', 'offer-ending', 'order-anomaly', 'praise-burst',
    ]); // prettier-ignore
  });
});

test('cards that the host leaves alone 20 times go to the operator; with acting seen in the room they stay', () => {
  for (const acts of [false, true]) {
    const room = createFakeRoom();
    const many = Array.from({ length: 21 }, (_, i) => productOf(`p${i}`, i + 1));
    const advisor = advisorFor(many, { cardsPer10Min: 10 });
    for (let i = 0; i < 20; i++) {
      room.interest.clear();
      room.interest.set(`p${i}`, { level: 60, expected: 10, surprise: 9 });
      run(advisor, room, 12_000, 1_000);
      expect(advisor.stage().active?.rule, `${i}`).toBe('interest-surge');
      room.explaining = acts && i % 4 === 0 ? { productId: `p${i}`, sinceMs: room.nowMs } : null;
      run(advisor, room, 1_000);
      room.interest.clear();
      run(advisor, room, 90_000, 5_000);
    }
    expect(advisor.stage().operatorOnly).toEqual(acts ? undefined : ['interest-surge']);
  }
});
