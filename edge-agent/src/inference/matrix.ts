/** Rows of numbers, one after the other. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** `rows` × `columns`, row by row. */
  readonly values: Float32Array;
}

/** The largest 32-bit float: what is beyond is taken as this, so that no value is infinite. */
export const LARGEST_FLOAT = 3.4028234663852886e38;

/** A number as forests see it: 32 bits, never infinite; NaN stays NaN. */
export function toFloat(value: number): number {
  return Math.fround(Math.max(-LARGEST_FLOAT, Math.min(LARGEST_FLOAT, value)));
}
