import type { Decayed, RoomPast } from './baseline.ts';
import type { InterestParameters } from './parameters.ts';
import type { Signals } from './row-signals.ts';
import { surpriseOf } from './tail.ts';

/** Added to both sides of a ratio, so that three comments after one are not a tripled room. */
const PRIOR_CHAT = 4;
const PRIOR_SHOP = 4;
const MAX_FACTOR = 10;
const PRIOR_MS = 10_000;
/** A room that has run for less before a window has no usual rate, and nothing in it is surprising. */
export const LEAST_PAST_MS = 30_000;

/** One product in one window. */
export interface Window {
  readonly now: Signals;
  /** The product's decayed past at the window's beginning, and the room's. */
  readonly own: Decayed;
  readonly of: RoomPast['long'];
  /** The whole room in the window. */
  readonly rhythm: { readonly shop: number; readonly chat: number };
  /** How long the window has run, and the room before it, ms. */
  readonly elapsedMs: number;
  readonly pastMs: number;
  readonly sliceMs: number;
}

export interface Judged {
  /** Weighted signals that the past and the room explain. */
  readonly expected: number;
  /** −log10 P(so many or more), 0 when not above the expected. */
  readonly surprise: number;
  readonly elapsedMs: number;
}

/**
 * A self-exciting baseline (Hawkes 1971, exponential kernel) whose background follows the room:
 *
 *   rate  = (shop·f + talk·g + p·K·f) / (N + K)      the product's own signals a slice, exponentially forgotten
 *                                                    (memory τ) over N slices, with p a slice for K slices
 *                                                    as a first guess; without the guess where that is more
 *   μ     = rate·t + (λ₀ − rate)·(1 − e^(−β(1−n)·t)) / β(1−n),   λ₀ = (1 − n)·rate + n·β·Σ e^(−β·age)
 *                                                    the mean of a Hawkes process over t from its state at the
 *                                                    window's beginning (Dassios & Zhao 2013, section 3)
 *   f, g  = how far the shop, the chat of the room without this product is above its usual, within 1..10;
 *           a wave in the chat lifts views too, by its factor to the power γ
 *   X/φ   ~ negative binomial with mean μ/φ and shape (shop + talk + p·K)/φ: a rate known from few signals may
 *           well be higher
 *
 * A wave through the whole room raises f or g for every product, so it is no interest in any of them.
 */
export function judge(window: Window, parameters: InterestParameters): Judged {
  const { own, elapsedMs, pastMs, sliceMs } = window;
  const { prior, excitation, dispersion } = parameters;
  const slices = elapsedMs / sliceMs;
  const priorSlices = prior.lengthMs / sliceMs;
  const guess = (prior.per10S * prior.lengthMs) / PRIOR_MS;
  const { shop, talk } = factors(window, parameters);
  const lift = own.shop * shop + own.talk * talk;
  const guessed = (lift + guess * shop) / (window.of.slices + priorSlices);
  // The guess may lift what is expected, never pull it down: a product that is much looked at has told its rate.
  const rate = window.of.slices === 0 ? guessed : Math.max(guessed, lift / window.of.slices);
  const n = excitation.branchingRatio;
  const returning = (1 - n) / excitation.decayMs;
  const beyond = n * (own.excited / excitation.decayMs - rate / sliceMs);
  const expected = rate * slices + (beyond * (1 - Math.exp(-returning * elapsedMs))) / returning;
  const x = window.now.shop + window.now.talk;
  const shape = (own.shop + own.talk + guess) / dispersion;
  const surprise = pastMs < LEAST_PAST_MS ? 0 : surpriseOf(x / dispersion, expected / dispersion, shape);
  return { expected, surprise, elapsedMs };
}

/** How far the rest of the room is above its usual. */
function factors(window: Window, { chatToShop }: InterestParameters): { readonly shop: number; readonly talk: number } {
  const { now, own, of, rhythm, elapsedMs, sliceMs } = window;
  // Without a past there is no usual rate.
  if (of.slices === 0) return { shop: 1, talk: 1 };
  const slices = elapsedMs / sliceMs;
  const ratio = (present: number, usual: number, prior: number) => {
    const factor = (Math.max(0, present) + prior) / ((Math.max(0, usual) * slices) / of.slices + prior);
    return Math.min(MAX_FACTOR, Math.max(1, factor));
  };
  const talk = ratio(rhythm.chat - now.questions, of.chat - own.talk, PRIOR_CHAT);
  const shop = ratio(rhythm.shop - now.shop, of.shop - own.shop, PRIOR_SHOP);
  return { talk, shop: Math.max(shop, Math.pow(talk, chatToShop)) };
}
