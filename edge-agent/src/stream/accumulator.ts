import type { Intent } from '@livecue/shared/insight';
import { decodeSet, encodeSet, insertHash, mergeSet, type DistinctSet } from './distinct.ts';

/** Plain sums of an accumulator, by position in `Accumulator.sums`. */
export const SUM = {
  events: 0, comments: 1, likes: 2, gifts: 3, follows: 4, shares: 5, joins: 6, productViews: 7, cartAdds: 8,
  ordersCreated: 9, ordersPaid: 10, ordersCancelled: 11, orderHints: 12, unitsPaid: 13, refunds: 14, pins: 15,
} as const; // prettier-ignore
const SUMS = 16;

/**
 * The 14 intents by position: their order is part of the stored form, so they are written out here and
 * a test holds them against the contract. Slot 14 holds comments without a prediction.
 */
export const INTENT_SLOTS: readonly Intent[] = [
  'spam_ad', 'complaint', 'return_warranty', 'shipping', 'order_payment', 'price', 'discount_gift', 'stock',
  'size_spec', 'host_request', 'product_question', 'purchase_signal', 'praise', 'chat_other',
]; // prettier-ignore
export const NO_INTENT_SLOT = INTENT_SLOTS.length;
/** Sets of viewers by position: commenters by intent, then viewers of the product, then buyers. */
export const PRODUCT_VIEWERS_SLOT = NO_INTENT_SLOT + 1;
export const BUYERS_SLOT = NO_INTENT_SLOT + 2;
const SLOTS = NO_INTENT_SLOT + 3;
const SLOT_OF = new Map(INTENT_SLOTS.map((intent, slot) => [intent, slot]));

export function intentSlot(intent: Intent | undefined): number {
  return intent === undefined ? NO_INTENT_SLOT : (SLOT_OF.get(intent) ?? NO_INTENT_SLOT);
}

export interface StockLevel {
  readonly level: number;
  readonly eventTimeMs: number;
  readonly id: string;
}

export interface AudienceLevel {
  readonly last: number;
  readonly max: number;
  readonly eventTimeMs: number;
  readonly id: string;
}

/** Everything counted in one slice for one key. Every part merges in any order and any grouping. */
export interface Accumulator {
  readonly sums: number[];
  /** Comments by intent slot; null while there are none. */
  intents: number[] | null;
  /** Sets by slot. The commenters are the union of slots 0..14, so a viewer is stored once, not twice. */
  sets: (DistinctSet | null)[] | null;
  /** The union of slots 0..14 where it is kept up to date, for sums that are read often; null elsewhere. */
  commenters: DistinctSet | null;
  /** Minor units by currency; negative amounts stand apart under `-CNY`, so that saturation stays associative. */
  revenue: Map<string, number> | null;
  refunds: Map<string, number> | null;
  stock: StockLevel | null;
  audience: AudienceLevel | null;
  /** Earliest and latest event time; Infinity and −Infinity while empty. */
  firstMs: number;
  lastMs: number;
}

export function createAccumulator(): Accumulator {
  return {
    sums: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    intents: null,
    sets: null,
    commenters: null,
    revenue: null,
    refunds: null,
    stock: null,
    audience: null,
    firstMs: Infinity,
    lastMs: -Infinity,
  };
}

/** Sum of two counts ≥ 0 that stays at 2^53−1 instead of losing digits. */
export function addCounts(left: number, right: number): number {
  const sum = left + right;
  return sum > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : sum;
}

export function addSum(target: Accumulator, sum: number, by: number): void {
  target.sums[sum] = addCounts(target.sums[sum]!, by);
}

