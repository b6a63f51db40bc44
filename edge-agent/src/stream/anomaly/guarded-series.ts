import { AnomalyDetector, type AnomalyState } from './anomaly-detector.ts';
import { NumberReader } from './number-reader.ts';
import { Spread } from './spread.ts';

/** Half-life of what is usual, in points. */
const USUAL_HALF_LIFE = 12;

/** One point of a series: its value (NaN: none), what is usual, and how odd it is. */
export interface Judgement {
  readonly value: number;
  /** NaN before the first value. */
  readonly usual: number;
  /** 0..1, from `ANOMALY_THRESHOLD` on an alarm. */
  readonly score: number;
}

export interface GuardedSeriesState {
  readonly detector: AnomalyState;
  readonly usual: readonly number[];
}

/**
 * A detector that can refuse to learn. What has turned out to be an attack or an outage must not become
 * usual: the second burst of the same bots would go unseen.
 */
export class GuardedSeries {
  #detector = new AnomalyDetector();
  readonly #usual = new Spread(USUAL_HALF_LIFE);
  #pending: { readonly before: AnomalyState; readonly value: number } | null = null;

  /** Judges the next point; `keep` or `refuse` says whether it counts as past of the next. */
  judge(timeMs: number, value: number): Judgement {
    const usual = this.#usual.count === 0 ? Number.NaN : this.#usual.mean;
    if (!Number.isFinite(value)) return { value: Number.NaN, usual, score: 0 };
    this.#pending = { before: this.#detector.save(), value };
    return { value, usual, score: this.#detector.update(timeMs, value) };
  }

  keep(): void {
    if (this.#pending !== null) this.#usual.update(this.#pending.value);
    this.#pending = null;
  }

  refuse(): void {
    if (this.#pending !== null) this.#detector = AnomalyDetector.from(this.#pending.before);
    this.#pending = null;
  }

  save(): GuardedSeriesState {
    const usual: number[] = [];
    this.#usual.save(usual);
    return { detector: this.#detector.save(), usual };
  }

  load(state: GuardedSeriesState): void {
    this.#detector = AnomalyDetector.from(state.detector);
    this.#usual.load(new NumberReader(state.usual));
    this.#pending = null;
  }
}
