import { monitorEventLoopDelay } from 'node:perf_hooks';
import { build, type Histogram } from 'hdr-histogram-js';

/** Percentiles of one measured way, in milliseconds. */
export interface LatencyFigures {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/**
 * Latency from event time (the sender's clock) to a point in the pipeline. Only sensible where both run on
 * one machine, as in a bench. Highest trackable value 1 h, 2 significant digits (HdrHistogram).
 */
export interface LatencyMeter {
  record(ms: number, count: number): void;
  figures(): LatencyFigures;
  reset(): void;
}

export function createLatencyMeter(): LatencyMeter {
  const histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 2,
  });
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000;
  return {
    record(ms, count) {
      if (count <= 0) return;
      const micros = Math.min(3_600_000_000, Math.max(1, Math.round(ms * 1000)));
      histogram.recordValueWithCount(micros, count);
    },
    figures() {
      return {
        count: histogram.totalCount,
        p50Ms: at(50),
        p95Ms: at(95),
        p99Ms: at(99),
        p999Ms: at(99.9),
        maxMs: histogram.maxValue / 1000,
      };
    },
    reset() {
      histogram.reset();
    },
  };
}

const MINUTE_MS = 60_000;

/** Latency of the last whole minute, for what runs for hours: percentiles of a whole run hide a late change. */
export function createMinuteMeter(): { record(ms: number, count: number, nowMs: number): void; figures(): LatencyFigures } {
  const running = createLatencyMeter();
  let last = running.figures();
  let minute = 0;
  return {
    record(ms, count, nowMs) {
      const now = Math.floor(nowMs / MINUTE_MS);
      if (now !== minute) {
        last = running.figures();
        running.reset();
        minute = now;
      }
      running.record(ms, count);
    },
    figures: () => last,
  };
} // prettier-ignore

/** How long the event loop stood still beyond the 5 ms between two looks, ms. */
export interface LoopFigures {
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

const LOOK_MS = 5;

/** Stalls of the event loop since `reset`, which also begins the looking: nobody pays for it who does not ask. */
export function createLoopMeter(): { reset(): void; figures(): LoopFigures } {
  const histogram = monitorEventLoopDelay({ resolution: LOOK_MS });
  const beyond = (nanos: number) => Math.max(0, Math.round(nanos / 1e5 - 10 * LOOK_MS) / 10);
  return {
    reset() {
      histogram.enable();
      histogram.reset();
    },
    figures: () => ({
      p99Ms: beyond(histogram.percentile(99)),
      p999Ms: beyond(histogram.percentile(99.9)),
      maxMs: beyond(histogram.max),
    }),
  };
}
