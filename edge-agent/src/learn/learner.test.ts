import { describe, expect, test } from 'vitest';
import type { Decision, ShowNote } from '@livecue/shared/contract';
import type { HostPrompt, PromptEvent, RuleName } from '@livecue/shared/prompt';
import { createFakeRoom, type FakeRoom } from '../advise/testing/fake-room.ts';
import { createLearner, type Learner } from './learner.ts';

const SHARE = 0.1;
const learnerOf = (policy: 'rules' | 'learned' = 'rules') => createLearner({ policy, holdBackShare: SHARE });

function promptOf(rule: RuleName, productId: string | null, atMs: number): HostPrompt {
  return {
    promptId: `${rule}/x/${productId ?? ''}@${atMs}`, key: `${rule}/x/${productId ?? ''}`, rule, priority: 'advice', roomId: 'main',
    productId, linkNumber: null, headline: { zh: '', en: '' }, reason: { zh: '', en: '' }, fact: null,
    raisedMs: atMs, updatedMs: atMs, expiresMs: atMs + 90_000,
    evidence: { window: { openMs: 0, closeMs: 0 }, counts: {}, threshold: {}, modelVersion: '', eventIds: [] },
  };
} // prettier-ignore

function eventOf(kind: 'raised' | 'held', rule: RuleName, room: FakeRoom, more: RuleName[] = []): PromptEvent {
  const prompt = promptOf(rule, 'p1', room.nowMs);
  const eligible = [rule, ...more].map((one) => ({ rule: one }));
  return { kind, atMs: room.nowMs, prompt, propensity: kind === 'held' ? SHARE : 1 - SHARE, eligible, policy: 'rules' };
}

const decisionIn = (notes: readonly ShowNote[]): Decision => {
  const note = notes.find(({ kind }) => kind === 'decision');
  if (note?.kind !== 'decision') throw new Error(`no decision among ${JSON.stringify(notes)}`);
  return note.decision;
};

/** Evaluations half a second apart, without a prompt. */
function pass(learner: Learner, room: FakeRoom, forMs: number): ShowNote[] {
  const notes: ShowNote[] = [];
  for (const endMs = room.nowMs + forMs; room.nowMs < endMs;) {
    room.nowMs += 500;
    notes.push(...learner.step([], room.view));
  }
  return notes;
}

describe('a decision', () => {
  test('is noted with its chance, what could have been done, and where the room was', () => {
    const room = createFakeRoom();
    room.explaining = { productId: 'p1', sinceMs: room.nowMs };
    room.counts.set('p1', { ordersPaid: 7, ordersCreated: 3 });
    const notes = learnerOf().step(
      [eventOf('raised', 'counted-questions', room, ['stock-out', 'counted-questions'])],
      room.view,
    );
    expect(decisionIn(notes)).toMatchObject({
      by: 'hold-out',
      policyVersion: 'rules',
      rule: 'counted-questions',
      productId: 'p1',
      arm: 'explain',
      held: false,
      eligible: ['explain', 'countdown', 'nothing'],
      propensity: 0.9,
      windowMs: 300_000,
      // (7 + ½) × 5 min ÷ 10 min
      context: { onAir: 1, ordersBefore: 7, usual: 3.75, holdBackShare: 0.1 },
    });
    const held = decisionIn(learnerOf().step([eventOf('held', 'stock-out', room)], room.view));
    expect(held).toMatchObject({ arm: 'nothing', held: true, propensity: 0.1, rule: 'stock-out', windowMs: 180_000 });
  });

  test('of a card that proposes none of the arms has none; what was not left to chance is no decision', () => {
    const room = createFakeRoom();
    expect(decisionIn(learnerOf().step([eventOf('held', 'complaint-cluster', room)], room.view))).toMatchObject({
      arm: null,
      eligible: ['nothing'],
    });
    const { kind, atMs, prompt } = eventOf('raised', 'feed-stale', room) as Extract<PromptEvent, { kind: 'raised' }>;
    expect(learnerOf().step([{ kind, atMs, prompt }], room.view)).toEqual([]);
  });
});

