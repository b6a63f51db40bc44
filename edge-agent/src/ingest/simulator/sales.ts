import { fromMinorUnits } from '@livecue/shared/event';
import { type Audience, MAX_ACTIVITY, type Viewer } from './audience.ts';
import type { Random } from './random.ts';
import type { Shelf, ShelfItem } from './shelf.ts';
import type { Show } from './show.ts';
import type { DataOf, World } from './world.ts';

/** OTTO's funnel: a cart per product click, an order per cart; together 2.6 % of clicks. */
export const CART_PER_VIEW = 0.087;
export const ORDER_PER_CART = 0.3;
/** Product clicks per room click: our own choice, no public figure. */
export const VIEWS_PER_JOIN = 0.12;

/** Share of orders that are never paid, and of paid ones that are refunded: our own guess. */
const UNPAID = 0.06;
const REFUNDED = 0.025;

export interface OrderTerms {
  readonly quantity: number;
  readonly payAfterMs: number;
  readonly paid: boolean;
}

export interface Sales {
  /** A look at a product, which may lead to a cart and an order later. `tally` counts what came of it. */
  view(viewer: Viewer, item: ShelfItem, tally: { carts: number } | null): string | null;
  /** Orders now, if there is stock and the studio is connected; returns the order number or null. */
  order(viewer: Viewer, item: ShelfItem, terms: OrderTerms): string | null;
  /** A paid order that has been looked at and carted first. */
  buy(viewer: Viewer, item: ShelfItem): string | null;
  /** No payment goes through for `lengthMs`; what was held is paid within a minute after. Returns how many were. */
  holdPayments(lengthMs: number): () => number;
}

type OrderData = DataOf<'shop.order.created'>;

/** Mean wait of a held payment after the outage: people try again, not all at once. */
const RETRY_MEAN_MS = 15_000;

/** When payments go through. */
function createTill(world: World): { pay(act: () => void): void; hold: Sales['holdPayments'] } {
  const random = world.random.fork('payments');
  let openFromMs = world.startMs;
  let held = 0;
  return {
    pay(act) {
      if (world.agenda.nowMs >= openFromMs) return world.whenHeard(act);
      held += 1;
      world.agenda.at(openFromMs + random.exponential(RETRY_MEAN_MS), () => world.whenHeard(act));
    },
    hold(lengthMs) {
      openFromMs = world.agenda.nowMs + lengthMs;
      const before = held;
      return () => held - before;
    },
  };
}

function createOrders(world: World, shelf: Shelf, pay: (act: () => void) => void): Sales['order'] {
  const random = world.random.fork('orders');
  const later = (meanMs: number, leastMs: number, act: () => void): void => {
    world.agenda.at(world.agenda.nowMs + leastMs + random.exponential(meanMs), () => world.whenHeard(act));
  };
  // Unique over restarts and the days for which a shop's ids are remembered: the show's first second, then a count.
  const numberStart = String(Math.floor(world.startMs / 1000));
  let count = 0;

  const refund = (order: OrderData): void =>
    later(600_000, 60_000, () => {
      const { orderNumber, total, priceCurrency, orderedItem } = order;
      world.emit('shop.order.refunded', {
        orderNumber,
        amount: total as string,
        priceCurrency,
        orderedItem,
        reason: 'buyer-changed-mind',
      });
    });
  const settle = (order: OrderData, item: ShelfItem, units: number, terms: OrderTerms): void => {
    if (!terms.paid) {
      later(60_000, 90_000, () => {
        world.emit('shop.order.cancelled', { ...order, orderStatus: 'OrderCancelled' });
        shelf.putBack(item, units);
      });
      return;
    }
    const refunded = random.chance(REFUNDED);
    world.agenda.at(world.agenda.nowMs + terms.payAfterMs, () =>
      pay(() => {
        world.emit('shop.order.paid', { ...order, orderStatus: 'OrderProcessing' });
        if (refunded) refund(order);
      }),
    );
  };
  return (viewer, item, terms) => {
    if (world.silent) return null;
    const units = shelf.take(item, terms.quantity);
    if (units === 0) return null;
    count += 1;
    const price = fromMinorUnits(item.priceMinor, 'CNY');
    const order: OrderData = {
      orderNumber: numberStart + String(count).padStart(7, '0'),
      orderStatus: 'OrderPaymentDue',
      priceCurrency: 'CNY',
      partial: false,
      orderedItem: [{ ...item.reference, orderQuantity: units, price }],
      total: fromMinorUnits(item.priceMinor * units, 'CNY'),
      customerRef: viewer.customerRef,
    };
    world.emit('shop.order.created', order);
    settle(order, item, units, terms);
    return order.orderNumber;
  };
}

