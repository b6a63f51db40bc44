/** What is known of one series, in order of arrival. */
export interface Observed {
  readonly times: Float64Array;
  /** NaN where no value is known. */
  readonly values: Float64Array;
  /** Share of each step in which there was something to sell, 0..1. */
  readonly available: Float64Array;
}

/** A series step by step, without holes in its times. */
export interface Gridded {
  readonly values: Float64Array;
  readonly available: Float64Array;
  /** Rows that told a time again; the last one counts. */
  readonly repeated: number;
  /** Rows that came after a later time; they were put where they belong. */
  readonly backwards: number;
  /** Steps without a row. */
  readonly gaps: number;
}

/** Share of distances that must be whole steps for times to be taken as a grid. */
const REGULAR = 0.9;
/** A hole longer than this many times the rows of the series is not laid out: rows are then taken in turn. */
const MAX_STRETCH = 4;

/** The usual distance of two rows of a series, over all series, of equally usual ones the shorter; 0 when no series has two times. */
export function stepOf(series: readonly Observed[]): number {
  const counts = new Map<number, number>();
  for (const { times: told } of series) {
    const times = told.slice().sort();
    for (let i = 1; i < times.length; i++) {
      const distance = times[i]! - times[i - 1]!;
      if (distance > 0) counts.set(distance, (counts.get(distance) ?? 0) + 1);
    }
  }
  return [...counts].reduce(
    (best, one) => (one[1] > best[1] || (one[1] === best[1] && one[0] < best[0]) ? one : best),
    [0, 0],
  )[0];
}

/** Lays a series out on steps of `step`; without regular steps (months, say) its rows in order of time. */
export function gridOf(series: Observed, step: number): Gridded {
  const { length } = series.times;
  const order = Array.from({ length }, (_, i) => i).sort((a, b) => series.times[a]! - series.times[b]! || a - b);
  let backwards = 0;
  for (let i = 1; i < length; i++) if (series.times[i]! < series.times[i - 1]!) backwards++;
  const kept = order.filter((at, i) => i === length - 1 || series.times[order[i + 1]!] !== series.times[at]);
  const first = series.times[kept[0]!] ?? 0;
  const slots = step > 0 ? kept.map((at) => (series.times[at]! - first) / step) : [];
  const whole = slots.filter((slot) => Math.abs(slot - Math.round(slot)) < 1e-6).length;
  const last = Math.round(slots.at(-1) ?? 0);
  const regular = step > 0 && whole >= REGULAR * slots.length && last < MAX_STRETCH * kept.length + 100;
  const size = regular ? last + 1 : kept.length;
  const values = new Float64Array(size).fill(Number.NaN);
  const available = new Float64Array(size).fill(1);
  for (const [i, at] of kept.entries()) {
    const slot = regular ? Math.round(slots[i]!) : i;
    values[slot] = series.values[at]!;
    available[slot] = series.available[at]!;
  }
  return { values, available, repeated: length - kept.length, backwards, gaps: size - kept.length };
}

/** Less of a step than this in stock says nothing of its demand. */
const LEAST_AVAILABLE = 0.3;

/** Demand by step: what was sold over the share of the step in which it could be; NaN where that is too little. */
export function demandOf({ values, available }: Pick<Gridded, 'values' | 'available'>): Float64Array {
  return values.map((value, at) => (available[at]! < LEAST_AVAILABLE ? Number.NaN : value / available[at]!));
}

/**
 * Fills holes: with the mean of the values one season before and after where they are known, else on a line
 * between the neighbours, at the ends with the nearest. All holes give all zeros.
 */
export function filled(values: Float64Array, season: number): Float64Array {
  const out = new Float64Array(values);
  for (let at = 0; at < out.length; at++) {
    if (!Number.isNaN(values[at]!)) continue;
    const before = at >= season ? out[at - season]! : Number.NaN;
    const after = values[at + season] ?? Number.NaN;
    if (season > 1 && !(Number.isNaN(before) && Number.isNaN(after))) {
      out[at] = Number.isNaN(before) ? after : Number.isNaN(after) ? before : before / 2 + after / 2;
    }
  }
  return onLines(out);
}

function onLines(values: Float64Array): Float64Array {
  let before = -1;
  for (let at = 0; at <= values.length; at++) {
    if (at < values.length && Number.isNaN(values[at]!)) continue;
    for (let hole = before + 1; hole < at; hole++) {
      const [left, right] = [values[before] ?? Number.NaN, values[at] ?? Number.NaN];
      const share = (hole - before) / (at - before);
      values[hole] = Number.isNaN(left) ? (Number.isNaN(right) ? 0 : right) : Number.isNaN(right) ? left : left + (right - left) * share; // prettier-ignore
    }
    before = at;
  }
  return values;
}
