/**
 * What the core asks of the outside, and what adapters hand to it. Adapters import these types and
 * `shared`, never each other; `main.ts` joins them.
 */
export type * from './core-ports.ts';
import type { Seen, StateDelta } from './core-ports.ts';
import type { Drop, LiveEvent } from '@livecue/shared/event';
import type { Frontier } from '@livecue/shared/proof';
import type { Prediction } from '@livecue/shared/insight';
import type { LabelledOrder, PanelRole, PanelState, PanelVerb, SentMessage, ShowLogEntry, SourceHealth, StudioCommand, StudioProblem, StudioStatus, StudioStep, TrainingExample, UplinkAck, UplinkBody, UplinkRecord, UplinkStatus } from '@livecue/shared/contract'; // prettier-ignore

/** Bytes as a transport received them, before anybody read them. */
export interface RawFrame {
  /** Configured name of the source that received it: `zmq`, `http`, `simulator`. */
  readonly sourceName: string;
  readonly ingestTimeMs: number;
  readonly encoding: 'json' | 'jsonl' | 'msgpack';
  readonly bytes: Uint8Array;
}

/** A frame after its decoder: events in order, and for each refused line why (line counts from 1). */
export interface DecodedFrame {
  readonly sourceName: string;
  readonly ingestTimeMs: number;
  readonly events: LiveEvent[];
  readonly rejects: readonly (Drop & { readonly line: number })[];
}

export type Decoder = (frame: RawFrame) => DecodedFrame;

/** What a source gives its frames to. */
export interface FrameSink {
  /**
   * Decodes, journals and queues a frame. `durable` settles when the journal has it on disk; it
   * rejects with an `AgentError` when the disk refuses. Nothing is accepted before.
   */
  accept(frame: RawFrame): { readonly decoded: DecodedFrame; readonly durable: Promise<void> };
  /** Resolves when there is room again; sources that can push back wait for it before they read on. */
  ready(signal: AbortSignal): Promise<void>;
  /** True when `ready` would wait. */
  readonly full: boolean;
}

/** One transport. Constructed without side effects, `start` opens it, `stop` is safe twice. */
export interface Source {
  readonly name: string;
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  health(nowMs: number): SourceHealth;
  /** Absent: it only tells, and nothing can be done through it. */
  readonly studio?: Studio;
}

/** What became of a command: `undo` brings back what was there before; null: nothing can, or nothing was changed. */
export type StudioResult =
  | { readonly outcome: 'done'; readonly undo: StudioCommand | null }
  | { readonly outcome: 'failed'; readonly problem: StudioProblem; readonly message: string };

/** The streaming software (OBS): what may be done in it, and how it does. */
export interface Studio {
  /** What its settings want done at moments of the show. */
  readonly steps: readonly StudioStep[];
  /** Bounded in time, one after the other, never rejects. `byHand`: the operator asked for it now. */
  run(command: StudioCommand, byHand: boolean): Promise<StudioResult>;
  status(name: string, nowMs: number): StudioStatus;
  /** The one page that a browser source may be pointed at; null: nobody serves it. */
  setOverlayUrl(url: string | null): void;
}

/** Inference of a batch of comments, same order. Null: no prediction, the event goes on without. */
export interface Predictor {
  readonly version: string;
  predict(texts: readonly string[]): (Prediction | null)[] | Promise<(Prediction | null)[]>;
  /**
   * The prediction of a comment made while a product was on air: 这个 and "this one" mean that one. Asked in the
   * order of events, so that it does not depend on batches; `onAir` is called only when it matters. Absent: a
   * predictor that cannot tell.
   */
  resolve?(text: string, prediction: Prediction, onAir: () => string | null): Prediction;
}

/** One atomic step of the pipeline: all of it is on disk, or none. */
export interface Step {
  /** Every journalled frame up to here is contained in the state. */
  readonly journalPosition: number;
  readonly state: StateDelta;
  /** Ids admitted since the last step, to be remembered for 15 min (stream) or 48 h (shop). */
  readonly seenIds: readonly Seen[];
  /** Get the next seqs in this order, in the same transaction. */
  readonly outbox: readonly UplinkBody[];
  /** Appended to the record of their shows, in the same transaction. */
  readonly showLog: readonly ShowLogEntry[];
  readonly nowMs: number;
}

export interface Recovered {
  readonly epoch: number;
  readonly state: readonly (readonly [key: string, value: string])[];
  readonly seenIds: readonly Seen[];
  readonly journalPosition: number;
}

/** The only writer to disk, seen from the main thread. All calls are answered in order. */
export interface Store {
  recover(): Promise<Recovered>;
  /** Journalled frames after `journalPosition`, in order. */
  journalFrames(): AsyncIterable<{ readonly position: number; readonly frame: RawFrame }>;
  /** Position is known at once; `durable` settles after the group commit. */
  appendFrame(frame: RawFrame): { readonly position: number; readonly durable: Promise<void> };
  commitStep(step: Step): Promise<void>;
  status(): StoreStatus;
}

export interface StoreStatus {
  readonly state: 'open' | 'full' | 'failed' | 'closed';
  readonly problem: string | null;
  readonly journalBytes: number;
  /** Frames handed over and not yet on disk. */
  readonly pendingFrames: number;
  readonly freeBytes: number | null;
  readonly commitP99Ms: number;
}

