import { PROFILES, type ProfileName } from '../../edge-agent/src/ingest/simulator/profiles.ts';
import { createSimulatedRoom } from '../../edge-agent/src/ingest/simulator/room.ts';
import { simulatedProducts } from '../../edge-agent/src/ingest/simulator/catalogue.ts';

export const SLICE_MS = 5_000;

const START_MS = Date.UTC(2026, 0, 5, 12);
/** More than any show sells. */
const PLENTY = 1_000_000;

/** What happened to one product, by slice of 5 s. */
export interface ProductSlices {
  readonly units: Float64Array;
  readonly views: Float64Array;
  readonly carts: Float64Array;
  /** 1 while it was on air, 0 else; the slice in which that changed counts as after it. */
  readonly onAir: Float64Array;
}

/**
 * A simulated show by product. There is plenty of everything, and nobody drains a stock: a product that runs out
 * shows no demand any more, and leaving out what ran out would leave out what sold well.
 */
export function simulateShow(seed: number, profile: ProfileName, minutes: number): ProductSlices[] {
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
  const empty = () => new Float64Array(slices);
  const all = products.map(() => ({ units: empty(), views: empty(), carts: empty(), onAir: empty() }));
  const of = (productID: string | undefined) => all[places.get(productID ?? '') ?? -1];
  let onAir: string | undefined;
  for (let slice = 0; slice < slices; slice++) {
    for (const { event } of room.next(START_MS + (slice + 1) * SLICE_MS)) {
      if (event.type === 'shop.order.paid') {
        for (const { productID, orderQuantity } of event.data.orderedItem ?? []) of(productID)!.units[slice]! += orderQuantity; // prettier-ignore
      } else if (event.type === 'shop.product.viewed') of(event.data.product.productID)!.views[slice]!++;
      else if (event.type === 'shop.cart.added') of(event.data.product.productID)!.carts[slice]!++;
      else if (event.type === 'live.product.pinned') onAir = event.data.product.productID;
      else if (event.type === 'live.product.unpinned' && event.data.product.productID === onAir) onAir = undefined;
    }
    if (onAir !== undefined) of(onAir)!.onAir[slice] = 1;
  }
  return all;
}
