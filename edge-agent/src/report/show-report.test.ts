import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ShowLogEntry } from '@livecue/shared/contract';
import type { PromptEvent } from '@livecue/shared/prompt';
import { createReportBuilder, type ShowReport } from './show-report.ts';
import { at, card, closed, ended, entry, minute, MINUTE_MS, product, prompt, raised, started, START_MS, updated } from './testing/entries.ts'; // prettier-ignore

function reportOf(entries: readonly ShowLogEntry[]): ShowReport {
  const builder = createReportBuilder();
  for (const one of entries) builder.add(one);
  return builder.finish(null);
}

const feedGap = (fromMs: number, endMs: number | null) =>
  entry(fromMs, { kind: 'anomaly', anomaly: { kind: 'feed-gap', roomId: 'main', startMs: fromMs, toldMs: fromMs, endMs, score: 1, reasons: [{ series: 'silence-ms', value: 1, usual: 1 }] } }); // prettier-ignore

describe('the report of a show', () => {
  it('counts a minute once, as its last revision says, in whatever order corrections come', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ minute: fc.nat(20), product: fc.constantFrom(null, 'p1', 'p2'), units: fc.nat(9) }), { maxLength: 60 }), // prettier-ignore
        (told) => {
          const revisions = new Map<string, number>();
          const last = new Map<string, { product: string | null; units: number }>();
          const entries = told.map(({ minute: open, product: id, units }) => {
            const key = `${open} ${id}`;
            const revision = revisions.get(key) ?? 0;
            revisions.set(key, revision + 1);
            last.set(key, { product: id, units });
            return minute(open, id, { revision, counts: units > 0 ? { unitsPaid: units } : {}, revenueMinor: { CNY: units * 100 } }); // prettier-ignore
          });
          const report = reportOf([started(), ...entries, ended(30)]);
          const sumOf = (id: string | null) => [...last.values()].filter((one) => one.product === id).reduce((sum, { units }) => sum + units, 0); // prettier-ignore
          expect(report.total.counts.unitsPaid ?? 0).toBe(sumOf(null));
          expect(report.total.revenueMinor.CNY ?? 0).toBe(100 * sumOf(null));
          for (const own of report.products) {
            expect(own.counts.unitsPaid ?? 0).toBe(sumOf(own.productId));
            expect(report.followed(own.productId, at(40)).before).toBe(0);
          }
        },
      ),
    );
  });

  it('does not count an older revision that comes after a newer one', () => {
    const report = reportOf([started(), minute(1, null, { revision: 1, counts: { comments: 7 } }), minute(1, null, { counts: { comments: 5 } }), ended(2)]); // prettier-ignore
    expect(report.total.counts.comments).toBe(7);
  });

  it('has a row for each minute, and tells a minute without data from one without events', () => {
    const report = reportOf([
      started(),
      minute(0, null, { counts: { comments: 3 } }),
      feedGap(at(2), null),
      feedGap(at(2), at(3.5)),
      entry(at(6), { kind: 'gap', fromMs: at(5), toMs: at(6) }),
      ended(8),
    ]);
    expect(report.minutes.map(({ coverage }) => coverage)).toEqual([1, 1, 0, 0.5, 1, 0, 1, 1]);
    expect(report.coverage).toBeCloseTo(1 - 2.5 / 8, 12);
    expect(report.gaps).toEqual([
      { fromMs: at(2), toMs: at(3.5), why: 'feed' },
      { fromMs: at(5), toMs: at(6), why: 'agent-off' },
    ]);
    expect(report.anomalies).toEqual([]);
  });

  it('counts what became of the cards of each rule, and the limits of the host screen', () => {
    const [a, b, c, d] = [card('a'), card('b'), card('c'), card('d')];
    const urgent = card('u', { rule: 'stock-out', priority: 'act-now' });
    const stale = card('s', { rule: 'feed-stale', priority: 'act-now' });
    const told: PromptEvent[] = [
      raised(at(1), a),
      raised(at(2), urgent),
      raised(at(2), stale),
      closed(at(2.5), a, 'done'),
      updated(at(3), urgent),
      closed(at(4), urgent, 'withdrawn'),
      // It comes back under its old id.
      updated(at(5), urgent),
      closed(at(5.5), urgent, 'done'),
      raised(at(10.9), b),
      raised(at(11), c),
      { kind: 'suppressed', atMs: at(12), prompt: d, reason: 'rate-limit' } as const,
      { kind: 'held', atMs: at(13), prompt: d, propensity: 0.1, eligible: [{ rule: 'interest-surge' }], policy: 'rules' } as const, // prettier-ignore
      closed(at(14), c, 'expired'),
    ];
    const report = reportOf([started(), ...told.map(prompt), ended(20)]);
    // Within [2, 12): urgent twice, b and c; within [1, 11): a, urgent twice, b. Data paused is no cue to count.
    expect(report.cues).toMatchObject({ mostIn10Min: 4, mostActNowIn10Min: 2, held: 1, medianToDoneMs: 60_000 });
    expect(report.cues.raised).toEqual({ 'act-now': 2, advice: 3, info: 0 });
    const surge = report.rules.find(({ rule }) => rule === 'interest-surge')!;
    expect(surge).toMatchObject({ raised: 3, held: 1, suppressed: { 'rate-limit': 1 }, outcomes: { done: 1, expired: 1 } }); // prettier-ignore
    expect(surge.shownMs).toBe((1.5 + (20 - 10.9) + 3) * MINUTE_MS);
    expect(report.rules.find(({ rule }) => rule === 'stock-out')).toMatchObject({ raised: 1, shownMs: 2.5 * MINUTE_MS, toDoneMs: [0.5 * MINUTE_MS] }); // prettier-ignore
    expect(report.cards.map(({ promptId, fate, outcome }) => [promptId, fate, outcome])).toEqual([
      ['a', 'raised', 'done'], ['u', 'raised', 'done'], ['s', 'raised', null], ['b', 'raised', null],
      ['c', 'raised', 'expired'], ['d', 'suppressed', null], ['d', 'held', null],
    ]); // prettier-ignore
  });

  it('says of each question what became of it, once', () => {
    const asked = (comments: number, viewersSoFar: number) => ({
      price: { comments, viewers: comments, viewersSoFar },
    });
    const done = card('counted-questions/price/p1@1', { rule: 'counted-questions' });
    const report = reportOf([
      started(),
      minute(0, 'p1', { asked: asked(3, 3) }),
      minute(0, null, { asked: { ...asked(5, 5), praise: { comments: 9, viewers: 9, viewersSoFar: null } } }),
      minute(10, 'p1', { asked: asked(4, 6) }),
      minute(10, null, { asked: asked(4, 9) }),
      minute(20, 'p1', { asked: asked(2, 8) }),
      minute(20, null, { asked: asked(2, 11) }),
      minute(30, 'p1', { asked: asked(1, 8) }),
      minute(30, null, { asked: asked(1, 11) }),
      ...[raised(at(4), done), closed(at(5), done, 'done')].map(prompt),
      entry(at(12), { kind: 'action', verb: 'answers.close', promptId: null, productId: 'p1', intent: 'price', values: {} }), // prettier-ignore
      entry(at(22), { kind: 'explain', productId: 'p1', sinceMs: at(22) }),
      entry(at(23), { kind: 'explain', productId: null, sinceMs: at(23) }),
      ended(40),
    ]);
    expect(report.questions).toEqual([
      { productId: null, intent: 'price', comments: 2, viewers: null, byOperator: 0, byCue: 0, onAir: 0, unanswered: 2 }, // prettier-ignore
      { productId: 'p1', intent: 'price', comments: 10, viewers: 8, byOperator: 4, byCue: 3, onAir: 2, unanswered: 1 },
    ]);
  });

  it('holds a forecast against what was sold, and leaves out times without stock, without data or beyond the end', () => {
    const said = (fromMinute: number, lo80: number, hi80: number, stock: number | null = 50) =>
      entry(at(fromMinute), { kind: 'forecast', productId: 'p1', fromMs: at(fromMinute), toMs: at(fromMinute + 5), mean: (lo80 + hi80) / 2, lo80, hi80, stock }); // prettier-ignore
    const sold = (open: number, units: number, stock: number | null = null) =>
      minute(open, 'p1', { counts: { unitsPaid: units }, stock });
    const report = reportOf([
      started(),
      said(5, 1, 4), sold(5, 1), sold(9, 2),
      said(10, 5, 9), sold(10, 2),
      said(15, 0, 3), sold(16, 1, 0),
      said(20, 0, 3, 0),
      said(25, 0, 3), feedGap(at(26), at(27)),
      said(30, 0, 3),
      ended(33),
    ]); // prettier-ignore
    expect(report.compared.map(({ fromMs, units }) => [(fromMs - START_MS) / MINUTE_MS, units])).toEqual([[5, 3], [10, 2]]); // prettier-ignore
    expect(report.forecasts).toEqual([
      { productId: null, minutes: 5, compared: 2, expected: 9.5, units: 5, within: 0.5, bias: 2.25 },
      { productId: 'p1', minutes: 5, compared: 2, expected: 9.5, units: 5, within: 0.5, bias: 2.25 },
    ]);
  });

  it('tells how much was sold before and after something happened', () => {
    const report = reportOf([started(), product('p1', 3, '杯'), minute(4, 'p1', { counts: { unitsPaid: 2 } }), minute(12, 'p1', { counts: { unitsPaid: 5 } }), minute(22, 'p1', { counts: { unitsPaid: 9 } }), ended(30)]); // prettier-ignore
    expect(report.followed('p1', at(12.5))).toEqual({ before: 2, after: 5 });
    expect(report.products[0]).toMatchObject({ productId: 'p1', linkNumber: 3, name: { zh: '杯' } });
  });

  it('is refused for a record without a beginning, and is empty for a show in which nothing happened', () => {
    expect(() => reportOf([ended(1)])).toThrow(/no entry says that the show began/);
    expect(reportOf([started(), ended(0)])).toMatchObject({ minutes: [], products: [], cards: [], questions: [], coverage: 1 }); // prettier-ignore
  });
});