describe('its reward', () => {
  test('comes when its window is over and not before: the orders of the product in that window', () => {
    const room = createFakeRoom();
    const learner = learnerOf();
    const { decisionId } = decisionIn(learner.step([eventOf('raised', 'counted-questions', room)], room.view));
    room.counts.set('p1', { ordersPaid: 4, unitsPaid: 6, intents: { price: { comments: 9, viewers: 5 } } });
    room.counts.set('', { ordersPaid: 11 });
    expect(pass(learner, room, 299_500)).toEqual([]);
    expect(pass(learner, room, 500)).toEqual([
      { kind: 'reward', decisionId, values: { orders: 4, units: 6, roomOrders: 11, asked: 5, covered: 1 } },
    ]);
    expect(learner.posterior.rewards).toBe(1);
    expect(pass(learner, room, 400_000)).toEqual([]);
  });

  test('where moving on could have been chosen, the orders of the room count, for what was done instead too', () => {
    const room = createFakeRoom();
    room.counts.set('p1', { ordersPaid: 4 });
    room.counts.set('', { ordersPaid: 11 });
    const learner = learnerOf();
    learner.step([eventOf('held', 'counted-questions', room, ['past-peak'])], room.view);
    expect(pass(learner, room, 300_000)).toMatchObject([{ values: { orders: 11 } }]);
  });

  test('of a window in which the feed was silent, or the agent off, is marked and teaches nothing', () => {
    for (const trouble of ['stale', 'off'] as const) {
      const room = createFakeRoom();
      const learner = learnerOf();
      learner.step([eventOf('raised', 'counted-questions', room)], room.view);
      if (trouble === 'stale') {
        room.feed = { ...room.feed, state: 'stale' };
        pass(learner, room, 500);
        room.feed = { ...room.feed, state: 'ok' };
      } else room.nowMs += 310_000;
      expect(pass(learner, room, 300_000)).toMatchObject([{ values: { covered: 0 } }]);
      expect(learner.posterior.rewards).toBe(0);
    }
  });
});

test('restored from its deltas at any moment, it gives the same rewards and believes the same', () => {
  for (const cutMs of [0, 500, 150_000, 299_500, 300_000, 450_000]) {
    const room = createFakeRoom();
    const state = new Map<string, string>();
    const keep = (one: Learner) => {
      const { put, del } = one.takeDelta();
      for (const [key, value] of put) state.set(key, value);
      for (const key of del) state.delete(key);
    };
    const whole = learnerOf();
    const first = learnerOf();
    const before = (one: Learner) => one.step([eventOf('raised', 'counted-questions', room)], room.view);
    before(whole);
    before(first);
    keep(first);
    room.counts.set('p1', { ordersPaid: 4 });
    const startMs = room.nowMs;
    const expected = pass(whole, room, cutMs);
    room.nowMs = startMs;
    expect(pass(first, room, cutMs)).toEqual(expected);
    keep(first);
    const second = learnerOf();
    second.restore([...state].reverse());
    const cut = room.nowMs;
    const rest = pass(whole, room, 600_000);
    room.nowMs = cut;
    expect(pass(second, room, 600_000)).toEqual(rest);
    expect(second.posterior.save()).toBe(whole.posterior.save());
    keep(second);
    expect([...state.keys()]).toEqual(['learn/1/posterior']);
  }
});

describe('choosing', () => {
  const choiceOf = (room: FakeRoom, draw: number, rules: RuleName[]) => ({
    eligible: rules.map((rule) => promptOf(rule, 'p1', room.nowMs)), view: room.view, draw,
  }); // prettier-ignore

  test('the rules stand unless it was told to choose, and for cards that are none of the arms', () => {
    const room = createFakeRoom();
    expect(learnerOf('rules').choose(choiceOf(room, 0.5, ['stock-out']))).toBeNull();
    expect(learnerOf('learned').choose(choiceOf(room, 0.5, ['complaint-cluster', 'stock-out']))).toBeNull();
  });

  test('it picks by the probabilities that it logs, each at least the floor', () => {
    const room = createFakeRoom();
    const learner = learnerOf('learned');
    for (let i = 0; i < 40; i++) {
      learner.posterior.learn('countdown', { onAir: 0, usual: 2 }, 4);
      learner.posterior.learn('explain', { onAir: 0, usual: 2 }, 1);
    }
    const picked = Array.from({ length: 1_000 }, (_, i) =>
      learner.choose(choiceOf(room, (i + 0.5) / 1_000, ['counted-questions', 'stock-out']))!,
    );
    for (const index of [0, 1, null]) {
      const own = picked.filter((one) => one.index === index);
      expect(own.length / 1_000).toBeCloseTo(own[0]!.propensity, 2);
      expect(own[0]!.propensity).toBeGreaterThanOrEqual(0.05);
    }
    expect(picked.filter(({ index }) => index === 1).length).toBeGreaterThan(800);
    const noneIs = picked.find(({ index }) => index === null)!.propensity;
    for (const one of picked) expect(one.noneIs).toBe(noneIs);
  });
});
