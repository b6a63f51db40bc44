import type { Odds } from './demand-odds.ts';

/** A stretch in which things could be sold: a show, an hour, a day. */
export interface Occasion {
  /** How much of an occasion it was, above 0: minutes, weighted by how lively such minutes usually are. */
  readonly exposure: number;
  /** Units wanted by product, those that were missed while sold out included. */
  readonly demand: ReadonlyMap<string, number>;
}

export interface OccasionSettings {
  /** Share that an occasion still counts after the next one, 0..1. */
  readonly kept: number;
  /** Exposure of the usual product that counts beside a product's own. */
  readonly prior: number;
}

/** Units beyond one an order; the same as within a show. */
const LUMP = 0.69;
/**
 * What is not known of a rate before anything was seen, and how many looks that counts for. Chosen with the bounds below among
 * several on simulated shows, those of the published figures too, so that four of five lie within 80 % bounds.
 */
const USUAL_SPREAD = 0.05;
const SPREAD_LOOKS = 8;
const SPREAD = { least: 0.005, most: 3 };
/** Fewer units expected say nothing of how far rates stray. */
const LEAST_EXPECTED = 0.5;

interface Level {
  demand: number;
  exposure: number;
}

/**
 * Rates of products over occasions, later ones counting more, each drawn to the usual product. How far what comes
 * strays from them is learnt by looking ahead from each occasion to the next, all products together.
 */
export class Levels {
  readonly #levels = new Map<string, Level>();
  readonly #settings: OccasionSettings;
  #usual: Level = { demand: 0, exposure: 0 };
  #excess = USUAL_SPREAD * SPREAD_LOOKS;
  #looks = SPREAD_LOOKS;

  /** `occasions`: oldest first. */
  constructor(occasions: Iterable<Occasion>, settings: OccasionSettings) {
    this.#settings = settings;
    for (const occasion of occasions) this.#add(occasion);
  }

  /** Units of a product in an occasion of `exposure`; one that never sold is as the usual one. */
  odds(productId: string, exposure: number): Odds {
    const spread = Math.min(SPREAD.most, Math.max(SPREAD.least, this.#excess / this.#looks));
    return { mean: this.#rate(this.#levels.get(productId)) * Math.max(0, exposure), lump: LUMP, spread };
  }

  #rate(level: Level | undefined): number {
    const usual = this.#usual.exposure > 0 ? this.#usual.demand / this.#usual.exposure : 0;
    const { prior } = this.#settings;
    return ((level?.demand ?? 0) + prior * usual) / ((level?.exposure ?? 0) + prior);
  }

  #add({ exposure, demand }: Occasion): void {
    if (!(exposure > 0)) return;
    for (const [productId, level] of this.#levels) this.#learnSpread(level, exposure, demand.get(productId) ?? 0);
    const { kept } = this.#settings;
    this.#usual = faded(this.#usual, kept);
    for (const [productId, units] of demand) {
      // A product is new on the occasion on which it first sells.
      if (units > 0 && !this.#levels.has(productId)) this.#levels.set(productId, { demand: 0, exposure: 0 });
    }
    for (const [productId, level] of this.#levels) {
      const units = demand.get(productId) ?? 0;
      this.#levels.set(productId, { demand: level.demand * kept + units, exposure: level.exposure * kept + exposure });
      this.#usual.demand += units;
      this.#usual.exposure += exposure;
    }
  }

  #learnSpread(level: Level, exposure: number, units: number): void {
    const mean = this.#rate(level) * exposure;
    if (mean < LEAST_EXPECTED) return;
    // One occasion that was nothing like the others must not make all bounds meaningless.
    this.#excess += Math.min(1, Math.max(-1, ((units - mean) ** 2 - mean * (1 + LUMP)) / mean ** 2));
    this.#looks++;
  }
}

function faded({ demand, exposure }: Level, kept: number): Level {
  return { demand: demand * kept, exposure: exposure * kept };
}
