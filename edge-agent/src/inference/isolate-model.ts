import { anomalyOf, growIsolationForest, type IsolationForest, pathLength } from './isolation-forest.ts';
import type { Matrix } from './matrix.ts';
import { drawSamples, type NearSamples, sampleDistance } from './near-samples.ts';
import { createSeededNumbers } from './seeded-numbers.ts';
import { learnTails, type Tails, tailScore } from './tails.ts';

/**
 * What `livecue isolate` says a row is strange by: how soon an isolation forest has it alone, how far out in the
 * tails of each column it is, and how far from its nearest neighbour in small samples. One setting for every table.
 */
export interface IsolateModel {
  readonly columns: number;
  /** Median of each column; 0 where none was told. Stands in for what is missing. */
  readonly usual: Float32Array;
  readonly forest: IsolationForest;
  readonly tails: Tails;
  readonly near: NearSamples;
  /** Mean and deviation of the three over training rows. */
  readonly parts: readonly { readonly mean: number; readonly deviation: number; readonly weight: number }[];
}

const TREES = 200;
const SAMPLE = 256;
/** Half for the forest; chosen once, on the mean over the 19 tables of `bench/adbench`. */
const WEIGHTS = [2, 1, 1] as const;
/** Training rows that mean and deviation are taken of. */
const MEASURED_ROWS = 2_000;

/** Learns from rows without labels; NaN is a missing value. Throws `RangeError` without rows or columns. */
export function trainIsolate(from: Matrix, seed: number): IsolateModel {
  const tails = learnTails(from);
  const usual = Float32Array.from(tails.sorted, (sorted) => sorted[sorted.length >> 1] ?? 0);
  const filled = { ...from, values: fill(from.values.slice(), usual) };
  const forest = growIsolationForest(filled, { trees: TREES, sampleSize: SAMPLE, maxDepth: SAMPLE, seed });
  const model = { columns: from.columns, usual, forest, tails, near: drawSamples(filled, seed + 1), parts: [] };
  return { ...model, parts: measure(model, from, seed + 2) };
}

function measure(model: IsolateModel, from: Matrix, seed: number): IsolateModel['parts'] {
  const random = createSeededNumbers(seed);
  const count = Math.min(MEASURED_ROWS, from.rows);
  const seen = Array.from({ length: count }, (_, i) => {
    const row = count === from.rows ? i : Math.floor(random() * from.rows);
    return partsOf(model, from.values.slice(row * from.columns, (row + 1) * from.columns));
  });
  return WEIGHTS.map((weight, part) => {
    const mean = seen.reduce((sum, parts) => sum + parts[part]!, 0) / count;
    const variance = seen.reduce((sum, parts) => sum + (parts[part]! - mean) ** 2, 0) / count;
    const deviation = Math.sqrt(variance);
    return { mean, deviation: deviation > 1e-12 * Math.abs(mean) ? deviation : 1, weight };
  });
}

/** Forest, tails, distance of one row, which is filled in place. */
function partsOf(model: IsolateModel, row: Float32Array): [forest: number, tails: number, distance: number] {
  const tails = tailScore(model.tails, row, 0);
  fill(row, model.usual);
  return [anomalyOf(model.forest, pathLength(model.forest, row, 0)), tails, sampleDistance(model.near, row, 0)];
}

function fill(values: Float32Array, usual: Float32Array): Float32Array {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) values[i] = usual[i % usual.length]!;
  return values;
}

/**
 * Scores of all rows, 0..1, higher is stranger; about 0.5 is the mean of training. z is the weighted mean of the
 * three in deviations, and 0.5 + z / (2 + 2 |z|) never reaches 1, so that the strangest are still in order.
 */
export function scoreIsolate(model: IsolateModel, rows: Matrix): Float64Array {
  const scores = new Float64Array(rows.rows);
  const weights = WEIGHTS.reduce((sum, weight) => sum + weight, 0);
  for (let row = 0; row < rows.rows; row++) {
    const parts = partsOf(model, rows.values.slice(row * rows.columns, (row + 1) * rows.columns));
    let z = 0;
    model.parts.forEach(({ mean, deviation, weight }, i) => (z += (weight * (parts[i]! - mean)) / deviation / weights));
    scores[row] = 0.5 + z / (2 + 2 * Math.abs(z));
  }
  return scores;
}
