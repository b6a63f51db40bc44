import { type Estimate, intervalOf } from './interval.ts';

/** One choice that was made and what came of it, beside what another policy would have done. */
export interface LoggedChoice {
  readonly reward: number;
  /** Probability with which the recorded choice was made, over 0. */
  readonly propensity: number;
  /** Probability with which the other policy makes the same choice. */
  readonly target: number;
  /** Share of the other policy's choices that the recorded one never makes, 0..1. */
  readonly unsupported: number;
  /** What a model that has not seen this choice's reward expects of it, and of the other policy's mix. */
  readonly expected: number;
  readonly expectedOfTarget: number;
  readonly showId: string;
}

export interface OffPolicyValue {
  readonly choices: number;
  /** Kish: (Σw)² ÷ Σw². How many choices made by the other policy itself would say as much. */
  readonly effectiveSample: number;
  readonly largestWeight: number;
  readonly unsupported: number;
  /** Mean reward a choice; null: overlap or sample refuse it, `refused` says which. */
  readonly ips: Estimate | null;
  readonly snips: Estimate | null;
  readonly dr: Estimate | null;
  readonly refused: 'too-few-choices' | 'no-overlap' | 'too-small-effective-sample' | null;
}

export const LEAST_CHOICES = 30;
export const LEAST_EFFECTIVE_SAMPLE = 30;
/** More of what the other policy would do was never tried: nothing recorded says what it brings. */
export const MOST_UNSUPPORTED = 0.1;

/**
 * What the other policy would have brought a choice: inverse propensity (Horvitz and Thompson 1952), self-normalised
 * (Swaminathan and Joachims 2015) and doubly robust (Dudík, Langford and Li 2011). Intervals rest on each choice's
 * influence; see `intervalOf`. Without overlap every one of them would be a number about something else: refused.
 */
export function evaluateOffPolicy(choices: readonly LoggedChoice[]): OffPolicyValue {
  const n = choices.length;
  const weights = choices.map(({ target, propensity }) => target / propensity);
  const sum = weights.reduce((total, one) => total + one, 0);
  const squares = weights.reduce((total, one) => total + one * one, 0);
  const effectiveSample = squares === 0 ? 0 : (sum * sum) / squares;
  const unsupported = n === 0 ? 0 : choices.reduce((total, one) => total + one.unsupported, 0) / n;
  const refused = refusalOf(n, unsupported, effectiveSample);
  const head = { choices: n, effectiveSample, largestWeight: weights.reduce((a, b) => Math.max(a, b), 0), unsupported, refused };
  if (refused !== null) return { ...head, ips: null, snips: null, dr: null };
  const options = { df: effectiveSample - 1, clusters: choices.map(({ showId }) => showId) };
  const meanOf = (terms: readonly number[]) => {
    const value = terms.reduce((total, one) => total + one, 0) / n;
    return intervalOf(value, terms.map((one) => one - value), options);
  };
  const ips = meanOf(choices.map(({ reward }, i) => weights[i]! * reward));
  const dr = meanOf(termsOfDr(choices));
  const normal = choices.reduce((total, { reward }, i) => total + weights[i]! * reward, 0) / sum;
  // Over 1 − w ÷ Σw, as the jackknife has it: the mean that is subtracted holds the choice itself.
  const snips = intervalOf(normal, choices.map(({ reward }, i) => (weights[i]! * (reward - normal) * n) / (sum - weights[i]!)), options);
  return { ...head, ips, snips, dr };
} // prettier-ignore

/** Each choice's term of the doubly robust value: what the model expects, and the weighted rest it did not. */
export function termsOfDr(choices: readonly LoggedChoice[]): number[] {
  return choices.map((one) => one.expectedOfTarget + (one.target / one.propensity) * (one.reward - one.expected));
}

function refusalOf(choices: number, unsupported: number, effectiveSample: number): OffPolicyValue['refused'] {
  if (choices < LEAST_CHOICES) return 'too-few-choices';
  if (unsupported > MOST_UNSUPPORTED) return 'no-overlap';
  return effectiveSample < LEAST_EFFECTIVE_SAMPLE ? 'too-small-effective-sample' : null;
}
