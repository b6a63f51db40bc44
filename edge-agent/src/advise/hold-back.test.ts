import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PromptEvent } from '@livecue/shared/prompt';
import { createGovernor, type Choice, type GovernorPorts, type Wanted } from './governor.ts';
import { drawOf } from './hold-back.ts';
import { productsById, type RuleContext } from './rule.ts';
import { countedQuestions } from './rules/counted-questions.ts';
import { feedStale } from './rules/feed-stale.ts';
import { pastPeak } from './rules/past-peak.ts';
import { advisorFor, CONFIG, createFakeRoom, productOf, run, shortly, START_MS } from './testing/fake-room.ts';

const products = Array.from({ length: 300 }, (_, i) => productOf(`p${i}`, i + 1));
const shirt = products[0]!;

/** The first seed with which the shirt's question is, or is not, held back. */
function seedThat(isHeld: boolean, share = 0.1): number {
  for (let seed = 0; ; seed++) {
    const draw = drawOf(seed, 'hold-back', 'main', 'counted-questions/price/p0', START_MS + 5_100);
    if (draw < share === isHeld) return seed;
  }
}

test('draws are even, and those of neighbouring keys, seeds and slots know nothing of each other', () => {
  const draws = Array.from({ length: 20_000 }, (_, i) => drawOf(7, 'hold-back', 'main', `k/p${i}`, START_MS));
  const tenths = new Array<number>(10).fill(0);
  for (const draw of draws) tenths[Math.floor(draw * 10)]!++;
  // Chi-square with 9 degrees of freedom: above 27.9 once in a thousand.
  expect(tenths.reduce((sum, count) => sum + (count - 2_000) ** 2 / 2_000, 0)).toBeLessThan(27.9);
  const next = [
    (i: number) => drawOf(7, 'hold-back', 'main', `k/p${i + 1}`, START_MS),
    (i: number) => drawOf(8, 'hold-back', 'main', `k/p${i}`, START_MS),
    (i: number) => drawOf(7, 'hold-back', 'main', `k/p${i}`, START_MS + 300_000),
    (i: number) => drawOf(7, 'policy', 'main', `k/p${i}`, START_MS),
  ];
  for (const other of next) {
    const covariance = draws.reduce((sum, draw, i) => sum + (draw - 0.5) * (other(i) - 0.5), 0) / draws.length;
    expect(Math.abs(covariance * 12)).toBeLessThan(0.03);
  }
});

describe('a card held back', () => {
  const held = () => {
    const room = createFakeRoom();
    const advisor = advisorFor([shirt, products[1]!], { holdBackShare: 0.1, holdBackSeed: seedThat(true), cardsPer10Min: 1 });
    room.ask('p0', 'price', 9);
    const events = run(advisor, room, 6_000);
    return { room, advisor, events };
  }; // prettier-ignore

  test('is told with its chance and reaches neither host nor operator, though its count doubles and time passes', () => {
    const { room, advisor, events } = held();
    expect(events).toMatchObject([
      { kind: 'held', propensity: 0.1, eligible: [{ rule: 'counted-questions' }], policy: 'rules', prompt: { key: 'counted-questions/price/p0' } },
    ]);
    room.ask('p0', 'price', 40);
    expect(run(advisor, room, 400_000, 500)).toEqual([]);
    expect(advisor.stage()).toEqual({ active: null, next: [], queued: [] });
  }); // prettier-ignore

  test('uses no room in HP2: the next card takes the only one', () => {
    const { room, advisor } = held();
    room.ask('p1', 'price', 9);
    expect(shortly(run(advisor, room, 6_000))).toEqual(['raised counted-questions/price/p1']);
  });

  test('stays held over a crash, and another episode is another card', () => {
    const { room, advisor } = held();
    const restored = advisorFor([shirt], { holdBackShare: 0.1, holdBackSeed: seedThat(true) });
    restored.restore(advisor.takeDelta().put);
    expect(run(restored, room, 30_000)).toEqual([]);
    room.ask('p0', 'price', 0);
    run(restored, room, 400_000, 500);
    room.ask('p0', 'price', 9);
    const [event] = run(restored, room, 6_000);
    expect(event?.kind === 'raised' || event?.kind === 'held').toBe(true);
  });
});

test('a card that came says with which chance; the share that is held back is the one asked for', () => {
  const room = createFakeRoom();
  const seed = seedThat(false);
  const advisor = advisorFor([shirt], { holdBackShare: 0.1, holdBackSeed: seed });
  room.ask('p0', 'price', 9);
  expect(run(advisor, room, 6_000)).toMatchObject([{ kind: 'raised', propensity: 0.9, policy: 'rules' }]);

  const ends = { raised: 0, held: 0 };
  for (let day = 0; day < 150; day++) {
    const crowd = createFakeRoom(START_MS + day * 86_400_000);
    for (const { productId } of products.slice(0, 20)) crowd.ask(productId, 'price', 9);
    const events = run(advisorFor(products.slice(0, 20), { holdBackShare: 0.3 }), crowd, 7_000, 1_000);
    for (const { kind } of events) if (kind === 'raised' || kind === 'held') ends[kind]++;
  }
  // Three places in each of 150 rooms; standard error of the share 0.018.
  expect(ends.raised).toBe(450);
  expect(Math.abs(ends.held / (ends.held + ends.raised) - 0.3)).toBeLessThan(0.07);
});

