import { fromMinorUnits } from '@livecue/shared/event';
import type { Viewer } from './audience.ts';
import { chooseItem, type PlanOf, type RoomParts } from './injection-parts.ts';
import type { Random } from './random.ts';

/** The shop starts a timed offer: its price holds until the end that it tells. */
export function injectOffer(parts: RoomParts, random: Random, plan: PlanOf<'offer'>): void {
  const { world, shelf } = parts;
  const item = chooseItem(parts, random, plan.link, plan.units, []);
  if (item === null || world.silent) return;
  const { priceMinor } = item;
  const lowered = Math.max(1, Math.round(priceMinor * (1 - plan.discountRatio)));
  const startMs = world.nowMs;
  const endMs = startMs + plan.durationMs;
  const offer = { product: item.reference, price: fromMinorUnits(lowered, 'CNY'), priceCurrency: 'CNY', kind: 'flash' } as const; // prettier-ignore
  const eventId = world.emit('shop.offer.started', { ...offer, validThrough: new Date(endMs).toISOString(), eligibleQuantity: plan.units }); // prettier-ignore
  if (eventId === null) return;
  shelf.setPrice(item, lowered);
  world.closeAt(endMs, () => {
    shelf.setPrice(item, priceMinor);
    // Cut off, the studio hears of the end when it is back.
    world.whenHeard(() => world.emit('shop.offer.ended', offer));
    world.tell({ kind: 'offer', productId: item.productId, startMs, endMs, details: { eventId, price: offer.price } });
  });
}

/** A VIP of the platform, or somebody who bought here before under the same id, asks one thing of one product. */
export function injectPatron(parts: RoomParts, random: Random, plan: PlanOf<'patron-question'>): void {
  const { world, audience, chat, sales } = parts;
  const item = chooseItem(parts, random, plan.link, plan.orders + 1, []);
  if (item === null) return;
  const someone = audience.stranger();
  const { identifier, name } = someone.person;
  const isVip = plan.orders === 0;
  const person = isVip ? { identifier, name, roles: ['vip' as const] } : { identifier, name };
  const patron: Viewer = { ...someone, person, customerRef: identifier };
  for (let order = 0; order < plan.orders; order++) sales.buy(patron, item);
  // Paid within 8 s of the order.
  world.agenda.at(world.agenda.nowMs + 12_000, () => {
    const intent = random.pick(['size_spec', 'price', 'stock', 'shipping'] as const);
    const atMs = world.nowMs;
    const eventId = chat.post(
      patron,
      chat.write(random, patron, { intent, about: item.simulated, named: true }),
      false,
    );
    if (eventId === null) return;
    world.tell({ kind: 'patron-question', productId: item.productId, startMs: atMs, endMs: atMs, details: { eventId, intent, orders: plan.orders } }); // prettier-ignore
  });
}
