/** What a decoder remembers, so that one message can be taken back when it could not be stored. */
export interface Recollection {
  /** A map that forgets: entries older than `keepMs`, and the oldest beyond `maxEntries`. */
  map<V>(config: { readonly keepMs: number; readonly maxEntries: number }): Remembered<V>;
  /** Runs `work`; `undo` puts back everything that it wrote, unless it was written again since. */
  transaction<T>(work: () => T): { readonly value: T; readonly undo: () => void };
}

export interface Remembered<V> {
  get(key: string): V | undefined;
  /** Newest again: an entry's age counts from its last `set`. */
  set(key: string, value: V): void;
  readonly size: number;
}

export function createRecollection(nowMs: () => number): Recollection {
  let journal: (() => void)[] | null = null;

  return {
    map<V>(config: { readonly keepMs: number; readonly maxEntries: number }): Remembered<V> {
      const entries = new Map<string, { readonly value: V; readonly sinceMs: number }>();
      const forgetOld = () => {
        const oldestMs = nowMs() - config.keepMs;
        for (const [key, { sinceMs }] of entries) {
          // In order of age: behind the first young one all are young.
          if (sinceMs >= oldestMs && entries.size <= config.maxEntries) return;
          entries.delete(key);
        }
      };
      return {
        get(key) {
          forgetOld();
          return entries.get(key)?.value;
        },
        set(key, value) {
          const before = entries.get(key);
          const written = { value, sinceMs: nowMs() };
          entries.delete(key);
          entries.set(key, written);
          forgetOld();
          journal?.push(() => {
            if (entries.get(key) !== written) return;
            if (before === undefined) entries.delete(key);
            else entries.set(key, before);
          });
        },
        get size() {
          return entries.size;
        },
      };
    },
    transaction(work) {
      const steps: (() => void)[] = [];
      journal = steps;
      try {
        return {
          value: work(),
          undo: () =>
            steps
              .splice(0)
              .toReversed()
              .forEach((step) => step()),
        };
      } finally {
        journal = null;
      }
    },
  };
}
