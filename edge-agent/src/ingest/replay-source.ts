import type { Drop } from '@livecue/shared/event';
import { stringify } from 'lossless-json';
import type { DecodedFrame, FrameSink, RawFrame, Source } from '../ports.ts';
import { ConfigurationError } from '../runtime/agent-error.ts';
import type { Logger } from '../runtime/logger.ts';
import { problemOf } from '../runtime/problem.ts';
import { parseLossless } from './canonical/lossless.ts';
import { createDiskGuard } from './disk-guard.ts';
import { checkReadable, type LineRun, readLineRuns } from './event-file.ts';
import { createSourceMeter } from './source-health.ts';

export interface ReplaySourcePorts {
  readonly sink: FrameSink;
  readonly nowMs: () => number;
  /** Waits, or rejects with the signal's reason. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<unknown>;
  readonly logger: Logger;
}

export interface ReplaySourceConfig {
  readonly name: string;
  readonly files: readonly string[];
  /** 1 to 50 times the recorded speed, or as fast as the pipeline takes it. */
  readonly speed: number | 'max';
  /**
   * Rehearsal: moves event times so that the recording happens now, at `speed`. Otherwise events keep
   * their recorded times and a live pipeline finds them late.
   */
  readonly shiftToNow: boolean;
  readonly quietLimitMs: number;
}

export interface BadLine extends Drop {
  readonly file: string;
  readonly line: number;
}

export interface ReplaySource extends Source {
  /** The first bad lines; all are counted in `health().drops`. */
  readonly badLines: readonly BadLine[];
  /** Settles when everything was given to the sink, or the source has stopped. Rejects when a file breaks off. */
  readonly finished: Promise<void>;
}

export interface FileFrame {
  /** `ingestTimeMs` is the newest event time so far, 0 while none was told: the same at every reading. */
  readonly frame: RawFrame;
  readonly file: string;
  /** Line of the file at which the frame begins, from 1: add a reject's `line` − 1. */
  readonly firstLine: number;
}

const MAX_LINES = 256;
const MAX_BAD_LINES = 100;
/** Shorter waits would make a frame of every event. Milliseconds. */
const SHORTEST_WAIT_MS = 10;

/** Frames of up to `maxLines` lines of one or several recordings, merged by event time, unpaced. */
export async function* readEventFile(files: string | readonly string[], maxLines = MAX_LINES): AsyncGenerator<FileFrame> {
  let newestMs = 0;
  for await (const { file, firstLine, bytes, timesMs } of readLineRuns([files].flat(), maxLines)) {
    newestMs = Math.max(newestMs, timesMs.at(-1) ?? 0);
    yield { file, firstLine, frame: { sourceName: 'replay', ingestTimeMs: newestMs, encoding: 'jsonl', bytes } };
  }
} // prettier-ignore

