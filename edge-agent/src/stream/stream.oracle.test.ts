import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '@livecue/shared/event';
import { INTENTS, type WindowResult } from '@livecue/shared/insight';
import type { StateDelta } from '../core-ports.ts';
import type { FrozenDelta } from './late-text.ts';
import { compareResults, createStream } from './stream.ts';
import type { StreamConfig } from './stream-config.ts';
import { batch, batchCounts, config, ports, productsOf, type Fed } from '../../test/stream/batch-formula.ts';
import { arrivals, delays, permutations, shows, START } from '../../test/stream/fed-shows.ts';

function replay(
  arrivals: readonly Fed[],
  over: Partial<StreamConfig> = {},
  readsSliding?: (openMs: number) => boolean,
): WindowResult[] {
  const stream = createStream({ ...ports, readsSliding }, { ...config, ...over });
  const results: WindowResult[] = [];
  let nowMs = -Infinity;
  for (const { event, prediction } of arrivals) {
    if (event.eventTimeMs > nowMs) {
      // Ticks at each 100 ms of recorded time; a long silence is crossed in larger steps to stay quick.
      const from = Number.isFinite(nowMs) ? Math.max(nowMs, event.eventTimeMs - 20_000) : event.eventTimeMs;
      for (let at = Math.ceil(from / 100) * 100; at <= event.eventTimeMs; at += 100) results.push(...stream.tick(at));
      nowMs = event.eventTimeMs;
    }
    if (stream.admit(event, nowMs) === null) stream.add(event, prediction);
  }
  return [...results, ...stream.close()];
}

/** Last revision of each window, without those that were withdrawn. */
function settled(results: readonly WindowResult[]): WindowResult[] {
  const last = new Map<string, WindowResult>();
  for (const result of results) {
    const name = JSON.stringify([result.spec, result.roomId, result.productId, result.openMs]);
    expect(result.revision).toBeGreaterThan(last.get(name)?.revision ?? -1);
    last.set(name, result);
  }
  return [...last.values()]
    .filter(({ counts }) => counts.events > 0)
    .map((result) => ({ ...result, revision: 0 }))
    .sort(compareResults);
}

/* ---------- events ---------- */

