import type { Product } from '@livecue/shared/contract';
import type { HostPrompt, Priority, Stage } from '@livecue/shared/prompt';
import type { Candidate, Rule } from './rule.ts';

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

export function promptOf(rule: Rule, candidate: Candidate, roomId: string, nowMs: number): HostPrompt {
  const product: Product | null = candidate.product;
  return {
    promptId: promptIdOf(candidate.key, nowMs),
    key: candidate.key,
    rule: rule.name,
    priority: candidate.priority,
    roomId,
    productId: product?.productId ?? null,
    linkNumber: product?.linkNumber ?? null,
    ...candidate.compose(),
    raisedMs: nowMs,
    updatedMs: nowMs,
    expiresMs: nowMs + LIFE_MS[candidate.priority],
  };
}

/** At most 128 UTF-16 units, the panel's limit: of a longer key the end is replaced by its FNV-1a hash (32 bit). */
export function promptIdOf(key: string, nowMs: number): string {
  if (key.length <= 96) return `${key}@${nowMs}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return `${key.slice(0, 80).toWellFormed()}~${(hash >>> 0).toString(16)}@${nowMs}`;
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
