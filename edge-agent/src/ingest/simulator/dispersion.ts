/** Counts per window, and how far they are from a Poisson stream. */
export interface Dispersion {
  readonly windows: number;
  readonly mean: number;
  /** Variance ÷ mean; 1 for a Poisson stream. */
  readonly fano: number;
  /**
   * Index-of-dispersion test, z = √(2χ²) − √(2·df − 1) with χ² = Σ(x − mean)²/mean (Fisher 1925): standard
   * normal for a Poisson stream, so above 3.3 such a stream is rejected at 0.05 %.
   */
  readonly z: number;
}

/** Counts events into windows of one length as they come; memory is three numbers and the open window. */
export function createDispersion(
  startMs: number,
  windowMs: number,
): { add(timeMs: number): void; until(endMs: number): Dispersion } {
  let openMs = startMs;
  let count = 0;
  let windows = 0;
  let sum = 0;
  let squares = 0;
  const closeBefore = (timeMs: number): void => {
    while (timeMs >= openMs + windowMs) {
      windows += 1;
      sum += count;
      squares += count * count;
      count = 0;
      openMs += windowMs;
    }
  };
  return {
    /** Times come in ascending order. */
    add(timeMs) {
      closeBefore(timeMs);
      count += 1;
    },
    /** Whole windows only; the rest after the last one is left out. */
    until(endMs) {
      closeBefore(endMs);
      const mean = windows === 0 ? 0 : sum / windows;
      if (windows < 2 || mean === 0) return { windows, mean, fano: 0, z: 0 };
      const squared = squares - windows * mean * mean;
      const freedom = windows - 1;
      return {
        windows,
        mean,
        fano: squared / freedom / mean,
        z: Math.sqrt((2 * squared) / mean) - Math.sqrt(2 * freedom - 1),
      };
    },
  };
}
