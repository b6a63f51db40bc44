import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  anomalyOf,
  growIsolationForest,
  type IsolationForest,
  meanPathLength,
  pathLength,
  scoreIsolation,
  shortenings,
} from './isolation-forest.ts';
import { type Matrix, toFloat } from './matrix.ts';
import { createSeededNumbers } from './seeded-numbers.ts';

function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  return { rows: rows.length, columns, values: Float32Array.from(rows.flat(), toFloat) };
}

/** A cloud around 0 in two columns, and one row far away in the second. */
function cloudWithStranger(rows: number): number[][] {
  const random = createSeededNumbers(5);
  const cloud = Array.from({ length: rows - 1 }, () => [random() + random(), random() + random()]);
  return [...cloud, [1, 9]];
}

const odd = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1, 1e15, -1e15, 1e300),
);
const tables = fc
  .integer({ min: 1, max: 4 })
  .chain((columns) =>
    fc.array(fc.array(odd, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 40 }),
  );

it('has the mean path lengths of the paper', () => {
  // 2 (H(n − 1)) − 2 (n − 1)/n with H by its logarithm; 10.24 for the usual 256 rows.
  expect([0, 1, 2].map(meanPathLength)).toEqual([0, 0, 1]);
  expect(meanPathLength(256)).toBeCloseTo(10.2448, 4);
});

it('gives the stranger the highest score, by a path shorter than the mean', () => {
  const table = matrixOf(cloudWithStranger(300));
  const forest = growIsolationForest(table, { trees: 100, sampleSize: 256, maxDepth: null, seed: 1 });
  const scores = scoreIsolation(forest, table);
  expect(scores.indexOf(Math.max(...scores))).toBe(299);
  expect(pathLength(forest, table.values, 299 * 2)).toBeLessThan(5);
  expect(scores[299]).toBeGreaterThan(0.65);
});

it('names the column that makes the stranger strange', () => {
  const table = matrixOf(cloudWithStranger(300));
  const forest = growIsolationForest(table, { trees: 100, sampleSize: 256, maxDepth: null, seed: 1 });
  const [first, second] = shortenings(forest, table.values, 299 * 2) as unknown as [number, number];
  expect(second).toBeGreaterThan(4 * Math.max(0, first));
});

it('grows the same forest from the same seed and another from another', () => {
  const table = matrixOf(cloudWithStranger(50));
  const grow = (seed: number) => growIsolationForest(table, { trees: 10, sampleSize: 32, maxDepth: null, seed });
  expect(grow(3)).toEqual(grow(3));
  expect(grow(3).threshold).not.toEqual(grow(4).threshold);
});

it('scores 0..1, the same for equal rows, in any order, whatever finite numbers come', () => {
  fc.assert(
    fc.property(tables, fc.integer(), (rows, seed) => {
      const forest = growIsolationForest(matrixOf(rows), { trees: 8, sampleSize: 16, maxDepth: null, seed });
      const scores = [...scoreIsolation(forest, matrixOf(rows))];
      for (const score of scores) expect(score > 0 && score <= 1).toBe(true);
      expect([...scoreIsolation(forest, matrixOf(rows.toReversed()))]).toEqual(scores.toReversed());
    }),
  );
});

it('calls nothing strange where all rows are equal', () => {
  const table = matrixOf(Array.from({ length: 20 }, () => [7, 7]));
  const scores = scoreIsolation(
    growIsolationForest(table, { trees: 5, sampleSize: 16, maxDepth: null, seed: 1 }),
    table,
  );
  expect(new Set(scores).size).toBe(1);
  expect(scores[0]).toBeCloseTo(0.5, 12);
});

/** Walks every row of the training sample through one tree and takes means, instead of the weights of growing. */
function bruteShortenings(forest: IsolationForest, rows: readonly number[][], asked: readonly number[]): number[] {
  const shorter = asked.map(() => 0);
  const leafOf = (node: number, row: readonly number[]): number => {
    const column = forest.feature[node]!;
    if (column < 0) return node;
    const goesLeft = toFloat(row[column]!) <= forest.threshold[node]!;
    return leafOf(goesLeft ? forest.left[node]! : forest.right[node]!, row);
  };
  const mean = (node: number, inside: readonly (readonly number[])[]): number =>
    inside.reduce((sum, row) => sum + forest.length[leafOf(node, row)]!, 0) / inside.length;
  for (const root of forest.roots) {
    let node = root;
    let inside: readonly (readonly number[])[] = rows;
    while (forest.feature[node]! >= 0) {
      const column = forest.feature[node]!;
      const threshold = forest.threshold[node]!;
      const before = mean(node, inside);
      const goesLeft = toFloat(asked[column]!) <= threshold;
      inside = inside.filter((row) => toFloat(row[column]!) <= threshold === goesLeft);
      node = goesLeft ? forest.left[node]! : forest.right[node]!;
      shorter[column]! += (before - mean(node, inside)) / forest.roots.length;
    }
  }
  return shorter;
}

it('shares the shortening of a path out as a walk of the whole sample does, and loses nothing of it', () => {
  const rows = cloudWithStranger(40);
  // The sample is all rows, so that the walk sees what the tree was grown from.
  const forest = growIsolationForest(matrixOf(rows), { trees: 12, sampleSize: 40, maxDepth: null, seed: 2 });
  for (const row of [...rows.slice(0, 5), rows[39]!, [-3, 1e15]]) {
    const { values } = matrixOf([row]);
    const shares = shortenings(forest, values, 0);
    bruteShortenings(forest, rows, row).forEach((share, column) => expect(shares[column]).toBeCloseTo(share, 9));
    const mean = forest.roots.reduce((sum, root) => sum + forest.length[root]!, 0) / forest.roots.length;
    expect(shares[0]! + shares[1]!).toBeCloseTo(mean - pathLength(forest, values, 0), 9);
  }
});

it('turns a path of the mean length into one half', () => {
  const forest = growIsolationForest(matrixOf(cloudWithStranger(300)), {
    trees: 1,
    sampleSize: 256,
    maxDepth: null,
    seed: 1,
  });
  expect(anomalyOf(forest, meanPathLength(256))).toBe(0.5);
});
