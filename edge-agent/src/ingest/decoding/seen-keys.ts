/** Keys of what was seen lately. Bounded by time and by count; the oldest is forgotten first. */
export interface SeenKeys {
  /** True when the key was there and not yet forgotten; else it is remembered from now on. */
  check(key: string, nowMs: number): boolean;
  forget(key: string): void;
}

/** `memoryMs`: how long a key is remembered after it was first seen. */
export function createSeenKeys(config: { readonly memoryMs: number; readonly maxKeys: number }): SeenKeys {
  const seenMs = new Map<string, number>();

  const forgetOld = (nowMs: number) => {
    for (const [key, sinceMs] of seenMs) {
      // In insertion order: behind the first young one all are young.
      if (nowMs - sinceMs <= config.memoryMs && seenMs.size <= config.maxKeys) return;
      seenMs.delete(key);
    }
  };

  return {
    check(key, nowMs) {
      forgetOld(nowMs);
      if (seenMs.has(key)) return true;
      seenMs.set(key, nowMs);
      return false;
    },
    forget(key) {
      seenMs.delete(key);
    },
  };
}
