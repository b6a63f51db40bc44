import type { StateDelta } from '../core-ports.ts';

/**
 * A state entry as it was at one moment, made into text later: a checkpoint names thousands at once, and their text all
 * at once is the longest pause of a busy show. Whoever is about to change what it stands for asks for the text first.
 */
export class LateText {
  readonly name: string;
  #make: (() => string) | null;
  #text = '';

  constructor(name: string, make: () => string) {
    this.name = name;
    this.#make = make;
  }

  text(): string {
    if (this.#make !== null) {
      this.#text = this.#make();
      this.#make = null;
    }
    return this.#text;
  }
}

type Entry = StateDelta['put'][number];

/** A delta of one moment of which a part is not text yet. */
export interface FrozenDelta {
  /** What is text already. */
  readonly put: readonly Entry[];
  readonly del: readonly string[];
  /** Adds the text of the next `limit` entries to `to`; true when there are no more. */
  encode(limit: number, to: Entry[]): boolean;
}

export function freeze(put: readonly Entry[], del: readonly string[], late: readonly LateText[]): FrozenDelta {
  let next = 0;
  return {
    put,
    del,
    encode(limit, to) {
      const end = Math.min(late.length, next + limit);
      for (; next < end; next++) to.push([late[next]!.name, late[next]!.text()]);
      return next === late.length;
    },
  };
}

/** The same as text, at once. */
export function thaw({ put, del, encode }: FrozenDelta): StateDelta {
  const all = [...put];
  encode(Infinity, all);
  return { put: all, del };
}
