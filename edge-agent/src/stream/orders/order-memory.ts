import { hashInto } from '../hash.ts';

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
/** Views and orders of a product fade by half in this time. */
export const HALF_LIFE_MS = 10 * MINUTE_MS;

/** The last orders of a buyer; entries of the three lists belong together. */
export interface BuyerMemory {
  readonly times: number[];
  readonly baskets: (readonly string[])[];
  readonly numbers: string[];
  orders: number;
  returned: number;
}

export interface ProductMemory {
  readonly times: number[];
  /** Mark of the buyer of each of `times`; 0 where unknown. */
  readonly buyers: number[];
}

/** Apart from the orders: it changes with every view, and is what a checkpoint then writes. */
export interface ProductRates {
  orders: number;
  views: number;
  fadedMs: number;
}

/** A device, an address or a payment means. */
export interface SharedMemory {
  readonly times: number[];
  readonly buyers: number[];
}

export interface KnownOrder {
  readonly buyer: string;
  returned: boolean;
}

export const newBuyer = (): BuyerMemory => ({ times: [], baskets: [], numbers: [], orders: 0, returned: 0 });
export const newProduct = (): ProductMemory => ({ times: [], buyers: [] });
export const newRates = (): ProductRates => ({ orders: 0, views: 0, fadedMs: 0 });
export const newShared = (): SharedMemory => ({ times: [], buyers: [] });

/** Appends and lets the oldest go. */
export function keep<T>(list: T[], item: T, most: number): void {
  list.push(item);
  if (list.length > most) list.shift();
}

export function addBuyerOrder(
  buyer: BuyerMemory,
  order: { timeMs: number; basket: readonly string[]; number: string },
): void {
  keep(buyer.times, order.timeMs, KEPT_BUYER_ORDERS);
  keep(buyer.baskets, order.basket, KEPT_BUYER_ORDERS);
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

const lanes = new Uint32Array(2);

/** 32 bits that stand for a buyer, never 0: two of 64 buyers share them once in two million lists. */
export function markOf(buyer: string): number {
  hashInto(buyer, lanes);
  return lanes[0] === 0 ? 1 : lanes[0]!;
}

/** Orders near `timeMs` for each distinct buyer among them; orders of nobody known count as a buyer each. */
export function ordersPerBuyer(memory: ProductMemory, timeMs: number, spanMs: number): number {
  near.length = 0;
  let unknown = 0;
  for (let i = 0; i < memory.times.length; i++) {
    if (Math.abs(memory.times[i]! - timeMs) >= spanMs) continue;
    const buyer = memory.buyers[i]!;
    near.push(buyer);
    if (buyer === 0) unknown++;
  }
  return near.length === 0 ? 1 : near.length / (distinctMarks(near) + unknown);
}

/** Filled and read within one call. */
const near: number[] = [];
/** Open addressing for at most 64 marks; a slot is taken when it has the turn of this call. */
const slots = new Uint32Array(128);
const turns = new Uint32Array(128);
let turn = 0;

/** How many different marks there are, 0 left out; of at most 64. */
export function distinctMarks(marks: readonly number[]): number {
  turn = (turn + 1) >>> 0;
  if (turn === 0) {
    turns.fill(0);
    turn = 1;
  }
  let distinct = 0;
  for (const mark of marks) {
    if (mark === 0) continue;
    let slot = mark & 127;
    while (turns[slot] === turn && slots[slot] !== mark) slot = (slot + 1) & 127;
    if (turns[slot] === turn) continue;
    turns[slot] = turn;
    slots[slot] = mark;
    distinct++;
  }
  return distinct;
}

/** Jaccard of lists without repeats: products in common over products in all; 0 for empty baskets. */
export function similarity(a: readonly string[], b: readonly string[]): number {
  let common = 0;
  for (const product of a) if (b.includes(product)) common++;
  const all = a.length + b.length - common;
  return all === 0 ? 0 : common / all;
}

/** Lets the views and orders of a product fade up to `timeMs`; a time that went back fades nothing. */
export function fade(memory: ProductRates, timeMs: number): void {
  const elapsed = timeMs - memory.fadedMs;
  if (elapsed <= 0) return;
  const left = 2 ** (-elapsed / HALF_LIFE_MS);
  memory.views *= left;
  memory.orders *= left;
  memory.fadedMs = timeMs;
}
