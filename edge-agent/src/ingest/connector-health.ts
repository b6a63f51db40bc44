import type { ConnectorHealth, ConnectorState, DecodeResult } from './connector.ts';

/** What every connector counts, the same way. */
export interface ConnectorMeter {
  /** A state that has not changed keeps its time. */
  state(state: ConnectorState, problem?: ConnectorHealth['problem']): void;
  /** What a decoder made of one message. */
  record(result: DecodeResult): void;
  /** Events whose batch is on disk. */
  accepted(events: number): void;
  keepAlive(): void;
  dropped(count: number): void;
  /** A connection that was open has ended. */
  reconnecting(nextRetryMs: number | null): void;
  quota(left: number | null): void;
  cursor(cursor: string | null): void;
  read(nowMs: number): ConnectorHealth;
}

/**
 * `quietLimitMs`: an open connector without event or keep-alive for longer is `degraded`, with the
 * problem `silent`; the next sign of life ends that.
 */
export function createConnectorMeter(
  ports: { readonly nowMs: () => number },
  config: { readonly quietLimitMs: number },
): ConnectorMeter {
  const counts = { events: 0, duplicates: 0, malformed: 0, unknown: 0, rejected: 0, dropped: 0 };
  let state: ConnectorState = 'idle';
  let problem: ConnectorHealth['problem'] = null;
  let sinceMs = ports.nowMs();
  let lastEventMs: number | null = null;
  let lastKeepAliveMs: number | null = null;
  let nextRetryMs: number | null = null;
  let reconnects = 0;
  let quotaLeft: number | null = null;
  let cursor: string | null = null;

  return {
    state(next, why = null) {
      if (next !== state) sinceMs = ports.nowMs();
      if (next !== 'waiting') nextRetryMs = null;
      state = next;
      problem = why;
    },
    record(result) {
      counts.duplicates += result.duplicates ?? (result.outcome === 'duplicate' ? 1 : 0);
      counts.malformed += result.malformed ?? (result.outcome === 'malformed' ? 1 : 0);
      counts.unknown += result.unknown ?? (result.outcome === 'unknown' ? 1 : 0);
      if (result.outcome === 'rejected') counts.rejected++;
      // Every message that was verified is a sign of life, also one that tells nothing.
      else lastKeepAliveMs = ports.nowMs();
      if (result.events.length > 0) lastEventMs = ports.nowMs();
    },
    accepted(events) {
      counts.events += events;
    },
    keepAlive() {
      lastKeepAliveMs = ports.nowMs();
    },
    dropped(count) {
      counts.dropped += count;
    },
    reconnecting(nextMs) {
      reconnects++;
      nextRetryMs = nextMs;
    },
    quota(left) {
      quotaLeft = left;
    },
    cursor(next) {
      cursor = next;
    },
    read(nowMs) {
      const lifeMs = Math.max(sinceMs, lastEventMs ?? 0, lastKeepAliveMs ?? 0);
      const silent = state === 'open' && nowMs - lifeMs > config.quietLimitMs;
      return {
        state: silent ? 'degraded' : state,
        sinceMs: silent ? lifeMs + config.quietLimitMs : sinceMs,
        lastEventMs,
        lastKeepAliveMs,
        quietLimitMs: config.quietLimitMs,
        reconnects,
        nextRetryMs,
        counts: { ...counts },
        quotaLeft,
        cursor,
        problem: silent ? silence(nowMs - lifeMs) : problem,
      };
    },
  };
}

function silence(forMs: number): ConnectorHealth['problem'] {
  const seconds = Math.round(forMs / 1000);
  return { code: 'silent', about: String(seconds), message: `connected, but nothing came for ${seconds} s: check on the platform's side that the room is live and messages are sent here` }; // prettier-ignore
}
