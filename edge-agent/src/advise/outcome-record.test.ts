import { describe, expect, test } from 'vitest';
import type { PromptOutcome, RuleName } from '@livecue/shared/prompt';
import { createOutcomeRecord } from './outcome-record.ts';
import { advisorFor, createFakeRoom, productOf, run, shortly } from './testing/fake-room.ts';

const closed = (rule: RuleName, outcome: PromptOutcome, shownMs = 30_000) =>
  ({
    kind: 'closed',
    atMs: shownMs,
    raisedMs: 0,
    promptId: 'p',
    rule,
    priority: 'advice',
    productId: null,
    outcome,
  }) as const;
/** Acts on `acted` of `of` cards, these last. */
function recordOf(rule: RuleName, acted: number, of: number, other: PromptOutcome = 'expired') {
  const record = createOutcomeRecord((name) => name === 'order-anomaly');
  record.count('interest-surge');
  for (let i = of; i > 0; i--) record.note(closed(rule, i <= acted ? 'done' : other));
  return record;
} // prettier-ignore

describe('a rule acted on in less than a fifth of its last 20 (HP13)', () => {
  test.each([
    ['interest-surge', 3, 20, true],
    ['interest-surge', 4, 20, false],
    ['interest-surge', 0, 19, false],
    ['order-anomaly', 0, 20, false],
  ] as const)('%s, %i of %i acted on: %s', (rule, acted, of, expected) => {
    const record = recordOf(rule, acted, of);
    expect(record.isOperatorOnly(rule)).toBe(expected);
    expect(record.operatorOnly).toEqual(expected ? [rule] : []);
  });

  test('counts the last 20 alone, and comes back with the fourth that is acted on', () => {
    const record = recordOf('interest-surge', 0, 20);
    for (let i = 0; i < 3; i++) record.note(closed('interest-surge', 'done'));
    expect(record.isOperatorOnly('interest-surge')).toBe(true);
    record.note(closed('interest-surge', 'done'));
    expect(record.isOperatorOnly('interest-surge')).toBe(false);
  });

  test('where acting shows by keys alone, cards count from the first key', () => {
    expect(recordOf('counted-questions', 0, 100).operatorOnly).toEqual([]);
    const record = recordOf('counted-questions', 0, 100);
    record.note(closed('counted-questions', 'snoozed'));
    for (let i = 0; i < 18; i++) record.note(closed('counted-questions', 'expired'));
    expect(record.operatorOnly).toEqual([]);
    record.note(closed('counted-questions', 'withdrawn'));
    expect(record.operatorOnly).toEqual(['counted-questions']);
  });

  test('a card that nobody could read counts for nothing', () => {
    const record = recordOf('interest-surge', 0, 19);
    record.note(closed('interest-surge', 'withdrawn', 9_999));
    expect(record.operatorOnly).toEqual([]);
    record.note(closed('interest-surge', 'withdrawn', 10_000));
    expect(record.operatorOnly).toEqual(['interest-surge']);
  });
});

test('its cards then wait with the operator, say why, and the stage names the rule; a crash does not forget it', () => {
  const room = createFakeRoom();
  const products = Array.from({ length: 23 }, (_, i) => productOf(`p${i}`, i + 1));
  const advisor = advisorFor(products, { cardsPer10Min: 10 });
  for (let i = 0; i < 20; i++) {
    room.ask(`p${i}`, 'price', 9);
    run(advisor, room, 6_000, 1_000);
    const promptId = advisor.stage().active?.promptId ?? '';
    expect(advisor.act(promptId, 'mute', room.nowMs).length).toBe(1);
    room.counts.clear();
    run(advisor, room, 120_000, 5_000);
  }
  expect(advisor.stage().operatorOnly).toEqual(['counted-questions']);
  const restored = advisorFor(products, { cardsPer10Min: 10 });
  restored.restore([...advisor.takeDelta().put]);
  room.ask('p20', 'price', 9);
  expect(shortly(run(restored, room, 20_000))).toEqual(['suppressed counted-questions/price/p20 operator-only']);
  expect(restored.stage()).toMatchObject({ active: null, queued: [{ productId: 'p20' }] });
  for (let i = 0; i < 4; i++) {
    room.ask(`p${20 + (i % 3)}`, i < 3 ? 'price' : 'stock', 9);
    run(restored, room, 6_000, 1_000);
    restored.act(restored.stage().queued[0]?.promptId ?? '', 'done', room.nowMs);
  }
  expect(restored.stage().operatorOnly).toBeUndefined();
});
