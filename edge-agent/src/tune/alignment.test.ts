import type { HostPrompt, PromptEvent } from '@livecue/shared/prompt';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareCards } from './alignment.ts';

function prompt(key: string, atMs: number): HostPrompt {
  const evidence = { window: { openMs: 0, closeMs: 0 }, counts: {}, threshold: {}, modelVersion: 't', eventIds: [] };
  const words = { zh: key, en: key };
  return { promptId: `${key}@${atMs}`, key, rule: 'counted-questions', priority: 'advice', roomId: 'r', productId: null, linkNumber: null, headline: words, reason: words, fact: null, raisedMs: atMs, updatedMs: atMs, expiresMs: atMs + 1, evidence }; // prettier-ignore
}
const raised = (key: string, atMs: number): PromptEvent => ({ kind: 'raised', atMs, prompt: prompt(key, atMs) });
const refused = (key: string, atMs: number): PromptEvent => ({ kind: 'suppressed', atMs, prompt: prompt(key, atMs), reason: 'rate-limit' }); // prettier-ignore
const closed = (key: string, raisedMs: number, atMs: number): PromptEvent => ({ kind: 'closed', atMs, promptId: `${key}@${raisedMs}`, rule: 'counted-questions', priority: 'advice', productId: null, raisedMs, outcome: 'withdrawn' }); // prettier-ignore

it('tells kept, moved, gone and new apart, with what the other replay said instead', () => {
  const before = [raised('a', 1_000), closed('a', 1_000, 21_000), raised('b', 2_000), raised('c', 3_000), refused('d', 4_000)]; // prettier-ignore
  const after = [raised('a', 1_500), raised('b', 62_000), refused('c', 3_100), raised('d', 5_000), raised('e', 9_000)];
  const { cards, counts, byRule } = compareCards(before, after);
  expect(counts).toEqual({ kept: 1, moved: 1, gone: 1, new: 2 });
  const told = cards.map((card) => [card.status, (card.before ?? card.after)!.prompt.key, card.instead]);
  expect(told).toEqual([['kept', 'a', null], ['moved', 'b', null], ['gone', 'c', 'rate-limit'], ['new', 'd', 'rate-limit'], ['new', 'e', null]]); // prettier-ignore
  expect(cards[0]?.before).toMatchObject({ atMs: 1_000, closedMs: 21_000, outcome: 'withdrawn' });
  expect(byRule['counted-questions']).toEqual({ before: 3, after: 4, kept: 1, moved: 1, gone: 1, new: 2, refusedBefore: { 'rate-limit': 1 }, refusedAfter: { 'rate-limit': 1 } }); // prettier-ignore
});

it('pairs cards of one key with the nearest in time, and none that are over 5 min apart', () => {
  const { cards } = compareCards([raised('a', 0), raised('a', 290_000)], [raised('a', 289_000), raised('a', 700_000)]);
  expect(cards.map(({ status, before, after }) => [status, before?.atMs, after?.atMs])).toEqual([
    ['gone', 0, undefined],
    ['kept', 290_000, 289_000],
    ['new', undefined, 700_000],
  ]);
});

it('counts every card once on each side, and finds no difference between a replay and itself', () => {
  const events = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 2_000_000 }))).map((list) => list.map(([key, ms]) => raised(key, ms)).sort((x, y) => x.atMs - y.atMs)); // prettier-ignore
  const ids = (list: readonly PromptEvent[]) => list.map((event) => event.kind === 'raised' && `${event.prompt.key}@${event.atMs}`).sort(); // prettier-ignore
  const distinct = (list: PromptEvent[]) => list.filter((event, index) => ids(list.slice(0, index)).indexOf(ids([event])[0]!) < 0); // prettier-ignore
  fc.assert(
    fc.property(events.map(distinct), events.map(distinct), (a, b) => {
      const { cards } = compareCards(a, b);
      const side = (of: 'before' | 'after') => cards.flatMap((card) => (card[of] === null ? [] : [`${card[of].prompt.key}@${card[of].atMs}`])).sort(); // prettier-ignore
      expect(side('before')).toEqual(ids(a));
      expect(side('after')).toEqual(ids(b));
      expect(compareCards(a, a).counts).toEqual({ kept: a.length, moved: 0, gone: 0, new: 0 });
    }),
    { numRuns: 60 },
  );
});
