import type { EventsReading, MessageReading } from '../decoding/message-reading.ts';
import { duplicate, ignored } from '../decoding/message-reading.ts';

/** Without a message for this long a streak counts as over, though nobody closed it. */
export const STREAK_LIMIT_MS = 15_000;
/** How long the sum of a streak is remembered, so that a late end adds only what was not yet told. */
const MEMORY_MS = 10 * 60_000;
const MAX_STREAKS = 10_000;
const MAX_STEPS = 1_000;

/** One message of a streak: `total` gifts so far, and the event that `quantity` of them make. */
export interface StreakStep {
  readonly key: string;
  /** Streaks without a group of their own end with their end: the next of the same gift begins at 1. */
  readonly isLoose: boolean;
  readonly messageId: string | undefined;
  readonly total: number;
  readonly isEnd: boolean;
  readonly reading: (quantity: number, final: boolean) => EventsReading;
}

interface Streak {
  total: number;
  told: number;
  lastMs: number;
  readonly messageIds: Set<string>;
  reading: StreakStep['reading'];
}

/** Gifts that a viewer sends in a row come as a running total: one event at the end. */
export interface GiftStreaks {
  take(step: StreakStep, nowMs: number): MessageReading;
  /** What was counted in streaks that nobody closed in time. */
  overdue(nowMs: number): EventsReading[];
}

export function createGiftStreaks(): GiftStreaks {
  const streaks = new Map<string, Streak>();

  return {
    take({ key, isLoose, messageId, total, isEnd, reading }, nowMs) {
      const streak = streaks.get(key) ?? { total: 0, told: 0, lastMs: nowMs, messageIds: new Set<string>(), reading };
      if (messageId !== undefined && streak.messageIds.has(messageId)) return duplicate('same id');
      if (messageId !== undefined && streak.messageIds.size < MAX_STEPS) streak.messageIds.add(messageId);
      // Steps may arrive out of order: the total never falls.
      streak.total = Math.max(streak.total, total);
      streak.lastMs = nowMs;
      if (total >= streak.total) streak.reading = reading;
      streaks.delete(key);
      streaks.set(key, streak);
      if (streaks.size > MAX_STREAKS) streaks.delete(streaks.keys().next().value!);
      if (!isEnd) return ignored('streak in progress: repeatCount is a running total');
      const quantity = streak.total - streak.told;
      streak.told = streak.total;
      if (isLoose) streaks.delete(key);
      return quantity > 0 ? reading(quantity, true) : ignored('all gifts of this streak were told before');
    },
    overdue(nowMs) {
      const readings: EventsReading[] = [];
      for (const [key, streak] of streaks) {
        const ageMs = nowMs - streak.lastMs;
        if (ageMs >= MEMORY_MS) streaks.delete(key);
        if (ageMs < STREAK_LIMIT_MS || streak.total === streak.told) continue;
        readings.push(streak.reading(streak.total - streak.told, false));
        streak.told = streak.total;
      }
      return readings;
    },
  };
}
