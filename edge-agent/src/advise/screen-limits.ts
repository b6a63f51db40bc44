import type { AgentConfig } from '@livecue/shared/contract';
import type { Priority, SuppressReason } from '@livecue/shared/prompt';

const WINDOW_MS = 600_000;
/** From so many cards, or "act now" cards, in 10 min on, one of them is kept for rules with reserved room. */
const LEAST_CARDS_TO_SHARE = 3;
const LEAST_ACT_NOW_TO_SHARE = 2;

/**
 * HP2 over any half-open 10 min. A card counts when it first comes onto the host's screen, as active or
 * next: there it costs attention. In the operator's queue it costs none and does not count. Coming back after it
 * was closed counts again; becoming "act now" counts as one more "act now".
 *
 * One place of each limit is kept for cards with reserved room (fraud, payments), so that none of them waits
 * because viewers asked much. They may take the other places too, and then none is kept.
 */
export interface ScreenLimits {
  refusal(card: LimitedCard, nowMs: number): SuppressReason | null;
  /** The same for a card that stands already and becomes "act now". */
  escalationRefusal(reserved: boolean, nowMs: number): SuppressReason | null;
  note(card: LimitedCard, nowMs: number): void;
  noteEscalation(reserved: boolean, nowMs: number): void;
  save(): string;
  restore(saved: string): void;
}

export interface LimitedCard {
  readonly priority: Priority;
  readonly reserved: boolean;
}

/** When cards came, and those of them with reserved room. */
interface Times {
  all: number[];
  reserved: number[];
}

export function createScreenLimits(config: AgentConfig['advise']): ScreenLimits {
  let cards: Times = { all: [], reserved: [] };
  let actNow: Times = { all: [], reserved: [] };
  const escalationRefusal = (reserved: boolean, nowMs: number): SuppressReason | null => {
    actNow = recent(actNow, nowMs);
    const full = isFull(actNow, reserved, config.actNowPer10Min, LEAST_ACT_NOW_TO_SHARE);
    return full ? 'act-now-limit' : null;
  };
  return {
    escalationRefusal,
    refusal: ({ priority, reserved }, nowMs) => {
      cards = recent(cards, nowMs);
      if (isFull(cards, reserved, config.cardsPer10Min, LEAST_CARDS_TO_SHARE)) return 'rate-limit';
      return priority === 'act-now' ? escalationRefusal(reserved, nowMs) : null;
    },
    note: ({ priority, reserved }, nowMs) => {
      push(cards, reserved, nowMs);
      if (priority === 'act-now') push(actNow, reserved, nowMs);
    },
    noteEscalation: (reserved, nowMs) => push(actNow, reserved, nowMs),
    save: () => JSON.stringify({ cards, actNow }),
    restore: (saved) => {
      ({ cards, actNow } = JSON.parse(saved) as { cards: Times; actNow: Times });
    },
  };
}

function isFull(times: Times, reserved: boolean, limit: number, leastToShare: number): boolean {
  if (times.all.length >= limit) return true;
  const kept = limit >= leastToShare ? 1 : 0;
  return !reserved && times.all.length - times.reserved.length >= limit - kept;
}

function recent({ all, reserved }: Times, nowMs: number): Times {
  const within = (ms: number) => ms > nowMs - WINDOW_MS;
  return { all: all.filter(within), reserved: reserved.filter(within) };
}

function push(times: Times, reserved: boolean, nowMs: number): void {
  times.all.push(nowMs);
  if (reserved) times.reserved.push(nowMs);
}
