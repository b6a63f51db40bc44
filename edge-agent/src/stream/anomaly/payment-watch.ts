import type { NumberReader } from './number-reader.ts';
import type { RoomSlice } from './room-slice.ts';

/** Slices in which an order should have been paid: a minute of 5 s each. */
const SPAN = 12;
/** Orders this young may still be at the till: 10 s. */
const TILL = 2;
/** Half-life of the usual share of orders that get paid, slices: 20 min. */
const KEEP = Math.pow(0.5, 1 / 240);
/** Before this many orders nothing is known of the usual share. */
const LEAST_ORDERS = 5;

/** The till over the last minute. */
export interface Payments {
  /** Created and neither paid nor cancelled, of the last minute's; at least 0. */
  readonly unpaid: number;
  readonly paid: number;
  /** Payments that the orders before would lead to, by the room's usual share. */
  readonly expected: number;
}

/** How many orders of the last minute wait to be paid, and how many payments were to be expected. */
export class PaymentWatch {
  readonly #created = new Float64Array(SPAN + TILL);
  readonly #settled = new Float64Array(SPAN);
  readonly #paid = new Float64Array(SPAN);
  #count = 0;
  #usualCreated = 0;
  #usualPaid = 0;

  /** The till after this slice. */
  update({ created, paid, cancelled }: RoomSlice): Payments {
    this.#created[this.#count % (SPAN + TILL)] = created;
    this.#settled[this.#count % SPAN] = paid + cancelled;
    this.#paid[this.#count % SPAN] = paid;
    this.#count++;
    let due = 0;
    let young = 0;
    for (let age = 0; age < SPAN + TILL; age++) {
      const orders = this.#created[(this.#count - 1 - age + 2 * (SPAN + TILL)) % (SPAN + TILL)]!;
      if (age >= TILL) due += orders;
      if (age < SPAN) young += orders;
    }
    const sum = (all: Float64Array) => all.reduce((left, right) => left + right, 0);
    const share = this.#usualCreated < LEAST_ORDERS ? 0 : Math.min(1, this.#usualPaid / this.#usualCreated);
    return { unpaid: Math.max(0, young - sum(this.#settled)), paid: sum(this.#paid), expected: share * due };
  }

  /** Takes a slice into what is usual; not called for slices of an outage. */
  learn({ created, paid }: RoomSlice): void {
    this.#usualCreated = this.#usualCreated * KEEP + created;
    this.#usualPaid = this.#usualPaid * KEEP + paid;
  }

  save(to: number[]): void {
    to.push(...this.#created, ...this.#settled, ...this.#paid, this.#count, this.#usualCreated, this.#usualPaid);
  }

  load(from: NumberReader): void {
    for (const all of [this.#created, this.#settled, this.#paid]) {
      for (let at = 0; at < all.length; at++) all[at] = from.next();
    }
    this.#count = from.next();
    this.#usualCreated = from.next();
    this.#usualPaid = from.next();
  }
}
