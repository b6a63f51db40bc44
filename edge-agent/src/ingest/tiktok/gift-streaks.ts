import type { ConnectorMemory } from '../connector.ts';
import { duplicate, type EventsReading, ignored, type MessageReading } from '../decoding/message-reading.ts';
import { asArray, asCount, asObject, asText, readJson } from '../decoding/wire-value.ts';

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
  /** What was told of streaks since the last call: to be called when that is on disk. Null when nothing was. */
  commit(): (() => void) | null;
}

const MEMORY_PREFIX = 'streak/';

/** `memory`: streaks go on where they were before a restart, and what was told of them is not told again. */
export function createGiftStreaks(memory?: ConnectorMemory): GiftStreaks {
  const streaks = new Map<string, Streak>();
  let told = new Set<string>();
  for (const [key, text] of memory?.entries(MEMORY_PREFIX) ?? []) {
    const streak = restored(text);
    if (streak !== null) streaks.set(key.slice(MEMORY_PREFIX.length), streak);
  }

  function save(key: string): void {
    const streak = streaks.get(key);
    memory?.set(MEMORY_PREFIX + key, streak === undefined ? undefined : saved(streak));
  }

  function forget(key: string): void {
    streaks.delete(key);
    memory?.set(MEMORY_PREFIX + key, undefined);
  }

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
      if (streaks.size > MAX_STREAKS) forget(streaks.keys().next().value!);
      if (!isEnd) {
        save(key);
        return ignored('streak in progress: repeatCount is a running total');
      }
      const quantity = streak.total - streak.told;
      streak.told = streak.total;
      told.add(key);
      if (isLoose) streaks.delete(key);
      return quantity > 0 ? reading(quantity, true) : ignored('all gifts of this streak were told before');
    },
    overdue(nowMs) {
      const readings: EventsReading[] = [];
      for (const [key, streak] of streaks) {
        const ageMs = nowMs - streak.lastMs;
        if (ageMs >= MEMORY_MS) forget(key);
        if (ageMs < STREAK_LIMIT_MS || streak.total === streak.told) continue;
        readings.push(streak.reading(streak.total - streak.told, false));
        streak.told = streak.total;
        told.add(key);
      }
      return readings;
    },
    commit() {
      if (memory === undefined || told.size === 0) return null;
      const keys = told;
      told = new Set();
      return () => keys.forEach(save);
    },
  };
}

function saved({ total, told, lastMs, messageIds, reading }: Streak): string {
  return JSON.stringify({ total, told, lastMs, ids: [...messageIds].slice(-10), reading: reading(Math.max(1, total - told), false) });
} // prettier-ignore

/** Null for what another version wrote. */
function restored(text: string): Streak | null {
  const fields = asObject(readJson(text));
  const [total, told, lastMs] = [asCount(fields?.total), asCount(fields?.told), asCount(fields?.lastMs)];
  const reading = asObject(fields?.reading);
  if (total === undefined || told === undefined || lastMs === undefined || reading === null) return null;
  const ids = asArray(fields?.ids).flatMap((id) => asText(id) ?? []);
  return { total, told, lastMs, messageIds: new Set(ids), reading: rescaled(reading as unknown as EventsReading) };
}

/** The saved reading of another number of the same gift. */
function rescaled(reading: EventsReading): Streak['reading'] {
  const [event] = reading.events;
  const gift = (event?.data ?? {}) as { unitValue?: string };
  return (quantity, final) => {
    const value = gift.unitValue === undefined ? {} : { totalValue: String(BigInt(gift.unitValue) * BigInt(quantity)) };
    return { ...reading, events: [{ type: 'live.gift.sent', data: { ...gift, quantity, ...value, final } }] };
  };
}
