import { KnownRange } from './known-range.ts';
import { KnownValues } from './known-values.ts';
import { NumberReader } from './number-reader.ts';
import { ExtremeView, HourView, JumpView, LevelView, type SeriesView } from './series-views.ts';
import { WindowPeak } from './window-peak.ts';

/** An alarm is a score of at least this. */
export const ANOMALY_THRESHOLD = 0.5;

/** Only what is odder than everything in this many points before is scored at all. */
const QUIET_POINTS = 120;
/** Almost everything is new to a young detector: what it says counts in full from here on. */
const RAMP_POINTS = 300;
/** Beyond, squares would leave the range of numbers; nothing that is measured is so large. */
const LARGEST = 1e100;
const VERSION = 1;

/** A detector as a checkpoint keeps it: exact, so that it goes on bit by bit as if never stopped. */
export interface AnomalyState {
  readonly version: number;
  readonly numbers: readonly number[];
}

interface Novelty {
  update(value: number): number;
  save(to: number[]): void;
  load(from: NumberReader): void;
}

interface Part {
  readonly view: SeriesView;
  readonly novelty: Novelty;
  /** What one deviation of novelty adds; 1 in all is the threshold. */
  readonly weight: number;
}

/**
 * Says of each point of a series how odd it is, from the points before it alone.
 *
 * A point is odd as far as it shows what was never there. Five views of the series are held against what
 * is known of each: its level, the crest of the last 30 points, the trough of the last 100, its step over 5 points,
 * and what it has beyond the usual of the hour of the day. The distances (in deviations) are weighed and added to
 * s, and s / (1 + s) is the score where s is higher than in the 120 points before, else 0: a trouble is told
 * once, when it begins and when it gets worse. What stays becomes known and is quiet.
 *
 * One setting for every series. Memory is constant (about 700 numbers), time does not grow with the length.
 */
export class AnomalyDetector {
  readonly #parts: readonly Part[] = [
    { view: new LevelView(), novelty: new KnownValues(), weight: 2.8 },
    { view: new ExtremeView(30, 1), novelty: new KnownValues(), weight: 3.1 },
    { view: new ExtremeView(100, -1), novelty: new KnownValues(), weight: 0.9 },
    { view: new HourView(24), novelty: new KnownRange(), weight: 0.75 },
    { view: new JumpView(5), novelty: new KnownRange(), weight: 0.3 },
  ];
  readonly #recent = new WindowPeak(QUIET_POINTS);
  #count = 0;

  /**
   * Score 0..1 of the next point. `timeMs` is Unix ms; only the hour of the day is taken from it, so
   * gaps, duplicates and times that go back are as good as any, and NaN means unknown. A value that is
   * not finite is a missing one: score 0, and nothing is learned.
   */
  update(timeMs: number, value: number): number {
    return this.judge(timeMs, value).score;
  }

  /** Like `update`, with the `oddness` 0..1 that the score is before it is told once only. */
  judge(timeMs: number, value: number): { readonly score: number; readonly oddness: number } {
    if (!Number.isFinite(value)) return { score: 0, oddness: 0 };
    const sum = this.#novelty(timeMs, Math.max(-LARGEST, Math.min(LARGEST, value)));
    const isNews = sum > Math.max(0, this.#recent.peak);
    this.#recent.push(sum);
    const oddness = sum / (1 + sum);
    return { score: isNews ? oddness : 0, oddness };
  }

  #novelty(timeMs: number, point: number): number {
    let sum = 0;
    for (const { view, novelty, weight } of this.#parts) {
      const seen = view.next(timeMs, point);
      if (!Number.isNaN(seen)) sum += weight * novelty.update(seen);
    }
    return sum * Math.min(1, ++this.#count / RAMP_POINTS);
  }

  save(): AnomalyState {
    const numbers: number[] = [];
    for (const { view, novelty } of this.#parts) {
      view.save(numbers);
      novelty.save(numbers);
    }
    this.#recent.save(numbers);
    numbers.push(this.#count);
    return { version: VERSION, numbers };
  }

  /** A detector that goes on from a snapshot. Throws when it is of another version or cut short. */
  static from(state: AnomalyState): AnomalyDetector {
    if (state.version !== VERSION) {
      throw new Error(
        `restoring an anomaly detector: the snapshot is of version ${state.version}, this is version ${VERSION}; start without it`,
      );
    }
    const detector = new AnomalyDetector();
    const reader = new NumberReader(state.numbers);
    for (const { view, novelty } of detector.#parts) {
      view.load(reader);
      novelty.load(reader);
    }
    detector.#recent.load(reader);
    detector.#count = reader.next();
    reader.end();
    return detector;
  }
}
