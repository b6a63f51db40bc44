import { FeedPulse, type PulseState } from './feed-pulse.ts';

export interface EventClockConfig {
  readonly maxOutOfOrderMs: number;
  readonly idleSourceMs: number;
}

/** Skew follows a smaller lag at once and a larger one slowly, so that one quick event sets the scale. */
const SKEW_EASE = 1 / 256;

/** Views follow a source that lies behind our clock up to this far. */
export const MAX_LAG_MS = 60_000;

/** One source as the clock knows it. */
interface SourceClock {
  readonly source: string;
  readonly pulse: FeedPulse;
  /** Largest event time, but never ahead of our clock at its arrival: one event from the future must not make the present late. */
  clockMs: number;
  lastEventMs: number;
  lastArrivalMs: number;
  /** Smoothed minimum of arrival − event time: delay and clock difference together, ms; negative when the source is ahead. */
  skewMs: number;
}

/** A source for health pages; a checkpoint keeps the same. */
export interface SourceClockState {
  readonly source: string;
  readonly clockMs: number;
  readonly lastEventMs: number;
  readonly lastArrivalMs: number;
  readonly skewMs: number;
  readonly pulse: PulseState;
}

/**
 * Event time of one room. The watermark of a source is
 *
 *   min(largest event time, our clock) − maxOutOfOrderMs + max(0, silence − idleSourceMs)
 *
 * where silence is processing time since its last arrival: a silent source's clock runs on with ours
 * from where it stood, so a source that is always 20 s behind stays 20 s behind, and ticks alone make
 * nothing late that comes within the allowed disorder. The watermark of the room is the least of its
 * sources that are not idle (when all are, the greatest), and never goes back but by `rewind`.
 */
export class EventClock {
  readonly #config: EventClockConfig;
  readonly #sources = new Map<string, SourceClock>();
  #watermarkMs: number | null = null;

  constructor(config: EventClockConfig) {
    this.#config = config;
  }

  /** An event of `source` arrived at `nowMs`. */
  note(source: string, eventTimeMs: number, nowMs: number): void {
    const lagMs = nowMs - eventTimeMs;
    const reached = Math.min(eventTimeMs, nowMs);
    let clock = this.#sources.get(source);
    if (clock === undefined) {
      clock = {
        source,
        pulse: new FeedPulse(),
        clockMs: reached,
        lastEventMs: eventTimeMs,
        lastArrivalMs: nowMs,
        skewMs: lagMs,
      };
      this.#sources.set(source, clock);
    } else {
      if (reached > clock.clockMs) clock.clockMs = reached;
      if (eventTimeMs > clock.lastEventMs) clock.lastEventMs = eventTimeMs;
      if (nowMs > clock.lastArrivalMs) clock.lastArrivalMs = nowMs;
      clock.skewMs = lagMs < clock.skewMs ? lagMs : clock.skewMs + (lagMs - clock.skewMs) * SKEW_EASE;
    }
    clock.pulse.note(nowMs);
  }

  /** Moves the watermark to what `nowMs` allows; null before the first event. */
  advance(nowMs: number): number | null {
    let active = Infinity;
    let idle = -Infinity;
    for (const clock of this.#sources.values()) {
      const silenceMs = nowMs - clock.lastArrivalMs;
      const beyondMs = silenceMs - this.#config.idleSourceMs;
      const reached = clock.clockMs - this.#config.maxOutOfOrderMs;
      if (beyondMs >= 0) idle = Math.max(idle, reached + beyondMs);
      else active = Math.min(active, reached);
    }
    const next = active === Infinity ? idle : active;
    if (next > (this.#watermarkMs ?? -Infinity)) this.#watermarkMs = next;
    return this.#watermarkMs;
  }

  get watermarkMs(): number | null {
    return this.#watermarkMs;
  }

  /** How far the freshest live source lies behind our clock, 0..60,000 ms; 0 before the first event. */
  get lagMs(): number {
    let least = Infinity;
    for (const clock of this.#sources.values()) {
      if (clock.source.startsWith('live/')) least = Math.min(least, clock.skewMs);
    }
    return least === Infinity ? 0 : Math.min(MAX_LAG_MS, Math.max(0, Math.floor(least)));
  }

  /**
   * Our clock was set forward by `ms`, or we stood still: nobody was listening, so nobody was silent. Counted as
   * silence it would make everything late that comes until the clock is set right.
   */
  skip(ms: number): void {
    for (const clock of this.#sources.values()) clock.lastArrivalMs += ms;
  }

  /**
   * Our clock was set back to `nowMs`. The time that idle sources seemed to gain never passed, and
   * without this the present would count as late until our clock has caught up.
   */
  rewind(nowMs: number): void {
    for (const clock of this.#sources.values()) {
      clock.clockMs = Math.min(clock.clockMs, nowMs);
      clock.lastArrivalMs = Math.min(clock.lastArrivalMs, nowMs);
      clock.pulse.rewind(nowMs);
    }
    this.#watermarkMs = null;
  }

  /** For health: every source with the silence it is allowed. */
  sources(): { source: string; lastEventMs: number; lastArrivalMs: number; quietLimitMs: number; skewMs: number }[] {
    return [...this.#sources.values()].map(({ source, lastEventMs, lastArrivalMs, skewMs, pulse }) => {
      return { source, lastEventMs, lastArrivalMs, quietLimitMs: pulse.quietLimitMs, skewMs: Math.round(skewMs) };
    });
  }

  save(): { watermarkMs: number | null; sources: SourceClockState[] } {
    const sources = [...this.#sources.values()].map((clock) => ({ ...clock, pulse: clock.pulse.save() }));
    return { watermarkMs: this.#watermarkMs, sources };
  }

  load(state: { watermarkMs: number | null; sources: readonly SourceClockState[] }): void {
    this.#watermarkMs = state.watermarkMs;
    for (const saved of state.sources) {
      const pulse = new FeedPulse();
      pulse.load(saved.pulse);
      this.#sources.set(saved.source, { ...saved, pulse });
    }
  }
}
