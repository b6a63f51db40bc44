import { DELIVERED_TASKS, modelTopics, type DeliveredTask, type ModelReport } from '@livecue/shared/contract';
import type { FleetChannel } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { OpenedMemory, TaskMemory } from './models-memory.ts';

/** How far each task's newest delivery is: remembered, and told to the cloud. */
export interface ReportBoard {
  /** Null: nothing was ever delivered. */
  report(task: DeliveredTask): ModelReport | null;
  /**
   * A change of state outlives the process; figures on the way need not. `reason` is null unless it is given. Of a
   * delivery that a newer one has replaced nothing is told.
   */
  tell(known: TaskMemory, change: Partial<ModelReport>): Promise<void>;
  /** What came and is not heeded. */
  ignore(task: DeliveredTask, why: string): void;
  tellAll(): void;
  /** Settles when nothing is being sent. */
  settled(): Promise<void>;
  /** For the panel: what went wrong last, in words, or null. */
  problem: string | null;
}

export interface ReportBoardPorts {
  readonly channel: FleetChannel;
  readonly memory: OpenedMemory;
  readonly logger: Logger;
  readonly nowMs: () => number;
}

export function createReportBoard({ channel, memory, logger, nowMs }: ReportBoardPorts, agentId: string): ReportBoard {
  /** Of tasks without an accepted delivery: not worth remembering. */
  const firsts = new Map<DeliveredTask, ModelReport>();
  const due = new Set<DeliveredTask>();
  let sending: Promise<void> | null = null;

  const send = async () => {
    // What the broker does not take, or misses while it is away, is told with the next connection.
    for (let [task] = due; task !== undefined && channel.connected; [task] = due) {
      due.delete(task);
      const said = board.report(task);
      if (said !== null) await channel.publish(modelTopics.reported(agentId, task), JSON.stringify(said), { retain: true });
    }
    due.clear();
  }; // prettier-ignore
  const publish = (task: DeliveredTask) => {
    due.add(task);
    sending ??= send().finally(() => (sending = null));
  };
  const board: ReportBoard = {
    problem: memory.problem,
    report: (task) => memory.now.tasks[task]?.report ?? firsts.get(task) ?? null,
    async tell(known, change) {
      const before = known.report;
      const isNew = change.state !== undefined && change.state !== before.state;
      const reason = change.reason?.slice(0, 1000) ?? null;
      known.report = { ...before, ...change, reason, atMs: isNew ? nowMs() : before.atMs };
      if (memory.now.tasks[before.task] !== known) return;
      publish(before.task);
      if (isNew) await memory.save();
    },
    ignore(task, why) {
      const ignored = `a delivery of ${task} was ignored: ${why}`.slice(0, 1000);
      board.problem = ignored;
      logger.warn(ignored);
      const known = memory.now.tasks[task];
      if (known !== undefined) known.report = { ...known.report, ignored };
      else firsts.set(task, { task, version: 0, modelVersion: '', state: 'refused', atMs: nowMs(), untilMs: null, reason: ignored, ignored, chunks: null, canary: null }); // prettier-ignore
      publish(task);
    },
    tellAll: () => DELIVERED_TASKS.forEach(publish),
    settled: async () => void (await sending),
  };
  return board;
}
