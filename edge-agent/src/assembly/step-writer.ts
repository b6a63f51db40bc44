import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ShowLogEntry, UplinkBody } from '@livecue/shared/contract';
import type { StateDelta, Step, Store } from '../ports.ts';
import { AgentError } from '../runtime/agent-error.ts';

/** Where a step takes what has changed since the one before. */
export interface StepParts {
  takeDelta(): StateDelta;
  takeSeen(): Step['seenIds'];
}

export interface StepWriter {
  /** Records that the next step must carry. */
  add(bodies: readonly UplinkBody[]): void;
  /** An entry of the show's record that the next step must carry. */
  log(entry: ShowLogEntry): void;
  /** True when a step is due: records or entries wait, or `everyMs` has passed. */
  due(nowMs: number): boolean;
  /**
   * Takes what has changed and hands it to the store. A step that the disk refused is kept and written
   * again, before any later one: taken changes exist nowhere else.
   */
  write(journalPosition: number, nowMs: number): void;
  /** Resolves when no step is under way; rejects with the disk's error when one could not be written. */
  settled(): Promise<void>;
  readonly problem: string | null;
}

const EVERY_MS = 5_000;
/** Closed windows wait this long for company, so that one fsync carries all that a tick closed. */
const GATHER_MS = 100;
const RETRY_MS = 2_000;

export function createStepWriter(ports: { store: Pick<Store, 'commitStep'>; parts: StepParts }): StepWriter {
  let bodies: UplinkBody[] = [];
  let entries: ShowLogEntry[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  let refused: Step | null = null;
  let underway: Promise<void> | null = null;
  let error: unknown = null;

  const send = (step: Step) => {
    // In a turn of its own: to make text of thousands of entries and to copy it are a pause each.
    underway = nextTurn()
      .then(() => ports.store.commitStep(step))
      .then(
        () => {
          refused = null;
          error = null;
          underway = null;
        },
        (reason: unknown) => {
          underway = null;
          error = reason;
          refused = step;
        },
      );
  };

  return {
    add(more) {
      for (const body of more) bodies.push(body);
    },
    log(entry) {
      entries.push(entry);
    },
    due(nowMs) {
      if (underway !== null) return false;
      // A clock that was set back must not hold a step until it has caught up.
      if (nowMs < lastMs) return true;
      if (refused !== null) return nowMs - lastMs >= RETRY_MS;
      return nowMs - lastMs >= (bodies.length > 0 || entries.length > 0 ? GATHER_MS : EVERY_MS);
    },
    write(journalPosition, nowMs) {
      if (underway !== null) return;
      lastMs = nowMs;
      if (refused !== null) {
        send(refused);
        return;
      }
      const outbox = bodies;
      bodies = [];
      const showLog = entries;
      entries = [];
      send({
        journalPosition,
        state: ports.parts.takeDelta(),
        seenIds: ports.parts.takeSeen(),
        outbox,
        showLog,
        nowMs,
      });
    },
    async settled() {
      while (underway !== null) await underway;
      if (refused !== null) throw error;
    },
    get problem() {
      if (refused === null) return null;
      return error instanceof AgentError ? error.message : String(error);
    },
  };
}
