import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ORDER_FEATURES, type OrderReason } from '@livecue/shared/insight';
import { anomalyOf, type IsolationForest, meanPathLength, pathLength, shortenings } from './isolation-forest.ts';
import { LARGEST_FLOAT } from './matrix.ts';
import { ModelError, openManifest } from './model-manifest.ts';
import { readTreeFile, type TreeFile } from './tree-file.ts';

/** Reasons that are given of an order at most. */
const MAX_REASONS = 4;
/** Parts of less are no reason. */
const LEAST_SHARE = 0.1;
const GOLDEN_TOLERANCE = 1e-6;

/** The shipped isolation forest of orders. Answers at once: about 5 µs an order. */
export interface OrderScorer {
  readonly version: string;
  /** Scores from here on are told. */
  readonly threshold: number;
  /** 0..1, higher is stranger. `features` as `ORDER_FEATURES` has them; what is not finite counts as usual. */
  score(features: Float64Array): number;
  /** What makes the order strange, strongest first; at least one. Costs about as much as the score. */
  reasons(features: Float64Array): OrderReason[];
  /** Chance, 0..1, that an operator confirms an order that is told. Absent: too few verdicts to learn from. */
  confirm?(features: Float64Array): number;
}

/**
 * Opens `models/order-fraud`: manifest, checksum, features, trees, golden scores. Throws `ModelError` naming the
 * file, what is wrong and what to do.
 */
export function openOrderScorer(folder: string): OrderScorer {
  const { manifest, bytes } = openManifest(folder);
  const path = join(folder, manifest.file);
  if (manifest.kind !== 'onnx' || manifest.task !== 'order-fraud') {
    throw new ModelError(`reading ${path}: expected a forest of task order-fraud, found ${manifest.kind} of ${manifest.task}`); // prettier-ignore
  }
  const threshold = manifest.thresholds.fraud;
  if (threshold === undefined || !(threshold > 0 && threshold < 1)) {
    throw new ModelError(`reading ${path}: thresholds.fraud must be a number above 0 and below 1`);
  }
  const { forest, usual } = opened(path, bytes);
  const scorer = scorerOf(forest, { usual, threshold, version: manifest.version });
  checkGolden(join(folder, manifest.golden), scorer);
  return scorer;
}

function opened(path: string, bytes: Uint8Array): { forest: IsolationForest; usual: Float32Array } {
  try {
    const file = readTreeFile(bytes);
    const names = (file.metadata.get('features') ?? '').split(',');
    if (names.join() !== ORDER_FEATURES.join()) throw new RangeError(`its features are ${names.join(', ')}`);
    const usual = Float32Array.from((file.metadata.get('usual') ?? '').split(','), Number);
    if (usual.length !== names.length || !usual.every(Number.isFinite))
      throw new RangeError('usual values are missing');
    return { forest: forestOf(file, names.length), usual };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ModelError(`opening ${path}: ${cause.message}; install the model that came with this agent`, { cause });
  }
}

