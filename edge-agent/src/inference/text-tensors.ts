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

/** What a model takes, by input name; made once for all models. */
export type TextTensors = Readonly<Record<'ids' | 'weights' | 'characters', Tensor>>;

/** Ragged features → padded matrices: weight 0 and character 0 are nothing. */
export function tensorsOf(batch: readonly TextFeatures[]): TextTensors {
  const rows = batch.length;
  const features = roundedUp(Math.max(1, ...batch.map((one) => one.ids.length)), FEATURE_STEP);
  const length = roundedUp(Math.max(1, ...batch.map((one) => one.characters.length)), CHARACTER_STEP);
  const ids = new Int32Array(rows * features);
  const weights = new Float32Array(rows * features);
  const characters = new Int32Array(rows * length);
  for (const [row, one] of batch.entries()) {
    ids.set(one.ids, row * features);
    weights.set(one.weights, row * features);
    characters.set(one.characters, row * length);
  }
  return {
    ids: new Tensor('int32', ids, [rows, features]),
    weights: new Tensor('float32', weights, [rows, features]),
    characters: new Tensor('int32', characters, [rows, length]),
  };
}

/**
 * What a run of all models costs, in µs on one core: once, for each padded feature, for each padded character.
 * Measured by `livecue bench models` on the shipped models; only their ratio matters, and only for speed.
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
