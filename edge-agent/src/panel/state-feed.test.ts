import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PanelMessage, type PanelState } from '@livecue/shared/contract';
import { emptyState, fixtureBackend } from './panel-fixture.ts';
import { createStateFeed } from './state-feed.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

function setup(state?: () => PanelState) {
  const backend = fixtureBackend(() => Date.now());
  const errors: string[] = [];
  const nothing = () => {};
  const feed = createStateFeed({
    backend: state === undefined ? backend : { ...backend, state },
    nowMs: () => Date.now(),
    logger: { debug: nothing, info: nothing, warn: nothing, error: (m) => void errors.push(m) },
  });
  const revisions: number[] = [];
  feed.onBeat((frame) => void revisions.push(frame.revision));
  return { backend, feed, revisions, errors };
}

describe('the state feed', () => {
  test('writes at most five states a second however often the state changes', () => {
    const { backend, feed, revisions } = setup();
    feed.start();
    for (let i = 0; i < 1000; i++) {
      backend.change({ ordersLastHour: i });
      vi.advanceTimersByTime(10);
    }
    feed.stop();
    // 10 s: the first at once, then one every 200 ms.
    expect(new Set(revisions).size).toBe(51);
  });

  test('a state that differs in its clock alone is written once a second, as sign of life', () => {
    const { feed, revisions } = setup();
    feed.start();
    vi.advanceTimersByTime(10_000);
    feed.stop();
    expect(new Set(revisions).size).toBe(11);
  });

  test('a frame is the message of the state as it was', () => {
    const { backend, feed } = setup();
    const frames: string[] = [];
    feed.onBeat(({ json }) => void frames.push(json));
    feed.start();
    feed.stop();
    expect(JSON.parse(frames[0]!)).toEqual({ type: 'state', state: backend.state() });
    expect(PanelMessage.safeParse(JSON.parse(frames[0]!)).success).toBe(true);
  });

  test('nothing is written after stop', () => {
    const { backend, feed, revisions } = setup();
    feed.start();
    feed.stop();
    backend.change({ ordersLastHour: 1 });
    vi.advanceTimersByTime(5_000);
    expect(revisions).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a failing backend is told to the log once and panels get states again when it recovers', () => {
    let broken = false;
    const { feed, revisions, errors } = setup(() => {
      if (broken) throw new Error('no state');
      return emptyState(Date.now());
    });
    feed.start();
    broken = true;
    vi.advanceTimersByTime(3_000);
    expect(revisions).toHaveLength(1);
    broken = false;
    vi.advanceTimersByTime(1_000);
    feed.stop();
    expect(errors).toHaveLength(1);
    expect(new Set(revisions).size).toBeGreaterThan(1);
  });
});
