import type { LiveEvent } from '@livecue/shared/event';
import { AgentError } from '../../runtime/agent-error.ts';
import { createBackOff } from '../../runtime/back-off.ts';
import { createFrameQueue } from '../../runtime/bounded-queue.ts';
import { problemOf, type Problem } from '../../runtime/problem.ts';
import type { CanonicalWireEvent, Connector, ConnectorContext, DecodeResult } from '../connector.ts';
import { createConnectorMeter } from '../connector-health.ts';
import { ConnectorRefusedError } from './connector-error.ts';

/** How one connection ended, and so what comes next. */
export type SessionEnd =
  /** Connect again: at once (`isRoutine`: because the platform wants it so), or after the back-off, not before `atLeastMs`. */
  | { readonly next: 'now' | 'back-off'; readonly atLeastMs?: number; readonly problem?: Problem; readonly isRoutine?: boolean } // prettier-ignore
  /** The show is over: idle, and nothing more is asked. */
  | { readonly next: 'nothing' }
  /** Refused for good. */
  | { readonly next: 'failed'; readonly problem: Problem };

/** What a session tells the connector around it. */
export interface SessionLink {
  /** Aborts when the connector stops; a session then ends within half a second. */
  readonly signal: AbortSignal;
  /** The platform has accepted us. */
  open(): void;
  keepAlive(): void;
  /** Queues what a message gave, and counts what it did not. `cursor`: where to resume behind this message. */
  take(result: DecodeResult, cursor?: string): void;
  /** Calls that the platform still allows. */
  quota(left: number): void;
  /** Open, but something is missing. */
  degraded(problem: Problem): void;
}

export interface StreamConnectorConfig {
  readonly name: string;
  readonly quietLimitMs: number;
  readonly openSession: (link: SessionLink) => Promise<SessionEnd>;
}

/** Events between the socket and the disk; what is more goes by kind. */
const CAPACITY_EVENTS = 20_000;
const MAX_BATCH = 500;
/** A connection that held this long was a good one: the back-off begins again. */
const GOOD_SESSION_MS = 30_000;
/** Who sends us away at once is not asked again at once. */
const MIN_SESSION_MS = 1_000;
export const CURSOR_KEY = 'cursor';

interface Queued {
  readonly events: LiveEvent[];
  readonly cursor: string | undefined;
  readonly commit: (() => void) | undefined;
}

/** A connector made of one session after another, with back-off, health, a bounded queue and a cursor. */
export function createStreamConnector(context: ConnectorContext, config: StreamConnectorConfig): Connector {
  const meter = createConnectorMeter(context, config);
  const backOff = createBackOff(context);
  meter.cursor(context.memory.get(CURSOR_KEY) ?? null);

  async function runSessions(signal: AbortSignal, take: SessionLink['take']): Promise<void> {
    while (!signal.aborted) {
      const sinceMs = context.nowMs();
      meter.state('connecting');
      const end = await runSession(signal, take);
      if (signal.aborted || end.next === 'nothing') break;
      if (end.next === 'failed') {
        meter.state('failed', end.problem);
        throw new ConnectorRefusedError(`Connecting ${config.name}: ${end.problem.message}.`);
      }
      if (end.problem !== undefined) context.logger.info(`connector ${config.name}: ${end.problem.code}: ${end.problem.message}`);
      const lastedMs = context.nowMs() - sinceMs;
      if (lastedMs >= GOOD_SESSION_MS) backOff.reset();
      if (end.next === 'now' && lastedMs >= MIN_SESSION_MS) {
        if (end.isRoutine !== true) meter.reconnecting(null);
        continue;
      }
      const waitMs = backOff.next(end.atLeastMs);
      meter.reconnecting(context.nowMs() + waitMs);
      meter.state('waiting', end.problem ?? null);
      // Rejects when the connector stops, which the loop sees by itself.
      await context.sleep(waitMs, signal).catch(() => undefined);
    }
    meter.state('idle');
  } // prettier-ignore

  async function runSession(signal: AbortSignal, take: SessionLink['take']): Promise<SessionEnd> {
    const ended = new AbortController();
    let wasOpen = false;
    const link: SessionLink = {
      signal: AbortSignal.any([signal, ended.signal]),
      open() {
        wasOpen = true;
        meter.state('open');
      },
      keepAlive: () => meter.keepAlive(),
      quota: (left) => meter.quota(left),
      degraded: (problem) => meter.state('degraded', problem),
      take,
    };
    try {
      const end = await config.openSession(link);
      return wasOpen ? end : neverOpened(end);
    } catch (error) {
      if (signal.aborted) return { next: 'now' };
      if (!(error instanceof AgentError)) throw error;
      const problem = problemOf(error);
      return error.retry === 'never' ? { next: 'failed', problem } : { next: 'back-off', problem };
    } finally {
      // Ends the timers and sockets of this session.
      ended.abort(new Error(`the session of ${config.name} ended`));
    }
  }

  /** What was told is known at once: after a kill it must not be told again. Cursors may be a second old. */
  async function remember(commits: readonly (() => void)[]): Promise<void> {
    if (commits.length === 0) return;
    for (const commit of commits) commit();
    await context.memory.flush().catch((error: Error) => context.logger.error(`connector ${config.name}: writing what was told: ${error.message}; it may be told again after a restart`)); // prettier-ignore
  }

  return {
    health: (nowMs) => meter.read(nowMs),
    async *start(signal) {
      const stopping = new AbortController();
      const running = AbortSignal.any([signal, stopping.signal]);
      const queue = createFrameQueue<Queued>({ capacityEvents: CAPACITY_EVENTS });
      let position = 0;
      let wake: () => void = () => undefined;
      const outcome: { done: boolean; error?: unknown } = { done: false };
      const take: SessionLink['take'] = (result, cursor) => {
        meter.record(result);
        if (result.events.length === 0 && cursor === undefined && result.commit === undefined) return;
        // The queue looks at nothing but the type.
        meter.dropped(
          queue.offer({ events: result.events as unknown as LiveEvent[], cursor, commit: result.commit }, position++),
        );
        wake();
      };
      const sessions = runSessions(running, take)
        .catch((error: unknown) => void (outcome.error = error))
        .finally(() => {
          outcome.done = true;
          wake();
        });
      const onAbort = () => wake();
      signal.addEventListener('abort', onAbort);
      try {
        while (!signal.aborted) {
          const taken = queue.take(MAX_BATCH);
          const events = taken.flatMap(({ frame }) => frame.events) as unknown as CanonicalWireEvent[];
          if (events.length > 0) {
            yield events;
            meter.accepted(events.length);
          }
          // Asked for more: what came before is on disk, and so may the cursor be.
          const cursor = taken.findLast(({ frame }) => frame.cursor !== undefined)?.frame.cursor;
          if (cursor !== undefined) {
            context.memory.set(CURSOR_KEY, cursor);
            meter.cursor(cursor);
          }
          await remember(taken.flatMap(({ frame }) => frame.commit ?? []));
          if (taken.length > 0) continue;
          if (outcome.error !== undefined) throw outcome.error;
          if (outcome.done) return;
          await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        signal.removeEventListener('abort', onAbort);
        stopping.abort(new Error(`connector ${config.name} stops`));
        await sessions;
      }
    },
  };
}

/** What was never there was not cut: the address, or the network, is another one. */
function neverOpened(end: SessionEnd): SessionEnd {
  if (end.next === 'nothing' || end.problem?.code !== 'cut') return end;
  return { ...end, problem: { ...end.problem, code: 'unreachable' } };
}
