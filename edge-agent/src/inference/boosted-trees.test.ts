import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BOOST_CONFIG, boostedShares, growBoostedTrees, scoreBoosted } from './boosted-trees.ts';
import { binOf, binsOf } from './feature-bins.ts';
import type { Matrix } from './matrix.ts';
import { createSeededNumbers } from './seeded-numbers.ts';

const CONFIG = { ...BOOST_CONFIG, bags: 2, trees: 40 };

/** Label 1 where exactly one of two columns is high: no single column tells it. */
function eitherOr(rows: number, seed: number): { table: Matrix; labels: Uint8Array } {
  const random = createSeededNumbers(seed);
  const values = Float32Array.from({ length: rows * 3 }, random);
  const labels = Uint8Array.from(
    { length: rows },
    (_, row) => +(values[row * 3]! > 0.5 !== values[row * 3 + 1]! > 0.5),
  );
  return { table: { rows, columns: 3, values }, labels };
}

const accuracy = (scores: Float64Array, labels: Uint8Array): number =>
  labels.reduce((sum, label, row) => sum + +(scores[row]! > 0.5 === (label === 1)), 0) / labels.length;

it('learns what no single column tells, and not from shuffled labels', () => {
  const { table, labels } = eitherOr(2000, 1);
  const fresh = eitherOr(1000, 2);
  const config = { ...CONFIG, trees: 100, rate: 0.2, columnShare: 1 };
  expect(accuracy(scoreBoosted(growBoostedTrees(table, labels, config), fresh.table), fresh.labels)).toBeGreaterThan(0.97); // prettier-ignore
  const random = createSeededNumbers(9);
  const shuffled = labels.map(() => +(random() > 0.5));
  const control = accuracy(scoreBoosted(growBoostedTrees(table, shuffled, config), fresh.table), fresh.labels);
  // 1,000 coin tosses: 0.5 ± 0.016.
  expect(Math.abs(control - 0.5)).toBeLessThan(0.07);
});

it('splits one column where a search over all thresholds says it is best', () => {
  const random = createSeededNumbers(4);
  const values = Float32Array.from({ length: 60 }, () => Math.floor(random() * 12));
  const labels = Uint8Array.from(values, (value) => +(random() < (value > 7 ? 0.8 : 0.2)));
  const config = { ...CONFIG, bags: 1, trees: 1, leaves: 2, rowShare: 1, columnShare: 1, leastWeight: 1, ridge: 1 };
  const model = growBoostedTrees({ rows: 60, columns: 1, values }, labels, config);
  const share = labels.reduce((sum, label) => sum + label, 0) / 60;
  const gainOf = (threshold: number): number => {
    const part = (left: boolean): number => {
      const own = [...labels].filter((_, row) => values[row]! <= threshold === left);
      const gradient = own.reduce((sum, label) => sum + share - label, 0);
      return gradient ** 2 / (own.length * share * (1 - share) + 1);
    };
    return part(true) + part(false);
  };
  const thresholds = [...new Set(values)];
  const best = thresholds.reduce((a, b) => (gainOf(b) > gainOf(a) + 1e-12 ? b : a));
  expect(gainOf(model.trees[0]!.threshold[0]!)).toBeCloseTo(gainOf(best), 9);
});

it('shares the log-odds of a row out over the columns without losing any', () => {
  const { table, labels } = eitherOr(300, 3);
  const model = growBoostedTrees(table, labels, CONFIG);
  const roots = model.start + model.trees.reduce((sum, tree) => sum + tree.value[0]!, 0);
  const scores = scoreBoosted(model, table);
  for (let row = 0; row < 20; row++) {
    const shares = boostedShares(model, table.values, row * 3);
    const logOdds = roots + shares.reduce((sum, share) => sum + share, 0);
    expect(1 / (1 + Math.exp(-logOdds))).toBeCloseTo(scores[row]!, 9);
  }
});

it('refuses labels of one kind, and survives being written to JSON', () => {
  const { table, labels } = eitherOr(100, 3);
  expect(() => growBoostedTrees(table, new Uint8Array(100), CONFIG)).toThrow(/both kinds/);
  const model = growBoostedTrees(table, labels, CONFIG);
  expect(scoreBoosted(JSON.parse(JSON.stringify(model)) as typeof model, table)).toEqual(scoreBoosted(model, table));
});

it('answers 0..1 for constants, NaN and numbers of any size, and the same where only equal values differ in order', () => {
  const values = fc.array(fc.oneof(fc.float(), fc.constantFrom(Number.NaN, Math.fround(1e15), 0)), { minLength: 4, maxLength: 60 }); // prettier-ignore
  fc.assert(
    fc.property(values, (column) => {
      const table = { rows: column.length, columns: 1, values: Float32Array.from(column) };
      const labels = Uint8Array.from(column, (_, row) => row % 2);
      for (const score of scoreBoosted(growBoostedTrees(table, labels, { ...CONFIG, trees: 3 }), table)) {
        expect(score > 0 && score < 1).toBe(true);
      }
    }),
  );
});

it('bins keep the order of values and put equal values together', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 400 }), (column) => {
      const values = Float32Array.from(column);
      const edges = binsOf({ rows: values.length, columns: 1, values }, 0);
      expect(edges.length).toBeLessThan(128);
      const sorted = [...values].sort((a, b) => a - b);
      const bins = sorted.map((value) => binOf(edges, value));
      bins.slice(1).forEach((bin, i) => expect(bin).toBeGreaterThanOrEqual(bins[i]!));
      for (const edge of edges.filter(Number.isFinite))
        expect(binOf(edges, edge)).toBeLessThan(binOf(edges, edge + Math.abs(edge) + 1));
    }),
  );
});
