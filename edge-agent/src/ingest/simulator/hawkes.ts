import type { Random } from './random.ts';

/**
 * Self-exciting point process with rate λ(t) = μ(t) + Σ n·β·e^(−β(t − tᵢ)): each event raises the rate of the
 * next ones (Hawkes 1971, Biometrika 58). Drawn as clusters, which for this kernel is exactly the same
 * process and tells who caused whom: events of the base rate, each with Poisson(n) children after
 * exponential delays of mean 1/β, and so on (Hawkes & Oakes 1974, J. Appl. Prob. 11).
 */
export interface Excitation {
  /** Mean number of children of an event, n; 0 ≤ n < 1. Live rooms: 0.75..0.83. */
  readonly branchingRatio: number;
  /** β, 1/s: children come after 1/β s on average. */
  readonly decayPerS: number;
}

/** A rate that changes with time; `perS(t)` never exceeds `maxPerS`. */
export interface Rate {
  readonly maxPerS: number;
  perS(timeMs: number): number;
}

/** When the children of an event at `parentMs` happen; unordered, milliseconds. */
export function childTimesMs(random: Random, parentMs: number, excitation: Excitation): number[] {
  const children = random.poisson(excitation.branchingRatio);
  return Array.from({ length: children }, () => parentMs + random.exponential(1000 / excitation.decayPerS));
}

/**
 * First candidate after `fromMs` of a process with at most `maxPerS` events a second. It becomes an event
 * with probability rate/maxPerS (thinning: Lewis & Shedler 1979; Ogata 1981, IEEE Trans. Inf. Theory 27).
 */
export function nextCandidateMs(random: Random, fromMs: number, maxPerS: number): number {
  return maxPerS <= 0 ? Number.POSITIVE_INFINITY : fromMs + random.exponential(1000 / maxPerS);
}

/** All events of [startMs, endMs), ascending, milliseconds. For load generators and tests; bounded by the rate only. */
export function simulateHawkes(
  random: Random,
  base: Rate,
  excitation: Excitation,
  startMs: number,
  endMs: number,
): number[] {
  const times: number[] = [];
  for (
    let t = nextCandidateMs(random, startMs, base.maxPerS);
    t < endMs;
    t = nextCandidateMs(random, t, base.maxPerS)
  ) {
    if (random.chance(base.perS(t) / base.maxPerS)) times.push(t);
  }
  // Children are appended behind their parents, so the loop reaches every generation.
  for (let i = 0; i < times.length; i += 1) {
    for (const child of childTimesMs(random, times[i] as number, excitation)) if (child < endMs) times.push(child);
  }
  return times.sort((a, b) => a - b);
}

/**
 * Fano factor (variance ÷ mean of counts) that the stationary process has in windows of `windowS` seconds:
 * F = 1/(1−n)² + (1 − 1/(1−n)²)·(1 − e^(−γT))/(γT), γ = β(1−n). Source: covariance density of Hawkes 1971,
 * integrated over the window.
 */
export function expectedFano(excitation: Excitation, windowS: number): number {
  const limit = 1 / (1 - excitation.branchingRatio) ** 2;
  const x = excitation.decayPerS * (1 - excitation.branchingRatio) * windowS;
  return limit + ((1 - limit) * (1 - Math.exp(-x))) / x;
}
