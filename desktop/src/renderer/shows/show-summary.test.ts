import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RoomAnomaly } from '@livecue/shared/insight';
import type { ShowLogEntry } from '@livecue/shared/contract';
import { PromptOutcome, RuleName, type PromptEvent } from '@livecue/shared/prompt';
import { createReportBuilder } from '../../../../edge-agent/src/report/show-report.ts';
import { SHOW_ID, START_MS, at, card, closed, ended, entry, minute, product, prompt, raised, started, updated } from '../../../../edge-agent/src/report/testing/entries.ts'; // prettier-ignore
import { ShowTally, showBegan } from './show-summary.ts';

function tally(entries: readonly ShowLogEntry[]) {
  const all = new ShowTally(SHOW_ID);
  for (const one of entries) all.add(one);
  return all.summary();
}

const minutes = fc.integer({ min: 0, max: 40 });
const count = fc.integer({ min: 0, max: 50 });
const feedGap = (fromMinute: number, length: number | null): ShowLogEntry =>
  entry(at(fromMinute), { kind: 'anomaly', anomaly: RoomAnomaly.parse({ kind: 'feed-gap', roomId: 'main', startMs: at(fromMinute), toldMs: at(fromMinute), endMs: length === null ? null : at(fromMinute + length), score: 1, reasons: [{ series: 'silence-ms', value: 9, usual: 1 }] }) }); // prettier-ignore
const someMinute = fc
  .record({
    open: minutes, revision: fc.integer({ min: 0, max: 2 }), productId: fc.constantFrom(null, 'p1', 'p2'),
    unitsPaid: count, viewersMost: count, viewersLast: count, comments: count, cny: count,
  })
  .map(({ open, productId, revision, cny, ...counts }) => minute(open, productId, { revision, counts, revenueMinor: { CNY: cny } })); // prettier-ignore
const someEvent = fc
  .record({ id: fc.integer({ min: 0, max: 5 }), rule: fc.constantFrom(...RuleName.options), open: minutes, kind: fc.constantFrom('raised', 'updated', 'closed', 'held'), outcome: fc.constantFrom(...PromptOutcome.options) })
  .map(({ id, rule, open, kind, outcome }): PromptEvent => {
    const own = card(`${rule}/${id}`, { rule, priority: id % 2 === 0 ? 'advice' : 'act-now' });
    if (kind === 'held') return { kind, atMs: at(open), prompt: own, propensity: 0.1, eligible: [{ rule }], policy: 'rules' };
    return kind === 'closed' ? closed(at(open), own, outcome) : (kind === 'raised' ? raised : updated)(at(open), own);
  }); // prettier-ignore
const someGap = fc.tuple(minutes, fc.option(fc.integer({ min: 1, max: 9 })), fc.boolean()).map(([from, length, off]) =>
  off ? entry(at(from), { kind: 'gap', fromMs: at(from), toMs: at(from + (length ?? 2)) }) : feedGap(from, length)); // prettier-ignore

test('whatever a record holds, its numbers are those of the report', () => {
  const some = fc.oneof({ weight: 4, arbitrary: someMinute }, { weight: 4, arbitrary: someEvent.map(prompt) }, someGap);
  fc.assert(
    fc.property(fc.array(some, { maxLength: 60 }), fc.boolean(), (rest, isOver) => {
      const entries = [started(), product('p1', 1, '衬衫'), ...rest.toSorted((a, b) => a.atMs - b.atMs), ...(isOver ? [ended(30)] : [])]; // prettier-ignore
      const builder = createReportBuilder();
      for (const one of entries) builder.add(one);
      const report = builder.finish(null);
      const own = tally(entries);
      expect(own).toMatchObject({ mode: 'live', startedMs: report.startedMs, endedMs: report.endedMs, raised: report.cues.raised }); // prettier-ignore
      expect(own.revenueMinor.CNY ?? 0).toBe(report.total.revenueMinor.CNY ?? 0);
      for (const name of ['unitsPaid', 'comments'] as const) expect(own.counts[name] ?? 0).toBe(report.total.counts[name] ?? 0); // prettier-ignore
      const length = Math.max(1, own.endedMs - own.startedMs);
      expect(1 - own.unseenMs / length).toBeCloseTo(report.coverage, 9);
      expect(own.rules.map(({ rule, raised: n, held, done }) => [rule, n, held, done])).toEqual(
        report.rules.map((one) => [one.rule, one.raised, one.held, one.outcomes.done]).filter(([, ...n]) => n.some((m) => m !== 0)), // prettier-ignore
      );
      const sold = report.products.filter(({ counts }) => (counts.unitsPaid ?? 0) > 0);
      expect(new Map(own.products.map(({ productId, units, name }) => [productId, [units, name]]))).toEqual(
        new Map(sold.map(({ productId, counts, name }) => [productId, [counts.unitsPaid, name]])),
      );
    }),
  );
});

test('of a minute that came again the last counts, most watching is no sum, and time to act is the median', () => {
  const own = card('a', { rule: 'interest-surge' });
  const cards = [1, 3, 4].flatMap((length, i) => [raised(at(i * 10), own), closed(at(i * 10 + length), own, 'done')]);
  const told = tally([
    started(),
    minute(0, null, { counts: { unitsPaid: 2, viewersMost: 40, viewersLast: 9 } }),
    minute(0, null, { revision: 1, counts: { unitsPaid: 3, viewersMost: 41 } }),
    minute(1, null, { counts: { unitsPaid: 1, viewersMost: 12 } }),
    ...cards.map(prompt),
  ]);
  expect(told.counts).toEqual({ unitsPaid: 4, viewersMost: 41 });
  expect(told.rules).toEqual([{ rule: 'interest-surge', raised: 3, held: 0, done: 3, medianToDoneMs: 180_000 }]);
});

test('a show begins when its id says, and one without its beginning is still counted', () => {
  expect(showBegan(SHOW_ID)).toBe(START_MS);
  expect(tally([minute(0, null, { counts: { comments: 7 } })])).toMatchObject({ mode: null, counts: { comments: 7 } });
});
