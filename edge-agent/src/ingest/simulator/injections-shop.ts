import { chooseItem, type PlanOf, type RoomParts } from './injection-parts.ts';
import type { Random } from './random.ts';

/** Brushing: a few buyers order one product again and again, paid at once, without ever looking at it. */
export function injectOrderRing(parts: RoomParts, random: Random, plan: PlanOf<'order-ring'>): void {
  const { world, audience, sales, show } = parts;
  const item = chooseItem(parts, random, plan.link, plan.orders + 10, show.lately);
  if (item === null) return;
  const beginMs = world.agenda.nowMs;
  const ring = Array.from({ length: plan.buyers }, () => audience.stranger());
  const placed: { orderNumber: string; customerRef: string; atMs: number }[] = [];
  const offsets = Array.from({ length: plan.orders }, () => random.between(0, plan.durationMs)).sort((a, b) => a - b);
  for (const offset of offsets) {
    world.agenda.at(beginMs + offset, () => {
      const buyer = random.pick(ring);
      const orderNumber = sales.order(buyer, item, { quantity: 1, payAfterMs: random.between(400, 1500), paid: true });
      if (orderNumber !== null) placed.push({ orderNumber, customerRef: buyer.customerRef, atMs: world.nowMs });
    });
  }
  world.closeAt(beginMs + plan.durationMs, () => {
    const [first, last] = [placed[0], placed.at(-1)];
    if (first === undefined || last === undefined) return;
    const customerRefs = [...new Set(placed.map(({ customerRef }) => customerRef))];
    const orderNumbers = placed.map(({ orderNumber }) => orderNumber);
    world.tell({
      kind: 'order-ring',
      productId: item.productId,
      startMs: first.atMs,
      endMs: last.atMs,
      details: { customerRefs, orderNumbers },
    });
  });
}

/** Shortest time between two orders of a sell-out. */
const FASTEST_MS = 150;

/** Buyers take all that is left of a product, spread over the plan's time; the shelf tells when it is gone. */
export function injectStockOut(parts: RoomParts, random: Random, plan: PlanOf<'stock-out'>): void {
  const { world, audience, shelf, sales } = parts;
  const item = plan.link === null ? shelf.scarcest(20) : chooseItem(parts, random, plan.link, 20, []);
  if (item === null) return;
  const endMs = world.agenda.nowMs + plan.durationMs;
  shelf.markDraining(item, world.nowMs);
  const buyNext = (): void => {
    if (item.level === 0) return;
    const meanMs = (endMs - world.agenda.nowMs) / item.level;
    world.agenda.at(world.agenda.nowMs + Math.max(FASTEST_MS, random.exponential(Math.max(FASTEST_MS, meanMs))), () => {
      world.whenHeard(() => {
        sales.buy(audience.someone(random), item);
        buyNext();
      });
    });
  };
  buyNext();
}

/** The studio's line is down: nothing arrives, nobody can act. */
export function injectSilence({ world }: RoomParts, plan: PlanOf<'feed-silence'>): void {
  const startMs = Math.ceil(world.agenda.nowMs);
  world.silence(plan.durationMs, (suppressedEvents) => {
    world.tell({ kind: 'feed-silence', productId: null, startMs, endMs: world.nowMs, details: { suppressedEvents } });
  });
}
