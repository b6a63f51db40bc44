import type { AgentConfig, OfferBudget, OfferRefusal, Product } from '@livecue/shared/contract';
import { fromMinorUnits, toMinorUnits } from '@livecue/shared/event';
import type { HostPrompt, ProposedOffer } from '@livecue/shared/prompt';
import type { RoomView, ShopOffer } from '../core-ports.ts';
import { type Candidate, stockLevel } from './rule.ts';

/** Offers are counted over any 24 h: that needs no time zone, and holds for every calendar day too. */
const DAY_MS = 24 * 3_600_000;
/** An offer that began further ahead of now was told while the clock stood elsewhere. */
const CLOCK_MS = 600_000;

type FindProduct = (productId: string) => Product | null;

/**
 * Guards of offers and deadlines, before all rules and outside all learning. They fail closed: without stock,
 * lowest price, list price, budget or clock no card proposes an offer, and no card names a deadline that no event
 * gave.
 */
export interface OfferGuard {
  /** Empty: that offer may be proposed now. */
  refusals(productId: string, offer: ProposedOffer, view: RoomView): OfferRefusal[];
  budget(view: RoomView): OfferBudget;
  /** Whether a card may stand, or be made, for what it says of offers and deadlines. */
  allows(card: Pick<Candidate, 'offer' | 'deadlineMs'>, productId: string | null, view: RoomView): boolean;
}

export function createOfferGuard(product: FindProduct, config: AgentConfig['advise']): OfferGuard {
  const limit = toMinorUnits(config.offerDiscountPerDay, config.currency);

  const budget = (view: RoomView): OfferBudget => {
    const today = (view.offers ?? []).filter(({ startedMs }) => startedMs > view.nowMs - DAY_MS);
    const discount = discountOf(today, product, config.currency);
    const unknownClock =
      view.offers === undefined || view.feed.state !== 'ok' || today.some(({ startedMs }) => startedMs > view.nowMs + CLOCK_MS);
    const common = { started: today.length, limit: config.offersPerDay, currency: config.currency, discountLimit: config.offerDiscountPerDay };
    const told = discount === null ? null : fromMinorUnits(discount, config.currency);
    return { ...common, discount: told, closed: closedBy(unknownClock, today.length >= config.offersPerDay, discount, limit) };
  }; // prettier-ignore

  const refusals = (productId: string, offer: ProposedOffer, view: RoomView): OfferRefusal[] => {
    const own = product(productId);
    if (own === null) return ['unknown-product'];
    const found: OfferRefusal[] = [...stockRefusal(own, offer, view), ...priceRefusals(own, offer)];
    if (runningOf(view, productId).length > 0) found.push('already-running');
    const { closed, discount } = budget(view);
    if (closed !== null) found.push(closed);
    else if (!found.includes('no-discount')) {
      const given = givenBy(own, offer.price, offer.quantity, config.currency);
      const before = discount === null ? null : toMinorUnits(discount, config.currency);
      if (given === null || before === null || limit === null) found.push('discount-unknown');
      else if (before + given > limit) found.push('discount-used-up');
    }
    return found;
  };

  return {
    budget,
    refusals,
    allows: ({ offer, deadlineMs }, productId, view) => {
      if (deadlineMs !== undefined && !isRealDeadline(deadlineMs, productId, view)) return false;
      return offer === undefined || (productId !== null && refusals(productId, offer, view).length === 0);
    },
  };
}

/** Offers of the product, or of all, that run at `view.nowMs`. */
export function runningOf(view: RoomView, productId: string | null = null): ShopOffer[] {
  return (view.offers ?? []).filter((offer) => {
    const began = offer.startedMs <= view.nowMs + CLOCK_MS;
    return began && offer.endedMs === null && (productId === null || offer.productId === productId);
  });
}

/** An event gave it, to an offer that runs; it lies ahead, and no more than a day. */
function isRealDeadline(deadlineMs: number, productId: string | null, view: RoomView): boolean {
  const aheadMs = deadlineMs - view.nowMs;
  if (productId === null || aheadMs <= 0 || aheadMs > DAY_MS) return false;
  return runningOf(view, productId).some(({ endsMs }) => endsMs === deadlineMs);
}

function stockRefusal(product: Product, { quantity }: ProposedOffer, view: RoomView): OfferRefusal[] {
  const stock = stockLevel(product, view);
  if (stock === null) return ['stock-unknown'];
  if (stock <= 0) return ['sold-out'];
  return quantity > stock ? ['too-few-left'] : [];
}

function priceRefusals(product: Product, { price, priceCurrency }: ProposedOffer): OfferRefusal[] {
  const found: OfferRefusal[] = [];
  const sameCurrency = product.priceCurrency === priceCurrency;
  const units = (amount: string | undefined) =>
    amount === undefined || !sameCurrency ? null : toMinorUnits(amount, priceCurrency);
  const [floor, list, asked] = [units(product.priceFloor), units(product.price), toMinorUnits(price, priceCurrency)];
  if (floor === null || floor < 0) found.push('floor-unknown');
  else if (asked === null || asked < floor) found.push('below-floor');
  if (list === null || asked === null || asked >= list) found.push('no-discount');
  return found;
}

function closedBy(
  unknownClock: boolean,
  usedUp: boolean,
  discount: number | null,
  limit: number | null,
): OfferRefusal | null {
  if (unknownClock) return 'clock-unknown';
  if (usedUp) return 'offers-used-up';
  if (discount === null || limit === null) return 'discount-unknown';
  return discount >= limit ? 'discount-used-up' : null;
}

/** Minor units given away against list prices; null when one of the offers cannot be told. */
function discountOf(offers: readonly ShopOffer[], product: FindProduct, currency: string): number | null {
  let sum = 0;
  for (const { productId, lowestPrice, priceCurrency, quantity, unitsPaid, endedMs } of offers) {
    // While it runs without a number of units it may give away any amount.
    const units = quantity === null ? (endedMs === null ? null : unitsPaid) : Math.max(quantity, unitsPaid);
    const own = priceCurrency === currency ? product(productId) : null;
    const given = own === null || units === null ? null : givenBy(own, lowestPrice, units, currency);
    if (given === null) return null;
    sum += given;
  }
  return Number.isSafeInteger(sum) ? sum : null;
}

function givenBy(product: Product, price: string, units: number, currency: string): number | null {
  if (product.price === undefined || product.priceCurrency !== currency) return null;
  const [list, lowered] = [toMinorUnits(product.price, currency), toMinorUnits(price, currency)];
  return list === null || lowered === null ? null : Math.max(0, list - lowered) * units;
}

/** What of a card the guard looks at. */
export const guardedOf = ({ offer, deadlineMs }: HostPrompt): Pick<Candidate, 'offer' | 'deadlineMs'> => ({
  offer,
  deadlineMs,
});
