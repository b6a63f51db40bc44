import { binsOf, binOf, type BinEdges } from './feature-bins.ts';
import type { Matrix } from './matrix.ts';
import { createSeededNumbers } from './seeded-numbers.ts';

/** Regression trees whose sum is the log-odds of a label. A row goes left where its value is at most the threshold. */
export interface BoostedTrees {
  readonly version: 1;
  readonly columns: number;
  /** Log-odds before the first tree. */
  readonly start: number;
  /** One entry a tree; within it node 0 is the root. */
  readonly trees: readonly BoostedTree[];
}

export interface BoostedTree {
  /** Column that is asked; −1 at a leaf. */
  readonly feature: readonly number[];
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  /** Log-odds expected of the rows of a node; what a leaf adds. */
  readonly value: readonly number[];
}

export interface BoostConfig {
  /** Boosters, each of its own draws, whose log-odds are averaged. */
  readonly bags: number;
  /** Trees of each booster. */
  readonly trees: number;
  readonly leaves: number;
  /** What of each tree is added, 0..1. */
  readonly rate: number;
  /** Least sum of Hessians (p (1 − p)) in a leaf. */
  readonly leastWeight: number;
  /** L2 on leaf values. */
  readonly ridge: number;
  /** Share of rows and of columns that a tree sees, 0..1. */
  readonly rowShare: number;
  readonly columnShare: number;
  readonly seed: number;
}

/** Chosen on the validation weeks of the Handbook; one setting for everything. */
export const BOOST_CONFIG: BoostConfig = {
  bags: 3, trees: 200, leaves: 6, rate: 0.05, leastWeight: 0.5, ridge: 0.3, rowShare: 1, columnShare: 0.7, seed: 1,
}; // prettier-ignore

interface Node {
  readonly begin: number;
  readonly end: number;
  readonly gradient: number;
  readonly hessian: number;
  readonly index: number;
  best: Split | null;
}

interface Split {
  readonly gain: number;
  readonly column: number;
  readonly bin: number;
}

/**
 * Gradient boosting of logistic loss with second-order leaf values (Chen & Guestrin 2016, equations 5 and 7),
 * on binned columns, growing the leaf with the largest gain first. `labels` are 0 or 1, one a row. Throws
 * `RangeError` when they are not both there: nothing can be told apart then.
 */
export function growBoostedTrees(from: Matrix, labels: Uint8Array, config: BoostConfig): BoostedTrees {
  const positives = labels.reduce((sum, label) => sum + label, 0);
  if (labels.length !== from.rows || positives === 0 || positives === from.rows) {
    throw new RangeError(`training on ${from.rows} rows with ${positives} of ${labels.length} labels set: give one label a row, and some of both kinds`); // prettier-ignore
  }
  const start = Math.log(positives / (from.rows - positives));
  const trees = Array.from({ length: config.bags }, (_, bag) => {
    const booster = new Booster(from, labels, { ...config, seed: config.seed + bag }, start);
    return Array.from({ length: config.trees }, () => shared(booster.tree(), config.bags));
  });
  return { version: 1, columns: from.columns, start, trees: trees.flat() };
}

/** A tree that counts as one of `bags`. */
function shared(tree: BoostedTree, bags: number): BoostedTree {
  return { ...tree, value: tree.value.map((value) => value / bags) };
}

class Booster {
  readonly #rows: number;
  readonly #columns: number;
  readonly #labels: Uint8Array;
  readonly #config: BoostConfig;
  readonly #edges: readonly BinEdges[];
  /** Column by column, so that a histogram reads one stretch of memory. */
  readonly #bins: Uint8Array;
  readonly #logOdds: Float64Array;
  readonly #gradient: Float64Array;
  readonly #hessian: Float64Array;
  readonly #order: Int32Array;
  readonly #random: () => number;
  readonly #sums = new Float64Array(512);

  constructor(from: Matrix, labels: Uint8Array, config: BoostConfig, start: number) {
    this.#rows = from.rows;
    this.#columns = from.columns;
    this.#labels = labels;
    this.#config = config;
    this.#edges = Array.from({ length: from.columns }, (_, column) => binsOf(from, column));
    this.#bins = new Uint8Array(from.rows * from.columns);
    for (let column = 0; column < from.columns; column++) {
      const edges = this.#edges[column]!;
      for (let row = 0; row < from.rows; row++) {
        this.#bins[column * from.rows + row] = binOf(edges, from.values[row * from.columns + column]!);
      }
    }
    this.#logOdds = new Float64Array(from.rows).fill(start);
    this.#gradient = new Float64Array(from.rows);
    this.#hessian = new Float64Array(from.rows);
    this.#order = Int32Array.from({ length: from.rows }, (_, row) => row);
    this.#random = createSeededNumbers(config.seed);
  }

