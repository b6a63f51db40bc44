import type { CoverageRecord, DecisionRecord, SignalRecord, UplinkBody, WindowRecord } from '@livecue/shared/contract';
import { countsOf } from './record.fixture.ts';

export const FROM_MS = 1_777_593_600_000;
const WINDOW_MS = 10_000;
const MINUTE_MS = 60_000;

/** Park and Miller's generator: the same room for the same seed. */
export function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/** `minutes` of a room with three products: windows, signals, decisions and coverage, in random order. */
export function room(seed: number, minutes: number): UplinkBody[] {
  const random = randomOf(seed);
  const bodies: UplinkBody[] = [];
  for (let at = FROM_MS; at < FROM_MS + minutes * MINUTE_MS; at += WINDOW_MS) {
    for (const group of [{ kind: 'room' }, ...['a', 'b', 'c'].map((productId) => ({ kind: 'product', productId }))]) {
      const counts = { ...countsOf(random(50)), commenters: random(20), unitsPaid: 1 + random(9), intents: { price: { comments: random(5), viewers: random(5) }, stock: { comments: random(5), viewers: random(3) } }, revenueMinor: { CNY: random(9_000), USD: random(70) }, refundMinor: { CNY: random(100) }, stock: random(3) === 0 ? null : { level: random(90), eventTimeMs: at } }; // prettier-ignore
      bodies.push({ kind: 'window', roomId: 'main', group, windowStartMs: at, windowLengthMs: WINDOW_MS, revision: 0, counts } as WindowRecord); // prettier-ignore
    }
    bodies.push({ kind: 'coverage', roomId: 'main', windowStartMs: at, windowLengthMs: WINDOW_MS, revision: 0, gapMs: random(4) === 0 ? random(WINDOW_MS) : 0, refused: random(3), dropped: random(2), lostUpstream: random(2) } satisfies CoverageRecord); // prettier-ignore
  }
  for (let at = FROM_MS; at < FROM_MS + minutes * MINUTE_MS; at += MINUTE_MS) {
    for (const productId of ['a', 'b', 'c']) {
      const mean = random(40);
      bodies.push({ kind: 'signal', roomId: 'main', productId, windowStartMs: at, windowLengthMs: MINUTE_MS, revision: 0, interest: random(4) === 0 ? null : { level: random(90) / 7, expected: random(50) / 7, surprise: random(40) / 7 }, ahead: [{ minutes: 1, mean, lo80: Math.max(0, mean - 15), hi80: mean + 15 }, { minutes: 3, mean: mean * 3, lo80: mean, hi80: mean * 5 }] } satisfies SignalRecord); // prettier-ignore
    }
  }
  for (let n = 0; n < 60; n++) {
    const held = random(4) === 0;
    const followed = n % 10 === 0 ? null : { orders: random(held ? 4 : 6), units: random(8), answered: random(2) };
    bodies.push({ kind: 'decision', roomId: 'main', decisionId: `d-${n}`, rule: n % 2 === 0 ? 'stock-out' : 'interest-surge', productId: 'a', atMs: FROM_MS + n * 1_000, held, propensity: held ? 0.1 + random(20) / 100 : 0.9 - random(20) / 100, windowMs: 120_000, revision: followed === null ? 0 : 1, followed } satisfies DecisionRecord); // prettier-ignore
  }
  return bodies
    .map((body) => [random(1e9), body] as const)
    .sort(([x], [y]) => x - y)
    .map(([, body]) => body);
}
