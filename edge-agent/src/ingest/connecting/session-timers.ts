import type { ConnectorContext } from '../connector.ts';

type Clock = Pick<ConnectorContext, 'nowMs' | 'sleep'>;

/** Calls `act` every `everyMs` until the signal aborts. */
export async function repeat(clock: Clock, everyMs: number, signal: AbortSignal, act: () => void): Promise<void> {
  while (await slept(clock, everyMs, signal)) act();
}

/**
 * Calls `onSilent` once, when no sign of life came for `limitMs`. `lastMs` tells the last one; the limit is
 * asked again after every wait, because the platform may set it.
 */
export async function watchSilence(
  clock: Clock,
  signal: AbortSignal,
  watch: { readonly limitMs: () => number; readonly lastMs: () => number; readonly onSilent: () => void },
): Promise<void> {
  for (;;) {
    const leftMs = watch.lastMs() + watch.limitMs() - clock.nowMs();
    if (leftMs <= 0) return watch.onSilent();
    if (!(await slept(clock, leftMs, signal))) return;
  }
}

/** False when the signal aborted before the time was over. */
export async function slept(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  // A sleep rejects with the signal's reason and nothing else.
  return clock.sleep(ms, signal).then(() => !signal.aborted, () => false); // prettier-ignore
}
