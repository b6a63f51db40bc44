import type { LiveEvent } from '@livecue/shared/event';
import { createLatencyMeter, createMinuteMeter, type LatencyMeter } from './latency.ts';

/** From event time, of one run of the agent. */
export interface DecisionMeters {
  /** Until an event is counted. */
  readonly eventToWindow: LatencyMeter;
  /** The same, of the last whole minute. */
  readonly lastMinute: ReturnType<typeof createMinuteMeter>;
  /** Until the rules were asked about a comment. */
  readonly commentToPrompt: LatencyMeter;
  /** Until the rules were asked about an event, of every kind. */
  readonly eventToPrompt: LatencyMeter;
}

export function createDecisionMeters(): DecisionMeters {
  return {
    eventToWindow: createLatencyMeter(),
    lastMinute: createMinuteMeter(),
    commentToPrompt: createLatencyMeter(),
    eventToPrompt: createLatencyMeter(),
  };
}

/** Events of one frame that wait for the rules: the time of its first one, and how many. */
interface Waiting {
  readonly atMs: number;
  readonly count: number;
}

/**
 * Which counted events the rules were asked about, and when. `isSingle` tells the kinds of which one event is
 * worth a look; the others (views, likes, carts) wait for a look.
 */
export function createDecisionLatency(meters: DecisionMeters, isSingle: (event: LiveEvent) => boolean) {
  let comments: Waiting[] = [];
  let singles: Waiting[] = [];
  let others: Waiting[] = [];
  const settle = (meter: LatencyMeter, waiting: readonly Waiting[], nowMs: number) => {
    for (const { atMs, count } of waiting) meter.record(nowMs - atMs, count);
  };
  const decided = (nowMs: number) => {
    settle(meters.commentToPrompt, comments, nowMs);
    settle(meters.eventToPrompt, singles, nowMs);
    comments = [];
    singles = [];
  };
  return {
    counted(frames: readonly { readonly events: readonly LiveEvent[] }[], nowMs: number): void {
      for (const { events } of frames) {
        const first = events[0];
        if (first === undefined) continue;
        meters.eventToWindow.record(nowMs - first.eventTimeMs, events.length);
        meters.lastMinute.record(nowMs - first.eventTimeMs, events.length, nowMs);
        const comment = events.find(({ type }) => type === 'live.comment.created');
        if (comment !== undefined) comments.push({ atMs: comment.eventTimeMs, count: 1 });
        let single = 0;
        for (const event of events) if (isSingle(event)) single++;
        if (single > 0) singles.push({ atMs: first.eventTimeMs, count: single });
        if (single < events.length) others.push({ atMs: first.eventTimeMs, count: events.length - single });
      }
    },
    /** The rules were asked about what single events concerned. */
    decided,
    /** The rules were asked about all products that something happened to. */
    looked(nowMs: number): void {
      decided(nowMs);
      settle(meters.eventToPrompt, others, nowMs);
      others = [];
    },
  };
}
