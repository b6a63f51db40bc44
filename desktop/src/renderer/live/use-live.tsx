import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { PanelState } from '@livecue/shared/contract';
import type { PanelClient } from '../client/panel-client.ts';
import { STATE_AGE_LIMIT_MS, type Live, type LiveStore } from './live-store.ts';

export interface Panel {
  readonly client: PanelClient;
  readonly store: LiveStore;
}

const PanelContext = createContext<Panel | null>(null);
export const PanelProvider = PanelContext.Provider;

export function usePanel(): Panel {
  const panel = useContext(PanelContext);
  if (panel === null) throw new Error('usePanel outside of PanelProvider');
  return panel;
}

export function useLive(): Live {
  const { store } = usePanel();
  return useSyncExternalStore(store.subscribe, store.read);
}

/** Something about what is known; the caller is drawn again when it is another one (`===`). */
export function useLiveOf<T>(of: (live: Live) => T): T {
  const { store } = usePanel();
  return useSyncExternalStore(store.subscribe, () => of(store.read()));
}

/** Draws the caller again every `everyMs`, for ages and bars. */
export function useBeat(everyMs: number): void {
  const [, setBeat] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setBeat((n) => n + 1), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
}

export interface Clock {
  /** The agent's now: its last word plus the time since. */
  readonly nowMs: number;
  /** Age of the last state. */
  readonly stateAgeMs: number;
  /** The screen must not claim to be live. */
  readonly lost: boolean;
}

/** Reads the clock; call in a component that beats. */
export function readClock(live: Live & { state: PanelState }): Clock {
  const stateAgeMs = Math.max(0, performance.now() - live.receivedMs);
  return {
    nowMs: live.state.nowMs + stateAgeMs,
    stateAgeMs,
    lost: stateAgeMs > STATE_AGE_LIMIT_MS || live.connection.kind === 'lost' || live.connection.kind === 'unreachable',
  };
}
