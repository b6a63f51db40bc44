import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CommentRow } from '@livecue/shared/contract';
import { foldRows, indexOfSeq, openRun } from './folds.ts';

type Kind = 'plain' | 'spam' | 'offensive' | 'both' | 'removed' | 'freed';
const row = (seq: number, kind: Kind): CommentRow => ({
  seq,
  eventTimeMs: 0,
  text: '',
  moreCharacters: 0,
  viewer: '',
  removed: kind === 'removed',
  given: {
    intent: null,
    intentScore: null,
    offensive: kind === 'offensive' || kind === 'both',
    spam: kind !== 'plain' && kind !== 'offensive',
    sentiment: null,
    productIds: [],
  },
  corrected: kind === 'freed' ? { intent: 'price', offensive: false, spam: false, productIds: [] } : null,
});
const rowsOf = (...kinds: Kind[]) => kinds.map((kind, i) => row(kinds.length - i, kind));

describe('folds', () => {
  test('neighbours that are spam or offensive are one line, each counted once, the others stay', () => {
    const items = foldRows(rowsOf('plain', 'spam', 'both', 'spam', 'plain', 'offensive', 'freed'), new Set(), true);
    expect(items.map((item) => (item.kind === 'fold' ? [item.seqs, item.spam, item.offensive] : item.seq))).toEqual([
      7,
      [[6, 5, 4], 2, 1],
      3,
      [[2], 0, 1],
      1,
    ]);
  });

  test('an unfolded run is shown row by row, found again by any of its comments, and folds again as one', () => {
    const rows = rowsOf('plain', 'spam', 'offensive', 'plain');
    const open = new Set([3, 2]);
    expect(foldRows(rows, open, true).map(({ kind }) => kind)).toEqual(['comment', 'comment', 'comment', 'comment']);
    expect(openRun(rows, 3, open)).toEqual([3, 2]);
    expect(openRun(rows, 4, open)).toEqual([]);
    expect(indexOfSeq(foldRows(rows, new Set(), true), 3)).toBe(1);
    expect(indexOfSeq(foldRows(rows, new Set(), true), 99)).toBe(-1);
  });

  test('nothing is folded where the reader asks for spam or offensive comments', () => {
    expect(foldRows(rowsOf('spam', 'offensive'), new Set(), false)).toHaveLength(2);
  });

  test('no comment is lost and none told twice, whatever the rows', () => {
    const kinds = fc.array(fc.constantFrom<Kind>('plain', 'spam', 'offensive', 'both', 'removed', 'freed'));
    fc.assert(
      fc.property(kinds, fc.uniqueArray(fc.nat(20)), fc.boolean(), (drawn, open, folding) => {
        const rows = rowsOf(...drawn);
        const items = foldRows(rows, new Set(open), folding);
        const seqs = items.flatMap((item) => (item.kind === 'fold' ? item.seqs : [item.seq]));
        expect(seqs).toEqual(rows.map(({ seq }) => seq));
        for (const item of items) if (item.kind === 'fold') expect(item.spam + item.offensive).toBe(item.seqs.length);
        // Two folds never stand side by side: they would be one.
        expect(items.some((item, i) => item.kind === 'fold' && items[i + 1]?.kind === 'fold')).toBe(false);
      }),
    );
  });
});
