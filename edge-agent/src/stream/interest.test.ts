import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '@livecue/shared/event';
import type { Intent, Prediction } from '@livecue/shared/insight';
import type { Interest } from '../core-ports.ts';
import { createStream, type Stream } from './stream.ts';

/** A room that runs for `seconds`; `each` says what happens in a second. */
function run(seconds: number, each: (second: number, say: Say) => void) {
  const start = 1_760_000_000_000;
  const config = { maxOutOfOrderMs: 2_000, allowedLatenessMs: 60_000, maxClockSkewMs: 300_000, idleSourceMs: 5_000, sessionGapMs: 30_000 }; // prettier-ignore
  const stream = createStream({ resolveProduct: (ref) => ref.productID ?? '', roomOf: () => 'main' }, config);
  let n = 0;
  let last: LiveEvent | null = null;
  for (let second = 0; second < seconds; second++) {
    const nowMs = start + second * 1_000;
    const feed = (source: string, type: string, data: object, prediction: Prediction | null) => {
      const event = { id: `x:${n++}`, type, source, eventTimeMs: nowMs, eventTimeFrom: 'platform', ingestTimeMs: nowMs, historical: false, idQuality: 'native', data } as LiveEvent; // prettier-ignore
      last = event;
      if (stream.admit(event, nowMs) === null) stream.add(event, prediction);
    };
    each(second, {
      view: (productID, times, viewer) => {
        for (let i = 0; i < times; i++) {
          feed('shop/x/s', 'shop.product.viewed', { product: { productID }, agent: { identifier: viewer ?? `w${n}` } }, null); // prettier-ignore
        }
      },
      like: (count) => feed('live/x/a', 'live.like.added', { count }, null),
      repeat: (times) => {
        for (let i = 0; i < times; i++) if (last !== null && stream.admit(last, nowMs) === null) stream.add(last, null);
      },
      pin: (productID) => feed('live/x/a', 'live.product.pinned', { product: { productID } }, null),
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
  /** Of one viewer, or each time of another. */
  view(productId: string, times: number, viewer?: string): void;
  like(count: number): void;
  pin(productId: string): void;
  /** The last event again, so many times. */
  repeat(times: number): void;
  comment(viewer: string, intent: Intent, productId: string | null): void;
}

describe('interest', () => {
  it('is nothing for a product nobody spoke of', () => {
    const view = run(30, (_, say) => say.view('p1', 1));
    expect(view.interest('p9')).toEqual({
      level: 0, expected: 0, surprise: 0, pValue: 1, slope: 0, direction: 'steady', signals: [], pastPeak: null,
    }); // prettier-ignore
  });

  it('holds a steady product to its own rate: one view a second is 60 a minute, expected and no surprise', () => {
    const interest = run(600, (_, say) => say.view('p1', 1)).interest('p1');
    expect(interest.level).toBeGreaterThan(58);
    expect(interest.level).toBeLessThan(70);
    expect(interest.expected).toBeGreaterThan(50);
    expect(interest.expected).toBeLessThan(66);
    expect(interest.surprise).toBeLessThan(1);
    expect(interest).toMatchObject({ pValue: 1, direction: 'steady' });
    expect(interest.signals).toEqual([{ signal: 'views', count: expect.any(Number) as number, share: 1 }]);
  });

  it('is surprised when many ask for a product at once, and not by the one beside it', () => {
    const view = run(300, (second, say) => {
      say.view('p1', 1);
      say.view('p2', 1);
      if (second >= 292) for (let i = 0; i < 5; i++) say.comment(`v${second}-${i}`, 'price', 'p1');
    });
    const interest = view.interest('p1');
    expect(interest.surprise).toBeGreaterThan(6);
    expect(interest.level).toBeGreaterThan(3 * interest.expected);
    expect(interest.direction).toBe('rising');
    expect(interest.slope).toBeGreaterThan(0);
    expect(interest.signals[0]).toMatchObject({ signal: 'questions', count: 40 });
    expect(interest.signals.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 2);
    // Two products, two windows, 720 looks an hour.
    expect(Math.log10(interest.pValue)).toBeCloseTo(Math.log10(2 * 2 * 720) - interest.surprise, 2);
    expect(view.interest('p2')).toMatchObject({ pValue: 1, direction: 'steady' });
  });

  it('is ten times less sure of one among ten times as many products', () => {
    const pValue = (others: number) =>
      run(60, (second, say) => {
        say.view(`o${second % others}`, 1);
        if (second >= 57) say.view('p1', 6);
      }).interest('p1').pValue;
    expect(pValue(4)).toBeLessThan(0.1);
    expect(pValue(49) / pValue(4)).toBeCloseTo(10, 6);
  });

  it('counts one viewer who asks again and again once a slice, and so a viewer who looks again and again', () => {
    const view = run(300, (second, say) => {
      say.view('p1', 1);
      say.view('p2', 1);
      if (second < 292) return;
      for (let i = 0; i < 20; i++) say.comment('fan', 'price', 'p1');
      for (let i = 0; i < 20; i++) say.view('p2', 1, 'fan');
    });
    expect(view.interest('p1').surprise).toBeLessThan(1);
    expect(view.interest('p2').surprise).toBeLessThan(1);
  });

  it('does not take a wave through the whole room for interest in one product', () => {
    const wave = (chat: boolean, shop: boolean) =>
      run(300, (second, say) => {
        const high = second >= 291;
        say.view('p1', high ? 4 : 1);
        for (const other of ['p2', 'p3', 'p4', 'p5']) say.view(other, high && shop ? 4 : 1);
        for (let i = 0; i < (chat && high ? 60 : 6); i++) say.comment(`v${second}-${i}`, 'praise', null);
      }).interest('p1').pValue;
    expect(wave(false, false)).toBeLessThan(0.03);
    expect(wave(true, false)).toBe(1);
    expect(wave(false, true)).toBe(1);
  });

  it('does not let a crew of bots that floods the chat hide a surge', () => {
    const surprise = (bots: number) =>
      run(300, (second, say) => {
        say.view('p1', second >= 291 ? 4 : 1);
        for (let i = 0; i < 6; i++) say.comment(`v${second}-${i}`, 'praise', null);
        if (second >= 285) for (let i = 0; i < bots * 10; i++) say.comment(`bot${i % bots}`, 'praise', null);
      }).interest('p1').surprise;
    expect(surprise(6)).toBeGreaterThan(0.8 * surprise(0));
  });

  it('does not take the feed that comes back after a gap for a surge', () => {
    const view = run(300, (second, say) => {
      if (second < 230 || second >= 290) for (const id of ['p1', 'p2', 'p3']) say.view(id, 1);
    });
    expect(view.interest('p1').surprise).toBeLessThan(1);
    expect(view.interest('p1').expected).toBeGreaterThan(45);
  });

  it('counts likes while a product is explained, never for more than a half, and never as a surprise', () => {
    const view = run(120, (second, say) => {
      say.view('p1', 1);
      say.view('p2', 1);
      if (second === 100) say.pin('p1');
      if (second >= 112) say.like(5_000);
    });
    expect(view.interest('p1').signals).toContainEqual({ signal: 'likes', count: 40_000, share: 0.5 });
    expect(view.interest('p1').level).toBeCloseTo(2 * view.interest('p2').level, 1);
    expect(view.interest('p1').pValue).toBe(1);
    expect(view.interest('p2').signals.map(({ signal }) => signal)).toEqual(['views']);
  });
});

const PRODUCTS = ['p1', 'p2'] as const;
const step = fc.record({
  what: fc.constantFrom('view', 'order', 'like', 'comment', 'pin', 'again'),
  productId: fc.constantFrom(...PRODUCTS),
  times: fc.constantFrom(1, 1, 2, 30),
  amount: fc.constantFrom(0, 1, 5_000, 1e15, Number.MAX_SAFE_INTEGER),
  /** Time passes, stands, jumps over a gap, or goes back by less or more than jitter. */
  moveMs: fc.constantFrom(0, 40, 900, 900, 5_000, 31_000, 700_000, -3_000, -120_000),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function feeder(stream: Stream): (step: Step) => void {
  let nowMs = 1_760_000_000_000;
  let n = 0;
  let last: LiveEvent | null = null;
  const send = (source: string, type: string, data: object) => {
    last = { id: `x:${n++}`, type, source, eventTimeMs: nowMs, eventTimeFrom: 'platform', ingestTimeMs: nowMs, historical: false, idQuality: 'native', data } as LiveEvent; // prettier-ignore
    if (stream.admit(last, nowMs) === null) stream.add(last, null);
  };
  return ({ what, productId, times, amount, moveMs }) => {
    nowMs += moveMs;
    stream.tick(nowMs);
    const product = { productID: productId };
    for (let i = 0; i < times; i++) {
      if (what === 'view') send('shop/x/s', 'shop.product.viewed', { product });
      if (what === 'like') send('live/x/a', 'live.like.added', { count: amount });
      if (what === 'comment') send('live/x/a', 'live.comment.created', { text: '', author: { identifier: `v${n}` }, isPaid: false }); // prettier-ignore
      if (what === 'pin') send('live/x/a', 'live.product.pinned', { product });
      if (what === 'order') send('shop/x/s', 'shop.order.paid', { orderNumber: `${n}`, orderStatus: 'OrderProcessing', priceCurrency: 'CNY', partial: false, orderedItem: [{ ...product, orderQuantity: amount }] }); // prettier-ignore
      if (what === 'again' && last !== null) expect(stream.admit(last, nowMs)).not.toBeNull();
    }
  };
}

function expectSound(interest: Interest): void {
  const { level, expected, surprise, pValue, slope, signals, pastPeak } = interest;
  const text = JSON.stringify(interest);
  for (const value of [level, expected, slope, pastPeak?.level ?? 0, pastPeak?.peakLevel ?? 0]) {
    expect(Number.isFinite(value), text).toBe(true);
  }
  expect(level >= 0 && expected >= 0 && surprise >= 0 && surprise <= 300 && pValue >= 0 && pValue <= 1, text).toBe(
    true,
  );
  if (level <= expected) expect(surprise, text).toBe(0);
  const shares = signals.reduce((sum, { share }) => sum + share, 0);
  expect(signals.length === 0 || Math.abs(shares - 1) < 0.01, text).toBe(true);
}

describe('interest in any room', () => {
  it('is finite and in its bounds with gaps, duplicates, huge numbers and time that goes back', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), (steps) => {
        const config = { maxOutOfOrderMs: 2_000, allowedLatenessMs: 60_000, maxClockSkewMs: 300_000, idleSourceMs: 5_000, sessionGapMs: 30_000 }; // prettier-ignore
        const stream = createStream({ resolveProduct: (ref) => ref.productID ?? '', roomOf: () => 'main' }, config);
        const feed = feeder(stream);
        for (const one of steps) {
          feed(one);
          for (const productId of PRODUCTS) expectSound(stream.view('main').interest(productId));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('says the same when an event comes twice', () => {
    const twice = (times: number) =>
      run(120, (second, say) => {
        say.view('p1', 1);
        if (second > 110) say.repeat(times);
      }).interest('p1');
    expect(twice(20)).toEqual(twice(0));
  });
});
