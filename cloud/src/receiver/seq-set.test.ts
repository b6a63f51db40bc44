import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ackOf, addSeqs, EMPTY_SEQ_SET } from './seq-set.ts';

it('holds exactly the seqs that were added, whatever the order, repeats and batches', () => {
  const batches = fc.array(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 }), { maxLength: 12 });
  fc.assert(
    fc.property(batches, (added) => {
      const all = new Set(added.flat());
      const set = added.reduce((held, batch) => addSeqs(held, batch), EMPTY_SEQ_SET);
      const held = new Set<number>(Array.from({ length: set.contiguous }, (_, n) => n + 1));
      let before = set.contiguous;
      for (const [from, to] of set.ranges) {
        expect(from).toBeGreaterThan(before + 1); // Ascending, disjoint, not touching.
        expect(to).toBeGreaterThanOrEqual(from);
        for (let seq = from; seq <= to; seq++) held.add(seq);
        before = to;
      }
      expect(held).toEqual(all);
    }),
  );
});

it('tells a bounded number of ranges, the lowest', () => {
  const set = addSeqs(
    EMPTY_SEQ_SET,
    Array.from({ length: 1000 }, (_, n) => 2 * n + 2),
  );
  const ack = ackOf(7, set);
  expect(ack).toMatchObject({ epoch: 7, contiguous: 0 });
  expect(ack.ranges).toHaveLength(200);
  expect(ack.ranges[0]).toEqual([2, 2]);
});
