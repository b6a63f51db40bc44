import { setTimeout as delay } from 'node:timers/promises';
import type { AgentConfig, Catalogue } from '@livecue/shared/contract';
import type { DropReason, LiveEvent } from '@livecue/shared/event';
import type { Prediction } from '@livecue/shared/insight';
import type { PromptEvent } from '@livecue/shared/prompt';
import { createCanonicalDecoder } from '../ingest/canonical/decoder.ts';
import { readEventFile, type FileFrame } from '../ingest/replay-source.ts';
import type { DecodedFrame } from '../ports.ts';
import { openCommentPredictor } from './comment-predictor.ts';
import { createCore } from './core.ts';
import { openOrderModel } from './order-model.ts';
import { createProductResolver, productById } from './product-resolver.ts';
import { createShowLog, type ShowLog } from './show-log.ts';

export interface ReplaySink {
  write(file: 'windows' | 'prompts' | 'show-log', lines: string): void;
  drained(): Promise<void>;
}

export interface ReplayInput {
  readonly files: readonly string[];
  readonly catalogue: Catalogue;
  readonly config: AgentConfig;
  readonly speed: number | 'max';
  /** Instead of what the files hold, as of a room that is simulated. Absent: the files. */
  readonly frames?: AsyncIterable<FileFrame>;
}

/** Whoever lets people watch a recording go by, and act in it. */
export interface ReplayWatch {
  readonly mode: 'replay' | 'simulated';
  /** Waits until this time of the recording is due; rejects with `ReplayStopped` to end the recording there. */
  readonly pace: (recordedMs: number) => Promise<void>;
  /** Once, before the first event. `nowMs` is time in the recording, 0 before its first event. */
  readonly begun: (core: ReturnType<typeof createCore>, showLog: ShowLog, nowMs: () => number) => void;
  readonly frame: (decoded: DecodedFrame) => void;
  readonly event: (event: LiveEvent, prediction: Prediction | null) => void;
  readonly ticked: (recordedMs: number) => void;
}

/** The recording ends before its end, because somebody wants it so: no failure. */
export class ReplayStopped extends Error {}

export interface ReplayResult {
  readonly summary: {
    readonly files: number;
    readonly events: number;
    readonly comments: number;
    readonly firstEventMs: number | null;
    readonly lastEventMs: number | null;
    readonly drops: Partial<Record<DropReason, number>>;
    readonly windows: number;
    readonly prompts: Record<'raised' | 'updated' | 'closed' | 'suppressed' | 'held', number>;
    readonly modelVersion: string;
  };
  readonly drops: {
    readonly byReason: Partial<Record<DropReason, number>>;
    readonly lines: { file: string; line: number; reason: DropReason; detail: string }[];
    /** Events that came after their windows had closed for good, the newest 1,000, without their words. */
    late: { id: string; type: string; source: string; eventTimeMs: number }[];
  };
}

const TICK_MS = 100;
/** A hole in a recording is ticked through this far; beyond, everything has closed and time may jump. */
const MAX_TICKED_GAP_MS = 30 * 60_000;
const MAX_NAMED_LINES = 100;

/**
 * Feeds recorded events and recorded time to the pipeline. Time is that of the events: it stands at the
 * newest event time so far and is ticked every 100 ms, so a second run gives the same bytes.
 */
