import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { advisorFor, createFakeRoom, productOf, run, shortly } from './testing/fake-room.ts';

const products = ['a', 'b', 'c'].map((id, i) => productOf(id, i + 1));
const key = (id: string) => `counted-questions/price/${id}`;
const stale = { state: 'stale', lastEventMs: 0, quietLimitMs: 5_000 } as const;

function asked(config: Parameters<typeof advisorFor>[1] = {}) {
  const room = createFakeRoom();
  room.ask('a', 'price', 9);
  return { room, advisor: advisorFor(products, config) };
}

describe('kill switch', () => {
  test('takes every card down and lets none come, a safety card neither, until it is released', () => {
    const { room, advisor } = asked();
    run(advisor, room, 6_000);
    advisor.control({ off: true });
    room.ask('b', 'price', 9);
    expect(shortly(run(advisor, room, 20_000))).toEqual([
      `closed ${key('a')} withdrawn`,
      `suppressed ${key('b')} switched-off`,
    ]);
    expect(advisor.stage()).toEqual({ active: null, next: [], queued: [], quiet: 'switched-off' });
    room.feed = stale;
    expect(shortly(run(advisor, room, 1_000))).toEqual(['suppressed feed-stale/feed/ switched-off']);
    room.feed = { ...stale, state: 'ok' };
    advisor.control({ off: false });
    expect(shortly(run(advisor, room, 1_000))).toEqual([`raised ${key('b')}`]);
  });

  test('of the configuration no call can release', () => {
    const { room, advisor } = asked({ enabled: false });
    advisor.control({ off: false });
    expect(shortly(run(advisor, room, 60_000))).toEqual([`suppressed ${key('a')} switched-off`]);
  });
});

describe('do not disturb (HP11)', () => {
  test('cards leave the screen, new ones wait with the operator, safety cards pass', () => {
    const { room, advisor } = asked();
    run(advisor, room, 6_000);
    advisor.control({ hold: true });
    room.ask('b', 'price', 9);
    expect(shortly(run(advisor, room, 20_000))).toEqual([
      `closed ${key('a')} withdrawn`,
      `suppressed ${key('b')} do-not-disturb`,
    ]);
    expect(advisor.stage()).toMatchObject({ active: null, quiet: 'do-not-disturb', hold: true });
    expect(advisor.stage().queued.map(({ productId }) => productId)).toEqual(['b']);
    advisor.control({ hold: false });
    expect(shortly(run(advisor, room, 100))).toEqual([`raised ${key('b')}`]);
    advisor.control({ hold: true });
    room.feed = stale;
    expect(shortly(run(advisor, room, 1_000))).toEqual([`closed ${key('b')} withdrawn`, 'raised feed-stale/feed/']);
  });

  test('the opening is quiet from the first event on, for as long as configured', () => {
    const { room, advisor } = asked({ quietOpeningSeconds: 30 });
    room.feed = { state: 'waiting', lastEventMs: null, quietLimitMs: 5_000 };
    run(advisor, room, 60_000);
    room.counts.clear();
    room.feed = { state: 'ok', lastEventMs: room.nowMs, quietLimitMs: 5_000 };
    const fromMs = room.nowMs;
    run(advisor, room, 11_000);
    room.ask('b', 'price', 9);
    // The opening is no hold: there is nothing to release.
    expect(advisor.stage()).toMatchObject({ quiet: 'do-not-disturb' });
    expect(advisor.stage()).not.toHaveProperty('hold');
    const raised = run(advisor, room, 60_000).find(({ kind }) => kind === 'raised');
    expect((raised?.atMs ?? 0) - fromMs).toBe(30_100);
  });
});

test('seconds between cards: whatever is asked, two cards come no closer, and safety does not wait', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2), { minLength: 3, maxLength: 12 }), fc.integer({ min: 1, max: 60 }), (asks, seconds) => {
      const room = createFakeRoom();
      const advisor = advisorFor(products, { secondsBetweenCards: seconds, cardsPer10Min: 10 });
      const times: number[] = [];
      for (const which of asks) {
        room.counts.clear();
        room.ask('abc'[which]!, (['price', 'stock', 'shipping'] as const)[(which + times.length) % 3]!, 9);
        for (const event of run(advisor, room, 8_000, 500)) if (event.kind === 'raised') times.push(event.atMs);
      }
      for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(seconds * 1000);
      expect(times.length).toBeGreaterThan(0);
      room.feed = stale;
      expect(shortly(run(advisor, room, 100)).at(-1)).toBe('raised feed-stale/feed/');
    }),
    { numRuns: 40 },
  );
}); // prettier-ignore

test('a veto is of the rule for that product, for the show, also after a crash', () => {
  const { room, advisor } = asked();
  run(advisor, room, 6_000);
  const { promptId } = advisor.stage().active!;
  expect(shortly(advisor.act(promptId, 'veto', room.nowMs))).toEqual([`closed ${key('a')} vetoed`]);
  const restored = advisorFor(products);
  restored.restore([...advisor.takeDelta().put]);
  room.ask('a', 'stock', 90);
  room.ask('b', 'price', 9);
  expect(shortly(run(restored, room, 6_000))).toEqual([
    'suppressed counted-questions/stock/a vetoed',
    `raised ${key('b')}`,
  ]);
});

test('hold and kill switch survive a crash', () => {
  for (const control of [{ hold: true }, { off: true }]) {
    const { room, advisor } = asked();
    advisor.control(control);
    const restored = advisorFor(products);
    restored.restore([...advisor.takeDelta().put]);
    expect(run(restored, room, 20_000).filter(({ kind }) => kind === 'raised')).toEqual([]);
  }
});