test('safety cards and rules with reserved room are never held back', () => {
  for (let seed = 0; seed < 40; seed++) {
    const room = createFakeRoom();
    room.counts.set('shirt', { ordersCreated: 12, ordersPaid: 4, buyers: 2 });
    room.counts.set('', { ordersCreated: 30, buyers: 20 });
    const advisor = advisorFor([productOf('shirt', 3)], { holdBackShare: 0.5, holdBackSeed: seed });
    const raised = run(advisor, room, 6_000);
    expect(shortly(raised)).toEqual(['raised order-anomaly/orders/shirt']);
    expect(raised[0]).not.toHaveProperty('propensity');
    room.feed = { state: 'stale', lastEventMs: room.nowMs - 12_900, quietLimitMs: 12_000 };
    expect(shortly(run(advisor, room, 100))).toContain('raised feed-stale/feed/');
  }
});

describe('a learned policy', () => {
  const rules = {
    'counted-questions': countedQuestions,
    'past-peak': pastPeak,
    'feed-stale': feedStale,
  } as unknown as GovernorPorts['rules'];
  const governorWith = (
    choose: (choice: Choice) => { index: number | null; propensity: number; noneIs: number } | null,
    config = {},
  ) => {
    const byId = productsById({ version: 1, products: [shirt] });
    return createGovernor({ rules, product: (id) => byId.get(id) ?? null, choose }, { ...CONFIG, ...config });
  };
  const wantedIn = (room: ReturnType<typeof createFakeRoom>) => {
    const context = {
      config: CONFIG,
      modelVersion: '1',
      product: () => shirt,
      active: [shirt],
    } as unknown as RuleContext;
    const candidates = [countedQuestions, pastPeak].flatMap((rule) =>
      rule.evaluate(room.view, context).map((candidate) => ({ rule, candidate })),
    );
    return new Map<string, Wanted>(candidates.map((one) => [one.candidate.key, one]));
  };
  const crowded = () => {
    const room = createFakeRoom();
    room.explaining = { productId: 'p0', sinceMs: room.nowMs - 300_000 };
    room.interest.set('p0', {
      pastPeak: { peakMs: room.nowMs - 120_000, peakLevel: 120, level: 66, commentsRising: true, strength: 1.1 },
    });
    room.ask('p0', 'price', 9);
    return room;
  };
  const play = (governor: ReturnType<typeof governorWith>, room: ReturnType<typeof createFakeRoom>, forMs: number) => {
    const events: PromptEvent[] = [];
    for (const endMs = room.nowMs + forMs; room.nowMs < endMs; room.nowMs += 100)
      events.push(...governor.step(wantedIn(room), room.view, room.nowMs));
    return events;
  };

  test('chooses among what passed all guards, and its chance is logged with that of holding back', () => {
    const governor = governorWith(({ eligible }) => ({ index: eligible.length - 1, propensity: 0.6, noneIs: 0.1 }), {
      holdBackShare: 0.2,
      holdBackSeed: seedThat(false, 0.2),
      cardsPer10Min: 1,
    });
    const events = play(governor, crowded(), 6_000).filter(({ kind }) => kind === 'raised');
    expect(shortly(events)).toEqual(['raised past-peak/time/p0']);
    expect(events[0]).toMatchObject({
      policy: 'learned',
      eligible: [{ rule: 'counted-questions' }, { rule: 'past-peak' }],
    });
    expect((events[0] as { propensity: number }).propensity).toBeCloseTo(0.8 * 0.6, 12);
  });

  test('may keep the first back, with the chance of both ways to that', () => {
    const governor = governorWith(() => ({ index: null, propensity: 0.3, noneIs: 0.3 }), { holdBackShare: 0.2 });
    const [first] = play(governor, crowded(), 6_000);
    expect(first).toMatchObject({ kind: 'held', policy: 'learned' });
    expect((first as { propensity: number }).propensity).toBeCloseTo(0.2 + 0.8 * 0.3, 12);
  });

  test('whatever it answers, three places and the limits of ten minutes hold', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3, max: 9 }), fc.integer({ min: 1, max: 3 }), (index, cardsPer10Min) => {
        const governor = governorWith(() => ({ index: index < 0 ? null : index, propensity: 0.5, noneIs: 0.1 }), {
          cardsPer10Min,
        });
        const events = play(governor, crowded(), 20_000);
        expect(events.filter(({ kind }) => kind === 'raised').length).toBeLessThanOrEqual(cardsPer10Min);
        expect([...governor.cards.values()].filter(({ raised }) => raised).length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 60 },
    );
  });
});

test('what the operator sends comes with the next step, though its rule is for the operator alone; nothing else does', () => {
  const room = createFakeRoom();
  const byId = productsById({ version: 1, products: [shirt] });
  const governor = createGovernor(
    { rules: { 'counted-questions': countedQuestions } as unknown as GovernorPorts['rules'], product: (id) => byId.get(id) ?? null },
    { ...CONFIG, holdBackShare: 0.5 },
  );
  for (let i = 0; i < 20; i++) {
    governor.outcomes.note({ kind: 'closed', atMs: 60_000, raisedMs: 0, promptId: 'x', rule: 'counted-questions', priority: 'advice', productId: null, outcome: 'muted' });
  }
  room.ask('p0', 'price', 9);
  const context = { config: CONFIG, modelVersion: '1', product: () => shirt, active: [shirt] } as unknown as RuleContext;
  const step = () => {
    room.nowMs += 100;
    const wanted = countedQuestions.evaluate(room.view, context).map((candidate) => [candidate.key, { rule: countedQuestions, candidate }] as const);
    return governor.step(new Map(wanted), room.view, room.nowMs);
  };
  const before = Array.from({ length: 60 }, step).flat();
  expect(shortly(before)).toEqual(['suppressed counted-questions/price/p0 operator-only']);
  const [card] = governor.cards.values();
  expect([governor.send('no such card'), governor.send(card!.prompt.promptId)]).toEqual([false, true]);
  expect(shortly(step())).toEqual(['raised counted-questions/price/p0']);
}); // prettier-ignore
