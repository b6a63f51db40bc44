import { createWriteStream, mkdirSync } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import path from 'node:path';
import type { AgentConfig, Catalogue, PanelState, PanelVerb, RecordingCheck, RehearsalNow, RehearsalStart, ShowLogEntry } from '@livecue/shared/contract'; // prettier-ignore
import { createCanonicalDecoder } from '../ingest/canonical/decoder.ts';
import { readEventFile } from '../ingest/replay-source.ts';
import { createSourceMeter } from '../ingest/source-health.ts';
import type { PanelBackend, PanelCaller } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import { createRehearsalPace } from './rehearsal-pace.ts';
import { catalogueOfRoom, simulatedRecording } from './rehearsal-room.ts';
import { createRehearsedRoom } from './rehearsal-backend.ts';
import { runReplay, type ReplaySink, type ReplayWatch } from './replay-run.ts';
import { createReportMaker, writeReport, zoneAt, type ReportMaker } from './show-report.ts';

const MAX_NAMED_LINES = 20;
const QUIET_MS = 15_000;

export interface RehearsalPlan {
  /** Of this rehearsal alone. */
  readonly folder: string;
  readonly start: RehearsalStart;
  /** The recording; unused for a simulated room. */
  readonly file: string;
  /** Event time at which a simulated room begins. */
  readonly beganMs: number;
  readonly config: AgentConfig;
  readonly catalogue: Catalogue;
  readonly version: string;
}

/** What the parent is told of it, a few times a second. */
export type RehearsalProgress = Pick<RehearsalNow, 'phase' | 'speed' | 'reached' | 'fromMs' | 'toMs' | 'atMs' | 'cards'>; // prettier-ignore

export interface RehearsalOutcome {
  readonly playedMs: number;
  readonly cards: number;
  readonly report: boolean;
}

export interface Rehearsal {
  /** Checks every line, then plays. Resolves at the end, also an early one, with the report written. */
  run(onChecked: (check: RecordingCheck) => void): Promise<RehearsalOutcome>;
  control(change: { readonly paused?: boolean; readonly speed?: number }): void;
  stop(): void;
  progress(): RehearsalProgress;
  /** Null before the first event. */
  state(): PanelState | null;
  call(verb: PanelVerb, args: unknown, caller: PanelCaller): Promise<unknown>;
}

/**
 * A recorded or simulated show, played into a room of its own: the pipeline of `livecue replay`, so that the cards
 * are those of the recording whatever the speed, and the panel's verbs in front of it. It has no store, no uplink
 * and no studio: nothing of it can reach the live room.
 */
export function createRehearsal(
  plan: RehearsalPlan,
  ports: { readonly monotonicMs: () => number; readonly logger: Logger },
): Rehearsal {
  const { from } = plan.start;
  const mode = from.kind === 'simulated' ? 'simulated' : 'replay';
  const catalogue = from.kind === 'simulated' ? catalogueOfRoom(from, plan.catalogue) : plan.catalogue;
  const pace = createRehearsalPace(ports.monotonicMs, plan.start.speed);
  const ending = new AbortController();
  let phase: RehearsalNow['phase'] = 'checking';
  let span: { fromMs: number; toMs: number } | null = null;
  let atMs: number | null = null;
  let cards = 0;
  let room: (PanelBackend & { second(nowMs: number): void; event: ReplayWatch['event'] }) | null = null;

  const check = async (): Promise<RecordingCheck> => {
    if (from.kind === 'simulated') {
      span = { fromMs: plan.beganMs, toMs: plan.beganMs + from.minutes * 60_000 };
      return { events: 0, refused: {}, lines: [] };
    }
    const checked = await checkRecording(plan.file, plan.config, ending.signal);
    span = checked.span;
    return checked.check;
  };

  const play = async (): Promise<RehearsalOutcome> => {
    mkdirSync(plan.folder, { recursive: true, mode: 0o700 });
    const sink = openSink(plan.folder, (raised) => (cards += raised));
    const meter = createSourceMeter({ name: from.kind === 'simulated' ? 'simulator' : 'replay', transport: from.kind === 'simulated' ? 'simulator' : 'replay', endpoint: from.kind === 'simulated' ? `${from.profile}:${from.seed}` : from.name, quietLimitMs: QUIET_MS }); // prettier-ignore
    meter.state('open');
    let second = -1;
    const watch: ReplayWatch = {
      mode,
      pace: (recordedMs) => pace.wait(recordedMs),
      begun: (core, showLog, nowMs) => {
        room = createRehearsedRoom({ core, showLog, nowMs: () => Math.max(nowMs(), span!.fromMs), sources: [{ name: 'rehearsal', start: async () => undefined, stop: async () => undefined, health: (ms) => meter.read(ms) }], logger: ports.logger }, { config: plan.config, catalogue, version: plan.version, mode, startedMs: span!.fromMs }); // prettier-ignore
      },
      frame: ({ rejects }) => rejects.forEach(({ reason }) => meter.drop(reason)),
      event(event, prediction) {
        meter.record({ sourceName: '', ingestTimeMs: event.eventTimeMs, events: [event], rejects: [] });
        room!.event(event, prediction);
      },
      ticked(recordedMs) {
        atMs = recordedMs;
        const now = Math.floor(recordedMs / 1000);
        if (now === second) return;
        second = now;
        room!.second(recordedMs);
      },
    };
    const recorded = from.kind === 'simulated' ? { frames: simulatedRecording(from, plan.catalogue, { id: plan.config.room.id, startMs: plan.beganMs }) } : {}; // prettier-ignore
    phase = pace.paused ? 'paused' : 'running';
    const input = { files: from.kind === 'simulated' ? [] : [plan.file], catalogue, config: plan.config, speed: 'max', ...recorded } as const; // prettier-ignore
    const { summary } = await runReplay(input, { sink, progress: () => undefined, signal: ending.signal, watch });
    phase = 'ending';
    const report = await sink.finish(path.join(plan.folder, 'report'));
    return { playedMs: (summary.lastEventMs ?? 0) - (summary.firstEventMs ?? 0), cards, report };
  };

  return {
    async run(onChecked) {
      const found = await check();
      onChecked(found);
      if (span === null) return { playedMs: 0, cards: 0, report: false };
      return play();
    },
    control({ paused, speed }) {
      if (speed !== undefined) pace.speed = speed;
      if (paused === undefined) return;
      pace.paused = paused;
      if (phase === 'running' || phase === 'paused') phase = paused ? 'paused' : 'running';
    },
    stop() {
      pace.stop();
      if (phase === 'checking') ending.abort(new Error('the rehearsal was stopped while its recording was checked'));
      phase = 'ending';
    },
    progress: () => ({ phase, speed: pace.speed, reached: pace.reached, fromMs: span?.fromMs ?? null, toMs: span?.toMs ?? null, atMs, cards }), // prettier-ignore
    state: () => (atMs === null ? null : (room?.state() ?? null)),
    call: (verb, args, caller) => {
      if (room === null) return Promise.reject(new Error(`${verb}: the rehearsal has not begun yet`));
      return room.call(verb, args, caller);
    },
  };
}

