/** What the newest calls took. */
export interface RecentTimes {
  add(micros: number): void;
  /** 95th percentile of the newest 512 (nearest rank), ms; null before the first. */
  p95Ms(): number | null;
}

const KEPT = 512;

export function createRecentTimes(): RecentTimes {
  const kept: number[] = [];
  let next = 0;
  return {
    add(micros) {
      kept[next] = micros;
      next = (next + 1) % KEPT;
    },
    p95Ms() {
      const rank = Math.ceil(kept.length * 0.95) - 1;
      const micros = kept.toSorted((a, b) => a - b)[rank];
      return micros === undefined ? null : micros / 1000;
    },
  };
}