/** Plays recordings into the agent, paced by event time. */
export function createReplaySource(ports: ReplaySourcePorts, config: ReplaySourceConfig): ReplaySource {
  const meter = createSourceMeter({ ...config, transport: 'replay', endpoint: config.files.join(', ') });
  const disk = createDiskGuard(config.name, ports, (problem) => meter.state(problem === null ? 'open' : 'degraded', problem));
  const badLines: BadLine[] = [];
  const ended = Promise.withResolvers<void>();
  // Whoever does not ask reads the failure in `health()`.
  ended.promise.catch(() => undefined);
  const stopping = new AbortController();
  let playing: Promise<void> | null = null;

  const note = (run: LineRun, from: number, { rejects }: DecodedFrame) => {
    for (const { line, reason, detail } of rejects) {
      if (badLines.length === MAX_BAD_LINES) return;
      badLines.push({ file: run.file, line: run.firstLine + from + line - 1, reason, detail });
    }
  };

  const give = async (run: LineRun, from: number, to: number, clock: Clock, signal: AbortSignal) => {
    if (ports.sink.full) await ports.sink.ready(signal);
    if (disk.behind) await disk.caughtUp(signal);
    signal.throwIfAborted();
    const recorded = run.bytes.subarray(run.starts[from], run.starts[to] ?? run.bytes.length);
    const bytes = config.shiftToNow ? shiftLines(recorded, clock.shifted) : recorded;
    const frame: RawFrame = { sourceName: config.name, ingestTimeMs: ports.nowMs(), encoding: 'jsonl', bytes };
    const { decoded, durable } = ports.sink.accept(frame);
    meter.record(decoded);
    note(run, from, decoded);
    if (decoded.events.length > 0) disk.watch(durable, bytes.length);
  };

  const play = async (signal: AbortSignal) => {
    const clock = createClock(config.speed, ports.nowMs);
    for await (const run of readLineRuns(config.files, MAX_LINES)) {
      let from = 0;
      for (let to = 0; to < run.starts.length; to++) {
        const waitMs = clock.dueMs(run.timesMs[to] ?? null) - ports.nowMs();
        if (waitMs <= 0) continue;
        if (to > from) await give(run, from, to, clock, signal);
        from = to;
        await ports.sleep(Math.max(SHORTEST_WAIT_MS, waitMs), signal);
      }
      await give(run, from, run.starts.length, clock, signal);
    }
    meter.state('idle');
  };

  const source: ReplaySource = {
    name: config.name,
    badLines,
    finished: ended.promise,
    async start(signal) {
      signal.throwIfAborted();
      if (config.speed !== 'max' && !(config.speed >= 1 && config.speed <= 50)) {
        throw new ConfigurationError(`Replaying ${config.files.join(', ')}: speed ${config.speed}. Expected 1 to 50, or max.`);
      }
      try {
        for (const file of config.files) await checkReadable(file);
      } catch (error) {
        meter.state('failed', problemOf(error));
        throw error;
      }
      meter.state('open');
      const either = AbortSignal.any([signal, stopping.signal]);
      playing = play(either).then(ended.resolve, (error: unknown) => {
        if (either.aborted) return ended.resolve();
        const problem = problemOf(error);
        meter.state('failed', problem);
        ports.logger.error(`source ${config.name}: ${problem.message}`);
        ended.reject(error);
      });
    },
    async stop() {
      stopping.abort(new Error(`source ${config.name} stops`));
      await playing;
      if (playing === null) ended.resolve();
    },
    health: (nowMs) => meter.read(nowMs),
  };
  return source;
} // prettier-ignore

interface Clock {
  /** When a recorded time is due on our clock; now for a line without one, and always at `max`. */
  dueMs(recordedMs: number | null): number;
  /** The time that a recorded one has in a rehearsal. */
  shifted(recordedMs: number): number;
}

/** Starts at the first recorded time that it is asked for. */
function createClock(speed: number | 'max', nowMs: () => number): Clock {
  let origin: { readonly recordedMs: number; readonly wallMs: number } | null = null;
  const shifted = (recordedMs: number) => {
    origin ??= { recordedMs, wallMs: nowMs() };
    // Without a pace all of it happens now.
    return speed === 'max' ? nowMs() : origin.wallMs + (recordedMs - origin.recordedMs) / speed;
  };
  return { shifted, dueMs: (recordedMs) => (recordedMs === null || speed === 'max' ? -Infinity : shifted(recordedMs)) };
}

const NEWLINE = 0x0a;

/** Rewrites the times of each line; lines that are no JSON objects stay, for the decoder to name. */
function shiftLines(bytes: Uint8Array, shifted: (recordedMs: number) => number): Uint8Array {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Buffer[] = [];
  for (let start = 0; start < buffer.length;) {
    const newline = buffer.indexOf(NEWLINE, start);
    const end = newline === -1 ? buffer.length : newline;
    const line = buffer.subarray(start, end);
    parts.push(shiftLine(line, shifted) ?? line, Buffer.of(NEWLINE));
    start = end + 1;
  }
  return Buffer.concat(parts);
}

function shiftLine(line: Buffer, shifted: (recordedMs: number) => number): Buffer | null {
  let event: unknown;
  try {
    event = parseLossless(line.toString('utf8'));
  } catch {
    return null;
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return null;
  const fields = event as Record<string, unknown>;
  for (const key of ['time', 'receivedtime']) {
    const recordedMs = typeof fields[key] === 'string' ? Date.parse(fields[key]) : Number.NaN;
    if (Number.isFinite(recordedMs)) fields[key] = new Date(shifted(recordedMs)).toISOString();
  }
  return Buffer.from(stringify(fields) ?? '');
}
