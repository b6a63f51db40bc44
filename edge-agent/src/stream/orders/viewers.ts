import type { LateText } from '../late-text.ts';
import { keep } from './order-memory.ts';
import { type OpenDelta, RecentTable } from './recent-table.ts';

/** Viewers whose looks are known, twice as many at most. */
const MAX_VIEWERS = 10_000;
const KEPT_PRODUCTS = 8;
/** Orders that decide whether viewers and buyers go by the same ids in this shop. */
const TRIAL_ORDERS = 200;
/** Share of buyers seen viewing from which a buyer who was not is told as such. */
const SHARED_SHARE = 0.5;
const LEAST_ORDERS = 20;

export interface ViewersState {
  readonly orders: number;
  readonly seen: number;
  readonly apart: boolean;
}

/**
 * Who looked at what, for orders of products that their buyer never opened. Most platforms tell viewers and buyers
 * by different ids: when none of the first 200 buyers was seen viewing, the ids are apart and nothing is kept.
 */
export class Viewers {
  readonly #looks: RecentTable<string[]>;
  #orders = 0;
  #seen = 0;
  #apart = false;

  constructor(prefix: string) {
    this.#looks = new RecentTable(prefix, MAX_VIEWERS);
  }

  viewed(viewer: string, product: string): void {
    if (this.#apart) return;
    const products = this.#looks.peek(viewer);
    if (products?.includes(product) === true) return;
    keep(
      this.#looks.use(viewer, () => []),
      product,
      KEPT_PRODUCTS,
    );
  }

  /** 1 when the buyer opened none of the products, and most buyers before opened theirs; else 0. */
  notViewed(buyer: string, products: readonly string[]): 0 | 1 {
    if (this.#apart || products.length === 0) return 0;
    const looks = this.#looks.peek(buyer);
    const seen = looks !== undefined && products.some((product) => looks.includes(product));
    const told = this.#orders >= LEAST_ORDERS && this.#seen >= SHARED_SHARE * this.#orders;
    this.#orders = Math.min(Number.MAX_SAFE_INTEGER, this.#orders + 1);
    if (seen) this.#seen++;
    if (this.#orders === TRIAL_ORDERS && this.#seen === 0) {
      this.#apart = true;
      this.#looks.clear();
    }
    return told && !seen ? 1 : 0;
  }

  takeChanges(to: OpenDelta, late?: LateText[]): void {
    this.#looks.takeChanges(to, late);
  }

  restore(state: readonly (readonly [string, string])[]): void {
    this.#looks.restore(state);
  }

  save(): ViewersState {
    return { orders: this.#orders, seen: this.#seen, apart: this.#apart };
  }

  load({ orders, seen, apart }: ViewersState): void {
    this.#orders = orders;
    this.#seen = seen;
    this.#apart = apart;
  }
}
