import { describe, expect, test } from 'vitest';
import type { Arm, Decision } from '@livecue/shared/contract';
import { type ChoiceCase, choiceCases, GATE_EFFECTIVE_SAMPLE, judgePolicy, learnFrom } from './policy-gate.ts';
import { createPosterior } from './posterior.ts';
import { createRandom, type Random } from './testing/random.ts';
import { clumped, syntheticLog, type Truth } from './testing/synthetic-log.ts';
import { pickBy } from './thompson.ts';

const harm: Truth = {
  decisions: 3_000,
  shows: 12,
  holdBackShare: 0.1,
  rules: [
    { rule: 'counted-questions', eligible: ['explain', 'nothing'] },
    { rule: 'past-peak', eligible: ['move-on', 'nothing'] },
  ],
  // Explaining helps; moving on costs a third.
  effect: (arm) => (arm === 'explain' ? 1.3 : arm === 'move-on' ? 0.65 : 1),
  draw: clumped,
};

describe('the gate', () => {
  test('lets through what is better, and says by how much: cards that cost sales are kept back', () => {
    const verdict = judgePolicy(choiceCases(syntheticLog(harm, 1)));
    expect(verdict).toMatchObject({ passes: true, reason: 'better' });
    expect(verdict.learned.effectiveSample).toBeGreaterThan(GATE_EFFECTIVE_SAMPLE);
    expect(verdict.gain!.lo).toBeGreaterThan(0);
    // Rules: (1.3 + 0.65) ÷ 2 of 2.5 orders with a tenth held back; the gain is at most what never moving on brings.
    expect(verdict.rules.dr!.value).toBeCloseTo(2.5 * (0.9 * 0.975 + 0.1), 0);
    expect(verdict.gain!.value).toBeLessThan((2.5 * 0.35 * 0.9) / 2 + 0.1);
  });

  test('of 50 records in which every card helps, or none matters, hardly one changes anything', () => {
    for (const effect of [(arm: Arm) => (arm === 'nothing' ? 1 : 1.3), () => 1]) {
      let passed = 0;
      let gain = 0;
      for (let seed = 1; seed <= 50; seed++) {
        const verdict = judgePolicy(choiceCases(syntheticLog({ ...harm, effect, decisions: 800 }, seed)));
        passed += verdict.passes ? 1 : 0;
        gain += verdict.gain!.value / 50;
      }
      // A one-sided error of 2.5 %.
      expect(passed).toBeLessThanOrEqual(4);
      // A policy judged by what it learned from would find a gain in noise.
      expect(gain).toBeLessThan(0.03);
    }
  });

  test('a small record refuses, and so does one in which what would be chosen was never tried', () => {
    expect(judgePolicy([])).toMatchObject({ passes: false, reason: 'too-few-choices', gain: null });
    expect(judgePolicy(choiceCases(syntheticLog({ ...harm, decisions: 200 }, 1)))).toMatchObject({
      passes: false,
      reason: 'too-small-effective-sample',
    });
    const never: Truth = { ...harm, rules: [{ rule: 'past-peak', eligible: ['move-on', 'explain', 'pin', 'offer', 'nothing'] }] }; // prettier-ignore
    expect(judgePolicy(choiceCases(syntheticLog(never, 1)))).toMatchObject({ passes: false, reason: 'no-overlap' });
    const silent = judgePolicy(choiceCases(syntheticLog({ ...harm, holdBackShare: 0 }, 1)));
    expect(silent).toMatchObject({ passes: false, reason: 'no-overlap' });
  });

  test('cases are those with an arm, a closed window and a feed that held', () => {
    const entries = syntheticLog({ ...harm, decisions: 50 }, 2);
    expect(choiceCases(entries)).toHaveLength(50);
    const without = entries.map((entry) => (entry.kind === 'decision' ? { ...entry, decision: { ...entry.decision, arm: null } } : entry)); // prettier-ignore
    expect(choiceCases(without)).toEqual([]);
    expect(learnFrom(choiceCases(entries)).rewards).toBe(50);
  });
});

/** A studio that learns while it chooses: `effect` by arm, 1 for doing nothing. */
function learnedShow(decisions: number, seed: number, effect: Readonly<Record<string, number>>): ChoiceCase[] {
  const random: Random = createRandom(seed);
  const posterior = createPosterior();
  const eligible = [...Object.keys(effect)] as Arm[];
  return Array.from({ length: decisions }, (_, i) => {
    const context = { onAir: 0, usual: 1 + 3 * random.uniform() };
    const chances = posterior.chances(eligible, context);
    const picked = pickBy(random.uniform(), chances);
    const arm = eligible[picked]!;
    const orders = clumped(context.usual * effect[arm]!, random);
    posterior.learn(arm, context, orders);
    const decision: Decision = {
      decisionId: `${i}`, by: 'policy', policyVersion: 'learned', rule: 'buy-signals', promptId: null, productId: 'p',
      arm, eligible, propensity: chances[picked]!, held: arm === 'nothing', context, windowMs: 300_000,
    }; // prettier-ignore
    return { decision, orders, showId: `show-${Math.floor(i / 100)}` };
  });
}

describe('a studio that learns while it chooses', () => {
  const effect = { explain: 1.1, offer: 1.6, countdown: 0.8, nothing: 1 };
  const cases = learnedShow(1_500, 3, effect);

  test('comes to choose what sells most, never tries anything less than the floor', () => {
    const last = cases.slice(-300);
    expect(last.filter(({ decision }) => decision.arm === 'offer').length).toBeGreaterThan(0.7 * 300);
    for (const { decision } of cases) expect(decision.propensity).toBeGreaterThanOrEqual(0.05 - 1e-12);
    const belief = learnFrom(cases).belief('offer', { onAir: 0 });
    expect(belief.shape / belief.rate).toBeCloseTo(1.6, 0);
  });

  test('what it recorded still says what the rules would have brought', () => {
    const { rules, learned, passes } = judgePolicy(cases);
    // The rules would always explain: 1.1 times the usual 2.5.
    expect(rules.dr!.lo).toBeLessThan(2.75);
    expect(rules.dr!.hi).toBeGreaterThan(2.75);
    expect(learned.dr!.value).toBeGreaterThan(rules.dr!.value);
    expect(passes).toBe(true);
  });
});
