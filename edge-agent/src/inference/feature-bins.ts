import type { Matrix } from './matrix.ts';

/** Upper ends of all bins but the last, ascending: bin k holds values above edge k − 1 and up to edge k. */
export type BinEdges = Float32Array;

const BINS = 128;
/** Rows that edges are drawn from; more would not move them. */
const MAX_ROWS = 100_000;

/** Edges that cut a column into at most 128 bins of about equal numbers of rows; equal values share a bin. */
export function binsOf(from: Matrix, column: number): BinEdges {
  const step = Math.max(1, Math.ceil(from.rows / MAX_ROWS));
  const sorted = new Float32Array(Math.ceil(from.rows / step));
  for (let i = 0; i < sorted.length; i++) sorted[i] = from.values[i * step * from.columns + column]!;
  const numbers = sorted.filter((value) => !Number.isNaN(value)).sort();
  const edges: number[] = [];
  let taken = 0;
  const left = (): number => (numbers.length - taken) / (BINS - edges.length);
  for (let i = 0; i + 1 < numbers.length && edges.length < BINS - 1; i++) {
    const here = numbers[i]!;
    if (here === numbers[i + 1] || i + 1 - taken < left()) continue;
    edges.push(here);
    taken = i + 1;
  }
  return Float32Array.from(edges);
}

/** The bin of a value: 0..edges.length; NaN is below every number. */
export function binOf(edges: BinEdges, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > edges[middle]!) low = middle + 1;
    else high = middle;
  }
  return low;
}
