import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDecoder } from './decoder.ts';
import { STREAK_LIMIT_MS } from './gift-streaks.ts';

function setUp() {
  const clock = { ms: 1_768_478_400_000 };
  const decoder = createDecoder({ unique_id: 'shop' }, { nowMs: () => clock.ms, hash: (text) => text });
  let id = 0;
  const gift = (count: number, isEnd: boolean, groupId = 'g1') => {
    const common = { msgId: String(++id), createTime: String(clock.ms) };
    const details = { giftName: 'Rose', giftType: 1, diamondCount: 2 };
    const data = { common, user: { userId: '7' }, giftId: 5, groupId, repeatCount: count, repeatEnd: isEnd ? 1 : 0, giftDetails: details }; // prettier-ignore
    return decoder.decode({ text: JSON.stringify({ messages: [{ type: 'WebcastGiftMessage', data }] }) });
  };
  return { clock, decoder, gift };
}
const told = ({ events }: { events: readonly { data: object }[] }) =>
  events.map(({ data }) => data as { quantity: number; final: boolean; totalValue: string });

describe('gift streaks', () => {
  it('that nobody closes are told after 15 s as not final, once', () => {
    const { clock, decoder, gift } = setUp();
    gift(1, false);
    gift(4, false);
    clock.ms += STREAK_LIMIT_MS - 1;
    expect(decoder.overdue().events).toEqual([]);
    clock.ms += 1;
    expect(told(decoder.overdue())).toMatchObject([{ quantity: 4, final: false, totalValue: '8' }]);
    clock.ms += STREAK_LIMIT_MS;
    expect(decoder.overdue().events).toEqual([]);
  });

  it('that end late add only what was not told yet', () => {
    const { clock, decoder, gift } = setUp();
    gift(4, false);
    clock.ms += STREAK_LIMIT_MS;
    decoder.overdue();
    expect(told(gift(6, true))).toMatchObject([{ quantity: 2, final: true, totalValue: '4' }]);
    expect(gift(6, true)).toMatchObject({ events: [], outcome: 'ignored' });
  });

  it('without a group begin again after their end', () => {
    const { gift } = setUp();
    gift(3, false, '0');
    expect(told(gift(3, true, '0'))).toMatchObject([{ quantity: 3 }]);
    expect(told(gift(1, true, '0'))).toMatchObject([{ quantity: 1 }]);
  });

  it('tell as many gifts as the highest total, for any order of steps and any silence between', () => {
    const step = fc.record({ count: fc.integer({ min: 1, max: 50 }), waitMs: fc.constantFrom(0, 1000, 16_000) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
        const { clock, decoder, gift } = setUp();
        let quantity = 0;
        const count = (result: Parameters<typeof told>[0]) => {
          for (const each of told(result)) quantity += each.quantity;
        };
        for (const { count: total, waitMs } of steps) {
          count(gift(total, false));
          clock.ms += waitMs;
          count(decoder.overdue());
        }
        count(gift(1, true));
        expect(quantity).toBe(Math.max(...steps.map((each) => each.count)));
      }),
    );
  });
});
