/**
 * What the pure core hands out and asks for: no sockets, no clocks, no signals in these types. `ports.ts`
 * has the rest and hands these on to adapters.
 */
import type { RunningOffer } from '@livecue/shared/contract';
import type { Forecast, Intent, OrderAnomaly, RoomAnomaly, WindowCounts } from '@livecue/shared/insight';

/** By what factor a network differs from the rates in the next 5, 15 and 60 minutes, and the spread it gives. */
export interface DemandCorrection {
  readonly factors: readonly number[];
  readonly spreads: readonly number[];
}

/** Features of products, one after the other: the last hour by minute, and now. */
export interface ShowInputs {
  /** Clock minute that has begun: all before it are told. */
  readonly minute: number;
  readonly productIds: readonly string[];
  readonly past: Float32Array;
  readonly now: Float32Array;
}

/** Window results and checkpoints as opaque bytes under stable keys. */
export interface StateDelta {
  readonly put: readonly (readonly [key: string, value: string])[];
  readonly del: readonly string[];
}

/**
 * For how long ids are known again, also over a restart: a stream repeats after a reconnect, a shop re-sends webhooks
 * for two days. Bulk is views, carts and stock levels of shops, which come in masses and would push out the orders.
 */
export const SEEN_TTL_MS = { stream: 15 * 60_000, bulk: 15 * 60_000, shop: 48 * 3_600_000 } as const;

export const SEEN_SCOPES = ['stream', 'bulk', 'shop'] as const;

/** An id that was admitted. */
export interface SeenId {
  readonly id: string;
  readonly scope: (typeof SEEN_SCOPES)[number];
  readonly seenMs: number;
}

/** Many such ids by their hashes: so the stream hands them out, since text would be most of a checkpoint. */
export interface SeenHashes {
  readonly scope: SeenId['scope'];
  /** Two lanes an id (`stream/hash.ts`), in order of admission. */
  readonly lanes: Uint32Array;
  /** When they were admitted, in the same order: how many at which time. */
  readonly runs: readonly (readonly [seenMs: number, count: number])[];
}

export type Seen = SeenId | SeenHashes;

/** What attention is made of. Likes are the room's while the product is explained. */
export type InterestSignal = 'views' | 'questions' | 'carts' | 'orders' | 'likes';

/** The time on the product that is being explained, against its own best minute. */
export interface PastPeak {
  /** Middle of the best minute, event time. */
  readonly peakMs: number;
  /** Weighted signals a minute then, and over the last minute. */
  readonly peakLevel: number;
  readonly level: number;
  /** The room writes no less than it did at the peak: it is the product that fades, not the room. */
  readonly commentsRising: boolean;
  /** How sure it is that the peak is past, ≥ 0; from 1 on it is. */
  readonly strength: number;
}

/** Attention to one product now, against what the room's own rhythm explains. */
export interface Interest {
  /** Weighted signals a minute over the last 10 or 30 s, whichever is less expected. */
  readonly level: number;
  /** What the product's own past and the room's present rate explain, same unit and window. */
  readonly expected: number;
  /** −log10 of the chance of so much under `expected`, 0 (not above it) to 300; of this product and look alone. */
  readonly surprise: number;
  /**
   * False surges to be expected in an hour of this room at this surprise, at most 1: the chance times both
   * windows, all active products and 720 looks (Bonferroni, whose bound holds however products move together).
   */
  readonly pValue: number;
  /** Change of attention, weighted signals a minute per minute: the last 30 s against the minute before. */
  readonly slope: number;
  /** `steady` unless the change is beyond two standard deviations. */
  readonly direction: 'rising' | 'steady' | 'fading';
  /** What `level` is made of, largest share first; shares add up to 1. Each viewer counts once in 5 s. */
  readonly signals: readonly { readonly signal: InterestSignal; readonly count: number; readonly share: number }[];
  /** Null for a product that is not being explained, and in its first two minutes. */
  readonly pastPeak: PastPeak | null;
}

/** An offer as the shop told it; `endedMs` null while it runs as far as is known. */
export interface ShopOffer extends RunningOffer {
  readonly endedMs: number | null;
  /** The lowest price and the most units it ever had: what it gave away is counted by these. */
  readonly lowestPrice: string;
}

/** A question of somebody who bought here before, paid to be heard, or is a VIP of the platform. */
export interface PatronAsked {
  /** Stands for the viewer on this box: 48 bits of a hash of platform and id. */
  readonly patronRef: string;
  readonly orders: number;
  readonly spentMinor: Readonly<Record<string, number>>;
  readonly isPaid: boolean;
  readonly isVip: boolean;
  /** What was asked about, or was being explained; null: neither. */
  readonly productId: string | null;
  readonly intent: Intent;
  readonly askedMs: number;
  readonly eventId: string;
  /** As the platform names the comment when it removes it. */
  readonly commentId: string;
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
  /**
   * What is expected to sell, and when `stock` (as the caller knows it; null: not known) is gone. Null before the
   * room's first slice is over. `correction`: what a network says beyond the rates of the room.
   */
  forecast(productId: string, stock: number | null, correction?: DemandCorrection): Forecast | null;
  /**
   * Whether `forecast` would say that half a chance of it is reached within so many minutes; also true before there is
   * a forecast. A twentieth of its cost. Absent: ask the forecast.
   */
  runsOutWithin?(productId: string, stock: number, minutes: number): boolean;
  /** What the network of demand within a show is asked with; null in its first ten minutes. Absent: nothing is known of minutes. */
  showInputs?(): ShowInputs | null;
  stock(productId: string): { readonly level: number; readonly eventTimeMs: number } | null;
  /** The product pinned last and not unpinned, or null. */
  readonly explaining: { readonly productId: string; readonly sinceMs: number } | null;
  /** The newest event ids behind a count, newest last, at most 5. */
  recentIds(productId: string | null, of: Intent | 'orders'): readonly string[];
  /** What is wrong with the room, by its begin: going on (`endMs` null) or over within the last 10 min. */
  readonly anomalies: readonly RoomAnomaly[];
  /** Orders of the last hour that look like fraud, as they were told, at most 200. Absent: no model judges orders. */
  readonly orderAnomalies?: readonly OrderAnomaly[];
  /** Offers of the shop that are known, by their begin, those over with `endedMs`. Absent: nobody tells, and none is proposed. */
  readonly offers?: readonly ShopOffer[];
  /** Questions of patrons in the last 5 min, oldest first. Absent: nobody tells. */
  readonly patrons?: readonly PatronAsked[];
  /** `waiting` before the first event; `stale` when silence is beyond expectation (HP15). */
  readonly feed: {
    readonly state: 'waiting' | 'ok' | 'stale';
    readonly lastEventMs: number | null;
    readonly quietLimitMs: number;
  };
}
