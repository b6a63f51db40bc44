/**
 * Normal equations of a linear regression, filled a row at a time, so that one pass over a series gives the
 * coefficients at many points of it.
 */
export class Ridge {
  readonly #width: number;
  /** Upper triangle of XᵀX, row by row. */
  readonly #gram: Float64Array;
  readonly #right: Float64Array;

  /** `width` counts the constant too, which is the last column and is not shrunk. */
  constructor(width: number) {
    this.#width = width;
    this.#gram = new Float64Array(width * width);
    this.#right = new Float64Array(width);
  }

  add(row: Float64Array, target: number): void {
    const { length } = row;
    for (let i = 0; i < length; i++) {
      const x = row[i]!;
      if (x === 0) continue;
      const at = i * this.#width;
      for (let j = i; j < length; j++) this.#gram[at + j]! += x * row[j]!;
      this.#right[i]! += x * target;
    }
  }

  /**
   * Coefficients with the least squared error plus `shrink` times their own squares (Hoerl and Kennard 1970),
   * by Cholesky's decomposition. A column that says nothing gets 0.
   */
  solve(shrink: number): Float64Array {
    const n = this.#width;
    const factor = new Float64Array(this.#gram);
    for (let i = 0; i < n; i++) factor[i * n + i]! += i === n - 1 ? 1e-6 : shrink;
    decompose(factor, n);
    const out = new Float64Array(this.#right);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) out[i]! -= factor[k * n + i]! * out[k]!;
      out[i]! /= factor[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) out[i]! -= factor[i * n + k]! * out[k]!;
      out[i]! /= factor[i * n + i]!;
    }
    return out;
  }
}

/** Upper Cholesky factor in place. */
function decompose(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let k = 0; k < i; k++) {
      const left = a[k * n + i]!;
      if (left === 0) continue;
      const from = k * n;
      for (let j = i; j < n; j++) a[row + j]! -= left * a[from + j]!;
    }
    // Columns that depend on others leave rounding noise; an infinite pivot makes their coefficient 0.
    const pivot = a[row + i]! > 1e-12 ? Math.sqrt(a[row + i]!) : Number.POSITIVE_INFINITY;
    for (let j = i; j < n; j++) a[row + j]! /= pivot;
    a[row + i] = pivot;
  }
}
