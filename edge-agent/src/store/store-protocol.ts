/** Messages between the main thread (`open-store.ts`) and the only thread that writes (`store-worker.ts`). */
import type { UnprovenLeaves } from './leaf-table.ts';
import type { UplinkAck } from '@livecue/shared/contract';
import type { FramePack } from './frame-pack.ts';
import type { SeenId } from '../core-ports.ts';

/** What a step writes, flattened on the main thread so that little has to be cloned. */
export interface StepWrite {
  /** The same when the same step is offered again: a step that was refused may be on disk all the same. Not empty. */
  readonly offer: string;
  readonly journalPosition: number;
  readonly put: readonly (readonly [key: string, value: string])[];
  readonly del: readonly string[];
  readonly seen: readonly SeenBlob[];
  /** Bodies as JSON text. */
  readonly outbox: readonly string[];
  readonly showLog: readonly Omit<ShowLogRow, 'id'>[];
  readonly keepShows: KeepShows;
  readonly nowMs: number;
}

/**
 * A step as it crosses to the store's thread. Thousands of short texts are cloned one by one, at 2 to 5 µs each; as one
 * text with their lengths they are copied.
 */
export interface PackedStep extends Omit<StepWrite, 'put' | 'outbox'> {
  /** Keys and values of the entries in turn, then the bodies. */
  readonly text: string;
  /** Of each of them, in UTF-16 units. */
  readonly lengths: Uint32Array;
  readonly entries: number;
}

/** One entry of the record of a show as JSON text; `ends` when it is the show's last. */
export interface ShowLogRow {
  readonly id: number;
  readonly showId: string;
  readonly atMs: number;
  readonly ends: boolean;
  readonly entry: string;
}

/** A show whose record is kept; times are those of its first and newest entry. */
export interface StoredShow {
  readonly showId: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly entries: number;
  readonly ended: boolean;
}

/** Whose records are kept: the newest so many shows, none older than so many days. */
export interface KeepShows {
  readonly shows: number;
  readonly days: number;
}

/** `count` seen ids of one step and scope; `seen-blobs.ts` has the form of `ids` and `seenMs`. */
export interface SeenBlob {
  readonly scope: SeenId['scope'];
  readonly newestMs: number;
  readonly count: number;
  readonly ids: string;
  readonly seenMs: string;
}

export interface WriteBatch {
  readonly packs: readonly FramePack[];
  readonly step: StepWrite | null;
}

export interface RecoveredRows {
  readonly epoch: number;
  readonly state: readonly (readonly [key: string, value: string])[];
  readonly seen: readonly Pick<SeenBlob, 'scope' | 'ids' | 'seenMs'>[];
  readonly journalPosition: number;
}

export interface JournalRow {
  readonly first: number;
  readonly last: number;
  readonly frames: Uint8Array;
}

export interface OpenedStore {
  readonly epoch: number;
  readonly lastPosition: number;
  readonly journalPosition: number;
}

/** Tables of what operators said: of comments, of orders. */
export type Labelled = 'corrections' | 'order_labels';

/** One training example as JSON text; `key` names the comment or the order. */
export interface CorrectionRow {
  readonly id: number;
  readonly key: string;
  readonly correctedMs: number;
  readonly example: string;
}

/** Sent with every reply and every few seconds. */
export interface WorkerStatus {
  readonly state: 'open' | 'full' | 'failed';
  readonly problem: string | null;
  readonly journalBytes: number;
  readonly freeBytes: number | null;
}

export interface WriteResult {
  readonly commitMs: number;
  readonly addedRecords: number;
  /** Null when the frames are on disk; otherwise why they were refused though the step was written. */
  readonly framesRefused: StoreTrouble | null;
}

export type StoreCall =
  | { readonly kind: 'write'; readonly packs: readonly FramePack[]; readonly step: PackedStep | null }
  | { readonly kind: 'recover' }
  | { readonly kind: 'journal'; readonly after: number }
  | { readonly kind: 'outbox-read'; readonly afterSeq: number; readonly limit: number }
  | { readonly kind: 'outbox-newest'; readonly beforeSeq: number; readonly limit: number }
  | { readonly kind: 'outbox-acknowledge'; readonly ack: UplinkAck; readonly nowMs: number }
  | { readonly kind: 'outbox-count' }
  | { readonly kind: 'outbox-claim'; readonly agentId: string; readonly nowMs: number }
  | { readonly kind: 'outbox-unproven'; readonly limit: number }
  | { readonly kind: 'outbox-prove'; readonly epoch: number; readonly size: number }
  | { readonly kind: 'correction-save'; readonly table: Labelled; readonly row: Omit<CorrectionRow, 'id'> }
  | { readonly kind: 'correction-remove'; readonly table: Labelled; readonly keys: readonly string[] }
  | { readonly kind: 'corrections-remove-all'; readonly table: Labelled }
  | { readonly kind: 'corrections-read'; readonly table: Labelled; readonly afterId: number; readonly limit: number }
  | { readonly kind: 'corrections-count'; readonly table: Labelled }
  | { readonly kind: 'shows' }
  | { readonly kind: 'show-log-read'; readonly showId: string; readonly afterId: number }
  | { readonly kind: 'close' };

export interface OutboxRows {
  readonly epoch: number;
  readonly rows: readonly { readonly seq: number; readonly body: string }[];
}

export interface StoreResults {
  write: WriteResult;
  recover: RecoveredRows;
  journal: JournalRow[];
  'outbox-read': OutboxRows;
  'outbox-newest': OutboxRows;
  'outbox-acknowledge': { epoch: number; left: number };
  'outbox-count': number;
  'outbox-claim': number;
  'outbox-unproven': UnprovenLeaves & { readonly epoch: number };
  'outbox-prove': null;
  'correction-save': number;
  'correction-remove': number;
  'corrections-remove-all': number;
  'corrections-read': CorrectionRow[];
  'corrections-count': number;
  shows: StoredShow[];
  'show-log-read': Pick<ShowLogRow, 'id' | 'entry'>[];
  close: null;
}

/** An error as it crosses the thread: `kind` decides which class it becomes again. */
export interface StoreTrouble {
  readonly kind: 'full' | 'failed' | 'in-use' | 'refused' | 'bug';
  readonly message: string;
}

export type WorkerRequest = { readonly id: number; readonly call: StoreCall };

export type WorkerReply =
  | { readonly kind: 'opened'; readonly opened: OpenedStore; readonly status: WorkerStatus }
  | { readonly kind: 'not-opened'; readonly trouble: StoreTrouble }
  | { readonly kind: 'note'; readonly level: 'info' | 'warn' | 'error'; readonly text: string }
  | { readonly kind: 'status'; readonly status: WorkerStatus }
  | {
      readonly kind: 'reply';
      readonly id: number;
      readonly result: StoreResults[keyof StoreResults] | null;
      readonly trouble: StoreTrouble | null;
      readonly status: WorkerStatus;
      /** Buffers of the packs, given back for reuse. */
      readonly buffers: readonly ArrayBuffer[];
    };

/** Calls that arrive while the worker still opens wait in its port; `workerData` is this. */
export interface WorkerSetup {
  readonly folder: string;
  readonly nowMs: number;
  readonly reopenAfterMs: number;
  readonly reserveBytes: number;
}
