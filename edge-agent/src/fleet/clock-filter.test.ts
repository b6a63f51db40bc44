import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createClockFilter } from './clock-filter.ts';

test('the worked example: 100 ms ahead, 30 ms there, 10 ms back', () => {
  const clock = createClockFilter();
  expect(clock.best).toBeNull();
  clock.add({ sentMs: 1_100, receivedMs: 1_030, answeredMs: 1_250, heardMs: 1_360 });
  // Offset 100, wrong by half the difference of the ways: (30 − 10) / 2.
  expect(clock.best).toEqual({ offsetMs: 90, delayMs: 40 });
});

test('the estimate is never wrong by more than half the least delay of the last eight', () => {
  const exchange = fc.record({ there: fc.nat(5_000), dwell: fc.nat(2_000), back: fc.nat(5_000) });
  fc.assert(
    fc.property(fc.integer({ min: -3_600_000, max: 3_600_000 }), fc.array(exchange, { minLength: 1, maxLength: 30 }), (offset, all) => {
      const clock = createClockFilter();
      let nowMs = 1e12;
      for (const { there, dwell, back } of all) {
        const sentMs = nowMs + offset;
        const receivedMs = nowMs + there;
        const answeredMs = receivedMs + dwell;
        nowMs = answeredMs + back;
        clock.add({ sentMs, receivedMs, answeredMs, heardMs: nowMs + offset });
      }
      const least = Math.min(...all.slice(-8).map(({ there, back }) => there + back));
      expect(clock.best!.delayMs).toBe(least);
      expect(Math.abs(clock.best!.offsetMs - offset)).toBeLessThanOrEqual(least / 2);
    }),
  ); // prettier-ignore
});

test('an exchange in which a clock was set back says nothing', () => {
  const clock = createClockFilter();
  clock.add({ sentMs: 10_000, receivedMs: 10_000, answeredMs: 10_000, heardMs: 9_000 });
  expect(clock.best).toBeNull();
});
