/**
 * Fixed scores by what named the product; they order mentions and are no measured probability. `pointed`: 这个,
 * this one, while the product is on air.
 */
export const LINK_SCORES = { code: 0.99, number: 0.95, name: 0.9, alias: 0.85, part: 0.75, misspelt: 0.7, variant: 0.65, pointed: 0.55 } as const; // prettier-ignore

/** What one phrase means. */
export interface Named {
  readonly products: readonly string[];
  /** Those, and the products whose names hold the phrase as well: a number or a content may mean one of them. */
  readonly kin: readonly string[];
  readonly score: number;
  /** The catalogue states it: shared by several products, it means each of them. A part so shared means none. */
  readonly stated: boolean;
  /** A colour or a content. */
  readonly variant: boolean;
}

export interface NameHit {
  readonly named: Named;
  readonly start: number;
  readonly end: number;
}
