import type { Matrix } from './matrix.ts';
import { createSeededNumbers } from './seeded-numbers.ts';

/** Small samples of the training rows, in deviations from the mean of each column. */
export interface NearSamples {
  readonly columns: number;
  readonly mean: Float64Array;
  /** 1 / deviation; 1 for a constant column. */
  readonly scale: Float64Array;
  /** One sample after the other, row by row. */
  readonly samples: readonly Float64Array[];
}

const SAMPLES = 12;
/** One training row in so many is in a sample, within bounds. */
const ROWS_A_SAMPLED = 64;
const [LEAST, MOST] = [8, 256];

/** Missing values must have been filled. */
export function drawSamples(from: Matrix, seed: number): NearSamples {
  const { rows, columns, values } = from;
  const mean = new Float64Array(columns);
  const scale = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) mean[i % columns]! += values[i]! / rows;
  for (let i = 0; i < values.length; i++) scale[i % columns]! += (values[i]! - mean[i % columns]!) ** 2 / rows;
  // Rounding leaves a trace of deviation in a constant column of large numbers.
  scale.forEach((variance, column) => {
    const deviation = Math.sqrt(variance);
    scale[column] = deviation > 1e-9 * Math.abs(mean[column]!) ? 1 / deviation : 1;
  });
  const random = createSeededNumbers(seed);
  const size = Math.min(rows, MOST, Math.max(LEAST, Math.floor(rows / ROWS_A_SAMPLED)));
  const samples = Array.from({ length: SAMPLES }, () => {
    const sample = new Float64Array(size * columns);
    for (let k = 0; k < size; k++) {
      const row = Math.floor(random() * rows);
      for (let column = 0; column < columns; column++) {
        sample[k * columns + column] = (values[row * columns + column]! - mean[column]!) * scale[column]!;
      }
    }
    return sample;
  });
  return { columns, mean, scale, samples };
}

/** Mean over samples of the distance to the nearest row (Sugiyama & Borgwardt 2013), in deviations. */
export function sampleDistance(from: NearSamples, values: Float32Array, offset: number): number {
  const { columns, mean, scale, samples } = from;
  const own = new Float64Array(columns);
  for (let column = 0; column < columns; column++) own[column] = (values[offset + column]! - mean[column]!) * scale[column]!; // prettier-ignore
  let sum = 0;
  for (const sample of samples) {
    let nearest = Infinity;
    for (let at = 0; at < sample.length; at += columns) {
      let distance = 0;
      for (let column = 0; column < columns && distance < nearest; column++) {
        distance += (own[column]! - sample[at + column]!) ** 2;
      }
      if (distance < nearest) nearest = distance;
    }
    sum += Math.sqrt(nearest);
  }
  return sum / samples.length;
}
