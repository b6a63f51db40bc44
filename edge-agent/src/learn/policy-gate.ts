import type { Decision, ShowLogEntry } from '@livecue/shared/contract';
import { type Estimate, intervalOf } from './interval.ts';
import { evaluateOffPolicy, type LoggedChoice, type OffPolicyValue, termsOfDr } from './off-policy.ts';
import { createPosterior, type Posterior } from './posterior.ts';

/** One choice between arms and the orders that followed. */
export interface ChoiceCase {
  readonly decision: Decision;
  readonly orders: number;
  readonly showId: string;
}

export interface PolicyVerdict {
  readonly passes: boolean;
  readonly reason: 'better' | 'not-shown-to-be-better' | NonNullable<OffPolicyValue['refused']>;
  /** Orders a decision, in its window, of what would be learned and of the rules' own order. */
  readonly learned: OffPolicyValue;
  readonly rules: OffPolicyValue;
  /** Learned less rules, both doubly robust on the same decisions; null where either is refused. */
  readonly gain: Estimate | null;
}

/** Effective sample from which a verdict may change what a studio sees. */
export const GATE_EFFECTIVE_SAMPLE = 100;
const FOLDS = 5;

/**
 * Whether the learned policy may take over: the lower 95 % bound of its doubly robust value lies above the value of
 * the rules, and so does that of the difference, with an effective sample of at least 100. No decision is judged by a
 * policy or a model that saw what followed it (five folds, whole shows together from five shows on). What was never
 * tried counts as bringing no order at all, so that it can only speak against a change.
 */
export function judgePolicy(cases: readonly ChoiceCase[]): PolicyVerdict {
  const folds = foldsOf(cases);
  const posteriors = Array.from({ length: FOLDS }, (_, fold) => learnFrom(cases.filter((_one, i) => folds[i] !== fold)));
  const judged = (policy: Policy) => cases.map((one, i) => choiceOf(one, policy, posteriors[folds[i]!]!));
  const [byLearned, byRules] = [judged(learnedPolicy), judged(rulesPolicy)];
  const [learned, rules] = [evaluateOffPolicy(byLearned), evaluateOffPolicy(byRules)];
  const refused = learned.refused ?? rules.refused;
  if (refused !== null) return { passes: false, reason: refused, learned, rules, gain: null };
  const [a, b] = [termsOfDr(byLearned), termsOfDr(byRules)];
  const terms = a.map((one, i) => one - b[i]!);
  const value = terms.reduce((sum, one) => sum + one, 0) / terms.length;
  const df = Math.min(learned.effectiveSample, rules.effectiveSample) - 1;
  const gain = intervalOf(value, terms.map((one) => one - value), { df, clusters: cases.map(({ showId }) => showId) });
  if (learned.effectiveSample < GATE_EFFECTIVE_SAMPLE) {
    return { passes: false, reason: 'too-small-effective-sample', learned, rules, gain };
  }
  const passes = gain.lo > 0 && (learned.dr?.lo ?? 0) > (rules.dr?.value ?? Number.POSITIVE_INFINITY);
  return { passes, reason: passes ? 'better' : 'not-shown-to-be-better', learned, rules, gain };
} // prettier-ignore

/** Choices between arms whose window is over and in which the feed held; in the order of the log. */
export function choiceCases(entries: Iterable<ShowLogEntry>): ChoiceCase[] {
  const open = new Map<string, Decision>();
  const cases: ChoiceCase[] = [];
  for (const entry of entries) {
    if (entry.kind === 'decision') open.set(entry.decision.decisionId, entry.decision);
    if (entry.kind !== 'reward') continue;
    const decision = open.get(entry.decisionId);
    open.delete(entry.decisionId);
    if (decision === undefined || decision.arm === null || entry.values['covered'] !== 1) continue;
    cases.push({ decision, orders: entry.values['orders'] ?? 0, showId: entry.showId });
  }
  return cases;
}

/** A posterior that has seen these choices alone. */
export function learnFrom(cases: readonly ChoiceCase[]): Posterior {
  const posterior = createPosterior();
  for (const { decision, orders } of cases) {
    if (decision.arm !== null) posterior.learn(decision.arm, contextOf(decision), orders);
  }
  return posterior;
}

type Policy = (decision: Decision, posterior: Posterior) => number[];

const learnedPolicy: Policy = (decision, posterior) => posterior.chances(decision.eligible, contextOf(decision));
const rulesPolicy: Policy = ({ eligible }) => eligible.map((_, i) => (i === 0 ? 1 : 0));

/** Both policies leave the same share to the hold-out, before they choose. */
function choiceOf({ decision, orders, showId }: ChoiceCase, policy: Policy, posterior: Posterior): LoggedChoice {
  const { eligible, arm, propensity, by } = decision;
  const context = contextOf(decision);
  const share = decision.context['holdBackShare'] ?? 0;
  const nothing = eligible.indexOf('nothing');
  const target = policy(decision, posterior).map((chance, i) => (1 - share) * chance + (i === nothing ? share : 0));
  // By the rules the first came or nothing did, and without a share to hold back not even that.
  const wasPossible = (i: number) => by === 'policy' || i === 0 || (i === nothing && share > 0);
  const expected = eligible.map((one, i) => (wasPossible(i) ? posterior.expected(one, context) : 0));
  const chosen = eligible.findIndex((one) => one === arm);
  return {
    reward: orders,
    propensity,
    target: target[chosen] ?? 0,
    unsupported: target.reduce((sum, one, i) => sum + (wasPossible(i) ? 0 : one), 0),
    expected: expected[chosen] ?? 0,
    expectedOfTarget: target.reduce((sum, one, i) => sum + one * expected[i]!, 0),
    showId,
  };
}

function contextOf({ context }: Decision) {
  return { onAir: context['onAir'] ?? 0, usual: context['usual'] ?? 0 };
}

/** Whole shows from five on; else blocks of decisions that followed each other, which share the room's mood. */
function foldsOf(cases: readonly ChoiceCase[]): number[] {
  const shows = [...new Set(cases.map(({ showId }) => showId))];
  if (shows.length >= FOLDS) return cases.map(({ showId }) => shows.indexOf(showId) % FOLDS);
  const block = Math.max(1, Math.ceil(cases.length / FOLDS));
  return cases.map((_, i) => Math.floor(i / block));
}
