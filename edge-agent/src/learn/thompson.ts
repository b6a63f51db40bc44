import { gammaCdf } from './numbers.ts';

/** What is believed of an arm: orders come at θ times their usual rate, θ ~ Gamma(shape, rate). */
export interface Belief {
  readonly shape: number;
  readonly rate: number;
}

/** Least probability of anything that can be chosen: what is never tried is never learned, nor evaluated. */
export const FLOOR = 0.05;
const GRID = 600;

/**
 * Probability of each to have the largest θ, which is how often Thompson sampling (1933) picks it. By quadrature and
 * not by drawing, so that it is exact to some 1e-4 and its own record: ∫ f_i Π F_j on a grid, then made to sum to 1.
 */
export function chancesOfBest(beliefs: readonly Belief[]): number[] {
  const top = Math.max(...beliefs.map(({ shape, rate }) => (shape + 10 * Math.sqrt(shape) + 20) / rate));
  const low = Math.min(...beliefs.map(({ shape, rate }) => Math.max(0, shape - 10 * Math.sqrt(shape)) / rate));
  const cdfs = beliefs.map(({ shape, rate }) => Array.from({ length: GRID + 1 }, (_, i) => {
    // Squared steps: the mass of wide beliefs lies near 0.
    const x = low + (top - low) * (i / GRID) ** 2;
    return gammaCdf(shape, x * rate);
  })); // prettier-ignore
  const raw = cdfs.map((own, arm) => {
    let sum = 0;
    for (let i = 0; i < GRID; i++) {
      let others = 1;
      cdfs.forEach((other, j) => {
        if (j !== arm) others *= (other[i]! + other[i + 1]!) / 2;
      });
      sum += (own[i + 1]! - own[i]!) * others;
    }
    return sum;
  });
  const total = raw.reduce((sum, one) => sum + one, 0);
  return raw.map((one) => one / total);
}

/** Nothing below `FLOOR`, the rest in proportion; for up to 20 arms. */
export function withFloor(chances: readonly number[]): number[] {
  const left = 1 - FLOOR * chances.length;
  return chances.map((one) => FLOOR + left * one);
}

/** The index that a draw in [0, 1) picks by these probabilities. */
export function pickBy(draw: number, probabilities: readonly number[]): number {
  let left = draw;
  const found = probabilities.findIndex((one) => (left -= one) < 0);
  return found < 0 ? probabilities.length - 1 : found;
}
