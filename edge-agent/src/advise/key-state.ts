import type { PromptOutcome, SuppressReason } from '@livecue/shared/prompt';
import type { Candidate, Rule } from './rule.ts';

/** HP8: the same key is not raised again within this time unless its count doubles. */
export const REPEAT_MS = 300_000;
/** HP9: no key is raised 3 times within this time. */
export const CHATTER_MS = 60_000;
export const CHATTER_RAISES = 2;
export const SNOOZE_MS = 300_000;
/** Longer than any show: a muted key stays quiet until the agent forgets the show. */
export const MUTE_MS = 12 * 3_600_000;

/** What is remembered of one key between evaluations; plain JSON, so that it survives a crash. */
export interface KeyState {
  readonly key: string;
  /** Since when the level is at or above `enter` without a break; null when it is below. */
  enterSinceMs: number | null;
  /** Since when the level is below `exit`; null while it holds. */
  exitSinceMs: number | null;
  /** This episode was on the screen, or its suppressed event was given. */
  told: boolean;
  /** This episode's card is held back by chance: none comes until the episode has ended. Absent: it is not. */
  held?: boolean;
  promptId: string | null;
  /** When the key's card was last made, raised or queued, and with which count. */
  lastMs: number | null;
  lastCount: number;
  /** The last card had been on the host's screen. */
  shown: boolean;
  firstRaisedMs: number;
  /** Times on the screen in the last minute. */
  raisesMs: number[];
  quietUntilMs: number | null;
  quietReason: Extract<SuppressReason, 'muted' | 'snoozed'> | null;
}

export function newKeyState(key: string): KeyState {
  return {
    key,
    enterSinceMs: null,
    exitSinceMs: null,
    told: false,
    promptId: null,
    lastMs: null,
    lastCount: 0,
    shown: false,
    firstRaisedMs: 0,
    raisesMs: [],
    quietUntilMs: null,
    quietReason: null,
  };
}

type Delays = Pick<Rule, 'onDelayMs' | 'offDelayMs'>;

/** Takes in the level of now; without a candidate the level is below `exit`. Twice at one time is once. */
export function advance(state: KeyState, delays: Delays, candidate: Candidate | null, nowMs: number): void {
  const holds = candidate !== null && candidate.level >= candidate.exit;
  const enters = holds && candidate.level >= candidate.enter;
  state.enterSinceMs = enters ? (state.enterSinceMs ?? nowMs) : null;
  state.exitSinceMs = holds ? null : (state.exitSinceMs ?? nowMs);
  if (!hasEnded(state, delays, nowMs)) return;
  state.told = false;
  delete state.held;
}

/** At or above `enter` for the on-delay. */
export function isReady(state: KeyState, delays: Delays, nowMs: number): boolean {
  return state.enterSinceMs !== null && nowMs - state.enterSinceMs >= delays.onDelayMs;
}

/** Below `exit` for the off-delay: only then has a falling count ended (HP7 counts its second from here). */
export function hasEnded(state: KeyState, delays: Delays, nowMs: number): boolean {
  return state.exitSinceMs !== null && nowMs - state.exitSinceMs >= delays.offDelayMs;
}

/** Whether the key itself forbids a card now; limits over all cards are the stage's business. */
export function keyRefusal(state: KeyState, count: number, safety: boolean, nowMs: number): SuppressReason | null {
  if (state.quietUntilMs !== null && nowMs < state.quietUntilMs) return state.quietReason;
  if (raisesWithin(state, nowMs) >= CHATTER_RAISES) return 'chatter';
  if (!safety && isRepeat(state, nowMs) && count < 2 * state.lastCount) return 'repeat';
  return null;
}

/** True within 5 min of the key's last card. */
export function isRepeat(state: KeyState, nowMs: number): boolean {
  return state.lastMs !== null && nowMs - state.lastMs < REPEAT_MS;
}

export function noteRaise(state: KeyState, nowMs: number): void {
  raisesWithin(state, nowMs);
  state.raisesMs.push(nowMs);
}

export function quieten(state: KeyState, outcome: PromptOutcome, nowMs: number): void {
  if (outcome !== 'snoozed' && outcome !== 'muted') return;
  state.quietReason = outcome;
  state.quietUntilMs = nowMs + (outcome === 'muted' ? MUTE_MS : SNOOZE_MS);
}

/** Nothing in it can change a later decision: it may be forgotten. */
export function isForgettable(state: KeyState, hasCard: boolean, nowMs: number): boolean {
  const quiet = state.quietUntilMs !== null && nowMs < state.quietUntilMs;
  const waiting = state.exitSinceMs === null || state.told;
  return !hasCard && !quiet && !waiting && !isRepeat(state, nowMs) && raisesWithin(state, nowMs) === 0;
}

function raisesWithin(state: KeyState, nowMs: number): number {
  if (state.raisesMs.some((ms) => ms <= nowMs - CHATTER_MS)) {
    state.raisesMs = state.raisesMs.filter((ms) => ms > nowMs - CHATTER_MS);
  }
  return state.raisesMs.length;
}
