import { Tensor } from 'onnxruntime-node';
import type { TextFeatures } from '@livecue/shared/text';

/** Inputs that this runtime can feed, with their types. */
export const INPUTS: Readonly<Record<string, string>> = { ids: 'int32', weights: 'float32', characters: 'int32' };

/**
 * Sums over n-grams are taken in groups of this many; with whole groups, padding changes no bit of a score,
 * so a comment scores the same in any company. Tested by comparing bits.
 */
const FEATURE_STEP = 16;
const CHARACTER_STEP = 8;

/** What models take of some texts; made once for all models, and what none of them takes is not made. */
export interface TextTensors {
  readonly texts: readonly TextFeatures[];
  readonly ids: Tensor;
  readonly weights: Tensor;
  readonly characters: Tensor;
}

/** Ragged features → padded matrices: weight 0 and character 0 are nothing. */
export function tensorsOf(texts: readonly TextFeatures[]): TextTensors {
  const made: { ids?: Tensor; weights?: Tensor; characters?: Tensor } = {};
  return {
    texts,
    get ids() {
      return (made.ids ??= padded('int32', texts.map(({ ids }) => ids), FEATURE_STEP));
    },
    get weights() {
      return (made.weights ??= padded('float32', texts.map(({ weights }) => weights), FEATURE_STEP));
    },
    get characters() {
      return (made.characters ??= padded('int32', texts.map(({ characters }) => characters), CHARACTER_STEP));
    },
  };
} // prettier-ignore

function padded(type: 'int32' | 'float32', rows: readonly (Int32Array | Float32Array)[], step: number): Tensor {
  let longest = 1;
  for (const row of rows) longest = Math.max(longest, row.length);
  const width = roundedUp(longest, step);
  const values = type === 'int32' ? new Int32Array(rows.length * width) : new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) values.set(rows[i] ?? [], i * width);
  return new Tensor(type, values, [rows.length, width]);
}

/** What a run costs, in padded characters that a reader reads (some 200 µs and 2 µs each on one core); only for speed. */
const RUN_COST = 100;

/**
 * Places of `batch` in groups of at most `limit` padded characters (or of one text) that cost least together: one long
 * text beside short ones makes all of them long, and many small groups cost a run each. Like lengths stand together;
 * the cuts are the best ones for that order.
 */
export function groupsByLength(batch: readonly TextFeatures[], limit: number): number[][] {
  const sizes = batch.map(({ characters }) => roundedUp(characters.length, CHARACTER_STEP));
  const order = batch.map((_, i) => i).sort((a, b) => (sizes[a] as number) - (sizes[b] as number) || a - b);
  return cutsOf(order.map((i) => sizes[i] as number), limit).map(([from, to]) => order.slice(from, to));
} // prettier-ignore

/** Cheapest cuts of a row of texts that grow: for each end, the best beginning of the last group. */
function cutsOf(sizes: readonly number[], limit: number): [number, number][] {
  const least = new Float64Array(sizes.length + 1);
  const from = new Int32Array(sizes.length + 1);
  for (let end = 1; end <= sizes.length; end++) {
    const longest = sizes[end - 1] as number;
    least[end] = Number.POSITIVE_INFINITY;
    for (let start = end - 1; start >= 0 && (end - start === 1 || (end - start) * longest <= limit); start--) {
      const cost = (least[start] as number) + RUN_COST + (end - start) * longest;
      if (cost >= (least[end] as number)) continue;
      least[end] = cost;
      from[end] = start;
    }
  }
  const cuts: [number, number][] = [];
  for (let end = sizes.length; end > 0; end = from[end] as number) cuts.push([from[end] as number, end]);
  return cuts.reverse();
}

function roundedUp(count: number, step: number): number {
  return Math.ceil(count / step) * step;
}
