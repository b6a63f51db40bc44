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

/**
 * What a run of all models costs, in µs on one core: once, for each n-gram and for each padded character of its
 * longest texts. The n-grams cost little since their sums are made outside, but groups cut with them in mind were the
 * fastest (27,400 comments a second; 24,800 to 26,400 without). Only the ratio matters, and only for speed.
 */
const RUN_COST = 100;
const FEATURE_COST = 0.14;
const CHARACTER_COST = 0.7;

/**
 * Places of `batch` in groups of at most `limit` that cost least together: one long text beside short ones makes
 * all of them long, and many small groups cost a run each. Like lengths stand together; the cuts are the best
 * ones for that order.
 */
export function groupsByLength(batch: readonly TextFeatures[], limit: number): number[][] {
  const sizes = batch.map(({ ids, characters }) => ({
    features: roundedUp(ids.length, FEATURE_STEP),
    characters: roundedUp(characters.length, CHARACTER_STEP),
  }));
  const costOf = (i: number) => FEATURE_COST * (sizes[i]?.features ?? 0) + CHARACTER_COST * (sizes[i]?.characters ?? 0);
  const costs = batch.map((_, i) => costOf(i));
  const order = batch.map((_, i) => i).sort((a, b) => (sizes[a]?.characters ?? 0) - (sizes[b]?.characters ?? 0) || (costs[a] ?? 0) - (costs[b] ?? 0) || a - b);
  return cutsOf(order.map((i) => sizes[i] ?? { features: 0, characters: 0 }), limit).map(([from, to]) => order.slice(from, to));
} // prettier-ignore

/** Cheapest cuts of a row of texts: for each end, the best beginning of the last group. */
function cutsOf(sizes: readonly { readonly features: number; readonly characters: number }[], limit: number): [number, number][] {
  const least = new Float64Array(sizes.length + 1);
  const from = new Int32Array(sizes.length + 1);
  for (let end = 1; end <= sizes.length; end++) {
    let [features, characters] = [0, 0];
    least[end] = Number.POSITIVE_INFINITY;
    for (let start = end - 1; start >= 0 && end - start <= limit; start--) {
      const one = sizes[start];
      if (one !== undefined && one.features > features) features = one.features;
      if (one !== undefined && one.characters > characters) characters = one.characters;
      const cost = (least[start] ?? 0) + RUN_COST + (end - start) * (FEATURE_COST * features + CHARACTER_COST * characters);
      if (cost >= (least[end] ?? 0)) continue;
      least[end] = cost;
      from[end] = start;
    }
  }
  const cuts: [number, number][] = [];
  for (let end = sizes.length; end > 0; end = from[end] ?? 0) cuts.push([from[end] ?? 0, end]);
  return cuts.reverse();
} // prettier-ignore

function roundedUp(count: number, step: number): number {
  return Math.ceil(count / step) * step;
}
