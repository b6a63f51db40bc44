import { autoregress } from './autoregression.ts';
import { dampedTrend, repeatCycle, smoothLevel } from './profiles.ts';
import type { Seasons } from './seasons.ts';

/** One way to forecast. Paths are on the scale of `values`; null where the method needs more of them. */
export interface Method {
  readonly name: string;
  readonly paths: (
    values: Float64Array,
    origins: readonly number[],
    horizon: number,
  ) => readonly (Float64Array | null)[];
}

type Lags = (season: number, long: number | null) => readonly number[];

const span = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
const withLong = (long: number | null, ...offsets: readonly number[]) => (long === null ? [] : offsets.map((offset) => long + offset)); // prettier-ignore

/** Which past values an autoregression looks at, by the series' cycles. */
const LAG_SETS: Readonly<Record<string, Lags>> = {
  few: (s, w) => [1, 2, s, s + 1, 2 * s, 3 * s, ...withLong(w, 0, 1)],
  seasonal: (s, w) => [1, s, s + 1, ...withLong(w, 0, 1, s, s + 1), ...(w === null ? [2 * s] : [2 * w])],
  day: (s, w) => [...span(1, s + 1), 2 * s, 2 * s + 1, ...withLong(w, 0, 1, 2), ...(w === null ? [] : [2 * w, 2 * w + 1])],
  full: (s, w) => [...span(1, s + 2), ...span(2 * s - 1, 2 * s + 1), ...span(3, 6).map((k) => k * s), ...withLong(w, -1, 0, 1), ...(w === null ? [] : [2 * w])],
}; // prettier-ignore

const SHRINKS = [0.02, 1] as const;

/** All methods that make sense for series with these cycles, each on values and, for `log`, their logarithms. */
export function methodsFor({ short, long }: Seasons): readonly Method[] {
  const methods: Method[] = [
    one('last-value', (values, origin, horizon) => repeatCycle(values, { season: 1, cycles: 1, pull: 0, recent: 1 }, origin, horizon)), // prettier-ignore
    one('smooth-0.1', (values, origin, horizon) => smoothLevel(values, 0.1, origin, horizon)),
    one('smooth-0.3', (values, origin, horizon) => smoothLevel(values, 0.3, origin, horizon)),
    one('damped-trend', dampedTrend),
  ];
  if (short === 1) return [...methods, autoregression('ar-3', [1, 2, 3], 1), autoregression('ar-8', span(1, 8), 1)];
  for (const [name, lags] of Object.entries(LAG_SETS)) {
    const distinct = [...new Set(lags(short, long))].sort((a, b) => a - b);
    for (const shrink of SHRINKS) methods.push(autoregression(`ar-${name}-${shrink}`, distinct, shrink));
  }
  methods.push(cycle('same-time-1', short, 1, 0, short), cycle('same-time-7', short, 7, 0.5, short));
  methods.push(cycle('same-time-3', short, 3, 1, short));
  if (long === null) return methods;
  return [
    ...methods,
    cycle('same-week-1', long, 1, 0, short),
    cycle('same-week-4', long, 4, 1, short),
    cycle('same-week-4-half', long, 4, 0.5, short),
  ];
}

function autoregression(name: string, lags: readonly number[], shrink: number): Method {
  return { name, paths: (values, origins, horizon) => autoregress(values, lags, shrink, origins, horizon) };
}

function cycle(name: string, season: number, cycles: number, pull: number, recent: number): Method {
  return one(name, (values, origin, horizon) => repeatCycle(values, { season, cycles, pull, recent }, origin, horizon));
}

function one(
  name: string,
  path: (values: Float64Array, origin: number, horizon: number) => Float64Array | null,
): Method {
  return { name, paths: (values, origins, horizon) => origins.map((origin) => path(values, origin, horizon)) };
}
