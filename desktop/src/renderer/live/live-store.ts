import type { PanelState, SeriesPoint } from '@livecue/shared/contract';
import type { Connection, PanelClient, PanelListener } from '../client/panel-client.ts';
import { createSeries, type Series } from './series.ts';

/** The agent repeats its state every second; after this long without one the screen no longer claims to be live. */
export const STATE_AGE_LIMIT_MS = 3_500;
const MAX_MARKS = 60;
const PAST_RETRY_MS = 2_000;

/** Something to see on the time axis. */
export interface Mark {
  readonly atMs: number;
  readonly kind: 'cue' | 'pin';
  readonly id: string;
}

export interface Live {
  readonly connection: Connection;
  readonly state: PanelState | null;
  /** Monotonic ms of this page at which `state` came. */
  readonly receivedMs: number;
}

export interface LiveStore {
  subscribe(listener: () => void): () => void;
  read(): Live;
  readonly series: Series;
  readonly marks: readonly Mark[];
  start(): void;
  stop(): void;
}

/** Keeps the newest state and the last minutes of the room for all screens. */
export function createLiveStore(client: PanelClient, monotonicMs: () => number): LiveStore {
  const listeners = new Set<() => void>();
  const series = createSeries();
  const marks: Mark[] = [];
  let isPastMissing = true;
  let isAsking = false;
  let pastTriedMs = -PAST_RETRY_MS;
  let newestMs: number | null = null;
  let live: Live = { connection: { kind: 'connecting' }, state: null, receivedMs: 0 };

  function set(part: Partial<Live>): void {
    live = { ...live, ...part };
    for (const listener of listeners) listener();
  }

  function mark(kind: Mark['kind'], id: string, atMs: number): void {
    if (marks.some((m) => m.kind === kind && m.id === id && m.atMs === atMs)) return;
    marks.push({ kind, id, atMs });
    if (marks.length > MAX_MARKS) marks.shift();
  }

  /** The charts begin with what the agent has; a refused try is made again with a later state. */
  function readPast(): void {
    if (!isPastMissing || isAsking || monotonicMs() - pastTriedMs < PAST_RETRY_MS) return;
    isPastMissing = false;
    isAsking = true;
    pastTriedMs = monotonicMs();
    client.call('series.read', {}).then(
      ({ points }) => {
        for (const point of points) series.add(point);
        isAsking = false;
        set({});
      },
      () => {
        isPastMissing = true;
        isAsking = false;
      },
    );
  }

  /** A state carries the newest second alone: those that passed between two states are asked for. */
  function take(latest: SeriesPoint): void {
    if (newestMs !== null && latest.tMs > newestMs + 1000) isPastMissing = true;
    newestMs = Math.max(newestMs ?? 0, latest.tMs);
    series.add(latest);
  }

  const listener: PanelListener = {
    onState(state) {
      if (state.latest !== null) take(state.latest);
      if (state.stage.active !== null) mark('cue', state.stage.active.promptId, state.stage.active.raisedMs);
      if (state.explaining !== null) mark('pin', state.explaining.productId, state.explaining.sinceMs);
      set({ state, receivedMs: monotonicMs() });
      readPast();
    },
    onConnection(connection) {
      if (connection.kind === live.connection.kind) return;
      set({ connection });
      // After a lost connection there is a hole to fill.
      if (connection.kind === 'open') isPastMissing = true;
    },
  };

  return {
    subscribe(to) {
      listeners.add(to);
      return () => listeners.delete(to);
    },
    read: () => live,
    series,
    marks,
    start: () => client.start(listener),
    stop: () => client.stop(),
  };
}
