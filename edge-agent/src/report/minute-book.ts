import { isQuestion, type MinuteCount, type ShowLogEntryOf } from '@livecue/shared/contract';
import type { Intent } from '@livecue/shared/insight';

export const MINUTE_MS = 60_000;
/** Longer shows are reported up to here; more products are counted in the room alone. */
export const MAX_MINUTES = 4_320;
export const MAX_PRODUCTS = 500;
/** A minute is corrected at most an hour later (`stream.allowedLatenessMs`); until then its last version is kept. */
const CORRECTABLE_MS = 70 * MINUTE_MS;

/** Minor units by currency. */
export type Money = Partial<Record<string, number>>;
type Minute = ShowLogEntryOf<'minute'>;

/** What was counted of the room or a product over the show. */
export interface Sums {
  readonly counts: Partial<Record<MinuteCount, number>>;
  readonly revenueMinor: Money;
  readonly refundMinor: Money;
}

export interface ProductBook extends Sums {
  readonly productId: string;
  /** By minute, where there were any. */
  readonly units: Map<number, number>;
  readonly soldOut: Set<number>;
  /** Comments by question and minute, and distinct viewers over the show. */
  readonly asked: Map<Intent, Topic>;
  stock: { readonly first: number; last: number } | null;
  peak: { readonly openMs: number; readonly surprise: number; readonly level: number } | null;
}

export interface Topic {
  readonly comments: Map<number, number>;
  viewers: number | null;
}

/** The room's minutes as they are drawn. */
export interface RoomMinute {
  readonly openMs: number;
  readonly counts: Minute['counts'];
  readonly revenueMinor: Money;
  readonly asked: Partial<Record<Intent, number>>;
}

/** Adds minutes up; of a minute that came again the last version counts. */
export class MinuteBook {
  readonly room = new Map<number, RoomMinute>();
  readonly total: Sums = emptySums();
  readonly products = new Map<string, ProductBook>();
  /** Products that were left out because there were too many. */
  readonly refused = new Set<string>();
  /** Minutes that were left out because the show was too long. */
  refusedMinutes = 0;
  readonly #recent = new Map<string, Minute>();
  #newestMs = -Infinity;

  add(minute: Minute): void {
    const book = minute.productId === null ? null : this.#bookOf(minute.productId);
    if (minute.productId !== null && book === null) return;
    const key = `${minute.openMs} ${minute.productId ?? ''}`;
    const before = this.#recent.get(key);
    if (before !== undefined && before.revision > minute.revision) return;
    if (book === null) {
      if (!this.#noteRoom(minute)) return;
      if (before !== undefined) addSums(this.total, before, -1);
      addSums(this.total, minute, 1);
    } else {
      if (before !== undefined) addSums(book, before, -1);
      addSums(book, minute, 1);
      noteProduct(book, minute);
    }
    this.#recent.set(key, minute);
    this.#forget(minute.openMs);
  }

  unitsBetween(productId: string, fromMs: number, toMs: number): number {
    const units = this.products.get(productId)?.units;
    let sum = 0;
    if (units === undefined) return sum;
    for (let openMs = fromMs; openMs < toMs; openMs += MINUTE_MS) sum += units.get(openMs) ?? 0;
    return sum;
  }

  #noteRoom({ openMs, counts, revenueMinor, asked }: Minute): boolean {
    if (!this.room.has(openMs) && this.room.size >= MAX_MINUTES) {
      this.refusedMinutes++;
      return false;
    }
    const comments = Object.fromEntries(Object.entries(asked).map(([intent, own]) => [intent, own.comments]));
    this.room.set(openMs, { openMs, counts, revenueMinor, asked: comments });
    return true;
  }

  #bookOf(productId: string): ProductBook | null {
    const known = this.products.get(productId);
    if (known !== undefined) return known;
    if (this.products.size >= MAX_PRODUCTS) {
      if (this.refused.size < 10_000) this.refused.add(productId);
      return null;
    }
    const book: ProductBook = {
      ...emptySums(),
      productId,
      units: new Map(),
      soldOut: new Set(),
      asked: new Map(),
      stock: null,
      peak: null,
    };
    this.products.set(productId, book);
    return book;
  }

  #forget(openMs: number): void {
    if (openMs <= this.#newestMs) return;
    this.#newestMs = openMs;
    for (const [key, minute] of this.#recent) {
      if (minute.openMs >= openMs - CORRECTABLE_MS) break;
      this.#recent.delete(key);
    }
  }
}

function emptySums(): Sums {
  return { counts: {}, revenueMinor: {}, refundMinor: {} };
}

function addSums(target: Sums, { counts, revenueMinor, refundMinor }: Minute, sign: 1 | -1): void {
  for (const [name, count] of Object.entries(counts) as [MinuteCount, number][]) {
    if (name === 'viewersLast') continue;
    // The most people watching at once, not their sum.
    if (name === 'viewersMost') target.counts[name] = Math.max(target.counts[name] ?? 0, count);
    else target.counts[name] = (target.counts[name] ?? 0) + sign * count;
  }
  for (const [from, to] of [[revenueMinor, target.revenueMinor], [refundMinor, target.refundMinor]] as const) {
    for (const [currency, minor] of Object.entries(from)) to[currency] = (to[currency] ?? 0) + sign * (minor ?? 0);
  }
} // prettier-ignore

function noteProduct(book: ProductBook, { openMs, counts, asked, stock, interest }: Minute): void {
  const units = counts.unitsPaid ?? 0;
  if (units > 0) book.units.set(openMs, units);
  else book.units.delete(openMs);
  if (stock !== null) {
    if (stock <= 0) book.soldOut.add(openMs);
    book.stock ??= { first: stock, last: stock };
    book.stock.last = stock;
  }
  for (const [intent, { comments, viewersSoFar }] of Object.entries(asked) as [Intent, { comments: number; viewersSoFar: number | null }][]) {
    if (!isQuestion(intent)) continue;
    const topic = book.asked.get(intent) ?? { comments: new Map<number, number>(), viewers: null };
    topic.comments.set(openMs, comments);
    if (viewersSoFar !== null) topic.viewers = Math.max(topic.viewers ?? 0, viewersSoFar);
    book.asked.set(intent, topic);
  }
  if (interest !== null && interest.surprise > (book.peak?.surprise ?? 0)) {
    book.peak = { openMs, surprise: interest.surprise, level: interest.level };
  }
} // prettier-ignore
