import type { Matrix } from './matrix.ts';
import { createSeededNumbers } from './seeded-numbers.ts';

/**
 * An isolation forest (Liu, Ting, Zhou 2008) as one table of nodes. A row goes left where its value is at most the
 * node's threshold, both as 32-bit floats. Node numbers are indexes into every array.
 */
export interface IsolationForest {
  readonly columns: number;
  /** Rows that each tree has seen: the scale of path lengths. */
  readonly sampleSize: number;
  readonly roots: Int32Array;
  /** Column that is asked; −1 at a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** At a leaf its path length, depth + c(rows in it); elsewhere the mean of its leaves, weighted by their rows. */
  readonly length: Float64Array;
}

export interface ForestConfig {
  /** 1 or more. */
  readonly trees: number;
  /** Rows a tree is grown from, drawn without replacement; 2 or more. */
  readonly sampleSize: number;
  /** Splits on the longest path; null is log2 of the sample, as in the paper: enough to see what is alone early. */
  readonly maxDepth: number | null;
  readonly seed: number;
}

const EULER = 0.5772156649015329;

/** Mean path length of an unsuccessful search in a binary tree of `rows` (Liu et al. 2008, equation 1). */
export function meanPathLength(rows: number): number {
  if (rows <= 1) return 0;
  if (rows === 2) return 1;
  return 2 * (Math.log(rows - 1) + EULER) - (2 * (rows - 1)) / rows;
}

/** Grows a forest. Values must be finite. Throws `RangeError` without rows or columns. */
export function growIsolationForest(from: Matrix, config: ForestConfig): IsolationForest {
  if (from.rows < 1 || from.columns < 1) {
    throw new RangeError(
      `growing a forest of ${from.rows} rows and ${from.columns} columns: give at least one of each`,
    );
  }
  const sampleSize = Math.min(config.sampleSize, from.rows);
  const maxDepth = config.maxDepth ?? Math.max(1, Math.ceil(Math.log2(Math.max(2, sampleSize))));
  const grower = new Grower(from, maxDepth, config.seed);
  const roots = new Int32Array(config.trees);
  for (let tree = 0; tree < config.trees; tree++) roots[tree] = grower.tree(sampleSize);
  return { columns: from.columns, sampleSize, roots, ...grower.table() };
}

class Grower {
  readonly #from: Matrix;
  readonly #maxDepth: number;
  readonly #random: () => number;
  readonly #order: Int32Array;
  readonly #columns: Int32Array;
  readonly #feature: number[] = [];
  readonly #threshold: number[] = [];
  readonly #left: number[] = [];
  readonly #right: number[] = [];
  readonly #length: number[] = [];

  constructor(from: Matrix, maxDepth: number, seed: number) {
    this.#from = from;
    this.#maxDepth = maxDepth;
    this.#random = createSeededNumbers(seed);
    this.#order = Int32Array.from({ length: from.rows }, (_, row) => row);
    this.#columns = Int32Array.from({ length: from.columns }, (_, column) => column);
  }

