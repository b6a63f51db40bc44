import type { HostPrompt, Priority, Stage } from '@livecue/shared/prompt';

/** HP7: how long a card lasts on the screen, and in the queue. */
export const LIFE_MS: Readonly<Record<Priority, number>> = { 'act-now': 45_000, advice: 90_000, info: 90_000 };
export const RANK: Readonly<Record<Priority, number>> = { 'act-now': 0, advice: 1, info: 2 };
/** HP1: one active, two next. */
export const PLACES = 3;
export const MAX_QUEUED = 50;

/** A card that is wanted: on the host's screen once `raised`, until then with the operator. */
export interface Card {
  prompt: HostPrompt;
  /** It has been on the host's screen since it was made, and counts in HP2. */
  raised: boolean;
  /** The operator sends it to the host. Absent: he does not. */
  sent?: boolean;
  readonly safety: boolean;
}

/** Act now, advice, info; among equals the older first, then by key so that replays agree. */
export function ordered(cards: Iterable<Card>): Card[] {
  return [...cards].sort(
    ({ prompt: a }, { prompt: b }) =>
      RANK[a.priority] - RANK[b.priority] || a.raisedMs - b.raisedMs || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0),
  );
}

/** Who is on the screen: the first raised cards; all others wait with the operator. */
export function stageOf(cards: Iterable<Card>): Stage {
  const all = ordered(cards);
  const onScreen = all.filter((card) => card.raised).slice(0, PLACES);
  const queued = all.filter((card) => !onScreen.includes(card)).slice(0, MAX_QUEUED);
  return {
    active: onScreen[0]?.prompt ?? null,
    next: onScreen.slice(1).map((card) => card.prompt),
    queued: queued.map((card) => card.prompt),
  };
}
