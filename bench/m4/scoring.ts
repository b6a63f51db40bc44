/** M4's measures (Makridakis, Spiliotis and Assimakopoulos 2020), on all points of all series. */
export interface Scores {
  /** Mean of 200 |y − f| / (|y| + |f|). */
  readonly smape: number;
  /** Mean of |y − f| / d, d the series' mean absolute change over a cycle in its training part. */
  readonly mase: number;
  /** Half of each divided by what Naive2 has. */
  readonly owa: number;
}

export interface Scored {
  readonly train: Float64Array;
  readonly test: Float64Array;
}

/** d of MASE and MSIS. */
export function cycleChange(train: Float64Array, season: number): number {
  let sum = 0;
  for (let at = season; at < train.length; at++) sum += Math.abs(train[at]! - train[at - season]!);
  return sum / (train.length - season);
}

export function scoresOf(
  series: readonly Scored[],
  paths: readonly Float64Array[],
  season: number,
  naive2: { readonly smape: number; readonly mase: number },
): Scores {
  let [relative, scaled, points] = [0, 0, 0];
  for (const [at, { train, test }] of series.entries()) {
    const unit = cycleChange(train, season);
    for (const [step, value] of test.entries()) {
      const off = Math.abs(value - paths[at]![step]!);
      relative += (200 * off) / (Math.abs(value) + Math.abs(paths[at]![step]!));
      scaled += off / unit;
      points++;
    }
  }
  const [smape, mase] = [relative / points, scaled / points];
  return { smape, mase, owa: 0.5 * (smape / naive2.smape + mase / naive2.mase) };
}

/** Mean scaled interval score (Gneiting and Raftery 2007) of 95 % bounds, and the share of points within them. */
export function intervalScore(
  series: readonly Scored[],
  bounds: readonly { readonly low: Float64Array; readonly high: Float64Array }[],
  season: number,
): { readonly msis: number; readonly covered: number } {
  let [sum, inside, points] = [0, 0, 0];
  for (const [at, { train, test }] of series.entries()) {
    const unit = cycleChange(train, season);
    for (const [step, value] of test.entries()) {
      const [low, high] = [bounds[at]!.low[step]!, bounds[at]!.high[step]!];
      sum += (high - low + 40 * Math.max(0, low - value) + 40 * Math.max(0, value - high)) / unit;
      inside += value >= low && value <= high ? 1 : 0;
      points++;
    }
  }
  return { msis: sum / points, covered: inside / points };
}

export function shareInside(
  series: readonly Scored[],
  bounds: readonly { readonly low: Float64Array; readonly high: Float64Array }[],
): number {
  let [inside, points] = [0, 0];
  for (const [at, { test }] of series.entries()) {
    for (const [step, value] of test.entries()) {
      inside += value >= bounds[at]!.low[step]! && value <= bounds[at]!.high[step]! ? 1 : 0;
      points++;
    }
  }
  return inside / points;
}
