import { createRandom, type Random } from './random.ts';

/**
 * Common random numbers for rooms that are compared: what is drawn depends on the seed, the name of the stream,
 * the time of the action that draws, and how much that action has drawn before; not on what other actions drew.
 * A candidate that happens in both rooms at one time has one fate in both (Law, Simulation Modeling and Analysis,
 * on common random numbers and their synchronisation). Numbers are those of `createRandom`.
 */
export function createSynchronisedRandom(key: number | string, nowMs: () => number): Random {
  let atMs: number | null = null;
  let current: Random | null = null;
  const now = (): Random => {
    const timeMs = nowMs();
    if (current === null || timeMs !== atMs) {
      atMs = timeMs;
      current = createRandom(`${key}@${timeMs}`);
    }
    return current;
  };
  return {
    unit: () => now().unit(),
    below: (n) => now().below(n),
    between: (low, high) => now().between(low, high),
    chance: (p) => now().chance(p),
    exponential: (mean) => now().exponential(mean),
    poisson: (mean) => now().poisson(mean),
    normal: (mean, deviation) => now().normal(mean, deviation),
    pick: (list) => now().pick(list),
    weighted: (weights) => now().weighted(weights),
    fork: (label) => createSynchronisedRandom(`${key}/${label}`, nowMs),
  };
}
