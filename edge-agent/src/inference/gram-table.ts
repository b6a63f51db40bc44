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
  // The tables themselves, half as large again, need not be held any longer.
  const widths = tables.map(({ width }) => width);
  const heads = widths.length;
  const columns = widths.reduce((sum, width) => sum + width, 0);
  let places = new Int32Array(256);
  let factors = widths.map(() => new Float64Array(256));
  return (batch) => {
    const block = new ArrayBuffer(4 * batch.length * columns);
    let begin = 0;
    const sums = widths.map((width) => {
      const own = new Float32Array(block, begin, batch.length * width);
      begin += own.byteLength;
      return own;
    });
    for (let row = 0; row < batch.length; row++) {
      const { ids, weights } = batch[row] as TextFeatures;
      const count = ids.length;
      if (count > places.length) {
        places = new Int32Array(count);
        factors = widths.map(() => new Float64Array(count));
      }
      for (let i = 0; i < count; i++) places[i] = (ids[i] as number) % buckets;
      for (let head = 0; head < heads; head++) {
        const own = factors[head] as Float64Array;
        for (let i = 0; i < count; i++) own[i] = (weights[i] as number) * (scales[(places[i] as number) * heads + head] as number);
      }
      for (let i = 0; i < count; i++) places[i] = (places[i] as number) * stride;
      let word = 0;
      for (let head = 0; head < heads; head++) {
        const width = widths[head] as number;
        addColumns(words, places, word, factors[head] as Float64Array, count, sums[head] as Float32Array, row * width, width);
        word += (width + 3) >> 2;
      }
    }
    return sums;
  };
} // prettier-ignore

/** Four columns over all n-grams at a time: the sums stay in registers, and rows are fetched while others are added. */
function addColumns(
  words: Int32Array,
  places: Int32Array,
  first: number,
  factors: Float64Array,
  count: number,
  into: Float32Array,
  start: number,
  width: number,
): void {
  for (let column = 0, word = first; column < width; column += 4, word++) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < count; i++) {
      const four = words[(places[i] as number) + word] as number;
      const factor = factors[i] as number;
      a += factor * ((four << 24) >> 24);
      b += factor * ((four << 16) >> 24);
      c += factor * ((four << 8) >> 24);
      d += factor * (four >> 24);
    }
    const at = start + column;
    into[at] = a;
    if (column + 1 < width) into[at + 1] = b;
    if (column + 2 < width) into[at + 2] = c;
    if (column + 3 < width) into[at + 3] = d;
  }
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
  for (const [head, table] of tables.entries()) {
    for (let id = 0; id < buckets; id++) {
      putRow(table, id % table.buckets, words, id * stride + first);
      scales[id * tables.length + head] = table.scales[id % table.buckets] as number;
    }
    first += Math.ceil(table.width / 4);
  }
  return { buckets, stride, words, scales };
}

function putRow({ rows, width }: GramTable, id: number, words: Int32Array, at: number): void {
  const end = (id + 1) * width;
  for (let from = id * width, word = at; from < end; from += 4, word++) {
    let four = (rows[from] as number) & 0xff;
    if (from + 1 < end) four |= ((rows[from + 1] as number) & 0xff) << 8;
    if (from + 2 < end) four |= ((rows[from + 2] as number) & 0xff) << 16;
    if (from + 3 < end) four |= (rows[from + 3] as number) << 24;
    words[word] = four;
  }
}

/** Whether `createGramSummer` can put them side by side: each number of buckets divides the greatest. */
export function canStandTogether(tables: readonly GramTable[]): boolean {
  const most = Math.max(1, ...tables.map(({ buckets }) => buckets));
  return tables.every(({ buckets }) => most % buckets === 0);
}
