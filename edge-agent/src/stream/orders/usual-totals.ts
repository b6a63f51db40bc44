/** How much an order is usually worth, by currency, as a running mean of logarithms. */

/** Currencies that are followed at most; others have no usual. */
const MAX_CURRENCIES = 16;
/** Orders that the mean reaches back over. */
const REACH = 500;
/** Before this many orders nothing is usual. */
const LEAST = 10;

interface Usual {
  orders: number;
  mean: number;
}

export type TotalsState = readonly (readonly [currency: string, usual: Usual])[];

export class UsualTotals {
  #usual = new Map<string, Usual>();

  /** ln of `minor` over the usual of the orders before, −7..7; 0 where either is unknown. Learns from it. */
  level(minor: number | null, currency: string): number {
    if (minor === null || minor <= 0) return 0;
    const usual = this.#of(currency);
    if (usual === null) return 0;
    const value = Math.log(minor);
    const level = usual.orders < LEAST ? 0 : Math.max(-7, Math.min(7, value - usual.mean));
    usual.orders = Math.min(REACH, usual.orders + 1);
    usual.mean += (value - usual.mean) / usual.orders;
    return level;
  }

  #of(currency: string): Usual | null {
    const known = this.#usual.get(currency);
    if (known !== undefined) return known;
    if (this.#usual.size >= MAX_CURRENCIES) return null;
    const made = { orders: 0, mean: 0 };
    this.#usual.set(currency, made);
    return made;
  }

  save(): TotalsState {
    return [...this.#usual];
  }

  load(state: TotalsState): void {
    this.#usual = new Map(state.map(([currency, usual]) => [currency, { ...usual }]));
  }
}
