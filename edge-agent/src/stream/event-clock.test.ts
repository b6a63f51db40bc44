import { describe, expect, it } from 'vitest';
import { EventClock } from './event-clock.ts';

const open = () => new EventClock({ maxOutOfOrderMs: 2_000, idleSourceMs: 5_000 });

describe('the event clock of a room', () => {
  it('has no watermark before the first event', () => {
    expect(open().advance(1_000_000)).toBeNull();
  });

  it('stays the out-of-orderness behind the largest event time', () => {
    const clock = open();
    clock.note('live/x/a', 100_000, 100_000);
    clock.note('live/x/a', 99_000, 100_500);
    expect(clock.advance(100_500)).toBe(98_000);
  });

  it('waits for the slowest source that is not idle', () => {
    const clock = open();
    clock.note('live/x/a', 100_000, 100_000);
    clock.note('shop/x/a', 90_000, 100_000);
    expect(clock.advance(100_000)).toBe(88_000);
    clock.note('live/x/a', 105_000, 105_000);
    // The shop has been silent for idleSourceMs: it no longer holds the room back.
    expect(clock.advance(105_000)).toBe(103_000);
  });

  it('runs on in a silent room, from where its source stood', () => {
    const clock = open();
    clock.note('live/x/a', 80_000, 100_000);
    expect(clock.advance(104_999)).toBe(78_000);
    expect(clock.advance(105_000)).toBe(78_000);
    expect(clock.advance(125_000)).toBe(98_000);
    // The source is still 20 s behind when it speaks again: its event is on time.
    clock.note('live/x/a', 105_000, 125_000);
    expect(clock.advance(125_000)).toBeLessThanOrEqual(105_000);
  });

  it('never goes back', () => {
    const clock = open();
    clock.note('live/x/a', 100_000, 100_000);
    clock.advance(100_000);
    clock.note('shop/x/late', 10_000, 100_001);
    expect(clock.advance(100_001)).toBe(98_000);
    expect(clock.advance(50_000)).toBe(98_000);
  });

  it('is not carried away by one event from the future', () => {
    const clock = open();
    clock.note('live/x/a', 100_000, 100_000);
    clock.note('live/x/a', 390_000, 100_100);
    expect(clock.advance(100_100)).toBe(98_100);
  });

  it('comes back when our own clock is set back', () => {
    const clock = open();
    clock.note('live/x/a', 100_000, 100_000);
    expect(clock.advance(3_700_000)).toBe(3_693_000);
    clock.rewind(101_000);
    expect(clock.advance(101_000)).toBe(98_000);
  });

  it('measures how far live sources lie behind, and follows the least', () => {
    const clock = open();
    expect(clock.lagMs).toBe(0);
    clock.note('shop/x/a', 100_000, 100_000);
    expect(clock.lagMs).toBe(0);
    clock.note('live/x/a', 100_000, 107_000);
    clock.note('live/x/a', 101_000, 106_000);
    expect(clock.lagMs).toBe(5_000);
    clock.note('live/x/a', 120_000, 110_000);
    expect(clock.lagMs).toBe(0);
  });
});
