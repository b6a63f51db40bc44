/** Records of shows whose truth is known: decisions with their chance, and the orders that follow. */
import type { Arm, Decision, ShowLogEntry } from '@livecue/shared/contract';
import type { RuleName } from '@livecue/shared/prompt';
import { windowOf } from '../arms.ts';
import { createRandom, type Random } from './random.ts';

export interface Truth {
  readonly decisions: number;
  readonly shows: number;
  readonly holdBackShare: number;
  readonly rules: readonly { readonly rule: RuleName; readonly eligible: readonly Arm[] }[];
  /** Orders that follow, as a multiple of what is usual. */
  readonly effect: (arm: Arm, onAir: boolean) => number;
  readonly draw: (mean: number, random: Random) => number;
}

export function syntheticLog(truth: Truth, seed: number): ShowLogEntry[] {
  const random = createRandom(seed);
  const entries: ShowLogEntry[] = [];
  const perShow = Math.ceil(truth.decisions / truth.shows);
  for (let i = 0; i < truth.decisions; i++) {
    const show = Math.floor(i / perShow);
    const head = { showId: `20260501T${String(100_000 + show).slice(0, 6)}Z-main`, atMs: i * 60_000 };
    const { rule, eligible } = truth.rules[Math.floor(random.uniform() * truth.rules.length)]!;
    const held = random.uniform() < truth.holdBackShare;
    const arm: Arm = held ? 'nothing' : eligible[0]!;
    const onAir = random.uniform() < 0.5;
    const usual = 0.5 + 4 * random.uniform();
    const decision: Decision = {
      decisionId: `${seed}-${i}`, by: 'hold-out', policyVersion: 'rules', rule, promptId: null, productId: `p${i % 3}`,
      arm, eligible: [...eligible], propensity: held ? truth.holdBackShare : 1 - truth.holdBackShare, held,
      context: { onAir: onAir ? 1 : 0, usual, holdBackShare: truth.holdBackShare }, windowMs: windowOf(eligible),
    }; // prettier-ignore
    entries.push({ kind: 'decision', ...head, decision });
    const orders = truth.draw(usual * truth.effect(arm, onAir), random);
    entries.push({ kind: 'reward', ...head, decisionId: decision.decisionId, values: { orders, covered: 1 } });
  }
  return entries;
}

/** What a card of the rule adds a time it comes: `usual` is 2.5 in the mean, on air or off it half the time. */
export function trueUplift({ effect }: Truth, arm: Arm): number {
  const mean = (one: Arm) => (2.5 * (effect(one, true) + effect(one, false))) / 2;
  return mean(arm) - mean('nothing');
}

/** Orders in clumps: the variance is the mean and half its square. */
export const clumped = (mean: number, random: Random): number => random.poisson((mean * random.gamma(2)) / 2);