export function addIntent(target: Accumulator, slot: number): void {
  target.intents ??= [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  target.intents[slot] = addCounts(target.intents[slot]!, 1);
}

export function addViewer(target: Accumulator, slot: number, hash: number): void {
  target.sets ??= new Array<DistinctSet | null>(SLOTS).fill(null);
  const set = target.sets[slot]!;
  if (set === null) target.sets[slot] = [hash];
  else insertHash(set, hash);
}

export function addMoney(money: Map<string, number> | null, currency: string, minor: number): Map<string, number> {
  const target = money ?? new Map<string, number>();
  const key = minor < 0 ? `-${currency}` : currency;
  target.set(key, addCounts(target.get(key) ?? 0, Math.abs(minor)));
  return target;
}

/** Later event time wins; at equal times the larger id, so that the order of arrival does not matter. */
export function isNewer(
  candidate: { readonly eventTimeMs: number; readonly id: string },
  known: { readonly eventTimeMs: number; readonly id: string } | null,
): boolean {
  if (known === null || candidate.eventTimeMs !== known.eventTimeMs) {
    return known === null || candidate.eventTimeMs > known.eventTimeMs;
  }
  return candidate.id > known.id;
}

export function addAudience(target: Accumulator, level: AudienceLevel): void {
  const known = target.audience;
  const newest = isNewer(level, known) ? level : known!;
  target.audience = { ...newest, max: Math.max(level.max, known?.max ?? 0) };
}

/** Adds `from` to `target`, whose `commenters` must be null; `from` is left as it is and shares nothing with `target` afterwards. */
export function mergeInto(target: Accumulator, from: Accumulator): void {
  for (let i = 0; i < SUMS; i++) addSum(target, i, from.sums[i]!);
  if (from.intents !== null) {
    if (target.intents === null) target.intents = from.intents.slice();
    else
      for (let i = 0; i < from.intents.length; i++) target.intents[i] = addCounts(target.intents[i]!, from.intents[i]!);
  }
  if (from.sets !== null) mergeSlots(target, from.sets);
  for (const [key, minor] of from.revenue ?? []) target.revenue = addKeyed(target.revenue, key, minor);
  for (const [key, minor] of from.refunds ?? []) target.refunds = addKeyed(target.refunds, key, minor);
  if (from.stock !== null && isNewer(from.stock, target.stock)) target.stock = from.stock;
  if (from.audience !== null) addAudience(target, from.audience);
  target.firstMs = Math.min(target.firstMs, from.firstMs);
  target.lastMs = Math.max(target.lastMs, from.lastMs);
}

function addKeyed(money: Map<string, number> | null, key: string, minor: number): Map<string, number> {
  const target = money ?? new Map<string, number>();
  target.set(key, addCounts(target.get(key) ?? 0, minor));
  return target;
}

function mergeSlots(target: Accumulator, from: readonly (DistinctSet | null)[]): void {
  target.sets ??= new Array<DistinctSet | null>(SLOTS).fill(null);
  for (let slot = 0; slot < SLOTS; slot++) {
    const set = from[slot]!;
    if (set === null) continue;
    const own = target.sets[slot]!;
    if (own === null) target.sets[slot] = set.slice();
    else mergeSet(own, set);
  }
}

/**
 * Gives back what arrays hold in reserve for growing (V8: half their length and 16 more), which for
 * small sets is most of their memory. For rows that rarely change any more.
 */
export function trim(acc: Accumulator): void {
  if (acc.sets === null) return;
  for (let slot = 0; slot < SLOTS; slot++) acc.sets[slot] = acc.sets[slot]?.slice() ?? null;
}

/** The sum of several accumulators, or null of none. */
export function mergeAll(parts: readonly Accumulator[]): Accumulator | null {
  if (parts.length === 0) return null;
  const sum = createAccumulator();
  for (const part of parts) mergeInto(sum, part);
  return sum;
}

/** All who commented: the union of the sets by intent. */
export function commentersOf(from: Accumulator): DistinctSet {
  if (from.commenters !== null) return from.commenters;
  const union: DistinctSet = [];
  for (const set of from.sets?.slice(0, NO_INTENT_SLOT + 1) ?? []) if (set !== null) mergeSet(union, set);
  return union;
}

type Stored = [
  sums: number[], intents: number[] | null, sets: [number, string][], revenue: [string, number][],
  refunds: [string, number][], stock: StockLevel | null, audience: AudienceLevel | null, firstMs: number, lastMs: number,
]; // prettier-ignore

/** One line of text for a checkpoint. */
export function encodeAccumulator(from: Accumulator): string {
  const sets: [number, string][] = [];
  from.sets?.forEach((set, slot) => {
    if (set !== null) sets.push([slot, encodeSet(set)]);
  });
  const stored: Stored = [
    from.sums, from.intents, sets, [...(from.revenue ?? [])], [...(from.refunds ?? [])],
    from.stock, from.audience, from.firstMs, from.lastMs,
  ]; // prettier-ignore
  return JSON.stringify(stored);
}

/** Reverses `encodeAccumulator`. Throws on text that it did not write. */
export function decodeAccumulator(text: string): Accumulator {
  const [sums, intents, sets, revenue, refunds, stock, audience, firstMs, lastMs] = JSON.parse(text) as Stored;
  const slots = sets.length === 0 ? null : new Array<DistinctSet | null>(SLOTS).fill(null);
  for (const [slot, encoded] of sets) slots![slot] = decodeSet(encoded);
  return {
    sums,
    intents,
    sets: slots,
    commenters: null,
    revenue: revenue.length === 0 ? null : new Map(revenue),
    refunds: refunds.length === 0 ? null : new Map(refunds),
    stock,
    audience,
    firstMs,
    lastMs,
  };
}