/** Reads every line once. `span`: from the first to the last event; null when no line could be used. */
async function checkRecording(file: string, config: AgentConfig, signal: AbortSignal) {
  const decode = createCanonicalDecoder({ maxClockSkewMs: Number.MAX_SAFE_INTEGER, maxFrameBytes: config.ingest.maxFrameBytes }); // prettier-ignore
  const check: RecordingCheck = { events: 0, refused: {}, lines: [] };
  let fromMs: number | null = null;
  let toMs = 0;
  for await (const { frame, firstLine } of readEventFile(file)) {
    signal.throwIfAborted();
    const { events, rejects } = decode(frame);
    check.events += events.length;
    for (const { eventTimeMs } of events) {
      // As the replay has it: time is that of the first event, and never goes back.
      fromMs ??= eventTimeMs;
      toMs = Math.max(toMs, eventTimeMs);
    }
    for (const { line, reason, detail } of rejects) {
      check.refused[reason] = (check.refused[reason] ?? 0) + 1;
      if (check.lines.length < MAX_NAMED_LINES) check.lines.push({ line: firstLine + line - 1, reason, detail });
    }
  }
  return { check, span: fromMs === null ? null : { fromMs, toMs } };
}

/** The cards and the record of the show on disk, and its report: what `livecue replay` writes, but for the windows. */
function openSink(folder: string, onCards: (raised: number) => void) {
  const open = (name: string) => createWriteStream(path.join(folder, name), { mode: 0o600 });
  const files = { prompts: open('prompts.jsonl'), 'show-log': open('show-log.jsonl') };
  let failed: Error | null = null;
  for (const file of Object.values(files)) file.on('error', (error) => (failed = error));
  let maker: ReportMaker | null = null;
  const entry = (line: string) => {
    const one = JSON.parse(line) as ShowLogEntry;
    // A recording of several shows: the report is that of the last one.
    if (one.kind === 'started') maker = createReportMaker();
    maker?.add(one);
    if (one.kind === 'prompt' && one.event.kind === 'raised') onCards(1);
  };
  const sink: ReplaySink & { finish(target: string): Promise<boolean> } = {
    write(name, lines) {
      if (name === 'windows') return;
      files[name].write(lines);
      if (name === 'show-log') lines.trimEnd().split('\n').forEach(entry);
    },
    async drained() {
      if (failed !== null) throw failed;
      for (const file of Object.values(files)) if (file.writableNeedDrain) await once(file, 'drain');
    },
    async finish(target) {
      for (const file of Object.values(files)) {
        file.end();
        // Also rejects for one that failed before.
        await finished(file);
      }
      if (maker === null) return false;
      const report = maker.finish();
      writeReport(report, target, zoneAt(report.startedMs));
      return true;
    },
  };
  return sink;
}
