import type { Matrix } from '../../edge-agent/src/inference/matrix.ts';

/**
 * Logistic regression with L2 on the weights (C = 1) of standardised columns, by Newton's method: the figures of the
 * book's own, which shows that loader, folds and measures are right. Gives a function that scores rows.
 */
export function growLogistic(from: Matrix, labels: Uint8Array): (rows: Matrix) => Float64Array {
  const { rows, columns, values } = from;
  const width = columns + 1;
  const mean = new Float64Array(columns);
  const deviation = new Float64Array(columns);
  values.forEach((value, i) => (mean[i % columns]! += value / rows));
  values.forEach((value, i) => (deviation[i % columns]! += (value - mean[i % columns]!) ** 2 / rows));
  deviation.forEach((variance, column) => (deviation[column] = Math.sqrt(variance) || 1));
  const weights = new Float64Array(width);
  const row = new Float64Array(width);
  const read = (of: Float32Array, at: number): number => {
    let sum = (row[columns] = 1) * weights[columns]!;
    for (let column = 0; column < columns; column++) {
      row[column] = (of[at + column]! - mean[column]!) / deviation[column]!;
      sum += row[column]! * weights[column]!;
    }
    return 1 / (1 + Math.exp(-sum));
  };
  for (let step = 0; step < 25; step++) {
    const gradient = Float64Array.from(weights, (weight, i) => (i < columns ? weight : 0));
    const hessian = Array.from({ length: width }, (_, i) => {
      const line = new Float64Array(width);
      if (i < columns) line[i] = 1;
      return line;
    });
    for (let at = 0; at < rows; at++) {
      const p = read(values, at * columns);
      for (let i = 0; i < width; i++) {
        gradient[i]! += (p - labels[at]!) * row[i]!;
        for (let j = 0; j <= i; j++) hessian[i]![j]! += p * (1 - p) * row[i]! * row[j]!;
      }
    }
    const move = solve(hessian, gradient);
    move.forEach((by, i) => (weights[i]! -= by));
    if (move.every((by) => Math.abs(by) < 1e-8)) break;
  }
  return (test) => Float64Array.from({ length: test.rows }, (_, at) => read(test.values, at * columns));
}

/** Cholesky: `lower` has the lower triangle of a positive definite matrix. */
function solve(lower: readonly Float64Array[], right: Float64Array): Float64Array {
  const n = right.length;
  const factor = lower.map((line) => line.slice());
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = factor[i]![j]!;
      for (let k = 0; k < j; k++) sum -= factor[i]![k]! * factor[j]![k]!;
      factor[i]![j] = i === j ? Math.sqrt(sum) : sum / factor[j]![j]!;
    }
  }
  const x = right.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i]![k]! * x[k]!;
    x[i]! /= factor[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k]![i]! * x[k]!;
    x[i]! /= factor[i]![i]!;
  }
  return x;
}
