import type { SourceHealth, SourceState } from '@livecue/shared/contract';
import type { DropReason } from '@livecue/shared/event';
import type { DecodedFrame } from '../ports.ts';
import { troubleOf, type Problem } from '../runtime/problem.ts';
import { LikeCounter } from './like-counter.ts';

/** The rate forgets: what is older than this counts for 1/e. */
const RATE_TIME_CONSTANT_MS = 10_000;

export interface SourceMeterConfig {
  readonly name: string;
  readonly transport: SourceHealth['transport'];
  readonly endpoint: string;
  /** Milliseconds without an event after which the operator is told. */
  readonly quietLimitMs: number;
}

/** What every source counts, the same way. */
export interface SourceMeter {
  /** An accepted or refused frame. */
  record(decoded: DecodedFrame): void;
  /** Trouble before there was a frame to decode. */
  drop(reason: DropReason, count?: number): void;
  lost(count: number): void;
  /** A sender without the right token was turned away. */
  refuseToken(): void;
  state(state: SourceState, problem?: Problem | null): void;
  endpoint(endpoint: string): void;
  read(nowMs: number): SourceHealth;
}

/**
 * Counters of one source. Events a second are an exponentially weighted rate: each event adds 1/τ and
 * the sum decays with e^(−t/τ), τ = 10 s, divided by 1 − e^(−age/τ) so that the first seconds are not
 * too low (the same correction as in Adam, Kingma & Ba 2015, section 3).
 */
export function createSourceMeter(config: SourceMeterConfig): SourceMeter {
  const drops: Partial<Record<DropReason, number>> = {};
  const health = { state: 'idle' as SourceState, endpoint: config.endpoint };
  let problem: Problem | null = null;
  const likes = new LikeCounter();
  let events = 0;
  let lostUpstream = 0;
  let refusedTokens = 0;
  let lastEventMs: number | null = null;
  let firstMs: number | null = null;
  let level = 0;
  let levelMs = 0;

  const count = (reason: DropReason, by: number) => {
    drops[reason] = (drops[reason] ?? 0) + by;
  };
  // A clock that is set back must not make the rate grow: time that goes backwards is no time.
  const decayed = (nowMs: number) => level * Math.exp(-Math.max(0, nowMs - levelMs) / RATE_TIME_CONSTANT_MS);

  return {
    record({ events: taken, rejects, ingestTimeMs }) {
      for (const { reason } of rejects) count(reason, 1);
      if (taken.length === 0) return;
      firstMs ??= ingestTimeMs;
      level = decayed(ingestTimeMs) + taken.length / (RATE_TIME_CONSTANT_MS / 1000);
      levelMs = ingestTimeMs;
      events += taken.length;
      for (const event of taken) likes.note(event);
      lastEventMs = Math.max(lastEventMs ?? ingestTimeMs, ingestTimeMs);
    },
    drop: (reason, by = 1) => count(reason, by),
    lost(by) {
      lostUpstream += by;
    },
    refuseToken() {
      refusedTokens++;
    },
    state(state, why = null) {
      health.state = state;
      problem = why;
    },
    endpoint(endpoint) {
      health.endpoint = endpoint;
    },
    read(nowMs) {
      // One second at least: a single event is not a thousand a second.
      const ageMs = Math.max(1000, nowMs - (firstMs ?? nowMs));
      return {
        name: config.name,
        transport: config.transport,
        ...health,
        lastEventMs,
        quietLimitMs: config.quietLimitMs,
        eventsPerSecond: decayed(nowMs) / (1 - Math.exp(-ageMs / RATE_TIME_CONSTANT_MS)),
        events,
        drops: { ...drops },
        lostUpstream,
        ...told(likes.read()),
        refusedTokens,
        problem: problem?.message ?? null,
        ...(problem === null ? {} : { trouble: troubleOf(problem) }),
      };
    },
  };
}

const told = (likes: SourceHealth['likes'] | null) => (likes === null || likes === undefined ? {} : { likes });
