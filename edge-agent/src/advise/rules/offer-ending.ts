import type { Product } from '@livecue/shared/contract';
import type { RoomView } from '../../core-ports.ts';
import { runningOf } from '../offer-guard.ts';
import { type Candidate, type Rule, type RuleContext } from '../rule.ts';
import { labelOf, nameOf } from '../words.ts';

/**
 * An offer ends soon: the last buyers are told now or never. Condition: an event of the shop gave the offer an end,
 * and no more than the configured seconds are left. No hysteresis: time goes one way. Priority "advice". Withdrawn
 * at once when the offer ends, is changed, or is over; sold out by the common guard. The deadline is the event's
 * own (guard `OfferGuard.allows`), and the screen counts down to it. Acting on it (counting down aloud) shows in
 * no event.
 */
export const offerEnding: Rule = {
  name: 'offer-ending',
  onDelayMs: 0,
  offDelayMs: 0,
  safety: false,
  actedOn: [],
  evaluate: (view, context) => {
    const limitMs = context.config.offerEndingSeconds * 1000;
    const soonest = new Map<string, { product: Product; endsMs: number }>();
    for (const { productId, endsMs } of runningOf(view)) {
      const product = context.product(productId);
      if (product === null || endsMs === null || endsMs <= view.nowMs || endsMs - view.nowMs > limitMs) continue;
      const known = soonest.get(productId);
      if (known === undefined || endsMs < known.endsMs) soonest.set(productId, { product, endsMs });
    }
    return [...soonest.values()].map(({ product, endsMs }) => candidateOf(view, context, product, endsMs));
  },
  endedBy: () => null,
};

function candidateOf(view: RoomView, context: RuleContext, product: Product, endsMs: number): Candidate {
  return {
    // Another end is another card.
    key: `offer-ending/${endsMs}/${product.productId}`,
    priority: 'advice',
    product,
    level: 1,
    enter: 1,
    exit: 1,
    count: 1,
    proposes: 'countdown',
    deadlineMs: endsMs,
    compose: () => compose(view, context, product, endsMs),
  };
}

function compose(view: RoomView, context: RuleContext, product: Product, endsMs: number) {
  // "Within" stays true while the card stands; the screen counts down.
  const seconds = Math.ceil((endsMs - view.nowMs) / 1000);
  const units = runningOf(view, product.productId).reduce((sum, offer) => sum + offer.unitsPaid, 0);
  const label = labelOf(product);
  const name = nameOf(product);
  return {
    headline: { zh: `${label.zh} ${seconds}秒内优惠结束`, en: `${label.en}: offer ends within ${seconds} s` },
    reason: { zh: `优惠已卖 ${units} 件：倒数 · ${name.zh}`, en: `${units} sold on offer: count down · ${name.en}` },
    fact: null,
    evidence: {
      window: { openMs: view.nowMs, closeMs: endsMs },
      counts: { seconds, units },
      threshold: { seconds: context.config.offerEndingSeconds },
      modelVersion: 'shop events',
      eventIds: [],
    },
  };
}
