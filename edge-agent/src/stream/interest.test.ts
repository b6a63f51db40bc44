import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '@livecue/shared/event';
import type { Intent, Prediction } from '@livecue/shared/insight';
import { surpriseOf } from './interest.ts';
import { createStream } from './stream.ts';

/** P(X ≥ n) of a Poisson variable, summed term by term. */
function poissonTail(n: number, mean: number): number {
  let term = Math.exp(-mean);
  let below = 0;
  for (let k = 0; k < n; k++) {
    below += term;
    term *= mean / (k + 1);
  }
  let above = 0;
  for (let k = n; k < n + 400; k++) {
    above += term;
    term *= mean / (k + 1);
  }
  return above > 1e-8 ? 1 - below : above;
}

describe('surprise', () => {
  it('is the Poisson tail of a quarter of both, because the variance is four times the mean', () => {
    for (const [n, mean] of [
      [1, 0.5],
      [3, 1],
      [5, 1],
      [10, 1],
      [10, 4],
      [40, 20],
      [100, 60],
    ] as const) {
      expect(surpriseOf(4 * n, 4 * mean)).toBeCloseTo(-Math.log10(poissonTail(n, mean)), 6);
    }
  });

  it('is 0 up to the expected, rises from there, and stays finite', () => {
    expect([surpriseOf(0, 4), surpriseOf(4, 4), surpriseOf(3.9, 4)]).toEqual([0, 0, 0]);
    let last = 0;
    for (const x of [5, 10, 20, 50, 200, 1_000, 1e5, 1e9, Number.MAX_SAFE_INTEGER]) {
      expect(surpriseOf(x, 4)).toBeGreaterThanOrEqual(last);
      last = surpriseOf(x, 4);
    }
    expect(last).toBe(300);
    expect(surpriseOf(1e9, 0.99e9)).toBeGreaterThan(0);
  });
});

/** A room that runs for `seconds`; `each` says what happens in a second. */
function run(seconds: number, each: (second: number, say: Say) => void) {
  const start = 1_760_000_000_000;
  const config = { maxOutOfOrderMs: 2_000, allowedLatenessMs: 60_000, maxClockSkewMs: 300_000, idleSourceMs: 5_000, sessionGapMs: 30_000 }; // prettier-ignore
  const stream = createStream({ resolveProduct: (ref) => ref.productID ?? '', roomOf: () => 'main' }, config);
  let n = 0;
  for (let second = 0; second < seconds; second++) {
    const nowMs = start + second * 1_000;
    const feed = (source: string, type: string, data: object, prediction: Prediction | null) => {
      const event = { id: `x:${n++}`, type, source, eventTimeMs: nowMs, eventTimeFrom: 'platform', ingestTimeMs: nowMs, historical: false, idQuality: 'native', data } as LiveEvent; // prettier-ignore
      if (stream.admit(event, nowMs) === null) stream.add(event, prediction);
    };
    each(second, {
      view: (productID, times) => {
        for (let i = 0; i < times; i++) feed('shop/x/s', 'shop.product.viewed', { product: { productID } }, null);
      },
      comment: (viewer, intent, productId) => {
        const products = productId === null ? [] : [{ productId, score: 1 }];
        feed('live/x/a', 'live.comment.created', { text: '', author: { identifier: viewer }, isPaid: false }, { intent, products, intentScore: 1, offensive: null, spam: null, sentiment: null, modelVersion: 't' }); // prettier-ignore
      },
    });
    stream.tick(nowMs);
  }
  return stream.view('main');
}
interface Say {
  view(productId: string, times: number): void;
  comment(viewer: string, intent: Intent, productId: string | null): void;
}

describe('interest', () => {
  it('is nothing for a product nobody spoke of', () => {
    const view = run(30, (_, say) => say.view('p1', 1));
    expect(view.interest('p9')).toEqual({ level: 0, expected: 0, surprise: 0 });
  });

  it('holds a steady product to its own rate: one view a second is 60 a minute, expected and no surprise', () => {
    const view = run(300, (_, say) => say.view('p1', 1));
    // The newest event opens a second that has not passed: ten events in nine seconds.
    expect(view.interest('p1').level).toBeCloseTo((10 / 9) * 60, 2);
    // Rows of 30 s begin before the room did: the oldest is spread a little thin.
    expect(view.interest('p1').expected).toBeCloseTo(60, 0);
    expect(view.interest('p1').surprise).toBeLessThan(1);
  });

  it('is surprised when many ask for a product at once, and not by the one beside it', () => {
    const view = run(300, (second, say) => {
      say.view('p1', 1);
      say.view('p2', 1);
      if (second >= 292) for (let i = 0; i < 5; i++) say.comment(`v${second}-${i}`, 'price', 'p1');
    });
    expect(view.interest('p1').surprise).toBeGreaterThan(6);
    expect(view.interest('p1').level).toBeGreaterThan(4 * view.interest('p1').expected);
    expect(view.interest('p2').surprise).toBeLessThan(1);
  });

  it('counts one viewer who asks again and again once a slice', () => {
    const view = run(300, (second, say) => {
      say.view('p1', 1);
      if (second >= 292) for (let i = 0; i < 20; i++) say.comment('fan', 'price', 'p1');
    });
    expect(view.interest('p1').surprise).toBeLessThan(1.5);
  });

  it('does not take a wave through the whole room for interest in one product', () => {
    const wave = (room: boolean) =>
      run(300, (second, say) => {
        const high = second >= 291;
        say.view('p1', high ? 4 : 1);
        for (let i = 0; i < (room && high ? 60 : 6); i++) say.comment(`v${second}-${i}`, 'praise', null);
      }).interest('p1').surprise;
    expect(wave(false)).toBeGreaterThan(3);
    expect(wave(true)).toBe(0);
  });
});