  tree(): BoostedTree {
    for (let row = 0; row < this.#rows; row++) {
      const p = 1 / (1 + Math.exp(-this.#logOdds[row]!));
      this.#gradient[row] = p - this.#labels[row]!;
      this.#hessian[row] = p * (1 - p);
    }
    const tree = this.#grow(this.#sampleRows(), this.#sampleColumns());
    for (let row = 0; row < this.#rows; row++) this.#logOdds[row]! += tree.value[this.#leafOf(tree, row)]!;
    const threshold = tree.feature.map((column, node) =>
      column < 0 ? 0 : this.#edges[column]![tree.threshold[node]!]!,
    );
    return { ...tree, threshold };
  }

  #sampleRows(): number {
    let kept = 0;
    const order = this.#order;
    for (let row = 0; row < this.#rows; row++) if (this.#random() < this.#config.rowShare) order[kept++] = row;
    return kept;
  }

  #sampleColumns(): number[] {
    const all = Array.from({ length: this.#columns }, (_, column) => ({ column, by: this.#random() }));
    all.sort((a, b) => a.by - b.by);
    const kept = Math.max(1, Math.round(this.#columns * this.#config.columnShare));
    return all.slice(0, kept).map(({ column }) => column);
  }

  /** Thresholds are bin numbers until the tree is done. */
  #grow(rows: number, columns: readonly number[]): BoostedTree {
    const { leaves, ridge, rate } = this.#config;
    const tree = { feature: [] as number[], threshold: [] as number[], left: [] as number[], right: [] as number[], value: [] as number[] }; // prettier-ignore
    const open: Node[] = [];
    const add = (begin: number, end: number): number => {
      const index = tree.feature.length;
      const node: Node = { begin, end, index, ...this.#total(begin, end), best: null };
      tree.feature.push(-1);
      tree.threshold.push(0);
      tree.left.push(index);
      tree.right.push(index);
      tree.value.push((-rate * node.gradient) / (node.hessian + ridge));
      node.best = this.#bestSplit(node, columns);
      if (node.best !== null) open.push(node);
      return index;
    };
    add(0, rows);
    for (let grown = 1; grown < leaves && open.length > 0; grown++) {
      const at = open.reduce((best, node, i) => (node.best!.gain > open[best]!.best!.gain ? i : best), 0);
      const [node] = open.splice(at, 1) as [Node];
      const { column, bin } = node.best!;
      const middle = this.#part(node, column, bin);
      tree.feature[node.index] = column;
      tree.threshold[node.index] = bin;
      tree.left[node.index] = add(node.begin, middle);
      tree.right[node.index] = add(middle, node.end);
    }
    return tree;
  }

  #total(begin: number, end: number): { gradient: number; hessian: number } {
    let gradient = 0;
    let hessian = 0;
    for (let i = begin; i < end; i++) {
      gradient += this.#gradient[this.#order[i]!]!;
      hessian += this.#hessian[this.#order[i]!]!;
    }
    return { gradient, hessian };
  }

  #bestSplit(node: Node, columns: readonly number[]): Split | null {
    let best: Split | null = null;
    if (node.hessian < 2 * this.#config.leastWeight) return null;
    for (const column of columns) {
      const split = this.#bestOfColumn(node, column);
      if (split !== null && split.gain > (best?.gain ?? 1e-12)) best = split;
    }
    return best;
  }

  #bestOfColumn(node: Node, column: number): Split | null {
    const { ridge, leastWeight } = this.#config;
    const bins = this.#edges[column]!.length + 1;
    if (bins < 2) return null;
    const sums = this.#histogram(node, column, bins);
    const whole = node.gradient ** 2 / (node.hessian + ridge);
    let best: Split | null = null;
    let gradient = 0;
    let hessian = 0;
    for (let bin = 0; bin < bins - 1; bin++) {
      gradient += sums[2 * bin]!;
      hessian += sums[2 * bin + 1]!;
      const other = node.hessian - hessian;
      if (hessian < leastWeight) continue;
      if (other < leastWeight) break;
      const gain = gradient ** 2 / (hessian + ridge) + (node.gradient - gradient) ** 2 / (other + ridge) - whole;
      if (gain > (best?.gain ?? 0)) best = { gain, column, bin };
    }
    return best;
  }

  #histogram(node: Node, column: number, bins: number): Float64Array {
    const sums = this.#sums.fill(0, 0, 2 * bins);
    const from = column * this.#rows;
    for (let i = node.begin; i < node.end; i++) {
      const row = this.#order[i]!;
      const at = 2 * this.#bins[from + row]!;
      sums[at]! += this.#gradient[row]!;
      sums[at + 1]! += this.#hessian[row]!;
    }
    return sums;
  }

  #part(node: Node, column: number, bin: number): number {
    const order = this.#order;
    const from = column * this.#rows;
    let middle = node.begin;
    for (let i = node.begin; i < node.end; i++) {
      const row = order[i]!;
      if (this.#bins[from + row]! > bin) continue;
      order[i] = order[middle]!;
      order[middle++] = row;
    }
    return middle;
  }

  #leafOf(tree: BoostedTree, row: number): number {
    let node = 0;
    for (let column = tree.feature[0]!; column >= 0; column = tree.feature[node]!) {
      node = this.#bins[column * this.#rows + row]! <= tree.threshold[node]! ? tree.left[node]! : tree.right[node]!;
    }
    return node;
  }
}

/** Probability of the label for every row, 0..1. NaN goes left, below every number. */
export function scoreBoosted(model: BoostedTrees, rows: Matrix): Float64Array {
  const scores = new Float64Array(rows.rows);
  for (let row = 0; row < rows.rows; row++) {
    const offset = row * rows.columns;
    let sum = model.start;
    for (const tree of model.trees) {
      let node = 0;
      for (let column = tree.feature[0]!; column >= 0; column = tree.feature[node]!) {
        node = rows.values[offset + column]! > tree.threshold[node]! ? tree.right[node]! : tree.left[node]!;
      }
      sum += tree.value[node]!;
    }
    scores[row] = 1 / (1 + Math.exp(-sum));
  }
  return scores;
}

/** What each column adds to the log-odds of one row; with `start` and what the roots expect, they sum to all of it. */
export function boostedShares(model: BoostedTrees, values: Float32Array, offset: number): Float64Array {
  const shares = new Float64Array(model.columns);
  for (const tree of model.trees) {
    let node = 0;
    for (let column = tree.feature[0]!; column >= 0; column = tree.feature[node]!) {
      const child = values[offset + column]! > tree.threshold[node]! ? tree.right[node]! : tree.left[node]!;
      shares[column]! += tree.value[child]! - tree.value[node]!;
      node = child;
    }
  }
  return shares;
}
