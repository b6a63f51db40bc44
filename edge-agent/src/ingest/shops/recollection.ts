import type { ConnectorMemory } from '../connector.ts';
import { asArray, asCount, readJson } from '../decoding/wire-value.ts';

/** What a decoder remembers, so that one message can be taken back when it could not be stored. */
export interface Recollection {
  /**
   * A map that forgets: entries older than `keepMs`, and the oldest beyond `maxEntries`. With a `name` it is there
   * again after a restart: values are then plain JSON.
   */
  map<V>(config: { readonly name?: string; readonly keepMs: number; readonly maxEntries: number }): Remembered<V>;
  /**
   * Runs `work`; `undo` puts back everything that it wrote, unless it was written again since; `commit` hands it to
   * the memory on disk, and is absent when nothing of it goes there.
   */
  transaction<T>(work: () => T): { readonly value: T; readonly undo: () => void; readonly commit?: () => void };
}

export interface Remembered<V> {
  get(key: string): V | undefined;
  /** Newest again: an entry's age counts from its last `set`. */
  set(key: string, value: V): void;
  readonly size: number;
}

interface Entry<V> {
  readonly value: V;
  readonly sinceMs: number;
}

interface Step {
  readonly undo: () => void;
  readonly commit?: () => void;
}

/** `memory` absent: nothing outlives the decoder. */
export function createRecollection(nowMs: () => number, memory?: ConnectorMemory): Recollection {
  let journal: Step[] | null = null;

  return {
    map<V>(config: { readonly name?: string; readonly keepMs: number; readonly maxEntries: number }): Remembered<V> {
      const entries = new Map<string, Entry<V>>();
      const write = (key: string, entry: Entry<V> | null) => {
        if (config.name === undefined) return;
        memory?.set(`${config.name}/${key}`, entry === null ? undefined : JSON.stringify([entry.sinceMs, entry.value]));
      };
      const forgetOld = () => {
        const oldestMs = nowMs() - config.keepMs;
        for (const [key, { sinceMs }] of entries) {
          // In order of age: behind the first young one all are young.
          if (sinceMs >= oldestMs && entries.size <= config.maxEntries) return;
          entries.delete(key);
          write(key, null);
        }
      };
      for (const [key, entry] of remembered<V>(memory, config.name)) entries.set(key, entry);
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
          journal?.push({
            undo() {
              if (entries.get(key) !== written) return;
              if (before === undefined) entries.delete(key);
              else entries.set(key, before);
            },
            // Forgotten since: it is no longer known there either.
            ...(config.name === undefined ? {} : { commit: () => entries.has(key) && write(key, written) }),
          });
        },
        get size() {
          return entries.size;
        },
      };
    },
    transaction(work) {
      const steps: Step[] = [];
      journal = steps;
      try {
        const value = work();
        const undo = () =>
          steps
            .splice(0)
            .toReversed()
            .forEach((step) => step.undo());
        const isKept = memory !== undefined && steps.some(({ commit }) => commit !== undefined);
        return isKept
          ? { value, undo, commit: () => steps.splice(0).forEach(({ commit }) => commit?.()) }
          : { value, undo };
      } finally {
        journal = null;
      }
    },
  };
}

/** The entries of one map, oldest first. What another version wrote in another form is left out. */
function remembered<V>(memory: ConnectorMemory | undefined, name: string | undefined): [string, Entry<V>][] {
  if (memory === undefined || name === undefined) return [];
  const entries = [...memory.entries(`${name}/`)].flatMap(([key, text]): [string, Entry<V>][] => {
    const [since, value] = asArray(readJson(text));
    const sinceMs = asCount(since);
    return sinceMs === undefined ? [] : [[key.slice(name.length + 1), { sinceMs, value: value as V }]];
  });
  return entries.sort(([, a], [, b]) => a.sinceMs - b.sinceMs);
}
