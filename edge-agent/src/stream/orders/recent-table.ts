import { LateText } from '../late-text.ts';

/** A delta that is still being filled. */
export interface OpenDelta {
  readonly put: (readonly [key: string, value: string])[];
  readonly del: string[];
}

/**
 * Entries by key, of which the last ones used stay: two generations of at most `capacity` entries. An entry
 * lives as long as fewer than `capacity` others are used between two uses of it; 2 × `capacity` are held at
 * most. Remembers what changed, so that a checkpoint writes that alone.
 */
export class RecentTable<V> {
  readonly #prefix: string;
  readonly #capacity: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  #changed = new Set<string>();
  #stored = new Set<string>();
  #gone: string[] = [];
  /** What was taken last and may not be text yet. */
  #frozen = new Map<string, LateText>();

  constructor(prefix: string, capacity: number) {
    this.#prefix = prefix;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Looks without using. */
  peek(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  /** The entry of `key`, made when there is none. The caller changes it: it is written at the next checkpoint. */
  use(key: string, make: () => V): V {
    this.#frozen.get(key)?.text();
    const young = this.#young.get(key);
    if (young !== undefined) {
      this.#changed.add(key);
      return young;
    }
    const value = this.#old.get(key) ?? make();
    this.#old.delete(key);
    this.#put(key, value);
    return value;
  }

  #put(key: string, value: V): void {
    if (this.#young.size >= this.#capacity) {
      for (const left of this.#old.keys()) this.#forget(left);
      this.#old = this.#young;
      this.#young = new Map();
      // What is old is written again with its generation, so that a restored table forgets at the same time.
      for (const each of this.#old.keys()) this.#changed.add(each);
    }
    this.#young.set(key, value);
    this.#changed.add(key);
  }

  #forget(key: string): void {
    this.#changed.delete(key);
    if (this.#stored.delete(key)) this.#gone.push(this.#prefix + key);
  }

  clear(): void {
    for (const key of [...this.#young.keys(), ...this.#old.keys()]) this.#forget(key);
    this.#young = new Map();
    this.#old = new Map();
  }

  /** What changed since the last call; with `late` as it is now, and made into text when that is asked for it. */
  takeChanges(to: OpenDelta, late?: LateText[]): void {
    for (const text of this.#frozen.values()) text.text();
    this.#frozen = new Map();
    for (const key of this.#changed) {
      const young = this.#young.get(key);
      const entry = young === undefined ? [0, this.#old.get(key)] : [1, young];
      const text = new LateText(this.#prefix + key, () => JSON.stringify(entry));
      if (late === undefined) to.put.push([text.name, text.text()]);
      else {
        late.push(text);
        this.#frozen.set(key, text);
      }
      this.#stored.add(key);
    }
    // A key that came back after it was forgotten is put, not deleted.
    for (const name of this.#gone) if (!this.#stored.has(name.slice(this.#prefix.length))) to.del.push(name);
    this.#changed = new Set();
    this.#gone = [];
  }

  /** Takes entries of its own prefix; others are passed over. To be called on an empty table. */
  restore(state: readonly (readonly [string, string])[]): void {
    for (const [name, text] of state) {
      if (!name.startsWith(this.#prefix)) continue;
      const key = name.slice(this.#prefix.length);
      const [young, value] = JSON.parse(text) as [0 | 1, V];
      (young === 1 ? this.#young : this.#old).set(key, value);
      this.#stored.add(key);
    }
  }
}
