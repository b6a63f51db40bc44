import type { Matrix } from './matrix.ts';

/** Columns of the training rows, each sorted, NaN left out. */
export interface Tails {
  readonly sorted: readonly Float32Array[];
}

export function learnTails(from: Matrix): Tails {
  const sorted = Array.from({ length: from.columns }, (_, column) => {
    const values = new Float32Array(from.rows);
    for (let row = 0; row < from.rows; row++) values[row] = from.values[row * from.columns + column]!;
    return values.filter((value) => !Number.isNaN(value)).sort();
  });
  return { sorted };
}

/**
 * −ln P(X ≤ x) − ln P(X ≥ x) summed over columns, by the shares of training rows (after ECOD, Li et al. 2022, with
 * both tails of every column). About 2 ln 2 a column in the middle; a missing value adds nothing.
 */
export function tailScore(tails: Tails, values: Float32Array, offset: number): number {
  let sum = 0;
  for (let column = 0; column < tails.sorted.length; column++) {
    const value = values[offset + column]!;
    const sorted = tails.sorted[column]!;
    if (Number.isNaN(value) || sorted.length === 0) continue;
    const upTo = countBelow(sorted, value, true);
    const from = sorted.length - countBelow(sorted, value, false);
    // What was never seen is as rare as one in all and this one.
    sum -= Math.log(share(upTo, sorted.length)) + Math.log(share(from, sorted.length));
  }
  return sum;
}

function share(count: number, of: number): number {
  return count === 0 ? 1 / (of + 1) : count / of;
}

/** How many of `sorted` are below `value`, or up to it. */
function countBelow(sorted: Float32Array, value: number, orEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value || (orEqual && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
