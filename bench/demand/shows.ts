import { createSimulatedRoom } from '../../edge-agent/src/ingest/simulator/room.ts';
import { PROFILES, type ProfileName } from '../../edge-agent/src/ingest/simulator/profiles.ts';

export const SLICE_MS = 5_000;

/** What happened to one product in one slice. */
export interface ProductSlice {
  /** Units paid. */
  readonly units: number;
  /** Level at the end of the slice, null before it is told. */
  readonly stock: number | null;
}

export interface Show {
  readonly seed: number;
  readonly profile: ProfileName;
  /** [product][slice] */
  readonly products: readonly (readonly ProductSlice[])[];
  /** Product explained in each slice, or −1. */
  readonly explained: Int32Array;
}

const START_MS = Date.UTC(2026, 0, 5, 12);

/** A simulated show as the stream counts it: paid units and stock by product and slice of 5 s. */
export function simulateShow(seed: number, profile: ProfileName, minutes: number): Show {
  const room = createSimulatedRoom({ seed, startMs: START_MS, durationMs: minutes * 60_000, profile: PROFILES[profile], roomId: `show-${seed}` });
  const ids = new Map(room.catalogue.products.map(({ productId, skus }, at) => [productId, { at, skus }]));
  const place = (reference: { productID?: string | undefined }) => ids.get(reference.productID ?? '')?.at ?? -1;
  const slices = (minutes * 60_000) / SLICE_MS;
  const units = Array.from(ids, () => new Float64Array(slices));
  const stock = Array.from(ids, () => new Array<number | null>(slices).fill(null));
  const explained = new Int32Array(slices).fill(-1);
  const level = Array.from(ids, (): number | null => null);
  let pinned = -1;
  for (let slice = 0; slice < slices; slice++) {
    for (const { event } of room.next(START_MS + (slice + 1) * SLICE_MS)) {
      if (event.type === 'shop.order.paid') for (const item of event.data.orderedItem ?? []) units[place(item)]![slice]! += item.orderQuantity;
      else if (event.type === 'shop.stock.updated') level[place(event.data)] = event.data.inventoryLevel;
      else if (event.type === 'live.product.pinned') pinned = place(event.data.product);
      else if (event.type === 'live.product.unpinned') pinned = -1;
    }
    explained[slice] = pinned;
    for (const [at, value] of level.entries()) stock[at]![slice] = value;
  }
  const products = units.map((row, at) => Array.from(row, (value, slice) => ({ units: value, stock: stock[at]![slice]! })));
  return { seed, profile, products, explained };
} // prettier-ignore
