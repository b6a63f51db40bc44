import { describe, expect, it } from 'vitest';
import type { LiveEvent } from '@livecue/shared/event';
import { Admission } from './admission.ts';

const NOW = 1_000_000_000;
const config = { maxClockSkewMs: 300_000, allowedLatenessMs: 60_000, clockStepMs: 30_000 };
function event(id: string, over: Partial<LiveEvent> = {}): LiveEvent {
  const like = { type: 'live.like.added', data: { count: 1 } } as const;
  return { id, source: 'live/x/a', eventTimeMs: NOW, eventTimeFrom: 'platform', ingestTimeMs: NOW, historical: false, idQuality: 'native', ...like, ...over } as LiveEvent; // prettier-ignore
}
const order = (id: string) => event(id, { source: 'shop/x/s', type: 'shop.order.paid', data: { orderNumber: '1', orderStatus: 'OrderProcessing', priceCurrency: 'CNY', partial: false } } as Partial<LiveEvent>); // prettier-ignore
const view = (id: string) => event(id, { source: 'shop/x/s', type: 'shop.product.viewed', data: { product: { productID: 'p' } } } as Partial<LiveEvent>); // prettier-ignore

describe('admission', () => {
  it('lets an id through once, streams and shops apart', () => {
    const admission = new Admission(config);
    expect(admission.admit(event('1'), NOW, null)).toBeNull();
    expect(admission.admit(event('1'), NOW, null)?.reason).toBe('duplicate');
    expect(admission.admit(order('1'), NOW, null)).toBeNull();
    expect(admission.admit(order('1'), NOW, null)?.reason).toBe('duplicate');
    expect(admission.admit(view('2'), NOW, null)).toBeNull();
    expect(admission.admit(view('2'), NOW, null)?.reason).toBe('duplicate');
  });

  it('remembers streams for 15 min and orders for 48 h', () => {
    const admission = new Admission(config);
    let nowMs = NOW;
    /** Something comes every 20 s. */
    const until = (ms: number) => {
      for (; nowMs < NOW + ms; nowMs += Math.min(20_000, NOW + ms - nowMs)) admission.admit(event(`${nowMs}`), nowMs, null); // prettier-ignore
    };
    admission.admit(event('s'), NOW, null);
    admission.admit(order('o'), NOW, null);
    until(899_999);
    expect(admission.admit(event('s'), nowMs, null)?.reason).toBe('duplicate');
    until(3_600_000);
    expect(admission.admit(event('s'), nowMs, null)).toBeNull();
    until(47 * 3_600_000);
    expect(admission.admit(order('o'), nowMs, null)?.reason).toBe('duplicate');
  });

  it('forgets nothing by a clock that is set, nor by one that was wrong when the program ended', () => {
    const admission = new Admission(config);
    admission.admit(event('s'), NOW, null);
    const ahead = NOW + 3_600_000;
    expect(admission.admit(event('s'), ahead, null)?.reason).toBe('duplicate');
    expect(admission.admit(event('t'), ahead + 1_000, null)).toBeNull();
    const again = new Admission(config);
    for (const seen of admission.takePending()) again.remember(seen);
    for (const nowMs of [ahead + 5_000, NOW + 10_000]) {
      for (const id of ['s', 't']) expect(again.admit(event(id), nowMs, null)?.reason).toBe('duplicate');
    }
    // What a step writes tells the ids' own time, by which the store forgets.
    again.admit(event('u'), NOW + 11_000, null);
    expect(again.takePending()[0]?.runs).toEqual([[NOW + 2_000, 1]]);
  });

  it('refuses what is further ahead of our clock than allowed, and takes it when its time has come', () => {
    const admission = new Admission(config);
    const early = event('e', { eventTimeMs: NOW + 300_001 });
    expect(admission.admit(early, NOW, null)?.reason).toBe('from-the-future');
    expect(admission.admit(early, NOW + 1, null)).toBeNull();
  });

  it('refuses what is behind the allowed lateness, to the millisecond', () => {
    const admission = new Admission(config);
    const at = (id: string, eventTimeMs: number) =>
      admission.admit(event(id, { eventTimeMs }), NOW, NOW)?.reason ?? null;
    expect([at('a', NOW - 60_000), at('b', NOW - 60_001), at('c', NOW)]).toEqual([null, 'late', null]);
    expect(admission.admit(event('d', { eventTimeMs: 0 }), NOW, null)).toBeNull();
  });

  it('refuses history, and does not remember it', () => {
    const admission = new Admission(config);
    expect(admission.admit(event('h', { historical: true }), NOW, null)?.reason).toBe('historical');
    expect(admission.admit(event('h'), NOW, null)).toBeNull();
  });

  it.each(['shop.product.viewed', 'shop.stock.updated'] as const)(
    'knows an order after more %s than it remembers',
    (type) => {
      const admission = new Admission(config);
      admission.admit(order('o'), NOW, null);
      const one = view('') as { id: string; type: string };
      one.type = type;
      for (let n = 0; n < 1_100_000; n++) {
        one.id = `m${n}`;
        admission.admit(one as LiveEvent, NOW, null);
      }
      expect(admission.admit(order('o'), NOW, null)?.reason).toBe('duplicate');
    },
  );

  it('says what would be right and never quotes the event', () => {
    const admission = new Admission(config);
    const id = 'secret-viewer-text';
    admission.admit(event(id), NOW, null);
    const drops = [
      admission.admit(event(id), NOW, null),
      admission.admit(event(`${id}2`, { eventTimeMs: NOW + 9e9 }), NOW, null),
      admission.admit(event(`${id}3`, { eventTimeMs: 0 }), NOW, NOW),
      admission.admit(event(`${id}4`, { historical: true }), NOW, NOW),
    ];
    for (const drop of drops) {
      expect(drop?.detail).not.toContain('secret');
      expect(drop?.detail).toMatch(/expected|only/);
    }
  });

  it('knows after a restart what was admitted before', () => {
    const admission = new Admission(config);
    admission.remember({ id: '1', scope: 'stream', seenMs: NOW - 1_000 });
    admission.remember({ id: '2', scope: 'shop', seenMs: NOW - 40 * 3_600_000 });
    admission.remember({ id: '3', scope: 'bulk', seenMs: NOW - 1_000 });
    expect(admission.admit(event('1'), NOW, null)?.reason).toBe('duplicate');
    expect(admission.admit(order('2'), NOW, null)?.reason).toBe('duplicate');
    expect(admission.admit(view('3'), NOW, null)?.reason).toBe('duplicate');
    expect(admission.admit(order('1'), NOW, null)).toBeNull();
  });
});
