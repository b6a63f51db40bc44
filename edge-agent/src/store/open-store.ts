import { randomUUID } from 'node:crypto';
import { LabelledOrder, TrainingExample, type UplinkRecord } from '@livecue/shared/contract';
import type {
  Corrections,
  OrderLabels,
  Outbox,
  RawFrame,
  Recovered,
  ShowLogStore,
  Step,
  Store,
  StoreStatus,
} from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import { FramePacker, unpackFrames, type FramePack } from './frame-pack.ts';
import { openExamples } from './example-store.ts';
import { packStep } from './packed-step.ts';
import { openShowLog, showLogRow } from './show-log-store.ts';
import { openStoreChannel, type StoreChannel } from './store-channel.ts';
import { RESERVE_BYTES } from './store-engine.ts';
import { fromSeenBlob, toSeenBlobs } from './seen-blobs.ts';
import type { KeepShows, OutboxRows, StepWrite } from './store-protocol.ts';
import { StoreClosedError, toAgentError } from './store-trouble.ts';

export interface OpenStoreOptions {
  /** Data folder; created when absent. One agent at a time holds it. */
  readonly folder: string;
  /** Whose records these are. Null: somebody who only looks; the records stay who they are of, under their numbers. */
  readonly agentId: string | null;
  readonly nowMs: () => number;
  readonly logger: Logger;
  /** How long frames wait for company before one commit takes them all, 0..1000 ms. Default 10. */
  readonly groupCommitMs?: number;
  /** Pause before a disk that failed is tried again. Default 5,000. */
  readonly reopenAfterMs?: number;
  /** Space set aside for a full disk. Default 16 MiB. */
  readonly reserveBytes?: number;
  /** Whose records are kept. Default the newest 30 shows, none older than 90 days. */
  readonly keepShows?: KeepShows;
}

export interface OpenedStoreParts {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly corrections: Corrections;
  readonly orderLabels: OrderLabels;
  readonly showLog: ShowLogStore;
  /** Commits what was handed over, closes the file and ends the thread. Safe twice. */
  stop(): Promise<void>;
}

const BIG_BATCH_BYTES = 1024 * 1024;
const COMMIT_TIMES_KEPT = 1024;

/**
 * Opens journal, state and outbox of one agent. Rejects with `FolderInUseError`, `DiskFullError`,
 * `DiskFailedError` or `ConfigurationError` (made by a newer version), each naming the folder and the
 * remedy. A step that is rejected must be offered again, the same object, before any later one: it is then on disk once.
 */
export async function openStore(options: OpenStoreOptions): Promise<OpenedStoreParts> {
  const packer = new FramePacker();
  const channel = await openStoreChannel(
    { logger: options.logger, reuse: (buffer) => packer.reuse(buffer) },
    {
      folder: options.folder,
      nowMs: options.nowMs(),
      reopenAfterMs: options.reopenAfterMs ?? 5_000,
      reserveBytes: options.reserveBytes ?? RESERVE_BYTES,
    },
  );
  const { agentId } = options;
  const epoch =
    agentId === null
      ? channel.opened.epoch
      : await channel.call({ kind: 'outbox-claim', agentId, nowMs: options.nowMs() });
  const listeners = new Set<() => void>();
  const added = () => listeners.forEach((listener) => listener());
  const writer = createWriter(channel, packer, {
    groupCommitMs: options.groupCommitMs ?? 10,
    folder: options.folder,
    keepShows: options.keepShows ?? { shows: 30, days: 90 },
    added,
  });
  let stopping: Promise<void> | null = null;
  return {
    store: createStore(channel, writer),
    outbox: createOutbox(channel, listeners, options, epoch),
    corrections: openExamples(channel, 'corrections', {
      parse: (value) => TrainingExample.parse(value),
      atMs: ({ correctedMs }) => correctedMs,
    }),
    orderLabels: openExamples(channel, 'order_labels', {
      parse: (value) => LabelledOrder.parse(value),
      atMs: ({ labelledMs }) => labelledMs,
    }),
    showLog: openShowLog(channel),
    stop: () => (stopping ??= writer.stop().finally(() => channel.close())),
  };
}

interface Writer {
  append(frame: RawFrame): { readonly position: number; readonly durable: Promise<void> };
  step(step: Step): Promise<void>;
  stop(): Promise<void>;
  readonly stopped: boolean;
  readonly pendingFrames: number;
  commitP99Ms(): number;
}

