import type { UplinkBody } from '@livecue/shared/contract';
import type { WindowCounts } from '@livecue/shared/insight';

const FROM_MS = 1_777_593_600_000;
const WINDOW_MS = 10_000;
const MINUTE_MS = 60_000;

/** What the database must hold of one agent when all its records are in: rows by kind and sums of the newest revisions. */
export interface Sums {
  records: number;
  windows: number;
  signals: number;
  coverage: number;
  prompts: number;
  events: number;
  unitsPaid: number;
}

/** Park and Miller's generator: the same room for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

/**
 * The records of a busy room in the order in which an agent writes them: every 10 s a row for the room, for each
 * product and for the others, every minute attention and forecast of each product and the coverage, and a card.
 * In one of ten windows a late event comes, and all its rows again, at revision 1. `next` is one window with all
 * that an agent writes as it closes; `sums` count what `next` gave.
 */
export function createUplinkRoom(seed: number, products = 8) {
  const random = randomOf(seed);
  const sums: Sums = { records: 0, windows: 0, signals: 0, coverage: 0, prompts: 0, events: 0, unitsPaid: 0 };
  const productIds = Array.from({ length: products }, (_, n) => `sku-${1000 + n}`);
  const groups = [
    { kind: 'room' as const },
    ...productIds.map((productId) => ({ kind: 'product' as const, productId })),
    { kind: 'other' as const },
  ];
  let window = 0;

  const next = (): UplinkBody[] => {
    const startMs = FROM_MS + window++ * WINDOW_MS;
    const late = random(10) === 0;
    const bodies: UplinkBody[] = [];
    for (const revision of late ? [0, 1] : [0]) {
      for (const group of groups) {
        const counts = countsOf(random, startMs);
        bodies.push({ kind: 'window', roomId: 'main', group, windowStartMs: startMs, windowLengthMs: WINDOW_MS, revision, counts }); // prettier-ignore
        if (late && revision === 0) continue;
        sums.windows++;
        sums.events += counts.events;
        sums.unitsPaid += counts.unitsPaid;
      }
    }
    if (window % 6 === 0) bodies.push(...closeMinute(startMs + WINDOW_MS - MINUTE_MS));
    sums.records += bodies.length;
    return bodies;
  };

  const closeMinute = (startMs: number): UplinkBody[] => {
    const at = { roomId: 'main', windowStartMs: startMs, windowLengthMs: MINUTE_MS, revision: 0 };
    const ahead = [1, 3, 10].map((minutes) => ({ minutes, mean: 4.25 * minutes, lo80: 2.5 * minutes, hi80: 7.125 * minutes })); // prettier-ignore
    const signals = productIds.map((productId): UplinkBody => ({ kind: 'signal', productId, ...at, interest: { level: random(900) / 7, expected: random(500) / 7, surprise: random(40) / 7 }, ahead })); // prettier-ignore
    const promptId = `card-${seed}-${window}`;
    sums.signals += products;
    sums.coverage++;
    sums.prompts++;
    return [
      ...signals,
      { kind: 'coverage', ...at, gapMs: 0, refused: random(3), dropped: 0, lostUpstream: 0 },
      { kind: 'prompt', roomId: 'main', promptId, rule: 'stock-out', priority: 'advice', productId: productIds[0]!, raisedMs: startMs, revision: 0, outcome: null, closedMs: null }, // prettier-ignore
    ];
  };

  return { sums: sums as Readonly<Sums>, next };
}

function countsOf(random: (below: number) => number, atMs: number): WindowCounts {
  const comments = random(60);
  return {
    events: comments + random(400), comments, commenters: Math.ceil(comments * 0.7), intents: { price: { comments: random(20), viewers: random(15) }, stock: { comments: random(9), viewers: random(8) }, purchase_signal: { comments: random(9), viewers: random(8) } },
    likes: random(300), gifts: random(5), follows: random(9), shares: random(5), joins: random(50), productViews: random(90), productViewers: random(70), cartAdds: random(20),
    ordersCreated: random(9), ordersPaid: random(8), ordersCancelled: random(2), orderHints: 0, buyers: random(8), unitsPaid: random(12), revenueMinor: { CNY: random(99_000) }, refunds: random(2), refundMinor: {}, pins: 0,
    stock: { level: random(500), eventTimeMs: atMs + random(10_000) }, audience: { last: 800 + random(99), max: 900 + random(99), eventTimeMs: atMs + random(10_000) },
  }; // prettier-ignore
}
