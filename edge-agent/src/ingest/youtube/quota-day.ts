const HOUR_MS = 3_600_000;
const PACIFIC = new Intl.DateTimeFormat('en-US', { timeZone: 'America/Los_Angeles', hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' }); // prettier-ignore

/** Milliseconds until the quota day ends: midnight Pacific time (on the days of a clock change up to an hour off). */
export function untilQuotaDayEndsMs(nowMs: number): number {
  const parts = Object.fromEntries(PACIFIC.formatToParts(nowMs).map(({ type, value }) => [type, Number(value)]));
  const sinceMs = parts.hour! * HOUR_MS + parts.minute! * 60_000 + parts.second! * 1000 + (nowMs % 1000);
  return 24 * HOUR_MS - sinceMs;
}
