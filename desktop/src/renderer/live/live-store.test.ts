import { describe, expect, test } from 'vitest';
import type { PanelState, SeriesPoint } from '@livecue/shared/contract';
import type { PanelClient, PanelListener } from '../client/panel-client.ts';
import { createLiveStore } from './live-store.ts';

const point = (second: number): SeriesPoint => ({
  tMs: second * 1000,
  comments: second,
  orders: 0,
  viewers: null,
  interest: {},
});

/** An agent that knows every second up to `known`, and a page that is told of some of them. */
function agent() {
  let listener: PanelListener | undefined;
  let known = 0;
  let refuse = false;
  let asked = 0;
  let nowMs = 0;
  const client = {
    kind: 'browser',
    start: (to: PanelListener) => void (listener = to),
    stop: () => undefined,
    call: async () => {
      asked += 1;
      if (refuse) throw new Error('not now');
      return { points: Array.from({ length: Math.min(300, known) }, (_, i) => point(known - i)) };
    },
    pair: async () => ({ ok: true }),
  } as unknown as PanelClient;
  const store = createLiveStore(client, () => nowMs);
  store.start();
  return {
    store,
    asked: () => asked,
    refuse: (yes: boolean) => void (refuse = yes),
    /** A state of this second comes; then everything that was asked for is answered. */
    async tell(second: number) {
      known = Math.max(known, second);
      nowMs = second * 1000;
      const stage = { active: null, next: [], queued: [] };
      listener!.onState({ latest: point(second), stage, explaining: null } as unknown as PanelState);
      await new Promise((done) => setTimeout(done, 0));
    },
    shown: () => store.series.read(known * 1000, known, (p) => p.comments),
  };
}
const seconds = (to: number) => Array.from({ length: to }, (_, i) => i + 1);

describe('the page keeps every second that the agent has', () => {
  test('from the first state on, with what came before it', async () => {
    const room = agent();
    await room.tell(20);
    expect(room.shown()).toEqual(seconds(20));
    expect(room.asked()).toBe(1);
  });

  test('also when states came late and seconds passed between two of them', async () => {
    const room = agent();
    for (const second of [20, 21, 22, 29, 30, 31, 33, 36, 39]) await room.tell(second);
    expect(room.shown()).toEqual(seconds(39));
  });

  test('and asks no more than it must: not at all while none is missing, once in 2 s while some are', async () => {
    const room = agent();
    for (let second = 20; second < 80; second++) await room.tell(second);
    expect(room.asked()).toBe(1);
    for (let second = 80; second < 90; second += 1.5) await room.tell(Math.floor(second));
    expect(room.asked()).toBeLessThanOrEqual(6);
  });

  test('a refused try is made again', async () => {
    const room = agent();
    room.refuse(true);
    await room.tell(20);
    await room.tell(21);
    room.refuse(false);
    await room.tell(22);
    await room.tell(23);
    expect(room.shown()).toEqual(seconds(23));
  });
});