  /** Draws a sample into the front of the order and grows one tree from it. */
  tree(sampleSize: number): number {
    const order = this.#order;
    for (let i = 0; i < sampleSize; i++) swap(order, i, i + Math.floor(this.#random() * (order.length - i)));
    return this.#grow(0, sampleSize, 0);
  }

  table(): Pick<IsolationForest, 'feature' | 'threshold' | 'left' | 'right' | 'length'> {
    return {
      feature: Int32Array.from(this.#feature),
      threshold: Float32Array.from(this.#threshold),
      left: Int32Array.from(this.#left),
      right: Int32Array.from(this.#right),
      length: Float64Array.from(this.#length),
    };
  }

  #grow(begin: number, end: number, depth: number): number {
    const split = depth < this.#maxDepth && end - begin > 1 ? this.#split(begin, end) : null;
    const node = this.#feature.length;
    this.#feature.push(split?.column ?? -1);
    this.#threshold.push(split?.threshold ?? 0);
    this.#left.push(node);
    this.#right.push(node);
    this.#length.push(depth + meanPathLength(end - begin));
    if (split === null) return node;
    const left = this.#grow(begin, split.middle, depth + 1);
    const right = this.#grow(split.middle, end, depth + 1);
    this.#left[node] = left;
    this.#right[node] = right;
    const share = (split.middle - begin) / (end - begin);
    this.#length[node] = share * this.#length[left]! + (1 - share) * this.#length[right]!;
    return node;
  }

  /** A column that is not constant here, chosen evenly, and a threshold even between its least and largest value. */
  #split(begin: number, end: number): { column: number; threshold: number; middle: number } | null {
    const columns = this.#columns;
    for (let left = columns.length; left > 0; left--) {
      const at = Math.floor(this.#random() * left);
      const column = columns[at]!;
      const [least, largest] = this.#range(column, begin, end);
      if (least < largest) {
        const drawn = Math.fround(least + this.#random() * (largest - least));
        const threshold = drawn < largest ? Math.max(drawn, least) : least;
        return { column, threshold, middle: this.#part(column, threshold, begin, end) };
      }
      swap(columns, at, left - 1);
    }
    return null;
  }

  #range(column: number, begin: number, end: number): [least: number, largest: number] {
    const { values, columns } = this.#from;
    let least = Infinity;
    let largest = -Infinity;
    for (let i = begin; i < end; i++) {
      const value = values[this.#order[i]! * columns + column]!;
      if (value < least) least = value;
      if (value > largest) largest = value;
    }
    return [least, largest];
  }

  /** Puts rows with a value up to the threshold first; returns where the others begin. */
  #part(column: number, threshold: number, begin: number, end: number): number {
    const { values, columns } = this.#from;
    let middle = begin;
    for (let i = begin; i < end; i++) {
      if (values[this.#order[i]! * columns + column]! <= threshold) swap(this.#order, i, middle++);
    }
    return middle;
  }
}

function swap(list: Int32Array, i: number, j: number): void {
  const held = list[i]!;
  list[i] = list[j]!;
  list[j] = held;
}

/** The mean path length of one row over all trees. `offset` is where the row begins in `values`. */
export function pathLength(forest: IsolationForest, values: Float32Array, offset: number): number {
  const { roots, feature, threshold, left, right, length } = forest;
  let sum = 0;
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree]!;
    for (let column = feature[node]!; column >= 0; column = feature[node]!) {
      node = values[offset + column]! <= threshold[node]! ? left[node]! : right[node]!;
    }
    sum += length[node]!;
  }
  return sum / roots.length;
}

/** 2^(−path length / c(sample)): 0..1, higher is stranger, about 0.5 where nothing is told apart. */
export function anomalyOf(forest: IsolationForest, length: number): number {
  // A forest of one row has no scale: every row is as far as any.
  const scale = meanPathLength(forest.sampleSize);
  return scale === 0 ? 0.5 : 2 ** (-length / scale);
}

/** Scores of all rows, 0..1, higher is stranger. */
export function scoreIsolation(forest: IsolationForest, rows: Matrix): Float64Array {
  const scores = new Float64Array(rows.rows);
  for (let row = 0; row < rows.rows; row++) {
    scores[row] = anomalyOf(forest, pathLength(forest, rows.values, row * rows.columns));
  }
  return scores;
}

/**
 * By how many steps each column shortens the path of one row (negative: lengthens). Each split moves the path
 * length expected of the rows of a node to that of its child, and the move is the column's; in sum over columns
 * it is the forest's mean path length less the row's own, exactly (Saabas 2014, for regression trees).
 */
export function shortenings(forest: IsolationForest, values: Float32Array, offset: number): Float64Array {
  const { roots, feature, threshold, left, right, length } = forest;
  const shorter = new Float64Array(forest.columns);
  for (let tree = 0; tree < roots.length; tree++) {
    let node = roots[tree]!;
    for (let column = feature[node]!; column >= 0; column = feature[node]!) {
      const child = values[offset + column]! <= threshold[node]! ? left[node]! : right[node]!;
      shorter[column]! += length[node]! - length[child]!;
      node = child;
    }
  }
  for (let column = 0; column < shorter.length; column++) shorter[column]! /= roots.length;
  return shorter;
}
