import type { SourceHealth } from '@livecue/shared/contract';
import type { FrameSink, RawFrame, Source } from '../ports.ts';
import { AgentError } from '../runtime/agent-error.ts';
import { createBackOff } from '../runtime/back-off.ts';
import type { Logger } from '../runtime/logger.ts';
import { problemOf, troubleOf, type Problem } from '../runtime/problem.ts';
import { ConnectorRefusedError } from './connecting/connector-error.ts';
import type { CanonicalWireEvent, Connector, ConnectorHealth } from './connector.ts';
import { createSourceMeter } from './source-health.ts';

export interface ConnectorSourcePorts {
  readonly sink: FrameSink;
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly logger: Logger;
  /** Rejects with the signal's reason when it aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface ConnectorSourceConfig {
  readonly name: string;
  readonly transport: SourceHealth['transport'];
  /** What it reads or where it listens, for the operator; no token in it. */
  readonly endpoint: string;
  /** `name@version`, written into every event. */
  readonly origin: string;
  readonly maxFrameBytes: number;
  /** Senders that push cannot wait: the queue drops by kind instead. */
  readonly pushed: boolean;
  /** Called when the connector has ended: what it remembers goes to disk. */
  readonly onStopped: () => Promise<void>;
  /** Milliseconds that `stop` waits for the connector to end. */
  readonly stopDeadlineMs: number;
}

/**
 * A connector as a source: its batches become frames of canonical events. A batch that the disk refuses
 * is tried again until it is taken, and only then the next one is asked for.
 */
export function createConnectorSource(
  ports: ConnectorSourcePorts,
  connector: Connector,
  config: ConnectorSourceConfig,
): Source {
  // prettier-ignore
  const meter = createSourceMeter({ ...config, quietLimitMs: connector.health(ports.nowMs()).quietLimitMs });
  let stopping = new AbortController();
  let running: Promise<void> | null = null;
  let failure: Problem | null = null;

  async function store(frame: RawFrame, signal: AbortSignal): Promise<void> {
    const backOff = createBackOff(ports);
    for (;;) {
      if (!config.pushed) await ports.sink.ready(signal);
      const { decoded, durable } = ports.sink.accept(frame);
      try {
        await durable;
        meter.record(decoded);
        return;
      } catch (error) {
        if (!(error instanceof AgentError) || error.retry === 'never' || signal.aborted) throw error;
        const waitMs = backOff.next();
        ports.logger.warn(`source ${config.name}: ${error.code}; the same events are tried again in ${waitMs} ms`);
        await ports.sleep(waitMs, signal);
      }
    }
  }

  async function run(signal: AbortSignal): Promise<void> {
    try {
      for await (const batch of connector.start(signal)) {
        for (const bytes of framesOf(batch, config)) {
          await store({ sourceName: config.name, ingestTimeMs: ports.nowMs(), encoding: 'jsonl', bytes }, signal);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      failure = failureOf(error, connector.health(ports.nowMs()));
      const words = error instanceof AgentError ? error.message : ((error as Error).stack ?? String(error));
      ports.logger.error(`source ${config.name}: ${words}`);
    }
  }

  const source: Source = {
    name: config.name,
    studio: connector.studio,
    async start(signal) {
      signal.throwIfAborted();
      stopping = new AbortController();
      failure = null;
      signal.addEventListener('abort', () => void source.stop(), { once: true, signal: stopping.signal });
      running = run(stopping.signal);
    },
    async stop() {
      stopping.abort(new Error(`source ${config.name} stops`));
      const ended = running;
      running = null;
      if (ended === null) return;
      await deadline(ended, config.stopDeadlineMs);
      await config.onStopped();
    },
    health(nowMs) {
      const health = connector.health(nowMs);
      const seen = meter.read(nowMs);
      const stopped = stopping.signal.aborted;
      const problem = failure ?? (stopped ? null : health.problem);
      const retryS = failure === null ? secondsUntil(health.nextRetryMs, nowMs) : null;
      return {
        ...seen,
        state: failure !== null ? 'failed' : stopped ? 'idle' : health.state,
        lastEventMs: health.lastEventMs ?? seen.lastEventMs,
        quietLimitMs: health.quietLimitMs,
        drops: dropsOf(health, seen),
        ...(health.quotaLeft === null ? {} : { quotaLeft: health.quotaLeft }),
        ...(health.cursor === null ? {} : { cursor: health.cursor.slice(0, 2048) }),
        ...(health.hints === undefined ? {} : { hints: health.hints }),
        problem: failure?.message ?? (problem === null ? null : sentenceOf(problem, retryS)),
        ...(problem === null ? {} : { trouble: troubleOf(problem, retryS) }),
      };
    },
  };
  return source;
}

function dropsOf({ counts }: ConnectorHealth, seen: SourceHealth): SourceHealth['drops'] {
  const all = {
    duplicate: (seen.drops.duplicate ?? 0) + counts.duplicates,
    // What cannot be proved to come from the platform is as unusable as what cannot be read.
    malformed: (seen.drops.malformed ?? 0) + counts.malformed + counts.rejected,
    'unknown-kind': (seen.drops['unknown-kind'] ?? 0) + counts.unknown,
    'buffer-full': (seen.drops['buffer-full'] ?? 0) + counts.dropped,
  };
  return { ...seen.drops, ...Object.fromEntries(Object.entries(all).filter(([, count]) => count > 0)) };
}

/** The error of a refusal has one code; what the platform said has its own. */
function failureOf(error: unknown, { problem }: ConnectorHealth): Problem {
  if (error instanceof ConnectorRefusedError && problem !== null) return { ...problem, message: error.message };
  if (error instanceof AgentError) return problemOf(error);
  return { code: 'fault', message: 'the connector has a fault; the log says where' };
}

function secondsUntil(atMs: number | null, nowMs: number): number | null {
  return atMs === null ? null : Math.max(0, Math.ceil((atMs - nowMs) / 1000));
}

function sentenceOf({ code, message }: Problem, retryS: number | null): string {
  return `${code}: ${message}${retryS === null ? '' : ` (tried again in ${retryS} s)`}`;
}

/** Canonical events as JSON Lines, cut where a frame would become larger than the agent takes. */
function* framesOf(
  batch: readonly CanonicalWireEvent[],
  { maxFrameBytes, origin }: ConnectorSourceConfig,
): Generator<Uint8Array> {
  // prettier-ignore
  let lines: Buffer[] = [];
  let size = 0;
  for (const event of batch) {
    const line = Buffer.from(`${JSON.stringify({ specversion: '1.0', origin, ...event })}\n`);
    if (size > 0 && size + line.length > maxFrameBytes) {
      yield Buffer.concat(lines);
      [lines, size] = [[], 0];
    }
    lines.push(line);
    size += line.length;
  }
  if (size > 0) yield Buffer.concat(lines);
}

/** Waits for `ended`, but not longer. */
async function deadline(ended: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([ended, late]);
  clearTimeout(timer);
}