describe('the stream against the batch formula', () => {
  it('gives the batch result on every prefix', () => {
    fc.assert(
      fc.property(shows(25), (show) => {
        for (let n = 1; n <= show.length; n++) {
          const prefix = show.slice(0, n);
          expect(replay(prefix)).toEqual(batch(prefix));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('gives the same bytes on every permutation of events within the allowed disorder', () => {
    fc.assert(
      fc.property(shows(5), (show) => {
        // Squeezed into the disorder, so that every order at all is an allowed one.
        const squeezed = show.map((fed, i) => ({
          ...fed,
          event: { ...fed.event, eventTimeMs: START + i * 499 } as LiveEvent,
        }));
        const expected = JSON.stringify(batch(squeezed));
        for (const order of permutations(squeezed)) expect(JSON.stringify(replay(order))).toBe(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('gives the same bytes in any order within the allowed disorder, duplicates included', () => {
    fc.assert(
      fc.property(shows(60), delays, delays, fc.nat(), (show, one, other, again) => {
        const twice = [...show, ...show.filter((_, i) => (i + again) % 3 === 0)].sort(
          (a, b) => a.event.eventTimeMs - b.event.eventTimeMs,
        );
        const expected = JSON.stringify(replay(show));
        expect(JSON.stringify(replay(arrivals(twice, config.maxOutOfOrderMs, one)))).toBe(expected);
        expect(JSON.stringify(replay(arrivals(twice, config.maxOutOfOrderMs, other)))).toBe(expected);
        expect(JSON.parse(expected)).toEqual(JSON.parse(JSON.stringify(batch(show))));
      }),
      { numRuns: 60 },
    );
  });

  it('keeps rooms apart', () => {
    fc.assert(
      fc.property(shows(40, ['a', 'b']), delays, (show, order) => {
        expect(replay(arrivals(show, config.maxOutOfOrderMs, order)).sort(compareResults)).toEqual(batch(show));
      }),
      { numRuns: 40 },
    );
  });

  it('reads sessions from slices of one second when the gap is shorter than five', () => {
    fc.assert(
      fc.property(shows(40), fc.constantFrom(1_000, 1_300, 4_999), delays, (show, sessionGapMs, order) => {
        const results = replay(arrivals(show, config.maxOutOfOrderMs, order), { sessionGapMs });
        expect(results).toEqual(batch(show, sessionGapMs));
      }),
      { numRuns: 30 },
    );
  });

  it('comes to the batch result by revisions when events are late but within the allowed lateness', () => {
    fc.assert(
      fc.property(shows(50), delays, (show, order) => {
        // The watermark trails by 2 s already, so 50 s of disorder stay within 60 s of lateness.
        expect(settled(replay(arrivals(show, 50_000, order)))).toEqual(batch(show));
      }),
      { numRuns: 60 },
    );
  });

  it('without the sliding windows that nobody reads, all others come as they would, revisions included', () => {
    const reads = (openMs: number) => openMs % 20_000 === 0;
    fc.assert(
      fc.property(shows(50), delays, (show, order) => {
        const late = arrivals(show, 50_000, order);
        const isRead = ({ spec, openMs }: WindowResult) => spec.kind !== 'sliding' || reads(openMs);
        expect(replay(late, {}, reads)).toEqual(replay(late).filter(isRead));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a snapshot', () => {
  it('continues with the same results, views and deltas as if nothing had happened', () => {
    fc.assert(
      fc.property(shows(60), delays, fc.nat(), (show, order, cut) => {
        const feed = arrivals(show, 40_000, order);
        const at = cut % feed.length;
        const whole = createStream(ports, config);
        let other = createStream(ports, config);
        const stored = new Map<string, string>();
        const seen = [];
        let nowMs = 0;
        for (const [i, { event, prediction: guess }] of feed.entries()) {
          nowMs = Math.max(nowMs, event.eventTimeMs);
          expect(other.admit(event, nowMs)).toEqual(whole.admit(event, nowMs));
          whole.add(event, guess);
          other.add(event, guess);
          if (i % 5 === 0 || i === at) {
            const { put, del } = other.takeDelta();
            for (const [key, value] of put) stored.set(key, value);
            for (const key of del) expect(stored.delete(key)).toBe(true);
            seen.push(...other.takeSeen());
          }
          if (i === at) {
            other = createStream(ports, config);
            other.restore([...stored], seen);
          }
          if (i % 3 !== 0) expect(JSON.stringify(other.tick(nowMs))).toBe(JSON.stringify(whole.tick(nowMs)));
          expect(viewText(other)).toBe(viewText(whole));
        }
        expect(JSON.stringify(other.close())).toBe(JSON.stringify(whole.close()));
      }),
      { numRuns: 60 },
    );
  });

  it('is of its moment, however late it is made into text', () => {
    fc.assert(
      fc.property(shows(80), delays, fc.integer({ min: 1, max: 4 }), (show, order, aTurn) => {
        const [quick, slow] = [createStream(ports, config), createStream(ports, config)];
        const sorted = (put: StateDelta['put']) => put.toSorted(([a], [b]) => (a < b ? -1 : 1));
        let open: { due: StateDelta; frozen: FrozenDelta; put: StateDelta['put'][number][] } | null = null;
        let nowMs = 0;
        for (const { event, prediction: guess } of arrivals(show, 40_000, order)) {
          nowMs = Math.max(nowMs, event.eventTimeMs);
          for (const stream of [quick, slow]) {
            stream.tick(nowMs);
            if (stream.admit(event, nowMs) === null) stream.add(event, guess);
          }
          if (open === null) {
            const frozen = slow.freezeDelta();
            open = { due: quick.takeDelta(), frozen, put: [...frozen.put] };
          } else if (open.frozen.encode(aTurn, open.put)) {
            expect(sorted(open.put)).toEqual(sorted(open.due.put));
            expect(open.frozen.del).toEqual(open.due.del);
            open = null;
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('forgets in its deltas what the stream forgets', () => {
    const stream = createStream(ports, config);
    const stored = new Map<string, string>();
    let most = 0;
    for (let i = 0; i < 2_000; i++) {
      const timeMs = START + i * 2_000;
      const event = { id: `x:${i}`, type: 'shop.product.viewed', source: 'shop/x/a1', eventTimeMs: timeMs, eventTimeFrom: 'platform', ingestTimeMs: timeMs, historical: false, idQuality: 'native', data: { product: { productID: `p${i % 700}` } } } as LiveEvent; // prettier-ignore
      expect(stream.admit(event, timeMs)).toBeNull();
      stream.add(event, null);
      stream.tick(timeMs);
      const { put, del } = stream.takeDelta();
      for (const [key, value] of put) stored.set(key, value);
      for (const key of del) expect([i, key, stored.delete(key)]).toEqual([i, key, true]);
      most = Math.max(most, stored.size);
    }
    // 660 s of rows and keys at one product every 2 s, sessions of the last 90 s, the rows of the room, and its last hour by minute.
    expect(most).toBeLessThan(2 * 340 + 45 + 80 + 62);
    const restored = createStream(ports, config);
    restored.restore([...stored], []);
    expect(restored.stats().rows).toBe(stream.stats().rows);
  });
});

function viewText(stream: ReturnType<typeof createStream>): string {
  const view = stream.view('a');
  const lengths = [5_000, 10_000, 60_000, 300_000, 600_000];
  const { roomId, nowMs, sliceMs, productIds, explaining, anomalies, orderAnomalies, offers, patrons, feed } = view;
  return JSON.stringify([
    { roomId, nowMs, sliceMs, productIds, explaining, anomalies, orderAnomalies, offers, patrons, feed },
    lengths.map((length) => [view.counts(null, length), view.unattributed(length)]),
    view.productIds.map((id) => [
      id,
      view.interest(id),
      view.stock(id),
      lengths.map((length) => view.counts(id, length)),
    ]),
    view.productIds.map((id) => INTENTS.map((intent) => view.recentIds(id, intent))),
    view.recentIds(null, 'orders'),
  ]);
}

describe('a view against the batch formula', () => {
  it('counts exactly the events from its opening on, for every key and length', () => {
    fc.assert(
      fc.property(shows(80), delays, (show, order) => {
        const stream = createStream(ports, config);
        const fed: Fed[] = [];
        let nowMs = 0;
        for (const next of arrivals(show, config.maxOutOfOrderMs, order)) {
          nowMs = Math.max(nowMs, next.event.eventTimeMs);
          stream.tick(nowMs);
          expect(stream.admit(next.event, nowMs)).toBeNull();
          stream.add(next.event, next.prediction);
          fed.push(next);
          const view = stream.view('a');
          for (const productId of [null, 'p1', 'sku:s1']) {
            for (const length of [5_000, 60_000, 300_000, 600_000]) {
              const { openMs, closeMs, counts } = view.counts(productId, length);
              expect(nowMs - closeMs).toBeLessThanOrEqual(config.maxOutOfOrderMs);
              const inside = fed.filter(
                (f) => f.event.eventTimeMs >= openMs && (productId === null || productsOf(f).includes(productId)),
              );
              expect(JSON.parse(JSON.stringify(counts))).toEqual(batchCounts(inside, productId));
              expect(closeMs - openMs).toBeLessThanOrEqual(length);
              expect(closeMs - openMs).toBeGreaterThanOrEqual(length - (length > 100_000 ? 35_000 : 5_000));
            }
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});
