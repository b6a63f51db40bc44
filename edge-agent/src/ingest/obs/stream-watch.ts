import type { StudioStatus } from '@livecue/shared/contract';
import type { Problem } from '../../runtime/problem.ts';
import type { ObsEvent } from './wire-message.ts';

type Data = Readonly<Record<string, unknown>>;
type Figures = Omit<StudioStatus, 'name' | 'state' | 'problem' | 'trouble'>;

/** Lost frames are counted over this time. */
const FRAMES_MS = 30_000;
/** Above it viewers see the picture stop and jump. */
const MAX_LOST_SHARE = 0.02;
const MIN_DISK_MEGABYTES = 1_000;

const UNKNOWN: Figures = {
  obsVersion: null,
  onAir: null,
  onAirMs: null,
  scene: null,
  recording: null,
  replayBuffer: null,
  lostFrames: null,
  congestion: null,
  fps: null,
  cpu: null,
  freeDiskMegabytes: null,
};

/** What OBS says of itself, from its events and from what it answers when asked. */
export interface StreamWatch {
  event(event: ObsEvent): void;
  version(data: Data): void;
  streamStatus(data: Data, nowMs: number): void;
  stats(data: Data): void;
  scene(data: Data): void;
  recordStatus(data: Data): void;
  /** Null: it is switched off in the settings. */
  replayBuffer(data: Data | null): void;
  figures(): Figures;
  /** What viewers notice although OBS answers; null: nothing. */
  problem(): Problem | null;
}

const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const round = (value: number | null): number | null => (value === null ? null : Math.round(value * 10) / 10);
const clamped = (value: number | null): number | null => (value === null ? null : Math.min(1, Math.max(0, value)));

export function createStreamWatch(): StreamWatch {
  let now: Figures = UNKNOWN;
  let wasLive = false;
  let samples: { readonly atMs: number; readonly lost: number; readonly total: number }[] = [];
  const set = (part: Partial<Figures>) => {
    now = { ...now, ...part };
  };

  const streamEvent = (state: unknown) => {
    switch (state) {
      case 'OBS_WEBSOCKET_OUTPUT_STARTING':
        wasLive = false;
        return set({ onAir: 'starting' });
      case 'OBS_WEBSOCKET_OUTPUT_STARTED':
      case 'OBS_WEBSOCKET_OUTPUT_RECONNECTED':
        wasLive = true;
        return set({ onAir: 'live' });
      case 'OBS_WEBSOCKET_OUTPUT_RECONNECTING':
        return set({ onAir: 'reconnecting' });
      case 'OBS_WEBSOCKET_OUTPUT_STOPPING':
        return set({ onAir: 'stopping' });
      case 'OBS_WEBSOCKET_OUTPUT_STOPPED':
        // A start that the server refuses says STARTING, STOPPED, and not why: no show has ended.
        return set({ onAir: now.onAir === 'starting' && !wasLive ? 'failed-start' : 'off', onAirMs: null });
    }
  };

  const countFrames = (data: Data, nowMs: number) => {
    const [lost, total] = [number(data.outputSkippedFrames), number(data.outputTotalFrames)];
    if (lost === null || total === null) return;
    // A new stream counts from zero again.
    if (total < (samples.at(-1)?.total ?? 0)) samples = [];
    samples.push({ atMs: nowMs, lost, total });
    samples = samples.filter(({ atMs }) => nowMs - atMs <= FRAMES_MS);
    const [first] = samples;
    const frames = total - first!.total;
    set({ lostFrames: frames > 0 ? clamped((lost - first!.lost) / frames) : null });
  };

  return {
    event({ name, data }) {
      if (name === 'StreamStateChanged') streamEvent(data.outputState);
      else if (name === 'CurrentProgramSceneChanged') set({ scene: text(data.sceneName) });
      else if (name === 'RecordStateChanged') set({ recording: data.outputActive === true });
      else if (name === 'ReplayBufferStateChanged') set({ replayBuffer: data.outputActive === true ? 'running' : 'stopped' });
    },
    version: (data) => set({ obsVersion: text(data.obsVersion) }),
    streamStatus(data, nowMs) {
      const [active, again] = [data.outputActive === true, data.outputReconnecting === true];
      // `outputActive` stays true while OBS has lost the server.
      if (again) set({ onAir: 'reconnecting' });
      else if (active && now.onAir !== 'stopping') {
        wasLive = true;
        set({ onAir: 'live' });
      } else if (!active && (now.onAir === null || now.onAir === 'live' || now.onAir === 'reconnecting')) set({ onAir: 'off' });
      set({ onAirMs: active ? Math.round(number(data.outputDuration) ?? 0) : null, congestion: active ? clamped(number(data.outputCongestion)) : null });
      if (active) countFrames(data, nowMs);
      else {
        samples = [];
        set({ lostFrames: null });
      }
    },
    stats: (data) =>
      set({ fps: round(number(data.activeFps)), cpu: round(number(data.cpuUsage)), freeDiskMegabytes: round(number(data.availableDiskSpace)) }),
    scene: (data) => set({ scene: text(data.currentProgramSceneName) }),
    recordStatus: (data) => set({ recording: data.outputActive === true }),
    replayBuffer: (data) => set({ replayBuffer: data === null ? 'switched-off' : data.outputActive === true ? 'running' : 'stopped' }),
    figures: () => now,
    problem: () => problemOf(now),
  };
} // prettier-ignore

function problemOf({ onAir, lostFrames, freeDiskMegabytes, recording }: Figures): ReturnType<StreamWatch['problem']> {
  if (onAir === 'reconnecting')
    return { code: 'stream-reconnecting', message: 'OBS has lost the stream server and tries again: viewers see nothing new. Check the network' }; // prettier-ignore
  if (onAir === 'failed-start')
    return { code: 'stream-not-started', message: 'OBS could not start the stream. Check server and stream key in its settings' }; // prettier-ignore
  if (lostFrames !== null && lostFrames > MAX_LOST_SHARE)
    return { code: 'frames-lost', about: String(Math.round(lostFrames * 100)), message: `OBS lost ${Math.round(lostFrames * 100)} % of the frames of the last 30 s. Lower the bit rate or use a cable` }; // prettier-ignore
  if (recording === true && freeDiskMegabytes !== null && freeDiskMegabytes < MIN_DISK_MEGABYTES)
    return { code: 'disk-low', about: String(Math.round(freeDiskMegabytes)), message: `OBS records and its disk has ${Math.round(freeDiskMegabytes)} MB left. Make room` }; // prettier-ignore
  return null;
}
