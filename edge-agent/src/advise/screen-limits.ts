import type { AgentConfig } from '@livecue/shared/contract';
import type { Priority, SuppressReason } from '@livecue/shared/prompt';

const WINDOW_MS = 600_000;

/**
 * HP2 over any half-open 10 min. A card counts when it first comes onto the host's screen, as active or
 * next: there it costs attention. In the operator's queue it costs none and does not count. Coming back after it
 * was closed counts again; becoming "act now" counts as one more "act now".
 */
export interface ScreenLimits {
  refusal(priority: Priority, nowMs: number): SuppressReason | null;
  /** The same for a card that stands already and becomes "act now". */
  escalationRefusal(nowMs: number): SuppressReason | null;
  note(priority: Priority, nowMs: number): void;
  noteEscalation(nowMs: number): void;
  save(): string;
  restore(saved: string): void;
}

export function createScreenLimits(config: AgentConfig['advise']): ScreenLimits {
  let cardsMs: number[] = [];
  let actNowMs: number[] = [];
  const recent = (times: readonly number[], nowMs: number) => times.filter((ms) => ms > nowMs - WINDOW_MS);
  const escalationRefusal = (nowMs: number): SuppressReason | null => {
    actNowMs = recent(actNowMs, nowMs);
    return actNowMs.length >= config.actNowPer10Min ? 'act-now-limit' : null;
  };
  return {
    escalationRefusal,
    refusal: (priority, nowMs) => {
      cardsMs = recent(cardsMs, nowMs);
      if (cardsMs.length >= config.cardsPer10Min) return 'rate-limit';
      return priority === 'act-now' ? escalationRefusal(nowMs) : null;
    },
    note: (priority, nowMs) => {
      cardsMs.push(nowMs);
      if (priority === 'act-now') actNowMs.push(nowMs);
    },
    noteEscalation: (nowMs) => void actNowMs.push(nowMs),
    save: () => JSON.stringify({ cardsMs, actNowMs }),
    restore: (saved) => {
      ({ cardsMs, actNowMs } = JSON.parse(saved) as { cardsMs: number[]; actNowMs: number[] });
    },
  };
}
