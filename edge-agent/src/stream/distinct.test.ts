import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countDistinct, decodeSet, encodeSet, insertHash, mergeSet, type DistinctSet } from './distinct.ts';
import { hash48 } from './hash.ts';

const lanes = new Uint32Array(2);
const setOf = (names: readonly string[]) => {
  const set: DistinctSet = [];
  for (const name of names) insertHash(set, hash48(name, lanes));
  return set;
};
const viewers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `viewer-${from + i}`);

describe('a set of viewers', () => {
  it('is exact to 256, repeats and order aside', () => {
    for (const n of [0, 1, 2, 100, 255, 256])
      expect(countDistinct(setOf([...viewers(0, n), ...viewers(0, n).reverse()]))).toBe(n);
  });

  it('is never estimated below 257 beyond, and lies within 20 % (three standard errors)', () => {
    for (const n of [257, 300, 1_000, 10_000, 200_000]) {
      const estimate = countDistinct(setOf(viewers(0, n)));
      expect(estimate).toBeGreaterThanOrEqual(257);
      expect(Math.abs(estimate - n) / n).toBeLessThan(0.2);
    }
  });

  it('has no bias over many rooms', () => {
    const n = 3_000;
    const estimates = Array.from({ length: 60 }, (_, room) => countDistinct(setOf(viewers(room * n, room * n + n))));
    const mean = estimates.reduce((a, b) => a + b, 0) / estimates.length;
    // Standard error of the mean: 6.3 % / √60 = 0.8 %.
    expect(Math.abs(mean - n) / n).toBeLessThan(0.025);
  });

  it('is the ascending list of the 257 smallest distinct hashes, however it was put together', () => {
    const hashes = fc.array(fc.nat({ max: 3_000 }), { maxLength: 900, size: 'max' });
    fc.assert(
      fc.property(hashes, hashes, fc.nat(), (left, right, cut) => {
        const expected = [...new Set([...left, ...right])].sort((a, b) => a - b).slice(0, 257);
        const merged: DistinctSet = [];
        for (const hash of left) insertHash(merged, hash);
        const at = right.length === 0 ? 0 : cut % right.length;
        for (const part of [right.slice(0, at), right.slice(at)]) {
          const other: DistinctSet = [];
          for (const hash of part) insertHash(other, hash);
          mergeSet(merged, other);
        }
        expect(merged).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('survives being written down', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 2 ** 48 - 1 }), { maxLength: 257 }), (hashes) => {
        const set = hashes.sort((a, b) => a - b);
        expect(decodeSet(encodeSet(set))).toEqual(set);
        expect(encodeSet(set)).toHaveLength(8 * set.length);
      }),
    );
    expect(() => decodeSet('AAAA*AAA')).toThrow(/reading a stored set/);
  });
});

describe('hash48', () => {
  it('gives fixed values, because snapshots outlive the process', () => {
    expect(['', 'a', 'b', '观众', 'v_9a6d5abf66a4'].map((text) => hash48(text, lanes))).toMatchInlineSnapshot(`
      [
        218229403784886,
        245303849113827,
        154926692640743,
        209629139113227,
        187714055946833,
      ]
    `);
  });

  it('spreads similar ids evenly and without collisions', () => {
    const n = 200_000;
    const hashes = viewers(0, n).map((name) => hash48(name, lanes));
    expect(new Set(hashes).size).toBe(n);
    const cells = new Array<number>(256).fill(0);
    for (const hash of hashes) cells[Math.floor(hash / 2 ** 40)]!++;
    const chi2 = cells.reduce((sum, seen) => sum + (seen - n / 256) ** 2 / (n / 256), 0);
    // 255 degrees of freedom: mean 255, standard deviation 22.6.
    expect(chi2).toBeLessThan(255 + 5 * 22.6);
  });
});
