import type { TextFeatures } from '@livecue/shared/text';

/** A row of int8 numbers for every n-gram id, and a scale for each row. */
export interface GramTable {
  readonly buckets: number;
  /** Numbers in a row. */
  readonly width: number;
  readonly rows: Int8Array;
  readonly scales: Float32Array;
}

/**
 * Sums of the rows of each text's n-grams, times weight and scale: `table.width` numbers a text. The same as the
 * nodes of the model that they stand for (Mod, Gather, Cast, Mul, MatMul). A text's sums do not depend on the texts
 * beside it.
 */
export function gramSums({ buckets, width, rows, scales }: GramTable, batch: readonly TextFeatures[]): Float32Array {
  const sums = new Float32Array(batch.length * width);
  const sum = new Float64Array(width);
  for (const [row, { ids, weights }] of batch.entries()) {
    sum.fill(0);
    for (let i = 0; i < ids.length; i++) {
      const id = (ids[i] ?? 0) % buckets;
      const factor = (weights[i] ?? 0) * (scales[id] ?? 0);
      for (let k = 0; k < width; k++) sum[k] = (sum[k] ?? 0) + factor * (rows[id * width + k] ?? 0);
    }
    sums.set(sum, row * width);
  }
  return sums;
}

/** `gramSums` of several tables at once, bit for bit; in the order of the tables. */
export type GramSummer = (batch: readonly TextFeatures[]) => Float32Array[];

/** Rows begin at a multiple of this many words (64 bytes, a line of the cache) when that is not much more. */
const LINE = 16;

/**
 * Puts the rows of all `tables` for one id side by side: what sums cost is waiting for rows from far memory, and so
 * there is one to wait for in place of one a table. A summer works for one caller at a time.
 */
export function createGramSummer(tables: readonly GramTable[]): GramSummer {
  const { buckets, stride, words, scales } = sideBySide(tables);
  const heads = tables.length;
  let places = new Int32Array(256);
  let factors = tables.map(() => new Float64Array(256));
  return (batch) => {
    const sums = tables.map(({ width }) => new Float32Array(batch.length * width));
    for (let row = 0; row < batch.length; row++) {
      const one = batch[row];
      if (one === undefined) continue;
      const { ids, weights } = one;
      const count = ids.length;
      if (count > places.length) {
        places = new Int32Array(count);
        factors = tables.map(() => new Float64Array(count));
      }
      for (let i = 0; i < count; i++) places[i] = (ids[i] as number) % buckets;
      for (let head = 0; head < heads; head++) {
        const own = factors[head] as Float64Array;
        for (let i = 0; i < count; i++) own[i] = (weights[i] as number) * (scales[(places[i] as number) * heads + head] as number);
      }
      let word = 0;
      for (let head = 0; head < heads; head++) {
        const { width } = tables[head] as GramTable;
        const into = sums[head] as Float32Array;
        for (let k = 0; k < width; k += 4) {
          addFour(words, places, stride, word++, factors[head] as Float64Array, count, into, row * width + k, width - k);
        }
      }
    }
    return sums;
  };
} // prettier-ignore

/** Four columns over all n-grams: the sums stay in registers, and rows are fetched while others are added. */
function addFour(
  words: Int32Array,
  places: Int32Array,
  stride: number,
  word: number,
  factors: Float64Array,
  count: number,
  into: Float32Array,
  at: number,
  columns: number,
): void {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const four = words[(places[i] as number) * stride + word] as number;
    const factor = factors[i] as number;
    a += factor * ((four << 24) >> 24);
    b += factor * ((four << 16) >> 24);
    c += factor * ((four << 8) >> 24);
    d += factor * (four >> 24);
  }
  into[at] = a;
  if (columns > 1) into[at + 1] = b;
  if (columns > 2) into[at + 2] = c;
  if (columns > 3) into[at + 3] = d;
}

interface SideBySide {
  readonly buckets: number;
  /** Words from row to row. */
  readonly stride: number;
  /** Four numbers each, the first in the lowest bits; every table begins with a new one. */
  readonly words: Int32Array;
  /** One a table for each row. */
  readonly scales: Float32Array;
}

/** Tables of fewer buckets, which divide the most, repeat. */
function sideBySide(tables: readonly GramTable[]): SideBySide {
  const buckets = Math.max(1, ...tables.map((table) => table.buckets));
  const needed = tables.reduce((sum, { width }) => sum + Math.ceil(width / 4), 0);
  const stride = needed > LINE / 2 && needed <= LINE ? LINE : needed;
  const words = new Int32Array(buckets * stride);
  const scales = new Float32Array(buckets * tables.length);
  let first = 0;
  for (const [head, { buckets: own, width, rows, scales: ownScales }] of tables.entries()) {
    for (let id = 0; id < buckets; id++) {
      const from = (id % own) * width;
      for (let k = 0; k < width; k++) {
        const at = id * stride + first + (k >> 2);
        words[at] = (words[at] as number) | (((rows[from + k] as number) & 0xff) << (8 * (k & 3)));
      }
      scales[id * tables.length + head] = ownScales[id % own] as number;
    }
    first += Math.ceil(width / 4);
  }
  return { buckets, stride, words, scales };
}

/** Whether `createGramSummer` can put them side by side: each number of buckets divides the greatest. */
export function canStandTogether(tables: readonly GramTable[]): boolean {
  const most = Math.max(1, ...tables.map(({ buckets }) => buckets));
  return tables.every(({ buckets }) => most % buckets === 0);
}
