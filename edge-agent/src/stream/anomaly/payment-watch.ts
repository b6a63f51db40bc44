import type { NumberReader } from './number-reader.ts';
import type { RoomSlice } from './room-slice.ts';

/** Half-life of the usual share of orders that get paid, slices: 20 min of 5 s each. */
const KEEP = Math.pow(0.5, 1 / 240);
/** Before this many orders nothing is known of the usual share. */
const LEAST_ORDERS = 5;

/** The till after a slice. */
export interface Payments {
  /** Orders that had 10 s and more to be paid since the last payment, and were not cancelled; at least 0. */
  readonly sincePayment: number;
  /** Share of the room's orders that get paid, 0..1; 0 while it is not known. */
  readonly usualShare: number;
}

/**
 * Orders since the last payment: how long people take to pay differs from shop to shop, but while one
 * order after another comes in, somebody has always paid.
 */
export class PaymentWatch {
  /** Of the newest slice, and of the one before. */
  #newest = 0;
  #before = 0;
  #since = 0;
  #created = 0;
  #paid = 0;

  update({ created, paid, cancelled }: RoomSlice): Payments {
    this.#since += this.#before;
    this.#before = this.#newest;
    this.#newest = created;
    this.#settle(paid + cancelled);
    // Who did not pay when others could has changed his mind.
    if (paid > 0) this.#since = 0;
    const usualShare = this.#created < LEAST_ORDERS ? 0 : Math.min(1, this.#paid / this.#created);
    return { sincePayment: this.#since, usualShare };
  }

  /** The oldest orders first. */
  #settle(orders: number): void {
    const old = Math.min(orders, this.#since);
    const before = Math.min(orders - old, this.#before);
    const newest = Math.min(orders - old - before, this.#newest);
    this.#since -= old;
    this.#before -= before;
    this.#newest -= newest;
  }

  /** Takes a slice into what is usual; not called for slices of an outage. */
  learn({ created, paid }: RoomSlice): void {
    this.#created = this.#created * KEEP + created;
    this.#paid = this.#paid * KEEP + paid;
  }

  save(to: number[]): void {
    to.push(this.#newest, this.#before, this.#since, this.#created, this.#paid);
  }

  load(from: NumberReader): void {
    this.#newest = from.next();
    this.#before = from.next();
    this.#since = from.next();
    this.#created = from.next();
    this.#paid = from.next();
  }
}
