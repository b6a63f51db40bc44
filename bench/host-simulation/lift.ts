import { createRandom } from '../../edge-agent/src/ingest/simulator/random.ts';

/** A share with its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 4_000;

/**
 * Σ with ÷ Σ without − 1 over pairs of one room each, and the 2.5 % and 97.5 % points of what it is when rooms are
 * drawn again with replacement, pairs together (paired percentile bootstrap: Efron & Tibshirani 1993, ch. 13).
 * Of pairs that sold nothing without, value and interval are NaN.
 */
export function pairedLift(without: readonly number[], having: readonly number[], seed = 1): Interval {
  if (without.length !== having.length) throw new RangeError('pairs need as many values with as without');
  const random = createRandom(seed).fork('bootstrap');
  const n = without.length;
  const lifts = Array.from({ length: RESAMPLES }, () => {
    let [a, b] = [0, 0];
    for (let i = 0; i < n; i++) {
      const drawn = random.below(n);
      a += without[drawn] as number;
      b += having[drawn] as number;
    }
    return b / a - 1;
  }).sort((x, y) => x - y);
  const at = (share: number) => lifts[Math.min(RESAMPLES - 1, Math.floor(share * RESAMPLES))] ?? Number.NaN;
  const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0);
  return { value: sum(having) / sum(without) - 1, low: at(0.025), high: at(0.975) };
}
