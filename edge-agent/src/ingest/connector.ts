/**
 * What every connector to a platform is made of. A platform is a folder with a pure `decoder.ts` (one
 * message as received → canonical events, or why not); a transport around it becomes a `Connector`.
 */
import type { CanonicalEvent } from '@livecue/shared/event';
import type * as z from 'zod';
import type { Studio } from '../ports.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Problem } from '../runtime/problem.ts';

/** A canonical event before parsing: what a decoder writes and the journal keeps. */
export type CanonicalWireEvent = z.input<typeof CanonicalEvent>;

/** One message exactly as received: `text` or `bytes`, and of an HTTP request what surrounds it. */
export interface WireInput {
  readonly text?: string;
  readonly bytes?: Uint8Array;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Names in any case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Which of a platform's shapes this is, where the message does not say (`irc`, `pixel`, `rest`). */
  readonly route?: string;
}

export type Outcome =
  | 'control' /** Protocol traffic; `reason` says what the connector does. */
  | 'ignored' /** A known message that maps to nothing, or would count something twice. */
  | 'duplicate'
  | 'unknown' /** A type that we do not know. */
  | 'malformed'
  | 'rejected' /** Signature, time or form wrong: answered as in `answer`, nothing was parsed. */
  | 'refetch'; /** A hint without the facts: read the thing that `reason` names through the API. */

/** What an HTTP sender is told. */
export interface WireAnswer {
  readonly status: number;
  /** Without: an empty body. */
  readonly body?: string;
  readonly contentType?: string;
}

export interface DecodeResult {
  readonly events: CanonicalWireEvent[];
  /** Why there is no event; absent when there are some. */
  readonly outcome?: Outcome;
  /** For people; never quotes viewers' or buyers' words. */
  readonly reason?: string;
  /** What the message says of the connection itself: a permission that ends or has ended. */
  readonly state?: 'degraded' | 'failed';
  readonly answer?: WireAnswer;
  /** What is to be read through the API, as `reason` of `refetch` names it: also of a mixed message. */
  readonly refetch?: readonly string[];
  /** Parts of a mixed message that were left out. */
  readonly duplicates?: number;
  readonly malformed?: number;
  readonly unknown?: number;
  /**
   * Takes back what the decoder remembered of this message (ids seen, carts), for when it could not be
   * stored and the sender will repeat it.
   */
  readonly undo?: () => void;
  /** Its events are on disk: what was remembered of the message goes to the connector's memory. */
  readonly commit?: () => void;
}

export interface DecoderPorts {
  /** Unix milliseconds. */
  readonly nowMs: () => number;
  /** One-way reference to a person, with the salt of this installation. */
  readonly hash: (text: string) => string;
  /** Orders tell device, address, card and age of the account as hashes too. Absent: nobody judges orders by them. */
  readonly orderReferences?: boolean;
  /** What the decoder knows outlives it here. Absent: it begins anew each time. */
  readonly memory?: ConnectorMemory;
}

/** Stateful for one connector: totals seen, ids seen. `decode` never throws, whatever the input. */
export interface PlatformDecoder {
  decode(input: WireInput): DecodeResult;
}

/** Throws `ConfigurationError` when the setup is wrong, naming the key. */
export type CreateDecoder = (setup: unknown, ports: DecoderPorts) => PlatformDecoder;

/** A: official and documented. B: a service or program the user already runs. C: reverse-engineered, never shipped in the agent. */
export type Tier = 'A' | 'B' | 'C';

export interface Capabilities {
  readonly kinds: readonly CanonicalWireEvent['type'][];
  readonly resume: 'cursor' | 'history' | 'refetch' | 'none';
  readonly order: 'stream' | 'per-entity' | 'none';
  /** Whether the platform's repetitions reach us. */
  readonly duplicates: 'delivered' | 'filtered';
  readonly transport: 'pull' | 'push' | 'stream';
}

/** A connector in the making: draws the set-up form and builds connectors. */
export interface ConnectorFactory {
  readonly name: string;
  readonly version: string;
  readonly tier: Tier;
  /** JSON Schema of the configuration; secret fields have `writeOnly: true`. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly capabilities: Capabilities;
  /** Logical hosts it asks for, and where they are unless the configuration says otherwise. */
  readonly endpoints?: Readonly<Record<string, string>>;
  /** Said to the operator before it is switched on; tier C must have one. */
  readonly warning?: string;
  /** Throws `ConfigurationError`, which names the key. Opens nothing. */
  create(configuration: unknown, context: ConnectorContext): Connector;
}

/** Everything a connector may touch; all of it can stand on loopback. */
export interface ConnectorContext {
  readonly nowMs: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly hash: (text: string) => string;
  /** As in `DecoderPorts`. */
  readonly orderReferences?: boolean;
  /** Small state on disk: the cursor, what was told, orders to be read. */
  readonly memory: ConnectorMemory;
  /** Puts a secret setting in place of the one it was started with, such as a token that was renewed; settles when it is on disk. */
  readonly keepSecret: (field: string, secret: string) => Promise<void>;
  /** Rejects with the signal's reason when it aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly fetch: typeof globalThis.fetch;
  /** Every host: logical name → URL. A connector asks for no other. */
  readonly endpoints: Readonly<Record<string, string>>;
}

export interface ConnectorMemory {
  get(key: string): string | undefined;
  /** Written behind; `flush` settles when it is on disk. */
  set(key: string, value: string | undefined): void;
  /** All whose key begins so, in the order in which they were first set. */
  entries(prefix: string): Iterable<readonly [key: string, value: string]>;
  flush(): Promise<void>;
}

export interface Connector {
  /**
   * Batches of canonical events until the signal aborts. Asking for the next batch says that the one
   * before is on disk, so a cursor is saved after its `yield` came back. Throws for configuration and
   * authentication errors only (`retry: 'never'`); everything else is retried inside.
   */
  start(signal: AbortSignal): AsyncIterable<CanonicalWireEvent[]>;
  health(nowMs: number): ConnectorHealth;
  /** Push connectors: one raw HTTP request; settles when its events are on disk. */
  handle?(request: WireInput): Promise<WireAnswer>;
  /** Streaming software: what may be done in it. */
  readonly studio?: Studio;
}

export type ConnectorState = 'idle' | 'connecting' | 'open' | 'degraded' | 'waiting' | 'failed';

export interface HintHealth {
  /** False without credentials of the platform's API: hints are counted as hints. */
  readonly reading: boolean;
  readonly waiting: number;
  readonly read: number;
  /** Told as hints, because reading failed at first or for good. */
  readonly unread: number;
}

export interface ConnectorHealth {
  readonly state: ConnectorState;
  readonly sinceMs: number;
  readonly lastEventMs: number | null;
  readonly lastKeepAliveMs: number | null;
  /** Age of the last sign of life after which an open connector is `degraded`. */
  readonly quietLimitMs: number;
  readonly reconnects: number;
  /** Unix ms of the next attempt, null when none is planned. */
  readonly nextRetryMs: number | null;
  readonly counts: {
    readonly events: number;
    readonly duplicates: number;
    readonly malformed: number;
    readonly unknown: number;
    readonly rejected: number;
    /** Left out by the bounded queue, by kind first to go. */
    readonly dropped: number;
  };
  readonly quotaLeft: number | null;
  readonly cursor: string | null;
  /** Things that messages only hint at. Absent: this platform's messages say all. */
  readonly hints?: HintHealth;
  readonly problem: Problem | null;
}
