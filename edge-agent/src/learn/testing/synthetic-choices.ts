/** Choices by chance whose truth is known: for the tests of off-policy evaluation and for `npm run bench:policy`. */
import type { LoggedChoice } from '../off-policy.ts';
import { createRandom, type Random } from './random.ts';

export interface Regime {
  readonly name: string;
  readonly choices: number;
  /** Probability of each arm in each context, as recorded and of the other policy. */
  readonly logged: readonly (readonly number[])[];
  readonly target: readonly (readonly number[])[];
  /** Mean reward of each arm in each context. */
  readonly means: readonly (readonly number[])[];
  readonly draw: (mean: number, random: Random) => number;
  /** How far the model of rewards is off: 0 it knows them, 1 it knows only the mean of all. */
  readonly modelError: number;
}

const poisson = (mean: number, random: Random) => random.poisson(mean);
/** Orders in clumps: the variance is the mean and half its square. */
const clumped = (mean: number, random: Random) => random.poisson(mean * random.gamma(2) * 0.5);
/** One choice in ten brings anything, then a lot. */
const jackpots = (mean: number, random: Random) => (random.uniform() < 0.1 ? mean * 10 * random.gamma(1) : 0);

const TWO = [[2.0, 1.4], [5.0, 4.6], [0.6, 0.9]]; // prettier-ignore
const SIX = [[2, 2.6, 3.2, 1.8, 1.2, 1.6], [4, 4.8, 3.6, 4.4, 3.2, 3.8]]; // prettier-ignore
const FLOOR = [0.75, 0.05, 0.05, 0.05, 0.05, 0.05];

export const REGIMES: readonly Regime[] = [
  { name: 'rules with a tenth held back, counts', choices: 400, logged: [[0.9, 0.1], [0.9, 0.1], [0.9, 0.1]], target: [[0.95, 0.05], [0.6, 0.4], [0.2, 0.8]], means: TWO, draw: poisson, modelError: 0.3 },
  { name: 'the same, orders in clumps', choices: 400, logged: [[0.9, 0.1], [0.9, 0.1], [0.9, 0.1]], target: [[0.95, 0.05], [0.6, 0.4], [0.2, 0.8]], means: TWO, draw: clumped, modelError: 0.3 },
  { name: 'six arms, five at the floor', choices: 1_000, logged: [FLOOR, FLOOR], target: [[0.05, 0.05, 0.75, 0.05, 0.05, 0.05], [0.05, 0.75, 0.05, 0.05, 0.05, 0.05]], means: SIX, draw: clumped, modelError: 0.5 },
  { name: 'the same, jackpots', choices: 2_000, logged: [FLOOR, FLOOR], target: [[0.05, 0.05, 0.75, 0.05, 0.05, 0.05], [0.05, 0.75, 0.05, 0.05, 0.05, 0.05]], means: SIX, draw: jackpots, modelError: 1 },
  { name: 'almost the same policy, jackpots', choices: 300, logged: [[0.9, 0.1], [0.9, 0.1], [0.9, 0.1]], target: [[0.95, 0.05], [0.9, 0.1], [0.8, 0.2]], means: TWO, draw: jackpots, modelError: 0.5 },
  { name: 'few choices, one arm at the floor', choices: 120, logged: [[0.9, 0.1], [0.9, 0.1], [0.9, 0.1]], target: [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]], means: TWO, draw: clumped, modelError: 0.3 },
]; // prettier-ignore

export function trueValue({ means, target }: Pick<Regime, 'means' | 'target'>): number {
  const values = means.map((arms, context) => arms.reduce((sum, mean, arm) => sum + mean * target[context]![arm]!, 0));
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

export function syntheticChoices(regime: Regime, seed: number): LoggedChoice[] {
  const random = createRandom(seed);
  const all = regime.means.flat();
  const overall = all.reduce((sum, one) => sum + one, 0) / all.length;
  const model = (mean: number) => mean + (overall - mean) * regime.modelError;
  return Array.from({ length: regime.choices }, (_, i) => {
    const context = Math.floor(random.uniform() * regime.means.length);
    const [logged, target, means] = [regime.logged[context]!, regime.target[context]!, regime.means[context]!];
    const arm = random.pick(logged);
    return {
      reward: regime.draw(means[arm]!, random),
      propensity: logged[arm]!,
      target: target[arm]!,
      unsupported: 0,
      expected: model(means[arm]!),
      expectedOfTarget: means.reduce((sum, mean, one) => sum + target[one]! * model(mean), 0),
      showId: `show-${Math.floor(i / 1_000)}`,
    };
  });
}
