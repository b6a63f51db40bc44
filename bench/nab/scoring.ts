/**
 * Scoring of the Numenta Anomaly Benchmark (NAB v1.1; Lavin & Ahmad, "Evaluating Real-Time Anomaly Detection
 * Algorithms", ICMLA 2015), as its program does it. A file is rows in order with labelled windows; a
 * detector gives each row one score; an alarm is a row whose score reaches the threshold.
 */

/** Rows `[first, last]`, both inside, in which an anomaly is labelled. */
export interface LabelledWindow {
  readonly first: number;
  readonly last: number;
}

export interface ScoredFile {
  /** `realTweets/Twitter_volume_AAPL.csv`; the folder is the category. */
  readonly file: string;
  readonly category: string;
  readonly rows: number;
  /** Ascending, apart from each other. */
  readonly windows: readonly LabelledWindow[];
}

export interface Weights {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
}

export const PROFILES = {
  standard: { tp: 1, fp: 0.11, fn: 1 },
  reward_low_FP_rate: { tp: 1, fp: 0.22, fn: 1 },
  reward_low_FN_rate: { tp: 1, fp: 0.11, fn: 2 },
} as const satisfies Record<string, Weights>;
export type ProfileName = keyof typeof PROFILES;
export const PROFILE_NAMES = Object.keys(PROFILES) as ProfileName[];

/** Threshold that no score reaches. */
const NO_ALARM = 1.1;
const S_AT_MINUS_ONE = 2 / (1 + Math.exp(-5)) - 1;

/** NAB's scaled sigmoid: 1 far before the end of a window, 0 at it, −1 beyond three window lengths. */
function sigmoid(x: number): number {
  return x > 3 ? -1 : 2 / (1 + Math.exp(5 * x)) - 1;
}

/** The first rows of a file are never scored: a detector may learn from them. */
export function probationRows(rows: number): number {
  return Math.min(Math.floor(0.15 * rows), 750);
}

/** What an alarm at each row is worth, before weights, and the window that it belongs to (−1: none). */
function rowValues(file: ScoredFile): { value: Float64Array; window: Int32Array } {
  const value = new Float64Array(file.rows).fill(-1);
  const window = new Int32Array(file.rows).fill(-1);
  for (const [at, { first, last }] of file.windows.entries()) {
    const width = last - first + 1;
    for (let row = first; row <= last; row++) {
      value[row] = sigmoid(-(last - row + 1) / width) / S_AT_MINUS_ONE;
      window[row] = at;
    }
    const end = file.windows[at + 1]?.first ?? file.rows;
    for (let row = last + 1; row < end; row++) value[row] = sigmoid((row - last) / (width - 1));
  }
  return { value, window };
}

/** One row that can alarm: its score, worth and window (numbered over all files, −1: none). */
interface Alarm {
  readonly score: number;
  readonly value: number;
  readonly window: number;
  readonly category: number;
}

export interface Outcome {
  readonly threshold: number;
  /** 0: no alarm at all; 100: every window found in its first row and nothing else. */
  readonly score: number;
}

export interface Scoreboard {
  /** One threshold for all files, the best on the labels themselves, as on NAB's own board. */
  readonly official: Outcome;
  /** For each category the threshold that is best on all others; the fairer figure. */
  readonly leaveCategoryOut: { readonly score: number; readonly thresholds: Readonly<Record<string, number>> };
}

/** All rows of all files ordered by score, made once and scored by each profile. */
export class Corpus {
  readonly #alarms: Alarm[] = [];
  readonly #categories: string[];
  /** Category of each window with at least one scored row. */
  readonly #windowCategory: number[] = [];
  readonly #windows: number;

  /** `scores[i]` belongs to `files[i]`. Throws when a file has another number of scores than rows, or one is NaN. */
  constructor(files: readonly ScoredFile[], scores: readonly ArrayLike<number>[]) {
    this.#categories = [...new Set(files.map(({ category }) => category))];
    this.#windows = files.reduce((sum, { windows }) => sum + windows.length, 0);
    for (const [at, file] of files.entries()) this.#addFile(file, scores[at] ?? []);
    this.#alarms.sort((a, b) => b.score - a.score);
  }

