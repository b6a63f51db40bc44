import { type CanonicalEvent, parseLiveEvent, toMinorUnits } from '@livecue/shared/event';
import type { HostPrompt, RuleName } from '@livecue/shared/prompt';
import { describe, expect, it } from 'vitest';
import type { HostAct } from './host.ts';
import { DEFAULT_EFFECTS, DEFAULT_HOST, type HostConfig, scaledEffects } from './host-effects.ts';
import { type InjectionPlan, type Profile, PROFILES } from './profiles.ts';
import { createSimulatedRoom } from './room.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);
const MINUTES = 8;
const SURGE: InjectionPlan = { kind: 'interest-surge', atMs: 60_000, link: 5, durationMs: 120_000, share: 0.6 };
const QUESTIONS: InjectionPlan = { kind: 'question-burst', atMs: 60_000, link: 3, intent: 'size_spec', viewers: 20, burstMs: 5_000, tailViewers: 1, tailMs: 5_000 }; // prettier-ignore
const OBEYS: HostConfig = { ...DEFAULT_HOST, obey: 1 };

interface Cue {
  readonly atMs: number;
  readonly rule: RuleName;
  readonly productId: string;
  readonly subject?: string;
  readonly proposes?: HostPrompt['proposes'];
  /** When it leaves the screen again. */
  readonly goneMs?: number;
}

function promptOf({ rule, productId, subject = 'x', proposes, atMs }: Cue): HostPrompt {
  const words = { zh: '', en: '' };
  const key = `${rule}/${subject}/${productId}`;
  const evidence = { window: { openMs: 0, closeMs: 0 }, counts: {}, threshold: {}, modelVersion: 't', eventIds: [] };
  return { promptId: `${key}@${atMs}`, key, rule, priority: 'advice', roomId: 'r1', productId, linkNumber: null, headline: words, reason: words, fact: null, raisedMs: atMs, updatedMs: atMs, expiresMs: atMs + 90_000, evidence, proposes }; // prettier-ignore
}

function play(
  seed: number,
  config: HostConfig,
  cues: readonly Cue[],
  injections: readonly InjectionPlan[] = [],
  joinsPerS = 20,
) {
  const profile: Profile = { ...PROFILES.standard, joinsPerS, cycle: null, injections };
  const room = createSimulatedRoom({ seed, startMs: START_MS, durationMs: MINUTES * 60_000, profile, roomId: 'r1', host: config }); // prettier-ignore
  const events: CanonicalEvent[] = [];
  const acts: HostAct[] = [];
  for (let nowMs = START_MS; !room.ended; nowMs += 1000) {
    for (const { event } of room.next(nowMs)) events.push(event);
    for (const cue of cues) {
      if (START_MS + cue.atMs === nowMs) room.host!.see(promptOf(cue));
      if (cue.goneMs !== undefined && START_MS + cue.goneMs === nowMs) room.host!.lose(promptOf(cue).promptId);
    }
    acts.push(...room.host!.acts());
  }
  const orders = events.flatMap((event) => (event.type === 'shop.order.created' ? [{ ...event.data, time: event.time }] : [])); // prettier-ignore
  return { events, acts, orders, host: room.host!, catalogue: room.catalogue };
}

const msOf = (time: string | undefined): number => Date.parse(time ?? '');

/** Looks at products from 90 s to 270 s, over some seeds. */
const looks = (cues: readonly Cue[], injections: readonly InjectionPlan[]) => {
  // A surge that is worth more than the default one, so that few seeds show it.
  const eager = { ...OBEYS, effects: { ...DEFAULT_EFFECTS, surge: 2 } };
  let count = 0;
  for (let seed = 1; seed <= 4; seed++) {
    for (const { type, time } of play(seed, eager, cues, injections).events) {
      const atMs = msOf(time) - START_MS;
      if (type === 'shop.product.viewed' && atMs > 90_000 && atMs < 270_000) count++;
    }
  }
  return count;
};
const explain = (productId: string): Cue => ({ atMs: 90_000, rule: 'interest-surge', productId });

