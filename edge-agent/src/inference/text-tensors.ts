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
 * Places of `batch` in groups of at most `limit`, like lengths together, so that little is padding.
 */
export function groupsByLength(batch: readonly TextFeatures[], limit: number): number[][] {
  const order = batch.map((_, i) => i).sort((a, b) => (batch[a]?.ids.length ?? 0) - (batch[b]?.ids.length ?? 0) || a - b);
  const groups: number[][] = [];
  for (let i = 0; i < order.length; i += limit) groups.push(order.slice(i, i + limit));
  return groups;
} // prettier-ignore

function roundedUp(count: number, step: number): number {
  return Math.ceil(count / step) * step;
}
