/** Time until the end as it is shown: `0:42`, `1:05:00`; whole seconds, the last one is 0:01. */
export function clockText(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/**
 * Milliseconds until `endsMs` at a later moment: by the time since the state came, on a clock that nobody sets.
 * `sinceMs`, `nowMs`: of that clock.
 */
export const leftMs = (endsMs: number, stateMs: number, sinceMs: number, nowMs: number): number =>
  endsMs - stateMs - (nowMs - sinceMs);