/** The table of nodes from the attributes of TreeEnsembleRegressor (ai.onnx.ml 1); throws `RangeError`. */
export function forestOf(file: TreeFile, columns: number): IsolationForest {
  const ints = (name: string) => file.ints.get(name) ?? [];
  const floats = (name: string) => file.floats.get(name) ?? [];
  const [trees, nodes] = [ints('nodes_treeids'), ints('nodes_nodeids')];
  const modes = file.strings.get('nodes_modes') ?? [];
  const sampleSize = Number(file.metadata.get('sampleSize'));
  if (!(sampleSize >= 2)) throw new RangeError('sampleSize is missing');
  const at = new Map(trees.map((tree, i) => [`${tree}/${nodes[i]}`, i]));
  const indexOf = (tree: number, node: number): number => {
    const index = at.get(`${tree}/${node}`);
    if (index === undefined) throw new RangeError(`tree ${tree} has no node ${node}`);
    return index;
  };
  const isLeaf = (i: number): boolean => modes[i] === 'LEAF';
  if (!modes.every((mode) => mode === 'LEAF' || mode === 'BRANCH_LEQ')) throw new RangeError('a node asks otherwise than ≤');
  const step = (name: string) => Int32Array.from(trees, (tree, i) => (isLeaf(i) ? i : indexOf(tree, ints(name)[i]!)));
  const roots = Int32Array.from(nodes.flatMap((node, i) => (node === 0 ? [i] : [])));
  const feature = Int32Array.from(ints('nodes_featureids'), (column, i) => (isLeaf(i) ? -1 : column));
  if (!feature.every((column) => column < columns)) throw new RangeError(`a node asks a column beyond ${columns}`);
  const length = new Float64Array(trees.length);
  // A leaf's weight is its path length over −(trees × c): their sum is the exponent of the score.
  const scale = -roots.length * meanPathLength(sampleSize);
  ints('target_treeids').forEach((tree, i) => {
    length[indexOf(tree, ints('target_nodeids')[i]!)] = floats('target_weights')[i]! * scale;
  });
  const forest = {
    columns, sampleSize, roots, feature, threshold: Float32Array.from(floats('nodes_values')),
    left: step('nodes_truenodeids'), right: step('nodes_falsenodeids'), length,
  }; // prettier-ignore
  roots.forEach((root) => weigh(forest, floats('nodes_hitrates'), root));
  return forest;
} // prettier-ignore

/** Gives inner nodes the mean path length of their leaves, weighted by rows. */
function weigh(forest: IsolationForest, rows: readonly number[], node: number): void {
  if (forest.feature[node]! < 0) return;
  const [left, right] = [forest.left[node]!, forest.right[node]!];
  if (left <= node || right <= node) throw new RangeError('a tree goes in a circle');
  weigh(forest, rows, left);
  weigh(forest, rows, right);
  const share = rows[left]! / (rows[left]! + rows[right]!);
  forest.length[node] = share * forest.length[left]! + (1 - share) * forest.length[right]!;
}

function scorerOf(
  forest: IsolationForest,
  of: { usual: Float32Array; threshold: number; version: string },
): OrderScorer {
  const row = new Float32Array(forest.columns);
  const read = (features: Float64Array): Float32Array => {
    for (let i = 0; i < row.length; i++) {
      const value = features[i]!;
      row[i] = Number.isNaN(value) ? of.usual[i]! : Math.max(-LARGEST_FLOAT, Math.min(LARGEST_FLOAT, value));
    }
    return row;
  };
  return {
    version: of.version,
    threshold: of.threshold,
    score: (features) => anomalyOf(forest, pathLength(forest, read(features), 0)),
    reasons: (features) => reasonsOf(shortenings(forest, read(features), 0), read(features), of.usual),
  };
}

function reasonsOf(shorter: Float64Array, row: Float32Array, usual: Float32Array): OrderReason[] {
  const towards = shorter.reduce((sum, part) => sum + Math.max(0, part), 0);
  const parts = [...shorter].map((part, i) => ({
    feature: ORDER_FEATURES[i]!,
    value: row[i]!,
    usual: usual[i]!,
    share: towards === 0 ? 0 : Math.max(0, part) / towards,
  }));
  parts.sort((a, b) => b.share - a.share);
  return parts.filter(({ share }, i) => i === 0 || share >= LEAST_SHARE).slice(0, MAX_REASONS);
}

function checkGolden(path: string, scorer: OrderScorer): void {
  let lines: { features: number[]; score: number }[];
  try {
    lines = readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as { features: number[]; score: number }); // prettier-ignore
  } catch (cause) {
    throw new ModelError(`reading ${path}: golden lines cannot be read; reinstall the model folder`, { cause });
  }
  lines.forEach(({ features, score }, i) => {
    const off = Math.abs(scorer.score(Float64Array.from(features)) - score);
    if (off <= GOLDEN_TOLERANCE) return;
    throw new ModelError(`checking ${path}: line ${i + 1} is off by ${off}; the model and its golden file do not belong together: reinstall the folder`); // prettier-ignore
  });
}
