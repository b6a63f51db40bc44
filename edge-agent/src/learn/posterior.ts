import type { Arm } from '@livecue/shared/contract';
import { type Belief, chancesOfBest, withFloor } from './thompson.ts';

/** Sales go on as before, as far as anybody knows: worth some two orders of evidence. */
const PRIOR: Belief = { shape: 2, rate: 2 };
/** Orders come in clumps: their variance is some three times a Poisson's, so each says a third as much. */
const DISPERSION = 3;

/** What of a choice tells the policy where it is; the names stand in the decision's context. */
export interface ChoiceContext {
  /** 1: the product is being explained. */
  readonly onAir: number;
  /** Orders that its window would hold if sales went on as in the ten minutes before; over 0. */
  readonly usual: number;
}

/** What was learned of each arm, on air and off: orders against what was usual, Gamma–Poisson. */
export interface Posterior {
  learn(arm: Arm, context: ChoiceContext, orders: number): void;
  belief(arm: Arm, context: Pick<ChoiceContext, 'onAir'>): Belief;
  /** Thompson's probabilities with the floor, in the order of `eligible`. */
  chances(eligible: readonly Arm[], context: Pick<ChoiceContext, 'onAir'>): number[];
  /** Orders expected of the arm. */
  expected(arm: Arm, context: ChoiceContext): number;
  readonly rewards: number;
  /** Orders as a multiple of what was usual, by arm and whether it was on air, of those that were tried. */
  beliefs(): { cell: string; mean: number; orders: number; usual: number }[];
  save(): string;
  restore(saved: string): void;
}

interface Saved {
  rewards: number;
  cells: Record<string, { orders: number; usual: number }>;
}

export function createPosterior(): Posterior {
  let state: Saved = { rewards: 0, cells: {} };
  /** Since the last reward: the same choice is often asked of the same beliefs. */
  const known = new Map<string, number[]>();
  const keyOf = (arm: Arm, { onAir }: Pick<ChoiceContext, 'onAir'>) => `${arm}/${onAir === 1 ? 'on' : 'off'}`;
  const belief = (arm: Arm, context: Pick<ChoiceContext, 'onAir'>): Belief => {
    const { orders, usual } = state.cells[keyOf(arm, context)] ?? { orders: 0, usual: 0 };
    return { shape: PRIOR.shape + orders / DISPERSION, rate: PRIOR.rate + usual / DISPERSION };
  };
  return {
    belief,
    learn: (arm, context, orders) => {
      const key = keyOf(arm, context);
      const cell = state.cells[key] ?? { orders: 0, usual: 0 };
      state.cells[key] = { orders: cell.orders + orders, usual: cell.usual + context.usual };
      state.rewards++;
      known.clear();
    },
    chances: (eligible, context) => {
      const key = `${eligible.join()}/${context.onAir}`;
      const chances = known.get(key) ?? withFloor(chancesOfBest(eligible.map((arm) => belief(arm, context))));
      known.set(key, chances);
      return chances;
    },
    expected: (arm, context) => {
      const { shape, rate } = belief(arm, context);
      return (shape / rate) * context.usual;
    },
    get rewards() {
      return state.rewards;
    },
    beliefs: () =>
      Object.entries(state.cells).map(([cell, { orders, usual }]) => {
        const mean = (PRIOR.shape + orders / DISPERSION) / (PRIOR.rate + usual / DISPERSION);
        return { cell, mean, orders, usual };
      }),
    save: () => JSON.stringify(state),
    restore: (saved) => {
      state = JSON.parse(saved) as Saved;
      known.clear();
    },
  };
}
