import { existsSync } from 'node:fs';
import path from 'node:path';
import { DELIVERED_TASKS, type DeliveredTask } from '@livecue/shared/contract';
import type { Logger } from '../runtime/logger.ts';
import type { Delivered, Models } from './model-ports.ts';
import { ATTEMPTS_MAX, type ModelsMemory, type OpenedMemory, type TaskMemory } from './models-memory.ts';
import type { ReportBoard } from './report-board.ts';

type Folders = ModelsMemory['live'];

const tasksOf = (folders: Folders): DeliveredTask[] => DELIVERED_TASKS.filter((task) => folders[task] !== undefined);

function absolute(models: string, folders: Folders): Delivered {
  return Object.fromEntries(tasksOf(folders).map((task) => [task, path.join(models, folders[task] ?? '')]));
}

/**
 * Before the models are opened at a start: which delivered ones to open. Those that two starts did not survive, or
 * that are gone, are left for good, and the installed ones serve.
 */
export async function beginServing(memory: OpenedMemory, models: string, nowMs: number): Promise<Delivered> {
  const { live, opens } = memory.now;
  if (tasksOf(live).length === 0) return {};
  const gone = tasksOf(live).find((task) => !existsSync(path.join(models, live[task] ?? '', 'manifest.json')));
  const fault = gone !== undefined ? `its files in ${live[gone]} are gone` : `the agent did not survive ${opens} starts with it`; // prettier-ignore
  if (gone !== undefined || opens >= ATTEMPTS_MAX) {
    await leave(memory, {}, `${fault}; the installed models serve`, nowMs);
    return {};
  }
  memory.now.opens++;
  await memory.save();
  return absolute(models, live);
}

/** This start, or its end, says nothing against the models. */
export async function startWentWell(memory: OpenedMemory): Promise<void> {
  if (memory.now.opens === 0) return;
  memory.now.opens = 0;
  await memory.save();
}

/** From now on `next` serves. A newer delivery that is under way is not touched by the end of an older one. */
async function leave(memory: OpenedMemory, next: Folders, reason: string, atMs: number): Promise<void> {
  for (const task of tasksOf(memory.now.live)) {
    const known = memory.now.tasks[task];
    if (memory.now.live[task] === next[task] || known?.report.state !== 'live') continue;
    known.report = { ...known.report, state: 'rolled-back', atMs, untilMs: null, reason: reason.slice(0, 1000) };
  }
  Object.assign(memory.now, { live: next, before: null, opens: 0 });
  await memory.save();
}

/** Which delivered models serve, now and after the next start. */
export interface Serving {
  /** Below the folder of delivered models. */
  readonly folders: Folders;
  /** They could not be opened at this start: the installed ones serve until the next, which may try once more. */
  failedToOpen(reason: string): Promise<void>;
  /** This start has gone well. */
  proved(): Promise<void>;
  /** Rejects, and all is as before, when they cannot serve or that cannot be remembered. */
  goLive(known: TaskMemory, untilMs: number): Promise<void>;
  /** To the models before the newest delivery, or the installed ones where those do not open. False: nothing to leave. */
  goBack(reason: string): Promise<boolean>;
}

export interface ServingPorts {
  readonly memory: OpenedMemory;
  readonly board: ReportBoard;
  readonly models: Models;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

/** `folder`: of delivered models. */
export function createServing(ports: ServingPorts, folder: string): Serving {
  const { memory, board, models, logger } = ports;
  let isOpened = true;
  const left = async (next: Folders, reason: string) => {
    await leave(memory, next, reason, ports.nowMs());
    board.tellAll();
  };
  return {
    get folders() {
      return isOpened ? memory.now.live : {};
    },
    async failedToOpen(reason) {
      isOpened = false;
      if (memory.now.opens >= ATTEMPTS_MAX)
        await left({}, `it did not open at ${ATTEMPTS_MAX} starts: ${reason}; the installed models serve`);
    },
    async proved() {
      if (isOpened) await startWentWell(memory);
    },
    async goLive(known, untilMs) {
      const { task } = known.report;
      const own = `${task}/${known.version}`;
      const { live, before, opens } = memory.now;
      const now = this.folders;
      await models.serve(absolute(folder, { ...now, [task]: own }));
      Object.assign(memory.now, { live: { ...now, [task]: own }, before: now, opens: 0 });
      try {
        await board.tell(known, { state: 'live', untilMs });
        isOpened = true;
      } catch (error) {
        // What the next start would not know of must not serve now.
        Object.assign(memory.now, { live, before, opens });
        await models.serve(absolute(folder, now));
        throw error;
      }
    },
    async goBack(reason) {
      if (tasksOf(this.folders).length === 0) return false;
      let target = memory.now.before ?? {};
      try {
        await models.serve(absolute(folder, target));
      } catch (error) {
        if (tasksOf(target).length === 0) throw error;
        logger.error(`going back to the models before: ${(error as Error).message}; the installed ones serve`);
        await models.serve((target = {}));
      }
      await left(target, reason);
      logger.warn(`delivered models: ${reason}; ${models.version()} serves`);
      return true;
    },
  };
}
