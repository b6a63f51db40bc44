/** How long to wait before trying again. */
export interface BackOff {
  /**
   * Milliseconds to wait now; each call without a `reset` between waits about twice as long. What the
   * other side asked for (`retryAfterMs`) is obeyed even beyond the longest wait.
   */
  next(retryAfterMs?: number | null): number;
  /** After a success that lasted. */
  reset(): void;
}

/** Nobody waits longer, whatever a header says: a wrong date must not end a connector for good. */
const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * Exponential back-off with equal jitter: half of the step is fixed, half is drawn, never below `minMs`
 * (Brooker 2015, "Exponential Backoff and Jitter"). `random`: uniform in [0, 1).
 */
export function createBackOff(
  ports: { readonly random: () => number },
  config: { readonly minMs: number; readonly maxMs: number } = { minMs: 1000, maxMs: 60_000 },
): BackOff {
  let attempts = 0;
  return {
    next(retryAfterMs) {
      // 2^30 steps of a millisecond are beyond every maximum; larger exponents would overflow.
      const stepMs = Math.min(config.maxMs, config.minMs * 2 ** Math.min(30, attempts++));
      const ownMs = Math.max(config.minMs, stepMs / 2 + (stepMs / 2) * ports.random());
      const askedMs = Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, retryAfterMs ?? 0));
      return Math.round(Math.max(ownMs, askedMs));
    },
    reset() {
      attempts = 0;
    },
  };
}

/** `Retry-After` in seconds or as an HTTP date (RFC 9110, section 10.2.3) → milliseconds from now; null when it is neither. */
export function parseRetryAfter(value: string | null | undefined, nowMs: number): number | null {
  const text = value?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Date.parse takes many forms; an HTTP date begins with a day's name.
  const dateMs = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(dateMs) ? Math.max(0, dateMs - nowMs) : null;
}
