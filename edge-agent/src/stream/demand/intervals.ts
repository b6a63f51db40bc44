import type { Combined } from './combination.ts';

/** Weight, in residuals, of what all series of a file say of a series' spread beside its own residuals. */
const PRIOR_RESIDUALS = 24;
/** A series without any residual: its spread as a part of its usual change over a cycle. */
const DEFAULT_SPREAD = 1;
/** Fewer residuals of all series together do not tell the shape; the normal distribution's is taken. */
const LEAST_FOR_SHAPE = 200;

/** How forecasts of one file miss, learnt from residuals of periods before the end. */
export interface Spread {
  /** Lower and upper bound around each step of `combined.path` that holds `level` (0..1) of what comes. */
  bounds(combined: Combined, level: number): { readonly low: Float64Array; readonly high: Float64Array };
}

/**
 * The residuals of a series, in units of its scale and of what is usual so many steps ahead, give its spread;
 * the shape of the distribution around it is that of all series together, skew included.
 */
export function spreadOf(all: readonly Combined[], horizon: number): Spread {
  const growth = growthOf(all, horizon);
  const widths = all.map((one) => meanSize(one, growth));
  const known = widths.filter(({ count }) => count > 0);
  const common = known.length === 0 ? DEFAULT_SPREAD : known.reduce((sum, { size }) => sum + size / known.length, 0);
  const widthOf = (one: Combined) => {
    const { size, count } = meanSize(one, growth);
    return (size * count + common * PRIOR_RESIDUALS) / (count + PRIOR_RESIDUALS);
  };
  const shape = shapeOf(all, growth, widthOf);
  return {
    bounds(combined, level) {
      const unit = unitOf(combined) * widthOf(combined);
      const [below, above] = [quantile(shape, (1 - level) / 2), quantile(shape, (1 + level) / 2)];
      const bound = (share: number) => combined.path.map((value, step) => value + share * unit * growth[step]!);
      return { low: bound(Math.min(0, below)), high: bound(Math.max(0, above)) };
    },
  };
}

function unitOf({ scale }: Combined): number {
  return scale > 0 ? scale : 1;
}

/** Mean absolute residual by step, over all series, made smooth and never falling; beyond what was tried as √step. */
function growthOf(all: readonly Combined[], horizon: number): Float64Array {
  const sum = new Float64Array(horizon);
  const count = new Float64Array(horizon);
  for (const one of all) {
    for (const residuals of one.residuals) {
      for (let step = 0; step < residuals.length; step++) {
        sum[step]! += Math.abs(residuals[step]!) / unitOf(one);
        count[step]!++;
      }
    }
  }
  const tried = count.findLastIndex((n) => n > 0) + 1;
  const growth = new Float64Array(horizon).fill(1);
  let most = 0;
  for (let step = 0; step < tried; step++) {
    let [around, n] = [0, 0];
    for (let near = Math.max(0, step - 2); near <= Math.min(tried - 1, step + 2); near++) {
      around += sum[near]!;
      n += count[near]!;
    }
    most = Math.max(most, around / n);
    growth[step] = most > 0 ? most : 1;
  }
  const end = tried > 0 ? growth[tried - 1]! : 1;
  for (let step = tried; step < horizon; step++) growth[step] = end * Math.sqrt((step + 1) / Math.max(1, tried));
  return growth;
}

function meanSize(one: Combined, growth: Float64Array): { size: number; count: number } {
  let [sum, count] = [0, 0];
  for (const residuals of one.residuals) {
    for (let step = 0; step < residuals.length; step++, count++) sum += Math.abs(residuals[step]!) / growth[step]! / unitOf(one); // prettier-ignore
  }
  return { size: count === 0 ? 0 : sum / count, count };
}

/** Sorted residuals of all series, each in units of its own spread. */
function shapeOf(all: readonly Combined[], growth: Float64Array, widthOf: (one: Combined) => number): Float64Array {
  const found: number[] = [];
  for (const one of all) {
    const unit = unitOf(one) * widthOf(one);
    for (const residuals of one.residuals) {
      for (let step = 0; step < residuals.length; step++) found.push(unit > 0 ? residuals[step]! / unit / growth[step]! : 0); // prettier-ignore
    }
  }
  return found.length >= LEAST_FOR_SHAPE ? Float64Array.from(found).sort() : NORMAL_SHAPE;
}

/** Quantiles of a normal distribution with mean absolute value 1, by Acklam's approximation of its tails. */
const NORMAL_SHAPE = Float64Array.from({ length: 999 }, (_, i) => normalQuantile((i + 1) / 1000) / Math.sqrt(2 / Math.PI)); // prettier-ignore

/** Abramowitz and Stegun 26.2.23; off by less than 4.5e-4. */
function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  return (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3) - t;
}

function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const at = Math.floor(place);
  const [left, right] = [sorted[at]!, sorted[Math.min(sorted.length - 1, at + 1)]!];
  return left + (right - left) * (place - at);
}
