import type { SeriesPoint } from '@livecue/shared/contract';

/** What the charts show: 5 min, a point a second. */
export const SERIES_SECONDS = 300;

/** The last seconds of the room by their second; a second that nobody told us is a gap. */
export interface Series {
  /** Keeps a point; the same second again replaces it. */
  add(point: SeriesPoint): void;
  /** Unix seconds `from..to`, both included. */
  seconds(toMs: number, count: number): number[];
  read(toMs: number, count: number, of: (point: SeriesPoint) => number | null | undefined): (number | null)[];
  /** The newest value of the span and the end of its second, Unix ms; null: none in the span. */
  latest(
    toMs: number,
    count: number,
    of: (point: SeriesPoint) => number | null | undefined,
  ): { readonly value: number; readonly endMs: number } | null;
}

export function createSeries(): Series {
  const points = new Map<number, SeriesPoint>();
  let newest = 0;
  const start = (toMs: number, count: number) => Math.floor(toMs / 1000) - count + 1;
  return {
    add(point) {
      const second = Math.floor(point.tMs / 1000);
      newest = Math.max(newest, second);
      points.set(second, point);
      // Two windows are kept: the clock of the page may run a little behind the newest point.
      if (points.size > 2 * SERIES_SECONDS) {
        for (const old of points.keys()) if (old < newest - SERIES_SECONDS - 30) points.delete(old);
      }
    },
    seconds: (toMs, count) => Array.from({ length: count }, (_, i) => start(toMs, count) + i),
    read: (toMs, count, of) =>
      Array.from({ length: count }, (_, i) => {
        const point = points.get(start(toMs, count) + i);
        return point === undefined ? null : (of(point) ?? null);
      }),
    latest(toMs, count, of) {
      for (let second = start(toMs, count) + count - 1; second >= start(toMs, count); second--) {
        const point = points.get(second);
        const value = point === undefined ? null : (of(point) ?? null);
        if (value !== null) return { value, endMs: (second + 1) * 1000 };
      }
      return null;
    },
  };
}
