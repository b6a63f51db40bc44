import { PROFILES, type ProfileName } from '../../edge-agent/src/ingest/simulator/profiles.ts';
import { createSimulatedRoom } from '../../edge-agent/src/ingest/simulator/room.ts';
import { simulatedProducts } from '../../edge-agent/src/ingest/simulator/catalogue.ts';

export const SLICE_MS = 5_000;

const START_MS = Date.UTC(2026, 0, 5, 12);
/** More than any show sells. */
const PLENTY = 1_000_000;

/**
 * Units paid in a simulated show by product and slice of 5 s. There is plenty of everything, and nobody drains a
 * stock: a product that runs out shows no demand any more, and leaving out what ran out would leave out what sold
 * well.
 */
export function simulateShow(seed: number, profile: ProfileName, minutes: number): Float64Array[] {
  const { cycle, injections, ...rest } = PROFILES[profile];
  const kept = <T extends { readonly kind: string }>(all: readonly T[]) => all.filter(({ kind }) => kind !== 'stock-out'); // prettier-ignore
  const products = simulatedProducts(rest.products).map((one) => ({
    ...one,
    product: { ...one.product, stock: PLENTY },
  }));
  const room = createSimulatedRoom({
    seed,
    startMs: START_MS,
    durationMs: minutes * 60_000,
    profile: {
      ...rest,
      injections: kept(injections),
      cycle: cycle === null ? null : { ...cycle, injections: kept(cycle.injections) },
    },
    roomId: `show-${seed}`,
    products,
  });
  const places = new Map(products.map(({ product }, at) => [product.productId, at]));
  const slices = (minutes * 60_000) / SLICE_MS;
  const units = products.map(() => new Float64Array(slices));
  for (let slice = 0; slice < slices; slice++) {
    for (const { event } of room.next(START_MS + (slice + 1) * SLICE_MS)) {
      if (event.type !== 'shop.order.paid') continue;
      for (const { productID = '', orderQuantity } of event.data.orderedItem ?? []) units[places.get(productID) ?? -1]![slice]! += orderQuantity; // prettier-ignore
    }
  }
  return units;
}
