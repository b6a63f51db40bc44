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
  /** 0..1, from `ANOMALY_THRESHOLD` on an alarm, told as often as it is there: episodes make one of it. */
  readonly oddness: number;
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
  readonly #isRelative: boolean;
  #detector = new AnomalyDetector();
  /** The detector without the point that is judged: learning twice costs less than a copy each time. */
  #before = new AnomalyDetector();
  #usual = new Spread(USUAL_HALF_LIFE);
  #pending: { readonly timeMs: number; readonly value: number; readonly seen: number } | null = null;

  /** `isRelative`: the detector sees the value over the usual one, not the value. */
  constructor(isRelative: boolean) {
    this.#isRelative = isRelative;
  }

  /** Judges the next point; `keep`, `refuse` or `restart` says what it means for the next. */
  judge(timeMs: number, value: number): Judgement {
    const usual = this.#usual.count === 0 ? Number.NaN : this.#usual.mean;
    if (!Number.isFinite(value)) return { value: Number.NaN, usual, oddness: 0 };
    const seen = this.#isRelative ? (value + 1) / (usual + 1) : value;
    this.#pending = { timeMs, value, seen };
    return { value, usual, oddness: this.#detector.judge(timeMs, seen).oddness };
  }

  keep(): void {
    if (this.#pending === null) return;
    this.#before.judge(this.#pending.timeMs, this.#pending.seen);
    this.#usual.update(this.#pending.value);
    this.#pending = null;
  }

  refuse(): void {
    if (this.#pending === null) return;
    this.#detector = AnomalyDetector.from(this.#before.save());
    this.#pending = null;
  }

  /** What was odd has lasted: it is the usual from now on. */
  restart(): void {
    if (this.#pending === null) return;
    const { value } = this.#pending;
    if (this.#isRelative) this.refuse();
    else this.keep();
    this.#usual = new Spread(USUAL_HALF_LIFE);
    this.#usual.update(value);
  }

  /** Not between `judge` and what follows it. */
  save(): GuardedSeriesState {
    const usual: number[] = [];
    this.#usual.save(usual);
    return { detector: this.#detector.save(), usual };
  }

  load(state: GuardedSeriesState): void {
    this.#detector = AnomalyDetector.from(state.detector);
    this.#before = AnomalyDetector.from(state.detector);
    this.#usual.load(new NumberReader(state.usual));
    this.#pending = null;
  }
}
