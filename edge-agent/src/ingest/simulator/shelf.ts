import { toMinorUnits } from '@livecue/shared/event';
import type { SimulatedProduct } from './demo-products.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** A product and what is left of it. */
export interface ShelfItem {
  readonly simulated: SimulatedProduct;
  readonly productId: string;
  readonly reference: { readonly productID: string; readonly sku: string; readonly name: string };
  /** Price of one in fen. */
  readonly priceMinor: number;
  readonly level: number;
}

/** The products of the show with their stock: the only place where stock changes. */
export interface Shelf {
  readonly items: readonly ShelfItem[];
  byLink(link: number): ShelfItem | null;
  /** By popularity; what is sold out draws a tenth of its share. */
  draw(random: Random): ShelfItem;
  /** In stock with at least `atLeast`, by popularity, none of `except`; null when there is none. */
  drawInStock(random: Random, atLeast: number, except: readonly ShelfItem[]): ShelfItem | null;
  /** The one with the least left, but at least `atLeast`; null when there is none. */
  scarcest(atLeast: number): ShelfItem | null;
  /** Takes up to `wanted` units off and announces the new level; returns how many it got. */
  take(item: ShelfItem, wanted: number): number;
  putBack(item: ShelfItem, units: number): void;
  /** Price of one in fen from now on, for a timed offer and its end. */
  setPrice(item: ShelfItem, priceMinor: number): void;
  /** Marks a product whose next sell-out is part of an injection that began at `sinceMs`. */
  markDraining(item: ShelfItem, sinceMs: number): void;
  /** Called when a level reaches zero. */
  onSoldOut(listener: (item: ShelfItem) => void): void;
}

/** The shop tells of an order first and of the stock that it took a moment later. */
const ANNOUNCE_AFTER_MS = 40;

interface Slot extends ShelfItem {
  level: number;
  priceMinor: number;
  drainingSinceMs: number | null;
}

function toSlot(simulated: SimulatedProduct): Slot {
  const { product } = simulated;
  const priceMinor = toMinorUnits(product.price ?? '', product.priceCurrency ?? 'CNY');
  if (priceMinor === null || product.stock === null) {
    throw new RangeError(`a simulated product needs a price and a stock; ${product.productId} lacks one`);
  }
  const sku = product.skus[0] ?? product.productId;
  return {
    simulated,
    productId: product.productId,
    reference: { productID: product.productId, sku, name: product.name.zh },
    priceMinor,
    level: product.stock,
    drainingSinceMs: null,
  };
}

/** Draws an index in proportion to weights that never change, in O(log n). */
function createDraw(weights: readonly number[]): (random: Random) => number {
  let total = 0;
  const sums = weights.map((weight) => (total += weight));
  return (random) => {
    const target = random.unit() * total;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) <= target) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

export function createShelf(world: World, products: readonly SimulatedProduct[]): Shelf {
  const slots = products.map(toSlot);
  const random = world.random.fork('restock');
  const drawIndex = createDraw(products.map(({ popularity }) => popularity));
  const listeners: ((item: ShelfItem) => void)[] = [];
  const draw = (stream: Random): Slot => slots[drawIndex(stream)] as Slot;

  const announce = (slot: Slot, delta: number, then: (eventId: string) => void = () => {}): void => {
    const { level } = slot;
    const send = (): void => {
      const id = world.emit('shop.stock.updated', { productID: slot.productId, inventoryLevel: level, delta });
      if (id !== null) then(id);
    };
    world.agenda.at(world.agenda.nowMs + ANNOUNCE_AFTER_MS, () => world.whenHeard(send));
  };
  const restockLater = (slot: Slot): void => {
    const units = Math.ceil((slot.simulated.product.stock ?? 0) * random.between(0.4, 0.8));
    const restock = (): void => {
      slot.level += units;
      announce(slot, units);
    };
    world.agenda.at(world.agenda.nowMs + random.between(180_000, 480_000), restock);
  };
  const soldOut = (slot: Slot, eventId: string): void => {
    const since = slot.drainingSinceMs;
    slot.drainingSinceMs = null;
    const endMs = world.nowMs;
    world.tell({
      kind: 'stock-out',
      productId: slot.productId,
      startMs: since ?? endMs,
      endMs,
      details: { eventId, injected: since !== null },
    });
  };
  // The shop tells what it has when the show begins.
  for (const slot of slots) {
    world.agenda.at(world.startMs + 50, () =>
      world.emit('shop.stock.updated', { productID: slot.productId, inventoryLevel: slot.level }),
    );
  }
  return {
    items: slots,
    byLink: (link) => slots.find((slot) => slot.simulated.product.linkNumber === link) ?? null,
    draw(stream) {
      const slot = draw(stream);
      return slot.level > 0 || stream.chance(0.1) ? slot : draw(stream);
    },
    drawInStock(stream, atLeast, except) {
      const fitting = slots.filter((slot) => slot.level >= atLeast && !except.includes(slot));
      if (fitting.length === 0) return null;
      return fitting[stream.weighted(fitting.map(({ simulated }) => simulated.popularity))] as Slot;
    },
    scarcest(atLeast) {
      const fitting = slots.filter((slot) => slot.level >= atLeast);
      return fitting.reduce<Slot | null>(
        (least, slot) => (least !== null && least.level <= slot.level ? least : slot),
        null,
      );
    },
    take(item, wanted) {
      const slot = item as Slot;
      const units = Math.min(wanted, slot.level);
      if (units === 0) return 0;
      slot.level -= units;
      if (slot.level > 0) {
        announce(slot, -units);
      } else {
        announce(slot, -units, (eventId) => soldOut(slot, eventId));
        restockLater(slot);
        for (const listener of listeners) listener(slot);
      }
      return units;
    },
    putBack(item, units) {
      const slot = item as Slot;
      slot.level += units;
      announce(slot, units);
    },
    setPrice(item, priceMinor) {
      (item as Slot).priceMinor = priceMinor;
    },
    markDraining(item, sinceMs) {
      (item as Slot).drainingSinceMs = sinceMs;
    },
    onSoldOut: (listener) => void listeners.push(listener),
  };
}
