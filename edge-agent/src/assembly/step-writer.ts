import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ShowLogEntry, UplinkBody } from '@livecue/shared/contract';
import type { Step, Store } from '../ports.ts';
import { AgentError } from '../runtime/agent-error.ts';
import type { FrozenDelta } from '../stream/late-text.ts';

/** Where a step takes what has changed since the one before. */
export interface StepParts {
  freezeDelta(): FrozenDelta;
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
/** Some 2 ms of text. */
const ENTRIES_A_TURN = 250;

export function createStepWriter(ports: { store: Pick<Store, 'commitStep'>; parts: StepParts }): StepWriter {
  let bodies: UplinkBody[] = [];
  let entries: ShowLogEntry[] = [];
  let lastMs = Number.NEGATIVE_INFINITY;
  let refused: Step | null = null;
  let underway: Promise<void> | null = null;
  let error: unknown = null;

  /** Thousands of entries are made into text in turns between events, and copied to the store in one more. */
  const written = async (step: Step, encode: () => boolean): Promise<void> => {
    do await nextTurn();
    while (!encode());
    await nextTurn();
    await ports.store.commitStep(step);
  };

  const send = (step: Step, encode: () => boolean) => {
    underway = written(step, encode).then(
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
        send(refused, () => true);
        return;
      }
      const outbox = bodies;
      bodies = [];
      const showLog = entries;
      entries = [];
      const { put: text, del, encode } = ports.parts.freezeDelta();
      const put = [...text];
      const step = { journalPosition, state: { put, del }, seenIds: ports.parts.takeSeen(), outbox, showLog, nowMs };
      send(step, () => encode(ENTRIES_A_TURN, put));
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
