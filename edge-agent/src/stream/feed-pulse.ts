/** Time constant of the rate, ms: two minutes follow a show's phases and outlast its bursts. */
const RATE_TAU_MS = 120_000;
/** Silence of this many mean gaps is still expected (a Poisson room does it once in e^10 events). */
const EXPECTED_GAPS = 10;
/** HP15: the alarm comes within 15 s beyond expectation; 10 s leave room for transport and ticks. */
const BEYOND_MS = 10_000;
const MAX_QUIET_LIMIT_MS = 600_000;

/** The state of a pulse, as a checkpoint keeps it. */
export interface PulseState {
  readonly ratePerMs: number;
  readonly lastMs: number | null;
}

/**
 * The rhythm of arrivals of one source or room, and how long a silence still belongs to it.
 *
 *   rate ← rate · e^(−gap/τ) + 1/τ at each arrival, τ = 120 s (frozen while it is silent)
 *   quietLimitMs = min(10 / rate + 10 s, 600 s)
 *
 * So a room of two or more events a second is called stale after at most 15 s, one event in 20 s is
 * given 3.5 min. The rate starts at 0: a room that just began is given the benefit of the doubt. Real
 * rooms are burstier than Poisson: on 8.5 h of recorded game chat (1.6 and 3.8 comments/s, comments
 * being the only events) this raises two false alarms.
 */
export class FeedPulse {
  #ratePerMs = 0;
  #lastMs: number | null = null;

  /** Something arrived at `nowMs`, Unix ms of processing time. Times that go back count as no gap. */
  note(nowMs: number): void {
    const gapMs = this.#lastMs === null ? 0 : nowMs - this.#lastMs;
    if (gapMs > 0) this.#ratePerMs *= Math.exp(-gapMs / RATE_TAU_MS);
    this.#ratePerMs += 1 / RATE_TAU_MS;
    if (this.#lastMs === null || gapMs > 0) this.#lastMs = nowMs;
  }

  /** Our clock was set back: what lies in the future now happened just now. */
  rewind(nowMs: number): void {
    if (this.#lastMs !== null && this.#lastMs > nowMs) this.#lastMs = nowMs;
  }

  get lastMs(): number | null {
    return this.#lastMs;
  }

  /** Silence beyond this many ms is beyond expectation: 10,000 to 600,000. */
  get quietLimitMs(): number {
    if (this.#ratePerMs === 0) return MAX_QUIET_LIMIT_MS;
    return Math.min(MAX_QUIET_LIMIT_MS, Math.round(EXPECTED_GAPS / this.#ratePerMs + BEYOND_MS));
  }

  state(nowMs: number): 'waiting' | 'ok' | 'stale' {
    if (this.#lastMs === null) return 'waiting';
    return nowMs - this.#lastMs > this.quietLimitMs ? 'stale' : 'ok';
  }

  save(): PulseState {
    return { ratePerMs: this.#ratePerMs, lastMs: this.#lastMs };
  }

  load(state: PulseState): void {
    this.#ratePerMs = state.ratePerMs;
    this.#lastMs = state.lastMs;
  }
}
