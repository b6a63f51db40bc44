import { describe, expect, test } from 'vitest';
import type { Intent } from '@livecue/shared/insight';
import { advisorFor, createFakeRoom, productOf, run, shortly } from '../testing/fake-room.ts';

const shirt = productOf('shirt', 3, { name: { zh: '亚麻衬衫', en: 'Linen shirt' } });
const cup = productOf('cup', 5);

function raisedIn(set: (room: ReturnType<typeof createFakeRoom>) => void) {
  const room = createFakeRoom();
  set(room);
  const advisor = advisorFor([shirt, cup]);
  const events = run(advisor, room, 6_000);
  return { room, advisor, prompts: events.flatMap((event) => (event.kind === 'raised' ? [event.prompt] : [])) };
}

describe.each([
  ['complaint-cluster', 'complaint', 4, 'advice'],
  ['praise-burst', 'praise', 12, 'info'],
] as const)('%s', (rule, intent, enter, priority) => {
  const raised = (viewers: number) => raisedIn((room) => room.ask('shirt', intent, viewers));

  test('comes at its number of viewers and not one below, with the numbers in its evidence', () => {
    expect(raised(enter - 1).prompts).toEqual([]);
    expect(raised(enter).prompts).toMatchObject([
      {
        rule,
        priority,
        productId: 'shirt',
        evidence: { counts: { viewers: enter, unnamed: 0 }, threshold: { viewers: enter, windowSeconds: 60 }, eventIds: [`shirt-${intent}-1`] },
      },
    ]);
  }); // prettier-ignore

  test('stays between exit and enter, and is withdrawn when the off-delay is over', () => {
    const { room, advisor } = raised(enter);
    room.ask('shirt', intent, Math.ceil(enter * 0.6));
    expect(run(advisor, room, 20_000)).toEqual([]);
    room.ask('shirt', intent, Math.ceil(enter * 0.6) - 1);
    expect(run(advisor, room, 10_000)).toEqual([]);
    const outcome = rule === 'complaint-cluster' ? 'done' : 'withdrawn';
    expect(shortly(run(advisor, room, 100))).toEqual([`closed ${rule}/${intent}/shirt ${outcome}`]);
  });

  test('without a name it is of the product being explained, else of the room', () => {
    const ask = (room: ReturnType<typeof createFakeRoom>) => room.ask('?', intent, enter);
    expect(raisedIn(ask).prompts[0]?.productId).toBeNull();
    const explained = raisedIn((room) => {
      ask(room);
      room.explaining = { productId: 'cup', sinceMs: room.nowMs - 60_000 };
    });
    expect(explained.prompts).toMatchObject([{ productId: 'cup', evidence: { counts: { unnamed: enter } } }]);
    explained.room.explaining = { productId: 'shirt', sinceMs: explained.room.nowMs };
    expect(shortly(run(explained.advisor, explained.room, 100))).toEqual([`closed ${rule}/${intent}/cup withdrawn`]);
  });
});

test('praise is read aloud, complaints go to service', () => {
  const reasonOf = (intent: Intent) => raisedIn((room) => room.ask('shirt', intent, 12)).prompts[0]?.reason.en;
  expect(reasonOf('praise')).toBe('12 viewers in 60 s: read one aloud · Linen shirt');
  expect(reasonOf('complaint')).toBe('12 viewers in 60 s: hand to service, do not argue on air · Linen shirt');
});

describe('buy signals', () => {
  const raised = (stock: number | null, viewers = 9) =>
    raisedIn((room) => {
      room.ask('shirt', 'purchase_signal', viewers);
      if (stock !== null) room.stock.set('shirt', stock);
    }).prompts;

  test('more buyers than stock: open more; enough: ask for the order', () => {
    expect(raised(8)[0]?.reason.en).toBe('9 viewers in 60 s: only 8 left, open more stock · Linen shirt');
    const [enough] = raised(9);
    expect(enough?.headline).toEqual({ zh: '3号 9 人想买', en: 'No. 3: 9 want to buy' });
    expect(enough?.reason.en).toBe('9 viewers in 60 s: 9 in stock, ask for the order now · Linen shirt');
    expect(enough?.evidence.counts).toEqual({ viewers: 9, unnamed: 0, stock: 9 });
  });

  test('unknown stock, none, too few viewers or no product refuse it', () => {
    expect([raised(null), raised(0), raised(-1), raised(50, 7)]).toEqual([[], [], [], []]);
    expect(raisedIn((room) => room.ask('?', 'purchase_signal', 90)).prompts).toEqual([]);
  });
});
