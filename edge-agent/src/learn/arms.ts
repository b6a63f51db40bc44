import type { Arm } from '@livecue/shared/contract';
import type { Proposal, RuleName } from '@livecue/shared/prompt';

/** What a card is one of: as it says itself, else by its rule. Absent: none of these. */
const OF_PROPOSAL: Readonly<Record<Proposal, Arm>> = {
  explain: 'explain',
  answer: 'explain',
  pin: 'pin',
  offer: 'offer',
  'open-stock': 'offer',
  countdown: 'countdown',
  'move-on': 'move-on',
};
const OF_RULE: Partial<Record<RuleName, Arm>> = {
  'counted-questions': 'explain',
  'patron-question': 'explain',
  'interest-surge': 'pin',
  'buy-signals': 'offer',
  'stock-out': 'countdown',
  'offer-ending': 'countdown',
  'past-peak': 'move-on',
};

const MINUTE_MS = 60_000;
/**
 * How long after the card its effect is looked for. A countdown works at once or not at all; a product that is
 * explained is usually done in five minutes.
 */
export const ARM_WINDOW_MS: Readonly<Record<Arm, number>> = {
  explain: 5 * MINUTE_MS,
  pin: 5 * MINUTE_MS,
  offer: 5 * MINUTE_MS,
  countdown: 3 * MINUTE_MS,
  'move-on': 5 * MINUTE_MS,
  nothing: 3 * MINUTE_MS,
};
/** Of cards that are none of the arms. */
const OTHER_WINDOW_MS = 5 * MINUTE_MS;

export interface Proposing {
  readonly rule: RuleName;
  readonly proposes?: Proposal | undefined;
}

export function armOf({ rule, proposes }: Proposing): Arm | null {
  return (proposes === undefined ? OF_RULE[rule] : OF_PROPOSAL[proposes]) ?? null;
}

/** What could be chosen: the arms of the cards, each once, the rules' own order, and to do nothing. */
export function armsOf(cards: readonly Proposing[]): Arm[] {
  const arms = cards.map(armOf).filter((arm) => arm !== null);
  return [...new Set<Arm>([...arms, 'nothing'])];
}

/** All that could be chosen is judged over the same time: the longest of their windows. */
export function windowOf(eligible: readonly Arm[]): number {
  return eligible.length === 1 ? OTHER_WINDOW_MS : Math.max(...eligible.map((arm) => ARM_WINDOW_MS[arm]));
}

/** Moving on takes sales from one product to others: with it in the choice, the room's orders count for all. */
export function countsTheRoom(eligible: readonly Arm[]): boolean {
  return eligible.includes('move-on');
}
