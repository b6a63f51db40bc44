/** Lengths of the cycles of a series, in steps: `short` (1: none) and, where there is one, a longer one. */
export interface Seasons {
  readonly short: number;
  readonly long: number | null;
}

/** Cycles by which people trade, for steps of minutes to months. */
const CANDIDATES = [24, 7, 12, 4, 52, 48, 96, 288, 60, 30, 5, 6] as const;
/** Autocorrelation above which a cycle is believed; noise of n values has 2/√n. */
const LEAST_CORRELATION = 0.2;

/** Hours have a week beside the day; of half and quarter hours the same. */
export function seasonsOf(short: number, length: number): Seasons {
  const long = short === 24 || short === 48 || short === 96 ? short * 7 : null;
  return { short, long: long !== null && length >= 2 * long + short ? long : null };
}

/** Milliseconds, and seconds of Unix time, between two steps of calendars, and the cycle that people have in them. */
const CALENDAR: Readonly<Record<number, number>> = {
  60_000: 60, 900_000: 96, 1_800_000: 48, 3_600_000: 24, 86_400_000: 7, 604_800_000: 52, 3_600: 24, 86_400: 7,
}; // prettier-ignore
/** Times below this count steps; they say nothing of a calendar. */
const LEAST_CALENDAR = 1e8;

/** The cycle that steps of this length have when the series are too short or too few to show one; 1 when unknown. */
export function calendarSeason(step: number, firstTime: number): number {
  return Math.abs(firstTime) >= LEAST_CALENDAR ? (CALENDAR[step] ?? 1) : 1;
}

/** Fewer series are not looked at together. */
const LEAST_TOGETHER = 10;

/**
 * The cycle with the highest autocorrelation of all candidates that fit twice into most of the series; 1 when
 * none is above what chance gives. Of multiples, the shortest that does about as well. Series that are too sparse
 * to show a cycle each may show it together, as they end at the same time.
 */
export function guessSeason(series: readonly Float64Array[]): number {
  const scores = new Map<number, number>();
  const together = series.length >= LEAST_TOGETHER ? sumOf(series) : null;
  for (const lag of CANDIDATES) {
    const fitting = series.filter(({ length }) => length >= 2 * lag + 2);
    if (fitting.length * 2 < series.length || fitting.length === 0) continue;
    const each = middle(fitting.map((values) => seasonalCorrelation(values, lag)));
    const all = together !== null && together.length >= 2 * lag + 2 ? seasonalCorrelation(together, lag) : 0;
    scores.set(lag, Math.max(each, all));
  }
  let best = 1;
  let bestScore = LEAST_CORRELATION;
  for (const [lag, score] of [...scores].sort(([a], [b]) => a - b)) {
    if (score <= bestScore * 1.05) continue;
    best = lag;
    bestScore = score;
  }
  return best;
}

/** Sum of the series, each in units of its own mean size, over the steps that most of them have. */
function sumOf(series: readonly Float64Array[]): Float64Array {
  const length = middle(series.map((values) => values.length));
  const sum = new Float64Array(length);
  for (const values of series) {
    const size = values.reduce((all, value) => all + Math.abs(value) / values.length, 0);
    if (!(size > 0)) continue;
    const skipped = values.length - length;
    for (let at = Math.max(0, -skipped); at < length; at++) sum[at]! += values[at + skipped]! / size;
  }
  return sum;
}

/** Autocorrelation of the series' differences to its moving mean of one cycle, so that a trend is no cycle. */
function seasonalCorrelation(values: Float64Array, lag: number): number {
  const flat = detrended(values, lag);
  let mean = 0;
  for (const value of flat) mean += value / flat.length;
  let over = 0;
  let under = 0;
  for (let i = 0; i < flat.length; i++) {
    under += (flat[i]! - mean) ** 2;
    if (i >= lag) over += (flat[i]! - mean) * (flat[i - lag]! - mean);
  }
  return under > 0 ? over / under : 0;
}

function detrended(values: Float64Array, lag: number): Float64Array {
  const out = new Float64Array(values.length);
  const half = Math.floor(lag / 2);
  let sum = 0;
  let count = 0;
  let from = 0;
  let to = 0;
  for (let i = 0; i < values.length; i++) {
    for (; to < Math.min(values.length, i + half + 1); to++, count++) sum += values[to]!;
    for (; from < i - half; from++, count--) sum -= values[from]!;
    out[i] = values[i]! - sum / count;
  }
  return out;
}

function middle(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
