import type { Product } from '@livecue/shared/contract';
import type { RoomView } from '../../core-ports.ts';
import { type Candidate, isSoldOut, OFF_DELAY_MS, ON_DELAY_MS, type Rule, type RuleContext } from '../rule.ts';
import { nameOf } from '../words.ts';

const WINDOW_MS = 600_000;
const WINDOW_MINUTES = WINDOW_MS / 60_000;
const ENTER_PER_BUYER = 3;
const EXIT_PER_BUYER = 2;
const MIN_ORDERS = 6;

/** Orders that the model or the rule of orders tells, for one that the count of buyers would need. */
const SUSPECTS_PER_LEVEL = 2;

interface Found {
  readonly orders: number;
  readonly buyers: number;
  /** Of these orders, those that look like fraud one by one. */
  readonly suspects: number;
  readonly openMs: number;
  readonly closeMs: number;
}

/**
 * Brushing: many orders from few buyers over the last 10 min, or many that look like fraud one by one. Orders
 * without a buyer reference cannot be told from others in the counts; where a shop leaves references out, no
 * buyer is counted and no card comes.
 *
 * Hysteresis: on-delay, 2 in place of 3 orders a buyer, off-delay. Priority "act now", with room kept in HP2.
 * Withdrawn when the ratio falls; what the host leaves unsaid shows nowhere.
 */
export const orderAnomaly: Rule = {
  name: 'order-anomaly',
  onDelayMs: ON_DELAY_MS,
  offDelayMs: OFF_DELAY_MS,
  safety: false,
  reserved: true,
  actedOn: [],
  evaluate: (view, context) => {
    const told = view.orderAnomalies ?? [];
    const ofProduct = Map.groupBy(told, ({ productId }) => productId);
    const room = oddIn(view, null, told);
    // A product has no more orders than the room.
    if (room === 'few') return [];
    const candidates: Candidate[] = [];
    for (const product of context.active) {
      const found = oddIn(view, product, ofProduct.get(product.productId) ?? []);
      if (typeof found === 'object') candidates.push(candidateOf(view, context, product, found));
    }
    // One cause, one card: the room's own only where no product that may be named stands out.
    const named = candidates.some(({ level, enter, product }) => level >= enter && !isSoldOut(product, view));
    if (!named && typeof room === 'object') candidates.push(candidateOf(view, context, null, room));
    return candidates;
  },
  endedBy: () => null,
};

/** `told`: what was told of that product, or with null of all. `few`: too few orders to say anything; `usual`: nothing odd about them. */
function oddIn(
  view: RoomView,
  product: Product | null,
  told: NonNullable<RoomView['orderAnomalies']>,
): Found | 'few' | 'usual' {
  const { openMs, closeMs, counts } = view.counts(product?.productId ?? null, WINDOW_MS);
  // An order that was created and then paid stands in both counts.
  const orders = Math.max(counts.ordersCreated, counts.ordersPaid);
  if (orders < MIN_ORDERS) return 'few';
  let suspects = 0;
  for (const { eventTimeMs } of told) if (eventTimeMs >= openMs) suspects++;
  const found = { orders, buyers: counts.buyers, suspects: Math.min(orders, suspects), openMs, closeMs };
  return levelOf(found) >= EXIT_PER_BUYER ? found : 'usual';
}

/** Orders for each buyer, or half the orders that look like fraud: a ring hides among many buyers. */
function levelOf({ orders, buyers, suspects }: Found): number {
  return Math.max(buyers > 0 ? orders / buyers : 0, suspects / SUSPECTS_PER_LEVEL);
}

function candidateOf(view: RoomView, context: RuleContext, product: Product | null, found: Found): Candidate {
  return {
    key: `order-anomaly/orders/${product?.productId ?? ''}`,
    priority: 'act-now',
    product,
    level: levelOf(found),
    enter: ENTER_PER_BUYER,
    exit: EXIT_PER_BUYER,
    count: found.orders,
    compose: () => compose(view, context, product, found),
  };
}

function compose(view: RoomView, context: RuleContext, product: Product | null, found: Found) {
  const { buyers, suspects } = found;
  // What stands out is said: all orders of few buyers, or the odd ones among those of many.
  const fewBuyers = buyers > 0 && found.orders / buyers >= levelOf(found);
  const orders = fewBuyers ? found.orders : suspects;
  const name = product === null ? { zh: '全场', en: 'whole room' } : nameOf(product);
  return {
    headline: { zh: `订单异常 ${orders} 单先别谢`, en: `Check ${orders} orders before thanking` },
    reason: {
      zh: fewBuyers
        ? `10 分钟 ${orders} 单只有 ${buyers} 位买家 · ${name.zh}`
        : `10 分钟 ${orders} 单像刷单 · ${name.zh}`,
      en: fewBuyers
        ? `${orders} orders from ${buyers} buyers in 10 min · ${name.en}`
        : `${orders} orders look like fraud in 10 min · ${name.en}`,
    },
    fact: null,
    evidence: {
      window: { openMs: found.openMs, closeMs: found.closeMs },
      counts: { orders: found.orders, buyers, suspects },
      threshold: { ordersPerBuyer: ENTER_PER_BUYER, orders: MIN_ORDERS, windowMinutes: WINDOW_MINUTES },
      modelVersion: context.modelVersion,
      eventIds: [...view.recentIds(product?.productId ?? null, 'orders')].slice(-5),
    },
  };
}
