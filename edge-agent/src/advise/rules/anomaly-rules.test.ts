import { describe, expect, test } from 'vitest';
import type { AnomalyReason, RoomAnomaly } from '@livecue/shared/insight';
import { advisorFor, anomalyOf, createFakeRoom, productOf, run, shortly } from '../testing/fake-room.ts';

const cases: readonly {
  kind: RoomAnomaly['kind'];
  reason: AnomalyReason;
  priority: string;
  zh: string;
  en: string;
}[] = [
  { kind: 'bot-burst', reason: { series: 'likes', value: 840, usual: 100 }, priority: 'info', zh: '刷点赞 ×8.4 别看数', en: 'Bots: likes ×8.4, ignore the numbers' },
  { kind: 'payment-outage', reason: { series: 'orders-since-payment', value: 12, usual: 1.5 }, priority: 'act-now', zh: '12 单未付 查支付', en: '12 orders unpaid: check payment' },
  { kind: 'viewer-drop', reason: { series: 'viewers', value: 120, usual: 300 }, priority: 'advice', zh: '观众骤降到 120', en: 'Viewers dropped to 120' },
]; // prettier-ignore

describe.each(cases)('$kind', ({ kind, reason, priority, zh, en }) => {
  test('is said when it is told, and withdrawn at the evaluation after its end', () => {
    const room = createFakeRoom();
    const advisor = advisorFor([productOf('shirt', 3)]);
    run(advisor, room, 1_000);
    const anomaly = anomalyOf(kind, reason, room.nowMs - 10_000);
    room.anomalies = [anomaly];
    const [event] = run(advisor, room, 100);
    expect(event).toMatchObject({
      kind: 'raised',
      prompt: {
        rule: kind,
        key: `${kind}/${reason.series}/`,
        priority,
        productId: null,
        headline: { zh, en },
        evidence: {
          window: { openMs: anomaly.startMs },
          counts: { value: reason.value, usual: reason.usual, score: 0.9 },
        },
      },
    });
    expect(run(advisor, room, 20_000)).toEqual([]);
    room.anomalies = [{ ...anomaly, endMs: room.nowMs }];
    // The trouble that a warning is about is over; of numbers to be ignored nothing shows that they were.
    const outcome = kind === 'bot-burst' ? 'withdrawn' : 'done';
    expect(shortly(run(advisor, room, 100))).toEqual([`closed ${kind}/${reason.series}/ ${outcome}`]);
  });

  test('is not said when it is over, nor twice in 5 min', () => {
    const room = createFakeRoom();
    const advisor = advisorFor([]);
    const anomaly = anomalyOf(kind, reason, room.nowMs);
    room.anomalies = [{ ...anomaly, endMs: room.nowMs }];
    expect(run(advisor, room, 10_000)).toEqual([]);
    for (let i = 0; i < 5; i++) {
      room.anomalies = [anomaly];
      run(advisor, room, 1_000);
      room.anomalies = [];
      const told = shortly(run(advisor, room, 1_000));
      expect(told).toEqual(i === 0 ? [`closed ${kind}/${reason.series}/ withdrawn`] : []);
    }
  });
});

test('bots that like and bots that comment are two cards, a silent feed is its own rule', () => {
  const room = createFakeRoom();
  room.anomalies = [
    anomalyOf('bot-burst', { series: 'likes', value: 900, usual: 0 }, room.nowMs),
    anomalyOf('bot-burst', { series: 'comments-per-commenter-15s', value: 6, usual: 2 }, room.nowMs),
    anomalyOf('feed-gap', { series: 'silence-ms', value: 9_000, usual: 500 }, room.nowMs),
  ];
  const events = run(advisorFor([]), room, 100);
  expect(events.map((event) => event.kind === 'raised' && event.prompt.headline.en)).toEqual([
    'Bots: comments ×3, ignore the numbers',
    'Bots: likes ×900, ignore the numbers',
  ]);
});