describe('a simulated host', () => {
  it('who heeds nothing leaves every byte of the show as it is without cards', () => {
    const cues = [explain('LC-105'), { atMs: 200_000, rule: 'buy-signals', productId: 'LC-102', proposes: 'offer' }] as const; // prettier-ignore
    const deaf = play(3, { ...OBEYS, obey: 0 }, cues, [SURGE]);
    expect(deaf.events).toEqual(play(3, OBEYS, [], [SURGE]).events);
    expect(deaf.acts).toEqual([]);
  });

  it('sells the same orders at the same moments whatever he does, where no effect is configured', () => {
    const none = { ...OBEYS, effects: scaledEffects(DEFAULT_EFFECTS, 0) };
    const cues: Cue[] = [explain('LC-105'), { atMs: 30_000, rule: 'past-peak', productId: 'LC-101' }, { atMs: 150_000, rule: 'buy-signals', productId: 'LC-102', proposes: 'offer' }, { atMs: 240_000, rule: 'stock-out', productId: 'LC-103' }, { atMs: 65_000, rule: 'counted-questions', productId: 'LC-103', subject: 'size_spec' }]; // prettier-ignore
    for (let seed = 1; seed <= 3; seed++) {
      const silent = play(seed, none, [], [SURGE, QUESTIONS]);
      const cued = play(seed, none, cues, [SURGE, QUESTIONS]);
      expect(cued.acts.length).toBeGreaterThan(3);
      expect(cued.orders).toEqual(silent.orders);
      expect(cued.events).not.toEqual(silent.events);
    }
  });

  it('draws more looks by explaining what the room turned to than by staying, and fewer by jumping about', () => {
    expect(looks([explain('LC-105')], [SURGE])).toBeGreaterThan(looks([], [SURGE]) * 1.03);
    const jumps = Array.from({ length: 12 }, (_, n) => ({ ...explain(`LC-10${4 + (n % 3)}`), atMs: (80 + 15 * n) * 1000 })); // prettier-ignore
    expect(looks(jumps, [])).toBeLessThan(looks([], []) * 0.97);
  });

  it('answers those who wait, once, and loses viewers by answering what nobody asked', () => {
    const cue: Cue = { atMs: 66_000, rule: 'counted-questions', productId: 'LC-103', subject: 'size_spec' };
    let [more, right] = [0, 0];
    for (let seed = 1; seed <= 4; seed++) {
      const silent = play(seed, OBEYS, [], [QUESTIONS]);
      const cued = play(seed, OBEYS, [cue, { ...cue, atMs: 90_000 }], [QUESTIONS]);
      more += cued.host.answered - silent.host.answered;
      if (cued.acts[0]?.right === true) right++;
      expect(cued.acts[1]?.right).toBe(false);
    }
    // Once in a while he had seen the questions himself.
    expect(right).toBeGreaterThanOrEqual(3);
    expect(more).toBeGreaterThan(40);
    const silent = play(2, OBEYS, [], [QUESTIONS]);
    const wrong = play(2, OBEYS, [{ ...cue, subject: 'return_warranty' }], [QUESTIONS]);
    expect(wrong.acts).toMatchObject([{ right: false }]);
    expect(wrong.host.answered).toBe(silent.host.answered);
    const kept = (config: HostConfig) => play(2, config, Array.from({ length: 7 }, (_, n) => ({ ...cue, subject: 'return_warranty', atMs: (100 + 50 * n) * 1000 }))).host.keptRatio; // prettier-ignore
    expect(kept(OBEYS)).toBeLessThan(kept({ ...OBEYS, obey: 0 }) - 0.01);
  });

  it('sells at the lower price while his offer runs, and at the usual one before and after', () => {
    const cue: Cue = { atMs: 120_000, rule: 'buy-signals', productId: 'LC-102', proposes: 'offer' };
    let inOffer = 0;
    for (let seed = 1; seed <= 3; seed++) {
      const { events, orders, catalogue } = play(seed, OBEYS, [cue], [], 60);
      const usual = toMinorUnits(catalogue.products.find(({ productId }) => productId === 'LC-102')?.price ?? '', 'CNY')!; // prettier-ignore
      const told = events.filter(({ type }) => type.startsWith('shop.offer.'));
      expect(told.map(({ type }) => type)).toEqual(['shop.offer.started', 'shop.offer.ended']);
      const [fromMs, toMs] = told.map(({ time }) => msOf(time)) as [number, number];
      expect(toMs - fromMs).toBe(60_000);
      for (const { orderedItem = [], time } of orders) {
        if (orderedItem[0]?.productID !== 'LC-102') continue;
        const price = toMinorUnits(orderedItem[0].price ?? '', 'CNY');
        const runs = msOf(time) >= fromMs && msOf(time) < toMs;
        expect(price).toBe(runs ? Math.round(usual * 0.8) : usual);
        if (runs) inOffer++;
      }
    }
    expect(inOffer).toBeGreaterThan(1);
  });

  it('opens stock that comes 45 s later, and only with a card', () => {
    const { events } = play(1, OBEYS, [{ atMs: 60_000, rule: 'stock-out', productId: 'LC-104' }]);
    const opened = events.flatMap((event) => (event.type === 'shop.stock.updated' && (event.data.delta ?? 0) > 20 ? [event] : [])); // prettier-ignore
    expect(opened).toHaveLength(1);
    expect(opened[0]!.data.productID).toBe('LC-104');
    expect(msOf(opened[0]!.time) - START_MS).toBeGreaterThan(60_000 + 3_000 + 45_000);
  });

  it('acts after his delay, not on a card that has gone, and on the configured share of cards', () => {
    const gone = play(1, OBEYS, [{ ...explain('LC-105'), goneMs: 92_000 }]);
    expect(gone.acts).toEqual([]);
    const delays: number[] = [];
    let cards = 0;
    for (let seed = 1; seed <= 15; seed++) {
      const cues = Array.from({ length: 10 }, (_, n): Cue => ({ atMs: (30 + 40 * n) * 1000, rule: 'praise-burst', productId: `LC-10${1 + (n % 8)}` })); // prettier-ignore
      const { acts } = play(seed, { ...DEFAULT_HOST, obey: 0.6 }, cues);
      cards += cues.length;
      for (const { atMs, promptId } of acts) delays.push(atMs - START_MS - Number(promptId.split('@')[1]));
    }
    expect(delays.length / cards).toBeGreaterThan(0.5);
    expect(delays.length / cards).toBeLessThan(0.7);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(2_000);
    const mean = delays.reduce((sum, ms) => sum + ms, 0) / delays.length;
    expect(mean).toBeGreaterThan(8_000);
    expect(mean).toBeLessThan(12_000);
  }, 20_000);

  it('makes valid events, in order', () => {
    const { events } = play(4, OBEYS, [explain('LC-105'), { atMs: 150_000, rule: 'buy-signals', productId: 'LC-102', proposes: 'offer' }], [SURGE, QUESTIONS]); // prettier-ignore
    const problems = events.flatMap((event) => {
      const parsed = parseLiveEvent(event, 0);
      return parsed.ok ? [] : [parsed.detail];
    });
    expect(problems).toEqual([]);
    expect(events.map(({ time }) => time)).toEqual(events.map(({ time }) => time).toSorted());
  });
});