export async function runReplay(
  input: ReplayInput,
  ports: { sink: ReplaySink; progress: (line: string) => void; signal: AbortSignal; watch?: ReplayWatch },
): Promise<ReplayResult> {
  const { watch } = ports;
  const prompts = { raised: 0, updated: 0, closed: 0, suppressed: 0, held: 0 };
  let windows = 0;
  const predictor = await openCommentPredictor({ catalogue: input.catalogue, deadlineMs: null, onProblem: null });
  const core = createCore(
    { ...input, predictor, orderModel: openOrderModel(null) },
    {
      onWindows: (results) => {
        windows += results.length;
        ports.sink.write('windows', results.map((result) => `${JSON.stringify(result)}\n`).join(''));
        showLog.windows(results);
      },
      onPrompts: (events: readonly PromptEvent[]) => {
        for (const event of events) prompts[event.kind]++;
        ports.sink.write('prompts', events.map((event) => `${JSON.stringify(event)}\n`).join(''));
        showLog.prompts(events);
      },
      onEvent: (event, prediction) => {
        showLog.event(event, prediction);
        watch?.event(event, prediction);
      },
      onTick: (ms) => showLog.tick(ms),
      onNote: (note, ms) => showLog.note(note, ms),
    },
  );
  const { pipeline } = core;
  const { advise, room } = input.config;
  const showLog = createShowLog(
    {
      write: (entry) => ports.sink.write('show-log', `${JSON.stringify(entry)}\n`),
      view: () => core.stream.view(room.id),
      product: productById(input.catalogue),
      resolveProduct: createProductResolver(input.catalogue),
    },
    { roomId: room.id, mode: watch?.mode ?? 'replay', modelVersion: core.modelVersion, limits: { cardsPer10Min: advise.cardsPer10Min, actNowPer10Min: advise.actNowPer10Min } },
  ); // prettier-ignore
  const drops: ReplayResult['drops'] = { byReason: {}, lines: [], late: [] };
  // A recording has no clock of ours to be ahead of.
  const decode = createCanonicalDecoder({
    maxClockSkewMs: Number.MAX_SAFE_INTEGER,
    maxFrameBytes: input.config.ingest.maxFrameBytes,
  });

  let nowMs: number | null = null;
  let firstMs: number | null = null;
  let pending: LiveEvent[] = [];
  const isPaced = watch !== undefined || input.speed !== 'max';
  const pace = watch?.pace ?? createPace(input.speed, ports.signal);
  watch?.begun(core, showLog, () => nowMs ?? 0);

  const flush = async () => {
    if (pending.length === 0 || nowMs === null) return;
    await pipeline.process([{ events: pending }], nowMs);
    pending = [];
  };
  const advance = async (toMs: number) => {
    if (nowMs === null) nowMs = toMs;
    let next = (Math.floor(nowMs / TICK_MS) + 1) * TICK_MS;
    if (next > toMs) {
      nowMs = toMs;
      return;
    }
    await flush();
    const until = nowMs + MAX_TICKED_GAP_MS;
    for (; next <= toMs; next += TICK_MS) {
      if (next > until) next = Math.max(next, Math.floor(toMs / TICK_MS) * TICK_MS);
      // Also through a silence time passes at its speed: cards end when they end.
      if (isPaced) await pace(next);
      nowMs = next;
      pipeline.tick(next);
      watch?.ticked(next);
    }
    nowMs = toMs;
    await ports.sink.drained();
  };

  const play = async () => {
    for await (const { frame, file, firstLine } of input.frames ?? readEventFile(input.files)) {
      ports.signal.throwIfAborted();
      const decoded = decode({ ...frame, ingestTimeMs: nowMs ?? 0 });
      watch?.frame(decoded);
      for (const { line, reason, detail } of decoded.rejects) {
        drops.byReason[reason] = (drops.byReason[reason] ?? 0) + 1;
        if (drops.lines.length < MAX_NAMED_LINES) drops.lines.push({ file, line: firstLine + line - 1, reason, detail }); // prettier-ignore
      }
      for (const event of decoded.events) {
        firstMs ??= event.eventTimeMs;
        await advance(Math.max(nowMs ?? event.eventTimeMs, event.eventTimeMs));
        pending.push(event);
      }
      ports.progress(`${pipeline.counts.events} events, ${nowMs === null ? '' : new Date(nowMs).toISOString()}`);
    }
  };
  await play().catch((error: unknown) => {
    if (!(error instanceof ReplayStopped)) throw error;
  });
  await flush();
  if (nowMs !== null) pipeline.tick(nowMs);
  pipeline.finish();
  showLog.finish();
  drops.late = core.stream.takeLate().map(({ id, type, source, eventTimeMs }) => ({ id, type, source, eventTimeMs }));
  await predictor.close();
  for (const [reason, count] of Object.entries(pipeline.counts.drops) as [DropReason, number][]) {
    drops.byReason[reason] = (drops.byReason[reason] ?? 0) + count;
  }
  const rejected = Object.values(drops.byReason).reduce((sum, count) => sum + count, 0);
  return {
    drops,
    summary: {
      files: input.files.length,
      events: pipeline.counts.admitted + rejected,
      comments: pipeline.counts.comments,
      firstEventMs: firstMs,
      lastEventMs: nowMs,
      drops: drops.byReason,
      windows,
      prompts,
      modelVersion: core.modelVersion,
    },
  };
}

/** Waits so that recorded time runs `speed` times as fast as the clock on the wall. */
function createPace(speed: number | 'max', signal: AbortSignal): (recordedMs: number) => Promise<void> {
  if (speed === 'max') return async () => undefined;
  let origin: { wallMs: number; recordedMs: number } | null = null;
  return async (recordedMs) => {
    origin ??= { wallMs: performance.now(), recordedMs };
    const waitMs = (recordedMs - origin.recordedMs) / speed - (performance.now() - origin.wallMs);
    if (waitMs > 1) await delay(waitMs, undefined, { signal });
  };
}
