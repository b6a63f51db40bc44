import type { AgentConfig } from '@livecue/shared/contract';
import type { HostPrompt, SuppressReason } from '@livecue/shared/prompt';
import { MUTE_MS } from './key-state.ts';

/** More vetoes than a host gives in a show; beyond, the oldest is forgotten. */
const MAX_VETOES = 500;

/** What the studio may switch while the show goes on. */
export interface HouseControl {
  /** Do not disturb (price reveal, operator's hold): only safety cards pass. */
  readonly hold?: boolean;
  /** Kill switch: no card at all. It cannot switch on what the configuration has off. */
  readonly off?: boolean;
}

/**
 * Guards that no rule and no learning can pass: kill switch, do-not-disturb, seconds between cards, veto.
 * They survive a crash, so that a studio that was silenced stays silent.
 */
export interface HouseRules {
  control(control: HouseControl): void;
  /** Called at every evaluation: the show begins with the first event. */
  begin(nowMs: number, feedState: 'waiting' | 'ok' | 'stale'): void;
  readonly isOff: boolean;
  /** The operator's hold alone, without the opening. */
  readonly isHeld: boolean;
  isQuiet(nowMs: number): boolean;
  veto(prompt: HostPrompt, nowMs: number): void;
  isVetoed(subject: Pick<HostPrompt, 'rule' | 'productId'>, nowMs: number): boolean;
  /** Why no card but a safety card may come onto the screen now. */
  refusal(nowMs: number): SuppressReason | null;
  noteCard(nowMs: number): void;
  save(): string;
  restore(saved: string): void;
}

interface Saved {
  hold: boolean;
  off: boolean;
  beganMs: number | null;
  lastCardMs: number | null;
  vetoes: { readonly subject: string; readonly untilMs: number }[];
}

export function createHouseRules(config: AgentConfig['advise']): HouseRules {
  let state: Saved = { hold: false, off: false, beganMs: null, lastCardMs: null, vetoes: [] };
  const isOpening = (nowMs: number) =>
    config.quietOpeningSeconds > 0 &&
    (state.beganMs === null || nowMs - state.beganMs < config.quietOpeningSeconds * 1000);
  const isQuiet = (nowMs: number) => state.hold || isOpening(nowMs);
  return {
    control: ({ hold, off }) => {
      state.hold = hold ?? state.hold;
      state.off = off ?? state.off;
    },
    begin: (nowMs, feedState) => {
      if (feedState !== 'waiting') state.beganMs ??= nowMs;
    },
    get isOff() {
      return !config.enabled || state.off;
    },
    get isHeld() {
      return state.hold;
    },
    isQuiet,
    veto: (prompt, nowMs) => {
      // The operator's own words can be sent away one by one, not for the show.
      if (prompt.rule === 'operator-message') return;
      const others = state.vetoes.filter(({ untilMs, subject }) => untilMs > nowMs && subject !== subjectOf(prompt));
      state.vetoes = [...others, { subject: subjectOf(prompt), untilMs: nowMs + MUTE_MS }].slice(-MAX_VETOES);
    },
    isVetoed: (one, nowMs) =>
      state.vetoes.length > 0 &&
      state.vetoes.some(({ subject, untilMs }) => untilMs > nowMs && subject === subjectOf(one)),
    refusal: (nowMs) => {
      if (isQuiet(nowMs)) return 'do-not-disturb';
      const waitMs = config.secondsBetweenCards * 1000;
      return state.lastCardMs !== null && nowMs - state.lastCardMs < waitMs ? 'too-soon' : null;
    },
    noteCard: (nowMs) => {
      state.lastCardMs = nowMs;
    },
    save: () => JSON.stringify(state),
    restore: (saved) => {
      state = JSON.parse(saved) as Saved;
    },
  };
}

/** A veto is of a rule for a product, whatever its subject. */
function subjectOf({ rule, productId }: Pick<HostPrompt, 'rule' | 'productId'>): string {
  return `${rule}/${productId ?? ''}`;
}
