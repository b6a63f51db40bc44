/**
 * What the host's acts do to demand in a hosted room. These sizes are assumptions, not measurements: two
 * published studies say which way things go and, in two places, how far (`inverted U` of time on a product with
 * an earlier peak when much is written, European Journal of Marketing 2025; purchase up by 0.91 points for those
 * who hear the pitch instead of a pause, of the same body of work). All else is our own guess, kept small.
 */
export interface HostEffects {
  /** Height of the inverted U, as a part of the plain room's; 1: looks rise by up to 150 %. */
  readonly explain: number;
  /** How much more a product in a surge of interest gains from being explained. */
  readonly surge: number;
  /** Share of the viewers a second that leaves while nothing on air holds them. */
  readonly boredPerS: number;
  /** Added to the chance that a look ends in an order for those who hear what they wanted to know. */
  readonly pitch: number;
  /** Share of askers who leave when nobody answers. */
  readonly unanswered: number;
  /** A wanted offer multiplies orders by 1 + this while it runs, and always lowers the price by `discount` (the demo's own cut). */
  readonly offer: number;
  readonly discount: number;
  /** Share of the viewers who leave when the host offers, reads out or answers what nobody asked for. */
  readonly annoyed: number;
  /** Stock that is opened when the host or the operator heeds a stock-out, as a part of what the show began with. */
  readonly openStock: number;
}

export const DEFAULT_EFFECTS: HostEffects = {
  explain: 1,
  surge: 0.6,
  boredPerS: 0.0006,
  pitch: 0.0091,
  unanswered: 0.5,
  offer: 0.4,
  discount: 0.2,
  annoyed: 0.005,
  openStock: 0.5,
};

/** All sizes times `scale` ≥ 0; at 0 nothing that the host does changes a sale. */
export function scaledEffects(effects: HostEffects, scale: number): HostEffects {
  const entries = Object.entries(effects).map(([name, size]) => [name, (size as number) * scale]);
  const scaled = Object.fromEntries(entries) as unknown as HostEffects;
  return { ...scaled, discount: Math.min(0.9, scaled.discount), unanswered: Math.min(1, scaled.unanswered) };
}

export interface HostConfig {
  /** Chance that he heeds a card that he sees, 0..1. */
  readonly obey: number;
  /** He acts this long after the card comes at the earliest, and on average. Exponential beyond the least. */
  readonly leastDelayMs: number;
  readonly meanDelayMs: number;
  readonly effects: HostEffects;
}

export const DEFAULT_HOST: HostConfig = { obey: 0.6, leastDelayMs: 3_000, meanDelayMs: 10_000, effects: DEFAULT_EFFECTS }; // prettier-ignore
