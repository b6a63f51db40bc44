import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createRehearsalPace } from './rehearsal-pace.ts';
import { ReplayStopped } from './replay-run.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** In small steps: between them calls of panels are let in. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 2) await vi.advanceTimersByTimeAsync(2);
}

/** Plays ticks of 100 ms as fast as the pace lets them, and tells where it stands. */
function play(speed: number) {
  const pace = createRehearsalPace(() => performance.now(), speed);
  let atMs = 0;
  let ended: unknown = null;
  const run = async () => {
    for (let next = 0; ; next += 100) {
      await pace.wait(next);
      atMs = next;
    }
  };
  void run().catch((error: unknown) => (ended = error));
  return {
    pace,
    at: () => atMs,
    ended: () => ended,
    pass,
  };
}

it.each([1, 7, 50])('at %i× so many seconds of the recording go by in a second', async (speed) => {
  const { at, pass, pace } = play(speed);
  await pass(1_000);
  expect(Math.abs(at() - 1_000 * speed)).toBeLessThanOrEqual(100 + 2 * speed);
  await pass(2_000);
  expect(pace.reached).toBeGreaterThan(speed * 0.95);
  expect(pace.reached).toBeLessThan(speed * 1.05);
});

it('stands still while paused, goes on from there, and takes another speed at once', async () => {
  const { at, pass, pace } = play(1);
  await pass(1_000);
  pace.paused = true;
  await pass(10);
  const stood = at();
  await pass(5_000);
  expect(at()).toBe(stood);
  pace.paused = false;
  await pass(1_000);
  expect(at() - stood).toBeGreaterThanOrEqual(800);
  expect(at() - stood).toBeLessThanOrEqual(1_100);
  pace.speed = 20;
  const before = at();
  await pass(1_000);
  expect(Math.abs(at() - before - 20_000)).toBeLessThanOrEqual(200);
});

it('ends where it stands, also while paused', async () => {
  for (const paused of [false, true]) {
    const { pass, pace, ended } = play(1);
    pace.paused = paused;
    await pass(200);
    pace.stop();
    await pass(10);
    expect(ended()).toBeInstanceOf(ReplayStopped);
  }
});

it('jumps over a hole of more than a minute, and does not make up for what the machine was late', async () => {
  const pace = createRehearsalPace(() => performance.now(), 1);
  await pace.wait(0);
  let passed = false;
  const hole = pace.wait(3_600_000).then(() => (passed = true));
  await pass(6);
  await hole;
  expect(passed).toBe(true);
  // Ten seconds late: from here on at its speed, not in a burst.
  await vi.advanceTimersByTimeAsync(10_000);
  await pace.wait(3_600_100);
  let next = false;
  void pace.wait(3_600_200).then(() => (next = true));
  await pass(50);
  expect(next).toBe(false);
  await pass(60);
  expect(next).toBe(true);
});