/** Group commit: one write is under way, what comes meanwhile goes together into the next. */
function createWriter(
  channel: StoreChannel,
  packer: FramePacker,
  config: { groupCommitMs: number; folder: string; keepShows: KeepShows; added: () => void },
): Writer {
  const commitTimes: number[] = [];
  const offers = new WeakMap<Step, string>();
  const run = randomUUID();
  let steps = 0;
  let position = channel.opened.lastPosition;
  let group = newGroup();
  let framesInGroup = 0;
  let pendingFrames = 0;
  let underway = 0;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;
  let last: Promise<unknown> = Promise.resolve();

  const flush = (step: StepWrite | null): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const pack = packer.take();
    const taken = group;
    const frames = framesInGroup;
    group = newGroup();
    framesInGroup = 0;
    underway++;
    const written = send(pack, step).then(
      ({ framesRefused }) => {
        if (framesRefused === null) taken.resolve();
        else taken.reject(toAgentError(framesRefused));
      },
      (error: unknown) => {
        taken.reject(error);
        throw error;
      },
    );
    const settled = written.finally(() => {
      underway--;
      pendingFrames -= frames;
      if (underway === 0 && framesInGroup > 0) schedule();
    });
    last = settled.catch(() => undefined);
    return settled;
  };

  const send = async (pack: FramePack | null, step: StepWrite | null) => {
    const packs = pack === null ? [] : [pack];
    const call = { kind: 'write', packs, step: step === null ? null : packStep(step) } as const;
    const result = await channel.call(call, packs.map(({ buffer }) => buffer)); // prettier-ignore
    commitTimes.push(result.commitMs);
    if (commitTimes.length > COMMIT_TIMES_KEPT) commitTimes.splice(0, COMMIT_TIMES_KEPT / 2);
    if (result.addedRecords > 0) config.added();
    return result;
  };

  /** The senders of the frames are told by their own promises. */
  const flushFrames = () => void flush(null).catch(() => undefined);
  const schedule = () => {
    timer ??= setTimeout(flushFrames, config.groupCommitMs);
  };
  const refuse = () => Promise.reject(new StoreClosedError(`the store in ${config.folder} has been stopped`));

  return {
    append(frame) {
      if (stopped) return { position, durable: refuse() };
      packer.add(++position, frame);
      framesInGroup++;
      pendingFrames++;
      const durable = group.promise;
      if (packer.length >= BIG_BATCH_BYTES) flushFrames();
      else if (underway === 0) schedule();
      return { position, durable };
    },
    step(step) {
      if (stopped) return refuse();
      const offer = offers.get(step) ?? `${run}-${++steps}`;
      offers.set(step, offer);
      return flush(flattenStep(step, offer, config.keepShows));
    },
    async stop() {
      stopped = true;
      if (framesInGroup > 0) flushFrames();
      await last;
    },
    get stopped() {
      return stopped;
    },
    get pendingFrames() {
      return pendingFrames;
    },
    commitP99Ms() {
      // Asked for at every state of the panel: numbers in an array of their own sort five times as fast.
      const sorted = Float64Array.from(commitTimes).sort();
      return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? 0;
    },
  };
}

/** One promise for all frames of a group; a sender that does not look at it must not end the process. */
function newGroup() {
  const group = Promise.withResolvers<void>();
  group.promise.catch(() => undefined);
  return group;
}

function flattenStep(step: Step, offer: string, keepShows: KeepShows): StepWrite {
  const seen = toSeenBlobs(step.seenIds);
  const { journalPosition, nowMs } = step;
  const outbox = step.outbox.map((body) => JSON.stringify(body));
  const showLog = step.showLog.map(showLogRow);
  return { offer, journalPosition, put: step.state.put, del: step.state.del, seen, outbox, showLog, keepShows, nowMs };
}

function createStore(channel: StoreChannel, writer: Writer): Store {
  return {
    async recover(): Promise<Recovered> {
      const { epoch, state, seen, journalPosition } = await channel.call({ kind: 'recover' });
      const seenIds = seen.flatMap(fromSeenBlob);
      return { epoch, state, seenIds, journalPosition };
    },
    async *journalFrames() {
      let after = channel.opened.journalPosition;
      for (;;) {
        const rows = await channel.call({ kind: 'journal', after });
        if (rows.length === 0) return;
        for (const row of rows) {
          for (const entry of unpackFrames(row.first, row.frames)) if (entry.position > after) yield entry;
          after = row.last;
        }
      }
    },
    appendFrame: (frame) => writer.append(frame),
    commitStep: (step) => writer.step(step),
    status(): StoreStatus {
      const { state, problem, journalBytes, freeBytes } = channel.status();
      const { pendingFrames } = writer;
      return {
        state: writer.stopped ? 'closed' : state,
        problem,
        journalBytes,
        pendingFrames,
        freeBytes,
        commitP99Ms: writer.commitP99Ms(),
      };
    },
  };
}

function createOutbox(
  channel: StoreChannel,
  listeners: Set<() => void>,
  options: OpenStoreOptions,
  firstEpoch: number,
): Outbox {
  let epoch = firstEpoch;
  const agentId = options.agentId ?? '';
  const records = (found: OutboxRows): UplinkRecord[] => {
    epoch = found.epoch;
    return found.rows.map(({ seq, body }) => ({ agentId, epoch, seq, body: JSON.parse(body) as UplinkRecord['body'] }));
  };
  return {
    get epoch() {
      return epoch;
    },
    read: async (afterSeq, limit) => records(await channel.call({ kind: 'outbox-read', afterSeq, limit })),
    readNewest: async (beforeSeq, limit) => records(await channel.call({ kind: 'outbox-newest', beforeSeq, limit })),
    async acknowledge(ack) {
      const { epoch: now, left } = await channel.call({ kind: 'outbox-acknowledge', ack, nowMs: options.nowMs() });
      epoch = now;
      return left;
    },
    backlog: () => channel.call({ kind: 'outbox-count' }),
    unproven: (limit) => channel.call({ kind: 'outbox-unproven', limit }),
    async proven(ofEpoch, size) {
      await channel.call({ kind: 'outbox-prove', epoch: ofEpoch, size });
    },
    onAdded(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
