import type { PanelState } from '@livecue/shared/contract';
import type { PanelBackend } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';

/** At most five states a second. */
export const STATE_GAP_MS = 200;
/** An unchanged state is repeated this often: the sign of life of the agent, and the first state of a late subscriber. */
export const SIGN_OF_LIFE_MS = 1000;

/** The newest state message, and a number that grows with each one. */
export interface StateFrame {
  readonly revision: number;
  readonly json: string;
}

export interface StateFeed {
  /** Called on every beat, also without news, so that a slow panel can catch up. Returns the way out. */
  onBeat(listener: (frame: StateFrame) => void): () => void;
  start(): void;
  stop(): void;
}

/** Reads the backend five times a second and writes a state once for all panels. */
export function createStateFeed(ports: {
  readonly backend: PanelBackend;
  readonly nowMs: () => number;
  readonly logger: Logger;
}): StateFeed {
  const listeners = new Set<(frame: StateFrame) => void>();
  let timer: NodeJS.Timeout | null = null;
  let frame: StateFrame | null = null;
  let written = '';
  let writtenMs = 0;
  let failing = false;

  function read(): void {
    const { nowMs: stateMs, ...state }: PanelState = ports.backend.state();
    // The clock runs on in the panel; a state that differs in nothing else is no news.
    const fields = JSON.stringify(state).slice(1);
    const nowMs = ports.nowMs();
    if (frame !== null && fields === written && nowMs - writtenMs < SIGN_OF_LIFE_MS) return;
    written = fields;
    writtenMs = nowMs;
    // A `PanelMessage`; the state is large: it is made into text once.
    const json = `{"type":"state","state":{"nowMs":${JSON.stringify(stateMs)},${fields}}`;
    frame = { revision: (frame?.revision ?? 0) + 1, json };
  }

  function beat(): void {
    try {
      read();
      failing = false;
    } catch (error) {
      // A broken state must not take the show down; panels see it grow old and say so.
      if (!failing)
        ports.logger.error(
          `panel: state failed: ${error instanceof Error ? (error.stack ?? error.name) : typeof error}`,
        );
      failing = true;
      return;
    }
    if (frame !== null) for (const listener of listeners) listener(frame);
  }

  return {
    onBeat(listener) {
      listeners.add(listener);
      if (frame !== null) listener(frame);
      return () => listeners.delete(listener);
    },
    start() {
      timer ??= setInterval(beat, STATE_GAP_MS);
      beat();
    },
    stop() {
      if (timer !== null) clearInterval(timer);
      timer = null;
    },
  };
}
