import { describe, expect, it } from 'vitest';
import { herdOf } from './scale-herd.ts';
import { drainS, queueOf } from './scale-queue.ts';

const call = { arrivals: [100, 0, 0, 0], capacity: 30, room: 1_000, resendS: 10, periods: 5 };

describe('a queue of records', () => {
  it('is as long as what a burst leaves over, and empty again before the next', () => {
    expect(queueOf(call)).toEqual({ mostWaiting: 70, longestS: 70 / 30, sentAgain: 0, keepsUp: true });
  });

  it('never catches up when more comes than is committed', () => {
    expect(queueOf({ ...call, capacity: 24 }).keepsUp).toBe(false);
    expect(queueOf({ ...call, capacity: 25 }).keepsUp).toBe(true);
  });

  it('sends again what found no room', () => {
    const { mostWaiting, sentAgain } = queueOf({ ...call, room: 50, resendS: 2, periods: 1 });
    expect([mostWaiting, sentAgain]).toEqual([50, 0.2]);
  });

  it('drains a backlog with what new records leave of the capacity', () => {
    expect(drainS(3_600, 1, 3)).toBe(1_800);
    expect(drainS(3_600, 3, 3)).toBeNull();
  });
});

describe('agents that lost their broker at once', () => {
  it('try as often as the back-off says, and are all back within its longest pause', () => {
    let seed = 1;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    const { attemptsPerS, mostPerS, backAfterS } = herdOf(900, 600, random);
    // A pause of 30 to 60 s is 45 s on average: 900 agents try 20 times a second.
    expect(attemptsPerS).toBeGreaterThan(17);
    expect(attemptsPerS).toBeLessThan(24);
    expect(mostPerS).toBeGreaterThan(attemptsPerS);
    expect(backAfterS[2]).toBeLessThanOrEqual(61);
    expect(backAfterS[0]).toBeLessThan(backAfterS[1]);
  });

  it('come back together when nothing is drawn by chance', () => {
    expect(herdOf(100, 600, () => 0).mostBackPerS).toBe(100);
  });
});
