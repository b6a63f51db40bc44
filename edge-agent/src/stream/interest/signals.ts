import type { Intent } from '@livecue/shared/insight';
import type { Interest } from '../../core-ports.ts';
import { BUYERS_SLOT, commentersOf, intentSlot, PRODUCT_VIEWERS_SLOT, SUM, type Accumulator } from '../accumulator.ts';
import { countDistinct } from '../distinct.ts';
import type { Row } from '../key-rows.ts';
import type { InterestParameters } from './parameters.ts';
import type { RowRhythm, RowSignals, Signals } from './row-signals.ts';

type Weights = InterestParameters['weights'];

/** Intents that ask to know or to have the product; after-sales trouble and praise are no interest in buying. */
const QUESTIONS: readonly Intent[] = [
  'shipping', 'order_payment', 'price', 'discount_gift', 'stock', 'size_spec', 'host_request', 'product_question',
  'purchase_signal',
]; // prettier-ignore
const QUESTION_SLOTS = QUESTIONS.map(intentSlot);

/** Where viewers are not told, acts stand for them. */
function distinctOr(acc: Accumulator, slot: number, acts: number): number {
  const set = acc.sets?.[slot];
  return set ? Math.min(acts, countDistinct(set)) : acts;
}

function readSignals(acc: Accumulator, weights: Weights): RowSignals {
  const { sums, sets } = acc;
  const views = distinctOr(acc, PRODUCT_VIEWERS_SLOT, sums[SUM.productViews]!);
  const carts = sums[SUM.cartAdds]!;
  // Most shops tell creation and payment of the same order, some only one of them.
  const orders = distinctOr(acc, BUYERS_SLOT, Math.max(sums[SUM.ordersCreated]!, sums[SUM.ordersPaid]!));
  let questions = 0;
  if (sets !== null) {
    for (const slot of QUESTION_SLOTS) {
      const set = sets[slot];
      if (set) questions += countDistinct(set);
    }
  }
  const shop = weights.view * views + weights.cart * carts + weights.order * orders;
  return { events: sums[SUM.events]!, views, questions, carts, orders, shop, talk: weights.question * questions };
}

/** Signals of a product's row, read again only when an event was counted there since. */
export function signalsOf(row: Row, weights: Weights): RowSignals {
  if (row.signals?.events !== row.acc.sums[SUM.events]) row.signals = readSignals(row.acc, weights);
  return row.signals!;
}

/** Rhythm of a row of the room. Views are plain counts here: one viewer may look at many products. */
export function rhythmOf(row: Row, weights: Weights): RowRhythm {
  const { sums } = row.acc;
  if (row.rhythm?.events !== sums[SUM.events]) {
    const orders = distinctOr(row.acc, BUYERS_SLOT, Math.max(sums[SUM.ordersCreated]!, sums[SUM.ordersPaid]!));
    const shop = weights.view * sums[SUM.productViews]! + weights.cart * sums[SUM.cartAdds]! + weights.order * orders;
    const chat = sums[SUM.comments] === 0 ? 0 : Math.min(sums[SUM.comments]!, countDistinct(commentersOf(row.acc)));
    row.rhythm = { events: sums[SUM.events]!, shop, chat };
  }
  return row.rhythm!;
}

export function noSignals(): Signals {
  return { views: 0, questions: 0, carts: 0, orders: 0, shop: 0, talk: 0 };
}

export function addSignals(sum: Signals, { views, questions, carts, orders, shop, talk }: Readonly<Signals>): void {
  sum.views += views;
  sum.questions += questions;
  sum.carts += carts;
  sum.orders += orders;
  sum.shop += shop;
  sum.talk += talk;
}

/** Likes are never more than a half of attention: a finger, or a bot, gives hundreds. */
export function likesWorth(own: number, likes: number, weights: Weights): number {
  return Math.min(own, likes * weights.like);
}

/** What attention is made of, largest share first. */
export function sharesOf(now: Readonly<Signals>, likes: number, weights: Weights): Interest['signals'] {
  const own = now.shop + now.talk;
  const parts = [
    { signal: 'views', count: now.views, weight: now.views * weights.view },
    { signal: 'questions', count: now.questions, weight: now.questions * weights.question },
    { signal: 'carts', count: now.carts, weight: now.carts * weights.cart },
    { signal: 'orders', count: now.orders, weight: now.orders * weights.order },
    { signal: 'likes', count: likes, weight: likesWorth(own, likes, weights) },
  ] as const;
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return [];
  return parts
    .filter(({ weight }) => weight > 0)
    .map(({ signal, count, weight }) => ({ signal, count, share: Math.round((1000 * weight) / total) / 1000 }))
    .sort((a, b) => b.share - a.share);
}
