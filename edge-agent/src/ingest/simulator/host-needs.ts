import type { Intent } from '@livecue/shared/insight';
import type { Crowd } from './host-crowd.ts';
import type { HostEffects } from './host-effects.ts';
import type { HostedShow } from './host-show.ts';
import { CART_PER_VIEW, ORDER_PER_CART, type Sales } from './sales.ts';
import type { Shelf, ShelfItem } from './shelf.ts';
import type { World } from './world.ts';

/** What viewers wait for, by their true intents, and what comes of it when the host gives it to them. */
export interface Needs {
  /** Answers all who wait for that; false: hardly anybody did. Null: what names no product. */
  answer(item: ShelfItem | null, intent: Intent): boolean;
  /** A timed offer of a minute; false: hardly anybody wanted to buy. */
  offer(item: ShelfItem): boolean;
  readonly asked: number;
  readonly answered: number;
}

/** Those who ask one thing are a crowd from here on; below, an answer is of no use to the rest of the room. */
const CROWD = 3;
/** For so long after an answer those who look at the product have heard it. */
const HEARD_MS = 60_000;
export const OFFER_MS = 60_000;
/** How long an asker waits: this at least, and exponential beyond. */
const PATIENCE_MS = { least: 20_000, mean: 60_000 };
/** Chance that the host sees one question by himself, of the product in his hands and of another. */
const SEEN = { onAir: 0.03, other: 0.01 };
/** What is answered beside the pitch. */
const ASKED: ReadonlySet<Intent> = new Set([
  'price', 'size_spec', 'stock', 'shipping', 'product_question', 'discount_gift', 'host_request', 'return_warranty', 'complaint',
]); // prettier-ignore
const BOUGHT_PER_LOOK = CART_PER_VIEW * ORDER_PER_CART;

interface Waiting {
  readonly untilMs: number;
  answered: boolean;
}

export function createNeeds(
  world: World,
  parts: { crowd: Crowd; shelf: Shelf; show: HostedShow; sales: Sales },
  effects: HostEffects,
): Needs {
  const { crowd, shelf, show, sales } = parts;
  const random = world.random.fork('needs');
  const waiting = new Map<string, Waiting[]>();
  const heardUntil = new Map<string, number>();
  const offers = new Map<string, { untilMs: number; wanted: boolean }>();
  const items = new Map(shelf.items.map((item) => [item.productId, item]));
  let asked = 0;
  let answered = 0;
  let buying = false;

  const keyOf = (productId: string | null, intent: Intent) => `${intent}/${productId ?? ''}`;
  const present = (key: string): Waiting[] => {
    const list = (waiting.get(key) ?? []).filter((one) => !one.answered && one.untilMs > world.nowMs);
    waiting.set(key, list);
    return list;
  };
  const buy = (item: ShelfItem, chance: number): void => {
    if (!random.chance(chance)) return;
    world.agenda.at(world.agenda.nowMs + random.between(5_000, 30_000), () => {
      buying = true;
      sales.buy(crowd.audience.someone(random), item);
      buying = false;
    });
  };
  const answer = (item: ShelfItem | null, intent: Intent): boolean => {
    const list = present(keyOf(item?.productId ?? null, intent));
    for (const one of list) {
      one.answered = true;
      answered += 1;
      if (item !== null) buy(item, effects.pitch);
    }
    if (list.length < CROWD) return false;
    if (item !== null) heardUntil.set(item.productId, world.nowMs + HEARD_MS);
    return true;
  };
  const ask = (productId: string | null, intent: Intent): void => {
    asked += 1;
    const patienceMs = PATIENCE_MS.least + random.exponential(PATIENCE_MS.mean);
    const one: Waiting = { untilMs: world.nowMs + patienceMs, answered: false };
    const key = keyOf(productId, intent);
    waiting.set(key, [...present(key), one]);
    const item = productId === null ? null : (items.get(productId) ?? null);
    const seen = item === null || item !== show.explaining ? SEEN.other : SEEN.onAir;
    const [sees, leaves] = [random.chance(seen), random.chance(effects.unanswered)];
    if (sees) world.agenda.at(world.agenda.nowMs + random.between(5_000, 20_000), () => void answer(item, intent));
    world.agenda.at(one.untilMs, () => {
      if (!one.answered && leaves) crowd.loseOne();
    });
  };
  const look = (productId: string): void => {
    const item = items.get(productId);
    if (item === undefined || buying) return;
    const offer = offers.get(productId);
    const lifted = offer !== undefined && offer.wanted && offer.untilMs > world.nowMs ? effects.offer * BOUGHT_PER_LOOK : 0; // prettier-ignore
    buy(item, (heardUntil.get(productId) ?? 0) > world.nowMs ? effects.pitch + lifted : lifted);
  };
  world.watch({
    emitted: (event) => {
      if (event.type === 'shop.product.viewed') look(event.data.product.productID);
    },
    told: (item) => {
      if (item.kind !== 'comment' || item.details.bot) return;
      const { intent } = item.details;
      if (ASKED.has(intent)) ask(item.productId, intent);
      else if (intent === 'purchase_signal') {
        const key = keyOf(item.productId, intent);
        const untilMs = world.nowMs + PATIENCE_MS.least + random.exponential(PATIENCE_MS.mean);
        waiting.set(key, [...present(key), { untilMs, answered: false }]);
      }
    },
  });
  return {
    answer,
    offer(item) {
      const wanted = present(keyOf(item.productId, 'purchase_signal')).length >= CROWD;
      const untilMs = world.nowMs + OFFER_MS;
      offers.set(item.productId, { untilMs, wanted });
      return wanted;
    },
    get asked() {
      return asked;
    },
    get answered() {
      return answered;
    },
  };
}