/** The outbox as the uplink sees it. */
export interface Outbox {
  readonly epoch: number;
  /** Records with seq > `afterSeq`, ascending, at most `limit`. */
  read(afterSeq: number, limit: number): Promise<UplinkRecord[]>;
  /** Records with seq < `beforeSeq`, descending, at most `limit`. */
  readNewest(beforeSeq: number, limit: number): Promise<UplinkRecord[]>;
  /** Deletes what the receiver has committed; returns how many are left. */
  acknowledge(ack: UplinkAck): Promise<number>;
  backlog(): Promise<number>;
  /** The tree of this epoch's records up to where the receiver has verified it, and at most `limit` leaf hashes after. */
  unproven(
    limit: number,
  ): Promise<{ readonly epoch: number; readonly proven: Frontier; readonly leaves: readonly Uint8Array[] }>;
  /** The receiver has verified the first `size` records of the epoch: their leaf hashes are no longer needed. */
  proven(epoch: number, size: number): Promise<void>;
  /** Called after every step that added records. */
  onAdded(listener: () => void): () => void;
}

/** What operators said, as examples for training, on this box alone. Rejects with the disk's error. */
export interface Examples<T> {
  /** In place of what is stored under `key`, which names the comment or order. Settles with their number, on disk. */
  save(key: string, example: T): Promise<number>;
  /** Keys under which nothing is stored are none. Settles with the number left. */
  remove(keys: readonly string[]): Promise<number>;
  /** Settles with how many there were. */
  removeAll(): Promise<number>;
  /** Ascending, about a megabyte at a time; empty when there are no more. */
  read(afterId: number, limit: number): Promise<{ id: number; key: string; example: T }[]>;
  count(): Promise<number>;
}

export type Corrections = Examples<TrainingExample>;
export type OrderLabels = Examples<LabelledOrder>;

/** A show whose record is kept; times are those of its first and newest entry. */
export interface RecordedShow {
  readonly showId: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly entries: number;
  readonly ended: boolean;
}

/** The records of past shows and of the one that runs. */
export interface ShowLogStore {
  /** Oldest first. */
  shows(): Promise<readonly RecordedShow[]>;
  /** In the order in which they were written, some 256 kB at a time; empty when there are no more. */
  read(showId: string, afterId: number): Promise<{ id: number; entry: ShowLogEntry }[]>;
}

export interface Uplink {
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  status(): UplinkStatus;
  sent(limit: number): SentMessage[];
  readonly channel: FleetChannel;
}

/**
 * What the cloud side says to this agent and hears from it beside the records, over the uplink's connection.
 * Subscriptions outlive a lost connection; nothing is kept for a broker that is away.
 */
export interface FleetChannel {
  readonly connected: boolean;
  /** Why some or all of it does not work although the records' connection may stand; null while all is well. */
  readonly problem: string | null;
  /** Takes effect now, or with the next connection; a retained message then comes again. Returns how to end it. */
  subscribe(topic: string, listener: (payload: Buffer) => void): () => void;
  /** QoS 1. False: the broker is away or refused it, and nothing was sent. */
  publish(topic: string, payload: string | Buffer, options: { readonly retain: boolean }): Promise<boolean>;
  /** Called after every new connection, when all subscriptions stand. */
  onConnected(listener: () => void): () => void;
}

/** What the panel server shows and does; `main.ts` provides it. */
export interface PanelBackend {
  state(): PanelState;
  /** Arguments are already validated, and the caller may call it. Throws `PanelCallError` for a known refusal. */
  call(verb: PanelVerb, args: unknown, caller: PanelCaller): Promise<unknown>;
}

/** The device that calls, as the panel server knows it. */
export interface PanelCaller {
  /** The beginning of the hash of its token, or `desktop`. */
  readonly device: string;
  readonly role: PanelRole;
  /** Empty: it has none. */
  readonly name: string;
}

/** A call that changes something, as the audit log keeps it. */
export interface AuditCall {
  readonly atMs: number;
  /** The beginning of the hash of the device's token, or `desktop`. */
  readonly device: string;
  readonly role: string;
  /** Absent: it has no name. */
  readonly name?: string;
  readonly verb: string;
  /** False: its role may not, and nothing was done. */
  readonly allowed: boolean;
  readonly args: unknown;
  /** Why the call of entry `of` came to nothing. Absent: an entry of its own. */
  readonly failed?: { readonly of: number; readonly code: string };
}

/** Where calls that change something are written down before they are carried out. */
export interface AuditSink {
  /** Resolves with its number when the entry is on disk; rejects when it cannot be written. */
  record(call: AuditCall): Promise<number>;
}

/** What is kept of a paired device. Null: a version that did not keep it. */
export interface StoredDevice {
  readonly role: PanelRole;
  readonly name: string;
  readonly sinceMs: number | null;
  readonly seenMs: number | null;
}

/** Paired devices by the SHA-256 of their tokens, in hexadecimal. Kept by the store, across restarts. */
export interface TokenStore {
  get(hash: string): StoredDevice | null;
  /** In the order in which they were paired. */
  all(): readonly (readonly [hash: string, device: StoredDevice])[];
  /** Adds or replaces; settles when it is on disk. */
  put(hash: string, device: StoredDevice): Promise<void>;
  /** Settles when it is on disk; false: there was none. */
  remove(hash: string): Promise<boolean>;
}
