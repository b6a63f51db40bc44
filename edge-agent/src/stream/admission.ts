import { isShopSource, type Drop, type LiveEvent } from '@livecue/shared/event';
import { SEEN_SCOPES, SEEN_TTL_MS, type Seen, type SeenHashes, type SeenId } from '../core-ports.ts';
import { PendingIds } from './pending-ids.ts';
import { SeenIds } from './seen-ids.ts';

const MAX_IDS = { stream: 2_000_000, bulk: 1_000_000, shop: 1_000_000 } as const;

/** Of shops, what comes in masses and does no harm when it comes again after days: by then it is late. */
const BULK: ReadonlySet<LiveEvent['type']> = new Set(['shop.product.viewed', 'shop.cart.added', 'shop.stock.updated']);

/** Admitted ids that wait for a checkpoint; beyond, the oldest half of the scope is given up and counted. */
const MAX_PENDING_IDS = 1_000_000;

export interface AdmissionConfig {
  readonly maxClockSkewMs: number;
  readonly allowedLatenessMs: number;
  /** Time that goes on by more than this at once did not pass for ids. */
  readonly clockStepMs: number;
}

/**
 * What "on time" and "new" mean. An id counts within its scope, streams, shops or bulk (`core-ports.ts`); of two events with
 * one id the first to arrive counts, whatever the second says. A refused event's id is not
 * remembered, so that it may come again at its right time.
 */
export class Admission {
  readonly #config: AdmissionConfig;
  readonly ids = byScope((scope) => new SeenIds({ ttlMs: SEEN_TTL_MS[scope], maxIds: MAX_IDS[scope] }));
  readonly #pending = byScope((scope) => new PendingIds(scope, MAX_PENDING_IDS));
  /** The time by which ids grow old, Unix ms at first; null before the first id. */
  #agingMs: number | null = null;
  #lastMs = Number.NaN;

  constructor(config: AdmissionConfig) {
    this.#config = config;
  }

  /** Null when the event is admitted, and its id remembered. `watermarkMs` is its room's, null before the first. */
  admit(event: LiveEvent, nowMs: number, watermarkMs: number | null): Drop | null {
    if (event.historical) {
      return { reason: 'historical', detail: 'happened before we were connected; only events since then are counted' };
    }
    const scope = scopeOf(event);
    const seen = this.ids[scope];
    const agingMs = this.#aging(nowMs);
    if (seen.probe(event.id, agingMs)) {
      return { reason: 'duplicate', detail: 'id: admitted before; expected an id that is new within its platform' };
    }
    const aheadMs = event.eventTimeMs - nowMs;
    if (aheadMs > this.#config.maxClockSkewMs) {
      const detail = `time: ${aheadMs} ms ahead of our clock, expected at most ${this.#config.maxClockSkewMs}; set the clock that is wrong`;
      return { reason: 'from-the-future', detail };
    }
    if (watermarkMs !== null && event.eventTimeMs < watermarkMs - this.#config.allowedLatenessMs) {
      const behindMs = Math.round(watermarkMs - event.eventTimeMs);
      const detail = `time: ${behindMs} ms behind the watermark, expected at most ${this.#config.allowedLatenessMs}`;
      return { reason: 'late', detail };
    }
    seen.addProbed(agingMs);
    this.#pending[scope].note(seen.lanes[0]!, seen.lanes[1]!, agingMs);
    return null;
  }

  /**
   * Goes on with our clock, but not when that is set, nor while nothing comes: an id that was forgotten by a wrong
   * clock would count twice. Over a restart it goes on from the newest id.
   */
  #aging(nowMs: number): number {
    const stepMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    this.#agingMs ??= nowMs;
    if (stepMs > 0 && stepMs <= this.#config.clockStepMs) this.#agingMs += stepMs;
    return this.#agingMs;
  }

  /** Ids admitted since the last call. */
  takePending(): SeenHashes[] {
    return SEEN_SCOPES.map((scope) => this.#pending[scope].take()).filter((seen) => seen !== null);
  }

  /** Ids that no checkpoint took in time. */
  get givenUp(): number {
    return SEEN_SCOPES.reduce((sum, scope) => sum + this.#pending[scope].givenUp, 0);
  }

  /** Remembers what was admitted before a restart. Order by time, oldest first. */
  remember(seen: Seen): void {
    const ids = this.ids[seen.scope];
    const newestMs = 'id' in seen ? seen.seenMs : (seen.runs.at(-1)?.[0] ?? -Infinity);
    if (newestMs > (this.#agingMs ?? -Infinity)) this.#agingMs = newestMs;
    if ('id' in seen) {
      if (!ids.probe(seen.id, seen.seenMs)) ids.addProbed(seen.seenMs);
      return;
    }
    let at = 0;
    for (const [seenMs, count] of seen.runs) {
      for (const end = at + 2 * count; at < end; at += 2) {
        if (!ids.probeHash(seen.lanes[at]!, seen.lanes[at + 1]!, seenMs)) ids.addProbed(seenMs);
      }
    }
  }
}

function scopeOf({ source, type }: LiveEvent): SeenId['scope'] {
  if (!isShopSource(source)) return 'stream';
  return BULK.has(type) ? 'bulk' : 'shop';
}

function byScope<T>(make: (scope: SeenId['scope']) => T): Readonly<Record<SeenId['scope'], T>> {
  return { stream: make('stream'), bulk: make('bulk'), shop: make('shop') };
}
