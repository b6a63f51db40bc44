/**
 * What the core asks of the outside, and what adapters hand to it. Adapters import these types and
 * `shared`, never each other; `main.ts` joins them.
 */
import type { Drop, LiveEvent } from '@livecue/shared/event';
import type { Intent, Prediction, WindowCounts, WindowResult } from '@livecue/shared/insight';
import type { HostPrompt, PromptEvent } from '@livecue/shared/prompt';
import type { PanelState, PanelVerb, SentMessage, SourceHealth, UplinkAck, UplinkBody, UplinkRecord, UplinkStatus } from '@livecue/shared/contract'; // prettier-ignore

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
}

/** Inference of a batch of comments, same order. Null: no prediction, the event goes on without. */
export interface Predictor {
  readonly version: string;
  predict(texts: readonly string[]): (Prediction | null)[] | Promise<(Prediction | null)[]>;
}

/** Window results and checkpoints as opaque bytes under stable keys. */
export interface StateDelta {
  readonly put: readonly (readonly [key: string, value: string])[];
  readonly del: readonly string[];
}

/** One atomic step of the pipeline: all of it is on disk, or none. */
export interface Step {
  /** Every journalled frame up to here is contained in the state. */
  readonly journalPosition: number;
  readonly state: StateDelta;
  /** Ids admitted since the last step, to be remembered for 15 min (stream) or 48 h (shop). */
  readonly seenIds: readonly { readonly id: string; readonly scope: 'stream' | 'shop'; readonly seenMs: number }[];
  /** Get the next seqs in this order, in the same transaction. */
  readonly outbox: readonly UplinkBody[];
  readonly nowMs: number;
}

export interface Recovered {
  readonly epoch: number;
  readonly state: readonly (readonly [key: string, value: string])[];
  readonly seenIds: readonly { readonly id: string; readonly scope: 'stream' | 'shop'; readonly seenMs: number }[];
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
  /** Deletes what the receiver has committed; returns how many are left. */
  acknowledge(ack: UplinkAck): Promise<number>;
  backlog(): Promise<number>;
  /** Called after every step that added records. */
  onAdded(listener: () => void): () => void;
}

export interface Uplink {
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  status(): UplinkStatus;
  sent(limit: number): SentMessage[];
}

/** What the pipeline hands out after each batch or tick. */
export interface PipelineOutput {
  windows(results: readonly WindowResult[]): void;
  prompts(events: readonly PromptEvent[]): void;
}

/** What a viewer of the pipeline may read at any time, for the panel. */
export interface StageView {
  readonly active: HostPrompt | null;
  readonly next: readonly HostPrompt[];
  readonly queued: readonly HostPrompt[];
}

/** Attention to one product now, against what the room's own rhythm explains. */
export interface Interest {
  /** Weighted signals (views, questions, carts, orders) a minute over the last 10 s. */
  readonly level: number;
  /** What the product's own past and the room's present rate explain, same unit. */
  readonly expected: number;
  /** −log10 of the p-value of `level` under `expected`; 0 when not above it. */
  readonly surprise: number;
}

/**
 * The present of one room for the rules: windows that are still open, read at `nowMs` in event time.
 * Valid until the stream is fed again. Lengths are multiples of `sliceMs`, at most 600,000 ms.
 */
export interface RoomView {
  readonly roomId: string;
  readonly nowMs: number;
  readonly sliceMs: number;
  /** Products with anything counted in the last 10 min, ascending. */
  readonly productIds: readonly string[];
  /** The sliding window of that length that ends now; null is the whole room. */
  counts(productId: string | null, lengthMs: number): { openMs: number; closeMs: number; counts: WindowCounts };
  /** Like `counts`, for comments that name no product. */
  unattributed(lengthMs: number): { openMs: number; closeMs: number; counts: WindowCounts };
  interest(productId: string): Interest;
  stock(productId: string): { readonly level: number; readonly eventTimeMs: number } | null;
  /** The product pinned last and not unpinned, or null. */
  readonly explaining: { readonly productId: string; readonly sinceMs: number } | null;
  /** The newest event ids behind a count, newest last, at most 5. */
  recentIds(productId: string | null, of: Intent | 'orders'): readonly string[];
  /** `waiting` before the first event; `stale` when silence is beyond expectation (HP15). */
  readonly feed: { readonly state: 'waiting' | 'ok' | 'stale'; readonly lastEventMs: number | null; readonly quietLimitMs: number };
}

/** What the panel server shows and does; `main.ts` provides it. */
export interface PanelBackend {
  state(): PanelState;
  /** Arguments are already validated. Throws `PanelCallError` for a known refusal. */
  call(verb: PanelVerb, args: unknown): Promise<unknown>;
}
