/** What interest is judged by. One setting for all rooms; `npm run bench:interest -- --fit` prints how it was found. */
export interface InterestParameters {
  /** What one signal weighs, a view being 1. Likes stand for the product that is being explained. */
  readonly weights: { view: number; question: number; cart: number; order: number; like: number };
  /** Memory of a product's own rate, ms: long against a burst, short against an explain phase of 2 to 6 min. */
  readonly memoryMs: number;
  /** Weighted signals in 10 s that a product nobody looked at yet is expected to get, and the length of past that this guess is worth, ms. */
  readonly prior: { readonly per10S: number; readonly lengthMs: number };
  /** Share of its signals that a product's own recent signals bring about, 0..1, and how fast that wears off, ms. */
  readonly excitation: { readonly branchingRatio: number; readonly decayMs: number };
  /** Variance over mean of the weighted signals, beyond what the uncertain rate explains; ≥ 1. */
  readonly dispersion: number;
  /** How far a wave in the chat lifts what is expected of views, carts and orders, as a power of its factor. */
  readonly chatToShop: number;
}

/**
 * Weights, memory, first guess and excitation: by likelihood on simulated shows (seeds 1 to 100), memory and
 * branching ratio on the careful side of its flat top, so that a surge does not explain itself away. The simulator
 * alone would have a dispersion of 1 and no way from chat to shop: in it viewers act apart, and in a real room one
 * who asks also looks. Those two were set so that recorded rooms stay below one false surge an hour.
 */
export const INTEREST_PARAMETERS: InterestParameters = {
  weights: { view: 1, question: 1.2, cart: 1, order: 0.8, like: 0.02 },
  memoryMs: 90_000,
  prior: { per10S: 0.5, lengthMs: 30_000 },
  excitation: { branchingRatio: 0.2, decayMs: 10_000 },
  dispersion: 1.6,
  chatToShop: 0.5,
};
