import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMENT_ROW_CHARACTERS, CommentRow, type CommentFilter } from '@livecue/shared/contract';
import { INTENTS } from '@livecue/shared/insight';
import { commentEvent, NO_FILTER, predictionOf, removalEvent } from './comment-fixture.ts';
import { createCommentRing, maskedName, toRow } from './comment-ring.ts';

const seqs = (rows: readonly { seq: number }[]) => rows.map(({ seq }) => seq);

describe('the comments of the session', () => {
  test('are bounded by number: the newest stay, the beginning goes, nothing else does', () => {
    const ring = createCommentRing({ comments: 5, characters: 1e6 });
    expect([ring.oldestSeq, ring.newestSeq, ring.get(0), ring.get(1)]).toEqual([0, 0, null, null]);
    for (let n = 1; n <= 12; n++) ring.add(commentEvent(n), null);
    expect([ring.oldestSeq, ring.newestSeq]).toEqual([8, 12]);
    expect(ring.get(7)).toBeNull();
    expect(seqs(ring.before(1e9, 100, NO_FILTER))).toEqual([12, 11, 10, 9, 8]);
    expect(ring.get(8)?.text).toBe('comment 8');
  });

  test('are bounded by text too: one long comment pushes many short ones out, itself it stays', () => {
    const ring = createCommentRing({ comments: 1000, characters: 10_000 });
    for (let n = 1; n <= 100; n++) ring.add(commentEvent(n, { text: 'x'.repeat(100) }), null);
    expect(ring.oldestSeq).toBe(1);
    ring.add(commentEvent(101, { text: 'y'.repeat(9_950) }), null);
    expect([ring.oldestSeq, ring.newestSeq]).toEqual([101, 101]);
    const [row] = ring.before(1e9, 1, NO_FILTER);
    expect(row).toMatchObject({ text: 'y'.repeat(COMMENT_ROW_CHARACTERS), moreCharacters: 9_950 - COMMENT_ROW_CHARACTERS }); // prettier-ignore
  });

  test('answer every read as the plain list would, for any comments, corrections, removals, filters and cursors', () => {
    const filter = fc.record<CommentFilter>({
      intent: fc.option(fc.constantFrom(...INTENTS.slice(5, 8))),
      productId: fc.option(fc.constantFrom('p1', 'p2')),
      mark: fc.option(fc.constantFrom('offensive', 'spam', 'positive', 'negative', 'corrected')),
      text: fc.constantFrom('', '', 'NT 1', '码'),
    });
    const labels = { intent: 'stock', offensive: true, spam: false, productIds: ['p2'] } as const;
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constant('add' as const), fc.nat(200)) },
      { weight: 2, arbitrary: fc.tuple(fc.constant('correct' as const), fc.nat(40)) },
      { weight: 1, arbitrary: fc.tuple(fc.constant('remove' as const), fc.nat(40)) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), filter, fc.nat(70), fc.integer({ min: 1, max: 9 }), (steps, by, cursor, limit) => {
        const ring = createCommentRing({ comments: 16, characters: 1e6 });
        for (const [kind, n] of steps) {
          const found = ring.get(n);
          if (kind === 'add') {
            const spam = n % 3 === 0 ? true : n % 3 === 1 ? false : null;
            ring.add(commentEvent(n, { text: n % 4 === 0 ? '穿什么码' : `comment ${n}` }), n % 5 === 0 ? null : predictionOf(INTENTS[n % 14]!, { spam, sentiment: n % 2 === 0 ? 'positive' : 'negative', products: n % 6 === 0 ? [{ productId: 'p1', score: 1 }] : [] }));
          } else if (kind === 'correct' && found !== null && !found.removed) ring.correct(found, n % 2 === 0 ? { ...labels, productIds: ['p2'] } : null);
          else if (kind === 'remove') ring.remove(removalEvent({ author: { identifier: `v${n % 7}` } }));
        }
        const all = [...ring.all()].map(toRow);
        for (const row of all) CommentRow.parse(row);
        const fits = (row: CommentRow) => {
          const shown = row.corrected ?? row.given;
          const marks: Record<string, boolean> = { offensive: shown.offensive === true, spam: shown.spam === true, corrected: row.corrected !== null, positive: row.given.sentiment === 'positive', negative: row.given.sentiment === 'negative' };
          return (by.intent === null || shown.intent === by.intent) && (by.productId === null || shown.productIds.includes(by.productId)) && (by.mark === null || marks[by.mark] === true) && row.text.toLowerCase().includes(by.text.toLowerCase());
        };
        const wanted = all.filter(fits);
        const newer = wanted.filter(({ seq }) => seq > cursor);
        expect(ring.after(cursor, limit, by)).toEqual({ rows: newer.slice(-limit), skipped: Math.max(0, newer.length - limit) });
        expect(ring.before(cursor + 1, limit, by)).toEqual(wanted.filter(({ seq }) => seq <= cursor).reverse().slice(0, limit));
      }),
      { numRuns: 300 },
    );
  }); // prettier-ignore

  test('lose their text when the platform removes them, by id or by viewer, and only those of that source', () => {
    const ring = createCommentRing({ comments: 100, characters: 1e6 });
    ring.add(commentEvent(1, { identifier: 'c1' }), null);
    ring.add(commentEvent(2), null);
    ring.add({ ...commentEvent(3, { identifier: 'c1' }), source: 'live/other/1' }, null);
    ring.add(commentEvent(9), null);
    expect(seqs(ring.remove(removalEvent({ identifier: ['c1', 'nowhere'] })))).toEqual([1]);
    expect(seqs(ring.remove(removalEvent({ author: { identifier: 'v2' } })))).toEqual([2, 4]);
    expect(ring.before(1e9, 9, NO_FILTER).map(({ seq, text, removed }) => [seq, text, removed])).toEqual([
      [4, '', true],
      [3, 'comment 3', false],
      [2, '', true],
      [1, '', true],
    ]);
    // A removed comment gives its room back and is not removed twice.
    expect(ring.remove(removalEvent({ author: { identifier: 'v2' } }))).toEqual([]);
  });

  test('tell what changed since a revision, or that too much did', () => {
    const ring = createCommentRing({ comments: 5000, characters: 1e6 });
    for (let n = 1; n <= 3000; n++) ring.add(commentEvent(n), null);
    const labels = { intent: 'price', offensive: false, spam: false, productIds: [] } as const;
    const say = (seq: number) => ring.correct(ring.get(seq)!, { ...labels, productIds: [] });
    say(5);
    const { revision } = ring;
    say(7);
    say(7);
    say(2000);
    expect(seqs(ring.changed(revision, 1000, 200)!)).toEqual([7]);
    expect(seqs(ring.changed(0, 3000, 200)!)).toEqual([5, 7, 2000]);
    expect(ring.changed(0, 3000, 2)).toBeNull();
    for (let n = 1; n <= 2500; n++) say(n);
    expect(ring.changed(revision, 10, 200)).toBeNull();
    expect(seqs(ring.changed(ring.revision - 1, 3000, 200)!)).toEqual([2500]);
  });

  test.each([
    [undefined, ''],
    ['', ''],
    ['  ', ''],
    ['小明同学', '小**'],
    ['𠮷野家', '𠮷**'],
    ['A', 'A**'],
    ['\ud800x', '\ud800**'],
  ])('the viewer %j is shown as %j', (name, shown) => expect(maskedName(name)).toBe(shown));

  test('a long text is never cut in the middle of a character', () => {
    const ring = createCommentRing({ comments: 5, characters: 1e6 });
    ring.add(commentEvent(1, { text: `${'x'.repeat(COMMENT_ROW_CHARACTERS - 1)}😀😀` }), null);
    const [row] = ring.before(9, 1, NO_FILTER);
    expect([row!.text.length, row!.moreCharacters]).toEqual([COMMENT_ROW_CHARACTERS - 1, 4]);
  });

  test('100,000 of them take no more memory than what is kept, and each costs microseconds', { retry: 2 }, () => {
    const ring = createCommentRing({ comments: 20_000, characters: 4_000_000 });
    const feed = (from: number, to: number) => {
      for (let n = from; n < to; n++) ring.add(commentEvent(n, { text: `这件衣服多少钱啊 ${n}` }), null);
    };
    feed(0, 40_000);
    const gc = globalThis.gc ?? (() => undefined);
    gc();
    const before = process.memoryUsage().heapUsed;
    const startedMs = performance.now();
    feed(40_000, 140_000);
    const perComment = (performance.now() - startedMs) / 100_000;
    gc();
    const grown = (process.memoryUsage().heapUsed - before) / 1e6;
    console.log(`comment ring: ${(perComment * 1000).toFixed(2)} µs a comment with its event, ${grown.toFixed(1)} MB more after 100,000`); // prettier-ignore
    expect(ring.newestSeq - ring.oldestSeq + 1).toBe(20_000);
    // Without a forced collection the heap still holds garbage: the bound leaves room for it.
    expect(grown).toBeLessThan(globalThis.gc === undefined ? 60 : 5);
    expect(perComment).toBeLessThan(0.05);
  });
});
