import { describe, expect, it } from 'vitest';
import { UplinkBody, type Decision, type ShowLogEntry } from '@livecue/shared/contract';
import { createShowRecords } from './show-records.ts';

const OPEN_MS = 1_777_593_600_000;
const MINUTE_MS = 60_000;
const base = { showId: '20260501T000000Z-main', atMs: OPEN_MS + 65_000 };

function minute(productId: string | null, more: Partial<Extract<ShowLogEntry, { kind: 'minute' }>> = {}): ShowLogEntry {
  return { ...base, kind: 'minute', productId, openMs: OPEN_MS, revision: 0, counts: { commenters: 5 }, revenueMinor: {}, refundMinor: {}, asked: {}, stock: null, interest: { level: 3, expected: 1, surprise: 2 }, ...more }; // prettier-ignore
}
const forecast = (productId: string, minutes: number): ShowLogEntry => ({ ...base, kind: 'forecast', productId, fromMs: OPEN_MS + MINUTE_MS, toMs: OPEN_MS + (minutes + 1) * MINUTE_MS, mean: 4, lo80: 1, hi80: 9, stock: 7 }); // prettier-ignore
const decision = (decisionId: string, more: Partial<Decision> = {}): ShowLogEntry => ({ ...base, kind: 'decision', decision: { decisionId, by: 'hold-out', policyVersion: 'rules', rule: 'stock-out', promptId: decisionId, productId: 'a', arm: 'offer', eligible: ['offer'], propensity: 0.9, held: false, context: {}, windowMs: 120_000, ...more } }); // prettier-ignore
const reward = (decisionId: string, covered = 1): ShowLogEntry => ({ ...base, kind: 'reward', decisionId, values: { orders: 2, units: 3, roomOrders: 9, asked: 4, covered } }); // prettier-ignore

function setUp(k = 5) {
  const uncounted = { refused: 0, dropped: 0, lostUpstream: 0 };
  const create = () => createShowRecords({ uncounted: () => ({ ...uncounted }) }, { roomId: 'main', kAnonymity: k });
  const records = create();
  const take = (entry: ShowLogEntry) => records.take(entry).map((body) => UplinkBody.parse(body));
  return { uncounted, create, records, take };
}

describe('what leaves of a show besides counts', () => {
  it('is attention and forecasts of products with enough distinct viewers, by any of the three counts', () => {
    const { take } = setUp();
    for (const minutes of [5, 15]) expect(take(forecast('a', minutes))).toEqual([]);
    const signal = { kind: 'signal', roomId: 'main', productId: 'a', windowStartMs: OPEN_MS, windowLengthMs: MINUTE_MS, revision: 0, interest: { level: 3, expected: 1, surprise: 2 }, ahead: [{ minutes: 5, mean: 4, lo80: 1, hi80: 9 }, { minutes: 15, mean: 4, lo80: 1, hi80: 9 }] }; // prettier-ignore
    expect(take(minute('a'))).toEqual([signal]);
    expect(take(minute('a', { revision: 1 }))).toEqual([{ ...signal, revision: 1 }]);
    for (const counts of [{ productViewers: 5 }, { buyers: 5 }]) expect(take(minute('b', { counts }))).toMatchObject([{ productId: 'b', ahead: [] }]); // prettier-ignore
    expect(take(minute('c', { counts: { commenters: 4, productViewers: 4, buyers: 4 } }))).toEqual([]);
    expect(take(minute('d', { interest: null }))).toEqual([]);
  });

  it('is forgotten when no late event can ask for it any more', () => {
    const { take, records } = setUp();
    const at = (minutes: number): ShowLogEntry => ({ ...forecast('a', 5), fromMs: OPEN_MS + minutes * MINUTE_MS, toMs: OPEN_MS + (minutes + 5) * MINUTE_MS } as ShowLogEntry); // prettier-ignore
    for (const minutes of [0, 5, 10, 15]) take(at(minutes));
    const remembered = () => JSON.parse(records.takeDelta().put[0]![1]) as { forecasts: [string][] };
    expect(remembered().forecasts.map(([key]) => key)).toEqual([5, 10, 15].map((minutes) => `${OPEN_MS + minutes * MINUTE_MS} a`)); // prettier-ignore
    expect(records.takeDelta()).toEqual({ put: [], del: [] });
    take({ ...base, kind: 'explain', productId: 'a', sinceMs: OPEN_MS });
    expect(records.takeDelta()).toEqual({ put: [], del: [] });
  });

  it('is decisions with what followed, over a restart too, and nothing where the feed was silent', () => {
    const { take, records, create } = setUp();
    expect(take(decision('d-1'))).toMatchObject([{ kind: 'decision', decisionId: 'd-1', revision: 0, followed: null }]);
    take(decision('d-2', { held: true, propensity: 0.1 }));
    expect(take(decision('d-3', { rule: null }))).toEqual([]);
    const answer = (productId: string, atMs: number) => take({ ...base, atMs, kind: 'action', verb: 'answers.close', promptId: null, productId, intent: 'price', values: {} }); // prettier-ignore
    answer('a', base.atMs + 60_000);
    answer('a', base.atMs + 119_999);
    answer('a', base.atMs + 120_000);
    answer('b', base.atMs + 60_000);
    const { put } = records.takeDelta();
    expect(records.takeDelta()).toEqual({ put: [], del: [] });
    const again = create();
    again.restore(put);
    expect(again.take(reward('d-1'))).toMatchObject([{ decisionId: 'd-1', revision: 1, held: false, followed: { orders: 2, units: 3, answered: 2 } }]); // prettier-ignore
    expect(again.take(reward('d-2', 0))).toEqual([]);
    expect(again.take(reward('d-1'))).toEqual([]);
  });

  it('is coverage: gaps as far as they lie in the minute, and each event that was not counted once', () => {
    const { take, uncounted } = setUp();
    const gap = (fromMs: number, toMs: number): ShowLogEntry => ({ ...base, kind: 'gap', fromMs, toMs });
    const room = (minutes: number, revision = 0) => take(minute(null, { openMs: OPEN_MS + minutes * MINUTE_MS, revision }))[0]; // prettier-ignore
    take(gap(OPEN_MS - 5_000, OPEN_MS + 4_000));
    take(gap(OPEN_MS + 50_000, OPEN_MS + 70_000));
    Object.assign(uncounted, { refused: 3, dropped: 1 });
    expect(room(0)).toEqual({ kind: 'coverage', roomId: 'main', windowStartMs: OPEN_MS, windowLengthMs: MINUTE_MS, revision: 0, gapMs: 14_000, refused: 3, dropped: 1, lostUpstream: 0 }); // prettier-ignore
    Object.assign(uncounted, { refused: 5, lostUpstream: 2 });
    expect(room(0, 1)).toMatchObject({ revision: 1, gapMs: 14_000, refused: 3, dropped: 1, lostUpstream: 0 });
    expect(room(1)).toMatchObject({ gapMs: 10_000, refused: 2, dropped: 0, lostUpstream: 2 });
    take({ ...base, kind: 'anomaly', anomaly: { kind: 'feed-gap', startMs: OPEN_MS + 150_000, endMs: null } as never });
    expect(room(2)).toMatchObject({ gapMs: 30_000 });
    take({ ...base, kind: 'anomaly', anomaly: { kind: 'feed-gap', startMs: OPEN_MS + 150_000, endMs: OPEN_MS + 160_000 } as never }); // prettier-ignore
    expect(room(2, 1)).toMatchObject({ revision: 1, gapMs: 10_000 });
  });
});