function usualTerms(random: Random): OrderTerms {
  const quantity = random.chance(0.85) ? 1 : random.chance(0.8) ? 2 : 3;
  return { quantity, payAfterMs: random.between(2000, 8000), paid: !random.chance(UNPAID) };
}

/** Looks → carts → orders → payment, cancellation or refund. */
export function createSales(
  world: World,
  parts: { audience: Audience; shelf: Shelf; show: Show },
  joinsPerS: number,
): Sales {
  const { audience, shelf, show } = parts;
  const views = world.random.fork('views');
  const lookers = world.lane(views, 'lookers');
  const funnel = world.random.fork('funnel');
  const till = createTill(world);
  const order = createOrders(world, shelf, till.pay);
  const cart = (viewer: Viewer, item: ShelfItem): void => {
    const price = fromMinorUnits(item.priceMinor, 'CNY');
    world.emit('shop.cart.added', {
      product: item.reference,
      orderQuantity: 1,
      agent: viewer.person,
      price,
      priceCurrency: 'CNY',
    });
  };
  const look = (viewer: Viewer, item: ShelfItem): string | null =>
    world.emit('shop.product.viewed', {
      product: item.reference,
      agent: viewer.person,
      placement: item === show.explaining ? 'pinned' : 'list',
    });
  const soon = (leastMs: number, meanMs: number, act: () => void): void =>
    world.agenda.at(world.agenda.nowMs + leastMs + funnel.exponential(meanMs), act);

  const sales: Sales = {
    order,
    holdPayments: till.hold,
    view(viewer, item, tally) {
      const id = look(viewer, item);
      if (id === null || !funnel.chance(CART_PER_VIEW)) return id;
      soon(1000, 12_000, () => {
        if (world.silent || item.level === 0) return;
        if (tally !== null) tally.carts += 1;
        cart(viewer, item);
        if (!funnel.chance(ORDER_PER_CART)) return;
        const terms = usualTerms(funnel);
        soon(2000, 15_000, () => void order(viewer, item, terms));
      });
      return id;
    },
    buy(viewer, item) {
      if (world.silent || item.level === 0) return null;
      look(viewer, item);
      cart(viewer, item);
      return order(viewer, item, { quantity: 1, payAfterMs: funnel.between(2000, 8000), paid: true });
    },
  };

  // A product being explained can more than double the clicks; on average over a show the factor is about 1.
  const mean = joinsPerS * VIEWS_PER_JOIN;
  const pull = (timeMs: number): number => 0.75 * show.interest(timeMs);
  const rate = {
    maxPerS: mean * MAX_ACTIVITY * (0.5 + 0.75 * show.maxInterest),
    perS: (timeMs: number) => mean * audience.activity(timeMs) * (0.5 + pull(timeMs)),
  };
  world.arrivals(views, rate, () => {
    const extra = pull(world.agenda.nowMs);
    const { explaining } = show;
    const item = explaining !== null && views.chance(extra / (0.5 + extra)) ? explaining : shelf.draw(lookers);
    sales.view(audience.someone(lookers), item, null);
  });
  return sales;
}
