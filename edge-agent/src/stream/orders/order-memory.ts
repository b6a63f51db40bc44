/** What is kept of buyers, products and shared means, and how it is read. All times are event times in Unix ms. */

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** Orders of a buyer that are remembered one by one. */
export const KEPT_BUYER_ORDERS = 8;
/** Orders of a device, an address or a payment means that are remembered one by one. */
export const KEPT_ORDERS = 16;
/** Orders of a product that are remembered one by one. */
export const KEPT_PRODUCT_ORDERS = 64;
/** Products of a basket that are compared. */
const BASKET_PRODUCTS = 8;
/** Views and orders of a product fade by half in this time. */
export const HALF_LIFE_MS = 10 * MINUTE_MS;

/** The last orders of a buyer; entries of the three lists belong together. */
export interface BuyerMemory {
  readonly times: number[];
  readonly baskets: string[][];
  readonly numbers: string[];
  orders: number;
  returned: number;
}

export interface ProductMemory {
  readonly times: number[];
  /** Buyer of each of `times`; empty text where unknown. */
  readonly buyers: string[];
  orders: number;
  views: number;
  fadedMs: number;
}

/** A device, an address or a payment means. */
export interface SharedMemory {
  readonly times: number[];
  readonly buyers: string[];
}

export interface KnownOrder {
  readonly buyer: string;
  returned: boolean;
}

export const newBuyer = (): BuyerMemory => ({ times: [], baskets: [], numbers: [], orders: 0, returned: 0 });
export const newProduct = (): ProductMemory => ({ times: [], buyers: [], orders: 0, views: 0, fadedMs: 0 });
export const newShared = (): SharedMemory => ({ times: [], buyers: [] });

/** Appends and lets the oldest go. */
export function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}

export function addBuyerOrder(buyer: BuyerMemory, order: { timeMs: number; basket: string[]; number: string }): void {
  keep(buyer.times, order.timeMs, KEPT_BUYER_ORDERS);
  keep(buyer.baskets, order.basket.slice(0, BASKET_PRODUCTS), KEPT_BUYER_ORDERS);
  keep(buyer.numbers, order.number, KEPT_BUYER_ORDERS);
  buyer.orders++;
}

/** Numbers of the orders less than `spanMs` away that have a product of `basket`. */
export function runOf(buyer: BuyerMemory, basket: readonly string[], timeMs: number, spanMs: number): string[] {
  return buyer.numbers.filter(
    (_, i) =>
      Math.abs(buyer.times[i]! - timeMs) < spanMs && buyer.baskets[i]!.some((product) => basket.includes(product)),
  );
}

/** How many of `times` are less than `spanMs` away from `timeMs`, on either side: events may come in any order. */
export function countNear(times: readonly number[], timeMs: number, spanMs: number): number {
  let near = 0;
  for (const time of times) if (Math.abs(time - timeMs) < spanMs) near++;
  return near;
}

/** log2 of 1 + the seconds to the nearest of `times`; 17 where there is none. */
export function nearestGapLog2S(times: readonly number[], timeMs: number): number {
  let nearest = Infinity;
  for (const time of times) nearest = Math.min(nearest, Math.abs(time - timeMs));
  return Math.min(17, Math.log2(1 + nearest / SECOND_MS));
}

/** Orders near `timeMs` for each distinct buyer among them; orders of nobody known count as a buyer each. */
export function ordersPerBuyer(memory: ProductMemory, timeMs: number, spanMs: number): number {
  const buyers = new Set<string>();
  let orders = 0;
  let unknown = 0;
  memory.times.forEach((time, i) => {
    if (Math.abs(time - timeMs) >= spanMs) return;
    orders++;
    if (memory.buyers[i] === '') unknown++;
    else buyers.add(memory.buyers[i]!);
  });
  return orders === 0 ? 1 : orders / (buyers.size + unknown);
}

export function distinctBuyers(memory: SharedMemory): number {
  return Math.max(1, new Set(memory.buyers.filter((buyer) => buyer !== '')).size);
}

/** Jaccard: products in common over products in all; 0 for empty baskets. */
export function similarity(a: readonly string[], b: readonly string[]): number {
  const [left, right] = [new Set(a), new Set(b)];
  let common = 0;
  for (const product of left) if (right.has(product)) common++;
  const all = left.size + right.size - common;
  return all === 0 ? 0 : common / all;
}

/** Lets the views and orders of a product fade up to `timeMs`; a time that went back fades nothing. */
export function fade(memory: ProductMemory, timeMs: number): void {
  const elapsed = timeMs - memory.fadedMs;
  if (elapsed <= 0) return;
  const left = 2 ** (-elapsed / HALF_LIFE_MS);
  memory.views *= left;
  memory.orders *= left;
  memory.fadedMs = timeMs;
}
