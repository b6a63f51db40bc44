/** Viewers remembered at most, those not heard for longest first to go; and questions of each. */
const MAX_VIEWERS = 20_000;
const MAX_QUESTIONS = 8;

interface Asked {
  readonly atMs: number;
  readonly key: string;
}

export interface RepeatMemory {
  /**
   * True when the viewer asked one of `keys` within `withinMs` before `atMs`. All of them are remembered. What
   * is asked of the same viewer in another order of time counts too.
   */
  note(viewer: string, keys: readonly string[], atMs: number): boolean;
}

/** Who asked what lately, bounded by number and by time. */
export function createRepeatMemory(withinMs: number): RepeatMemory {
  const viewers = new Map<string, Asked[]>();
  return {
    note(viewer, keys, atMs) {
      const known = (viewers.get(viewer) ?? []).filter((asked) => Math.abs(atMs - asked.atMs) <= withinMs);
      const again = known.some(({ key }) => keys.includes(key));
      const all = [...known, ...keys.map((key) => ({ atMs, key }))];
      viewers.delete(viewer);
      viewers.set(viewer, all.slice(-MAX_QUESTIONS));
      if (viewers.size > MAX_VIEWERS) for (const first of viewers.keys()) return (viewers.delete(first), again);
      return again;
    },
  };
}
