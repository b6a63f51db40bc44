import { isShopSource, type Drop, type LiveEvent } from '@livecue/shared/event';
import type { Seen, SeenHashes } from '../core-ports.ts';
import { PendingIds } from './pending-ids.ts';
import { SeenIds } from './seen-ids.ts';

/** How long ids are remembered: a stream repeats after a reconnect, a shop re-sends webhooks for two days. */
export const STREAM_IDS = { ttlMs: 15 * 60_000, maxIds: 2_000_000 } as const;
/** Views and carts come in masses and would push out the orders; nobody re-sends them for days. */
export const CLICK_IDS = { ttlMs: 15 * 60_000, maxIds: 1_000_000 } as const;
export const SHOP_IDS = { ttlMs: 48 * 3_600_000, maxIds: 1_000_000 } as const;

/** Admitted ids that wait for a checkpoint; beyond, the oldest half of the scope is given up and counted. */
const MAX_PENDING_IDS = 1_000_000;

export interface AdmissionConfig {
  readonly maxClockSkewMs: number;
  readonly allowedLatenessMs: number;
}

/**
 * What "on time" and "new" mean. An id counts within its scope, streams or shops; of two events with
 * one id the first to arrive counts, whatever the second says. A refused event's id is not
 * remembered, so that it may come again at its right time.
 */
export class Admission {
  readonly #config: AdmissionConfig;
  readonly streamIds = new SeenIds(STREAM_IDS);
  readonly clickIds = new SeenIds(CLICK_IDS);
  readonly shopIds = new SeenIds(SHOP_IDS);
  readonly #pending = {
    stream: new PendingIds('stream', MAX_PENDING_IDS),
    shop: new PendingIds('shop', MAX_PENDING_IDS),
  };

  constructor(config: AdmissionConfig) {
    this.#config = config;
  }

  /** Null when the event is admitted, and its id remembered. `watermarkMs` is its room's, null before the first. */
  admit(event: LiveEvent, nowMs: number, watermarkMs: number | null): Drop | null {
    if (event.historical) {
      return { reason: 'historical', detail: 'happened before we were connected; only events since then are counted' };
    }
    const isShop = isShopSource(event.source);
    const isClick = isShop && (event.type === 'shop.product.viewed' || event.type === 'shop.cart.added');
    const seen = isClick ? this.clickIds : isShop ? this.shopIds : this.streamIds;
    // After a restart all ids of shops are back as one: what they were is not stored.
    const known = seen.probe(event.id, nowMs);
    const a = seen.lanes[0]!;
    const b = seen.lanes[1]!;
    if (known || (isClick && this.shopIds.probeHash(a, b, nowMs))) {
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
    seen.addProbed(nowMs);
    this.#pending[isShop ? 'shop' : 'stream'].note(a, b, nowMs);
    return null;
  }

  /** Ids admitted since the last call. */
  takePending(): SeenHashes[] {
    return [this.#pending.stream.take(), this.#pending.shop.take()].filter((seen) => seen !== null);
  }

  /** Our clock was set forward by `ms`: ids are remembered as long as before. */
  skip(ms: number): void {
    for (const ids of [this.streamIds, this.clickIds, this.shopIds]) ids.skip(ms);
  }

  /** Ids that no checkpoint took in time. */
  get givenUp(): number {
    return this.#pending.stream.givenUp + this.#pending.shop.givenUp;
  }

  /** Remembers what was admitted before a restart. Order by time, oldest first. */
  remember(seen: Seen): void {
    const ids = seen.scope === 'shop' ? this.shopIds : this.streamIds;
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
