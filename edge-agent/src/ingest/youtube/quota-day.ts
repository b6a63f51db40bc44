import type { ConnectorContext } from '../connector.ts';
import { asArray, asCount, readJson } from '../decoding/wire-value.ts';

const HOUR_MS = 3_600_000;
const PACIFIC = new Intl.DateTimeFormat('en-US', { timeZone: 'America/Los_Angeles', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' }); // prettier-ignore

/** Milliseconds until the quota day ends: midnight Pacific time (on the days of a clock change up to an hour off). */
export function untilQuotaDayEndsMs(nowMs: number): number {
  const parts = Object.fromEntries(PACIFIC.formatToParts(nowMs).map(({ type, value }) => [type, Number(value)]));
  const sinceMs = parts.hour! * HOUR_MS + parts.minute! * 60_000 + parts.second! * 1000 + (nowMs % 1000);
  return 24 * HOUR_MS - sinceMs;
}

/** Units of one call, by YouTube's "Quota costs": of a stream, each time it is opened. */
export const UNITS = { video: 1, messages: 5, stream: 5 } as const;
const QUOTA_KEY = 'quota';

/** Units that are left of the day's: YouTube does not tell, so those that this agent used are counted. */
export function createQuotaDay(context: Pick<ConnectorContext, 'nowMs' | 'memory'>, unitsADay: number) {
  const saved = asArray(readJson(context.memory.get(QUOTA_KEY) ?? ''));
  let endMs = asCount(saved[0]) ?? 0;
  let used = asCount(saved[1]) ?? 0;
  return {
    /** Units left behind this call. */
    spend(units: number): number {
      const nowMs = context.nowMs();
      if (nowMs >= endMs) [endMs, used] = [nowMs + untilQuotaDayEndsMs(nowMs), 0];
      used += units;
      context.memory.set(QUOTA_KEY, JSON.stringify([endMs, used]));
      return Math.max(0, unitsADay - used);
    },
  };
}
