import type { Forecast } from '@livecue/shared/insight';

/** One that is younger is told again. */
const FRESH_MS = 1_000;
/** A forecast costs more than the rest of a product's row: of five states a second each makes a fifth of 300 anew. */
const RENEWED_A_STATE = 60;

/**
 * Forecasts for the products of one state after another, each about a second old. A product that was not in the last
 * state is forecast at once; of the others the oldest come first.
 */
export function createLateForecasts<V extends { readonly nowMs: number }>(
  forecast: (productId: string, view: V) => Forecast | null,
) {
  let known = new Map<string, { readonly atMs: number; readonly forecast: Forecast | null }>();
  return {
    /** Of all products of a state, in their order. */
    of(productIds: Iterable<string>, view: V): ReadonlyMap<string, Forecast | null> {
      const ids = new Set(productIds);
      const old = [...known].filter(([id, { atMs }]) => ids.has(id) && Math.abs(view.nowMs - atMs) >= FRESH_MS);
      const renewed = new Set(
        old
          .sort(([, a], [, b]) => a.atMs - b.atMs)
          .slice(0, RENEWED_A_STATE)
          .map(([id]) => id),
      );
      const next: typeof known = new Map();
      for (const id of ids) {
        const kept = renewed.has(id) ? undefined : known.get(id);
        next.set(id, kept ?? { atMs: view.nowMs, forecast: forecast(id, view) });
      }
      known = next;
      return new Map([...known].map(([id, one]) => [id, one.forecast]));
    },
  };
}
