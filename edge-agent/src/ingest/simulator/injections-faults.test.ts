import { describe, expect, test } from 'vitest';
import type { CanonicalEvent } from '@livecue/shared/event';
import { type InjectionPlan, PROFILES } from './profiles.ts';
import { createSimulatedRoom } from './room.ts';

const START_MS = Date.UTC(2026, 0, 1, 12);

function play(injections: readonly InjectionPlan[], seed = 3) {
  const profile = { ...PROFILES.standard, cycle: null, injections };
  const room = createSimulatedRoom({ seed, startMs: START_MS, durationMs: 600_000, profile, roomId: 'r' });
  const events = room.next(Number.MAX_SAFE_INTEGER);
  return { events, truth: room.truth() };
}

const paid = (events: readonly { timeMs: number; event: CanonicalEvent }[], fromMs: number, toMs: number) =>
  events.filter(({ timeMs, event }) => event.type === 'shop.order.paid' && timeMs >= START_MS + fromMs && timeMs < START_MS + toMs).length; // prettier-ignore

describe('faults of a simulated show', () => {
  test('a viewer drop takes its share of the viewers within its time, and is told', () => {
    const { events, truth } = play([{ kind: 'viewer-drop', atMs: 300_000, durationMs: 10_000, share: 0.5 }]);
    const counts = events.flatMap(({ timeMs, event }) =>
      event.type === 'live.audience.updated' ? [{ atMs: timeMs - START_MS, concurrent: event.data.concurrent! }] : [],
    );
    const before = counts.findLast(({ atMs }) => atMs < 300_000)!.concurrent;
    const after = counts.find(({ atMs }) => atMs >= 310_000)!.concurrent;
    expect(after / before).toBeGreaterThan(0.45);
    expect(after / before).toBeLessThan(0.62);
    const drop = truth.find(({ kind }) => kind === 'viewer-drop')!;
    expect(drop).toMatchObject({ startMs: START_MS + 300_000, endMs: START_MS + 310_000, productId: null });
    expect(counts.every(({ concurrent }) => concurrent >= 0)).toBe(true);
  });

  test('during a payment outage orders are placed and none is paid; after it the held ones are', () => {
    const { events, truth } = play([{ kind: 'payment-outage', atMs: 240_000, durationMs: 90_000 }]);
    const created = events.filter(({ timeMs, event }) => event.type === 'shop.order.created' && timeMs >= START_MS + 240_000 && timeMs < START_MS + 330_000); // prettier-ignore
    expect(created.length).toBeGreaterThan(3);
    expect(paid(events, 240_000, 330_000)).toBe(0);
    const outage = truth.find((item) => item.kind === 'payment-outage')!;
    expect(outage.kind === 'payment-outage' && outage.details.held).toBeGreaterThan(2);
    expect(paid(events, 330_000, 400_000)).toBeGreaterThan(paid(events, 160_000, 230_000));
    const numbers = events.flatMap(({ event }) => (event.type === 'shop.order.paid' ? [event.data.orderNumber] : []));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test('a show without them is the same, byte for byte, up to the fault', () => {
    const plain = play([]).events;
    const faulty = play([{ kind: 'payment-outage', atMs: 240_000, durationMs: 90_000 }]).events;
    const until = (list: typeof plain) => JSON.stringify(list.filter(({ timeMs }) => timeMs < START_MS + 240_000));
    expect(until(faulty)).toBe(until(plain));
  });
});
