import type { RunningOffer } from '@livecue/shared/contract';
import { type LiveEvent, type LiveEventOf, toMinorUnits } from '@livecue/shared/event';
import type { ShopOffer, StateDelta } from '../core-ports.ts';
import { productShares, type ResolveProduct } from './counting.ts';

/** Offers that are known at most; the ones that began first go first. */
const MAX_OFFERS = 200;
const PREFIX = 'offers/1/';
/** A deadline further away is none: nobody counts down to it. */
export const MAX_DEADLINE_MS = 24 * 3_600_000;
/** An offer of which no end was told is over after this time: its end was missed. */
const LOST_MS = 24 * 3_600_000;

type OfferEvent = LiveEventOf<'shop.offer.started' | 'shop.offer.changed' | 'shop.offer.ended'>;

/**
 * Offers of the shop: what runs, until when, and what was started. Event time throughout; the number of offers
 * is bounded. An end in the past, or more than a day away, is no deadline.
 */
export class Offers {
  readonly #resolve: ResolveProduct;
  #offers = new Map<string, ShopOffer>();
  #changed = new Set<string>();
  #stored = new Set<string>();

  constructor(resolve: ResolveProduct) {
    this.#resolve = resolve;
  }

  /** Takes any event, admitted, in order of arrival. */
  note(event: LiveEvent): void {
    if (event.type === 'shop.order.paid') this.#paid(event);
    else if (event.type === 'shop.offer.ended') this.#ended(event);
    else if (event.type === 'shop.offer.started' || event.type === 'shop.offer.changed') this.#told(event);
  }

  /** All that are known, by their begin; `endedMs` is set when their time at `nowMs` is over. */
  at(nowMs: number): readonly ShopOffer[] {
    return [...this.#offers.values()]
      .map((offer) => (endOf(offer, nowMs) === offer.endedMs ? offer : { ...offer, endedMs: endOf(offer, nowMs) }))
      .sort((a, b) => a.startedMs - b.startedMs || (a.offerId < b.offerId ? -1 : 1));
  }

  #told(event: OfferEvent): void {
    const { data, eventTimeMs } = event;
    const productId = this.#resolve(data.product);
    const running = this.#running(productId, data.kind ?? null, eventTimeMs);
    const given = {
      price: data.price,
      priceCurrency: data.priceCurrency,
      endsMs: deadlineOf(data.validThrough, eventTimeMs),
      quantity: data.eligibleQuantity ?? null,
    };
    if (running === null || event.type === 'shop.offer.started') {
      // Told again while it runs, it has begun anew.
      if (running !== null) this.#put({ ...running, endedMs: eventTimeMs });
      const offerId = `${productId}/${data.kind ?? ''}/${eventTimeMs}`;
      const common = { offerId, productId, kind: data.kind ?? null, startedMs: eventTimeMs };
      this.#put({ ...common, ...given, lowestPrice: data.price, unitsPaid: 0, endedMs: null });
      return;
    }
    const quantity = given.quantity === null ? running.quantity : Math.max(running.quantity ?? 0, given.quantity);
    this.#put({ ...running, ...given, quantity, lowestPrice: lower(running.lowestPrice, data.price, data.priceCurrency) });
  } // prettier-ignore

  #ended({ data, eventTimeMs }: OfferEvent): void {
    const running = this.#running(this.#resolve(data.product), data.kind ?? null, eventTimeMs);
    if (running !== null) this.#put({ ...running, endedMs: eventTimeMs });
  }

  #paid(event: LiveEventOf<'shop.order.paid'>): void {
    if (this.#offers.size === 0) return;
    for (const [productId, { units }] of productShares(event, this.#resolve)) {
      for (const offer of this.#offers.values()) {
        if (offer.productId !== productId || offer.startedMs > event.eventTimeMs) continue;
        if (endOf(offer, event.eventTimeMs) === null) this.#put({ ...offer, unitsPaid: offer.unitsPaid + units });
      }
    }
  }

  /** The newest of that product and kind that runs then; an end that names no kind means any. */
  #running(productId: string, kind: RunningOffer['kind'], atMs: number): ShopOffer | null {
    let newest: ShopOffer | null = null;
    for (const offer of this.#offers.values()) {
      if (offer.productId !== productId || (kind !== null && offer.kind !== null && offer.kind !== kind)) continue;
      if (endOf(offer, atMs) !== null) continue;
      if (newest === null || offer.startedMs >= newest.startedMs) newest = offer;
    }
    return newest;
  }

  #put(offer: ShopOffer): void {
    this.#offers.set(offer.offerId, offer);
    this.#changed.add(offer.offerId);
    if (this.#offers.size <= MAX_OFFERS) return;
    let first = offer;
    for (const each of this.#offers.values()) if (each.startedMs < first.startedMs) first = each;
    this.#offers.delete(first.offerId);
    this.#changed.add(first.offerId);
  }

  takeDelta(): StateDelta {
    const put: [string, string][] = [];
    const del: string[] = [];
    for (const offerId of this.#changed) {
      const offer = this.#offers.get(offerId);
      if (offer !== undefined) {
        put.push([PREFIX + offerId, JSON.stringify(offer)]);
        this.#stored.add(offerId);
      } else if (this.#stored.delete(offerId)) del.push(PREFIX + offerId);
    }
    this.#changed = new Set();
    return { put, del };
  }

  /** To be called before anything else; entries of others are passed over. */
  restore(state: readonly (readonly [string, string])[]): void {
    const own = state.filter(([key]) => key.startsWith(PREFIX)).map(([, text]) => JSON.parse(text) as ShopOffer);
    for (const offer of own.sort((a, b) => a.startedMs - b.startedMs)) {
      this.#offers.set(offer.offerId, offer);
      this.#stored.add(offer.offerId);
    }
  }
}

/** When it was over as seen at `atMs`, or null while it runs. */
function endOf({ endedMs, endsMs, startedMs }: ShopOffer, atMs: number): number | null {
  const untilMs = Math.min(endedMs ?? Infinity, endsMs ?? startedMs + LOST_MS);
  return untilMs <= atMs ? untilMs : endedMs;
}

function deadlineOf(validThrough: string | undefined, eventTimeMs: number): number | null {
  const endsMs = validThrough === undefined ? Number.NaN : Date.parse(validThrough);
  return endsMs > eventTimeMs && endsMs - eventTimeMs <= MAX_DEADLINE_MS ? endsMs : null;
}

function lower(before: string, now: string, currency: string): string {
  const [left, right] = [toMinorUnits(before, currency), toMinorUnits(now, currency)];
  return left !== null && right !== null && left <= right ? before : now;
}
