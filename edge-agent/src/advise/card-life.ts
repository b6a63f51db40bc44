import type { Product } from '@livecue/shared/contract';
import type { Chance, HostPrompt, PromptEvent, PromptOutcome, SuppressReason } from '@livecue/shared/prompt';
import type { RoomView } from '../core-ports.ts';
import { type Card, LIFE_MS, RANK } from './card.ts';
import { isRepeat, type KeyState, noteRaise } from './key-state.ts';
import type { Candidate, Rule } from './rule.ts';
import type { LimitedCard, ScreenLimits } from './screen-limits.ts';

export interface Wanted {
  readonly rule: Rule;
  readonly candidate: Candidate;
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

export function close(
  events: PromptEvent[],
  cards: Map<string, Card>,
  card: Card,
  outcome: PromptOutcome,
  nowMs: number,
) {
  const { promptId, key, rule, priority, productId, raisedMs } = card.prompt;
  cards.delete(key);
  if (card.raised) events.push({ kind: 'closed', atMs: nowMs, promptId, rule, priority, productId, raisedMs, outcome });
}

export function suppress(
  events: PromptEvent[],
  state: KeyState,
  prompt: HostPrompt,
  reason: SuppressReason,
  nowMs: number,
): void {
  if (state.told) return;
  state.told = true;
  events.push({ kind: 'suppressed', atMs: nowMs, prompt, reason });
}

/** A key whose count doubled within 5 min brings its old card back; else it is a new card (HP8). */
export function open(
  cards: Map<string, Card>,
  state: KeyState,
  rule: Rule,
  wanted: Candidate,
  view: RoomView,
  nowMs: number,
) {
  const fresh = promptOf(rule, wanted, view.roomId, nowMs);
  const again = !rule.safety && isRepeat(state, nowMs) && state.promptId !== null;
  const prompt = again ? { ...fresh, promptId: state.promptId ?? fresh.promptId } : fresh;
  if (!again) state.shown = false;
  state.promptId = prompt.promptId;
  state.lastMs = nowMs;
  state.lastCount = wanted.count;
  state.told = false;
  cards.set(wanted.key, { prompt, raised: false, safety: rule.safety });
}

/** An open card changes only when it says something new: its count doubled, it became urgent, or it lasts. */
export function renew(
  events: PromptEvent[],
  limits: ScreenLimits,
  card: Card,
  state: KeyState,
  { rule, candidate }: Wanted,
  nowMs: number,
): void {
  const reserved = rule.reserved ?? false;
  const doubled = candidate.count >= 2 * state.lastCount;
  const lasts = card.safety && nowMs >= card.prompt.expiresMs;
  const rises = RANK[candidate.priority] < RANK[card.prompt.priority];
  const escalates = rises && (!card.raised || limits.escalationRefusal(reserved, nowMs) === null);
  if (!doubled && !lasts && !escalates) return;
  if (escalates && card.raised) limits.noteEscalation(reserved, nowMs);
  if (doubled) state.lastCount = candidate.count;
  const priority = escalates ? candidate.priority : card.prompt.priority;
  const expiresMs = nowMs + LIFE_MS[priority];
  card.prompt = { ...card.prompt, ...candidate.compose(), priority, updatedMs: nowMs, expiresMs };
  if (card.raised) events.push({ kind: 'updated', atMs: nowMs, prompt: card.prompt });
}

/** First time on the screen: from here its life, HP2 and HP8 count. */
export function show(
  events: PromptEvent[],
  limits: ScreenLimits,
  limited: LimitedCard,
  card: Card,
  state: KeyState,
  chance: Chance | null,
  nowMs: number,
): void {
  const again = state.shown;
  card.raised = true;
  if (!card.safety) limits.note(limited, nowMs);
  noteRaise(state, nowMs);
  if (!again) state.firstRaisedMs = nowMs;
  state.shown = true;
  // The host was told: that the same episode may not come again needs no event.
  state.told = true;
  state.lastMs = nowMs;
  const expiresMs = nowMs + LIFE_MS[card.prompt.priority];
  card.prompt = { ...card.prompt, raisedMs: state.firstRaisedMs, updatedMs: nowMs, expiresMs };
  if (again) events.push({ kind: 'updated', atMs: nowMs, prompt: card.prompt });
  else events.push({ kind: 'raised', atMs: nowMs, prompt: card.prompt, ...chance });
}

/** No card any more, and none of this key until its episode has ended; a later one is another card. */
export function holdBack(
  events: PromptEvent[],
  cards: Map<string, Card>,
  card: Card,
  state: KeyState,
  chance: Chance | null,
  nowMs: number,
): void {
  cards.delete(card.prompt.key);
  state.held = true;
  state.told = true;
  state.promptId = null;
  if (chance !== null) events.push({ kind: 'held', atMs: nowMs, prompt: card.prompt, ...chance });
}