  #addFile(file: ScoredFile, scores: ArrayLike<number>): void {
    if (scores.length !== file.rows)
      throw new Error(`scoring ${file.file}: ${scores.length} scores for ${file.rows} rows; give one a row`);
    const category = this.#categories.indexOf(file.category);
    const { value, window } = rowValues(file);
    const probation = probationRows(file.rows);
    const known = new Map<number, number>();
    for (let row = probation; row < file.rows; row++) {
      const local = window[row]!;
      if (local >= 0 && !known.has(local)) known.set(local, this.#windowCategory.push(category) - 1);
      const score = scores[row]!;
      if (Number.isNaN(score)) throw new Error(`scoring ${file.file}: the score of row ${row + 1} is not a number`);
      this.#alarms.push({ score, value: value[row]!, window: known.get(local) ?? -1, category });
    }
  }

  /** Official and leave-category-out scores under one profile. */
  score(weights: Weights): Scoreboard {
    const all = this.#best(weights, null);
    const thresholds: Record<string, number> = {};
    let raw = 0;
    for (const [at, category] of this.#categories.entries()) {
      const { threshold } = this.#best(weights, at);
      thresholds[category] = threshold;
      raw += this.#rawOf(weights, at, threshold);
    }
    return {
      official: { threshold: all.threshold, score: this.#normalise(weights, all.raw) },
      leaveCategoryOut: { score: this.#normalise(weights, raw), thresholds },
    };
  }

  /** Score of a threshold given from outside. */
  scoreAt(weights: Weights, threshold: number): number {
    const raw = this.#categories.reduce((sum, _, at) => sum + this.#rawOf(weights, at, threshold), 0);
    return this.#normalise(weights, raw);
  }

  #normalise({ tp, fn }: Weights, raw: number): number {
    const none = -this.#windows * fn;
    return (100 * (raw - none)) / (this.#windows * tp - none);
  }

  /** The threshold with the highest raw score over all categories but one; every distinct score is tried. */
  #best(weights: Weights, without: number | null): { threshold: number; raw: number } {
    const best = new Float64Array(this.#windowCategory.length).fill(-weights.fn);
    let raw = this.#windowCategory.reduce((sum, category) => (category === without ? sum : sum - weights.fn), 0);
    let found = { threshold: NO_ALARM, raw };
    for (let at = 0; at < this.#alarms.length; at++) {
      const alarm = this.#alarms[at]!;
      if (alarm.category === without) continue;
      raw += gain(alarm, weights, best);
      const next = this.#alarms[at + 1];
      if (next !== undefined && next.score === alarm.score && !this.#lastOfScore(at, without)) continue;
      if (raw > found.raw) found = { threshold: alarm.score, raw };
    }
    return found;
  }

  /** Whether no later alarm of the counted categories has the same score. */
  #lastOfScore(at: number, without: number | null): boolean {
    const { score } = this.#alarms[at]!;
    for (let next = at + 1; next < this.#alarms.length && this.#alarms[next]!.score === score; next++) {
      if (this.#alarms[next]!.category !== without) return false;
    }
    return true;
  }

  #rawOf(weights: Weights, category: number, threshold: number): number {
    const best = new Float64Array(this.#windowCategory.length).fill(-weights.fn);
    let raw = this.#windowCategory.reduce((sum, of) => (of === category ? sum - weights.fn : sum), 0);
    for (const alarm of this.#alarms) {
      if (alarm.score < threshold) break;
      if (alarm.category === category) raw += gain(alarm, weights, best);
    }
    return raw;
  }
}

/** What one more alarm adds: a window counts its best alarm only. */
function gain({ value, window }: Alarm, weights: Weights, best: Float64Array): number {
  if (window < 0) return weights.fp * value;
  const worth = weights.tp * value;
  const before = best[window]!;
  if (worth <= before) return 0;
  best[window] = worth;
  return worth - before;
}
