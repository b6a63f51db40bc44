import type { Product } from '@livecue/shared/contract';
import type { Interest, RoomView } from '../../core-ports.ts';
import { type Candidate, OFF_DELAY_MS, ON_DELAY_MS, type Rule, type RuleContext } from '../rule.ts';
import { labelOf, nameOf, shortNumber } from '../words.ts';

/** When a surge begins and ends (HP9), as false surges to be expected in an hour (`Interest.pValue`). */
export const SURGE = {
  enter: 0.03,
  exit: 0.9,
  /** Signals a minute; below it a surge is a handful of clicks. */
  leastLevel: 12,
} as const;
const WINDOW_MS = 10_000;
const SIGNALS_SHOWN = 5;

/**
 * Attention to a product that nobody is explaining rises beyond what its own past and the room explain: explain it,
 * or pin it while another one is on air. Hysteresis: on-delay, a far weaker surge, off-delay. Priority "advice".
 * Withdrawn when attention is as usual; acted on when the product is explained (a pin is how the room tells it).
 */
export const interestSurge: Rule = {
  name: 'interest-surge',
  onDelayMs: ON_DELAY_MS,
  offDelayMs: OFF_DELAY_MS,
  safety: false,
  actedOn: ['explained'],
  evaluate: (view, context) => {
    const candidates: Candidate[] = [];
    for (const product of context.active) {
      if (view.explaining?.productId === product.productId) continue;
      const interest = view.interest(product.productId);
      if (interest.pValue > SURGE.exit || interest.level < SURGE.leastLevel) continue;
      candidates.push(candidateOf(view, context, product, interest));
    }
    return candidates;
  },
  // Explained since before the card, by a word that came late: it asks for nothing any more (HP10).
  endedBy: (prompt, view) => (view.explaining?.productId === prompt.productId ? 'done' : null),
};

function candidateOf(view: RoomView, context: RuleContext, product: Product, interest: Interest): Candidate {
  return {
    key: `interest-surge/interest/${product.productId}`,
    priority: 'advice',
    product,
    // Levels rise with certainty; p falls with it.
    level: 1 / interest.pValue,
    enter: 1 / SURGE.enter,
    exit: 1 / SURGE.exit,
    count: interest.level,
    // Who is busy with another product pins this one first.
    proposes: view.explaining === null ? 'explain' : 'pin',
    compose: () => compose(view, context, product, interest),
  };
}

function compose(view: RoomView, context: RuleContext, product: Product, interest: Interest) {
  const level = shortNumber(interest.level);
  const expected = shortNumber(interest.expected);
  // Below one signal a minute a ratio would only say that nothing was expected.
  const ratio = shortNumber(interest.level / Math.max(1, interest.expected));
  const act = view.explaining === null ? { zh: '现在讲解', en: 'explain it' } : { zh: '先置顶', en: 'pin it' };
  const label = labelOf(product);
  const name = nameOf(product);
  const { openMs, closeMs } = view.counts(product.productId, WINDOW_MS);
  const signals = interest.signals.slice(0, SIGNALS_SHOWN).map(({ signal, count }) => [signal, count] as const);
  return {
    headline: { zh: `${label.zh} 关注 ×${ratio}`, en: `${label.en}: interest ×${ratio}` },
    reason: {
      zh: `每分钟 ${level} 次关注，平时 ${expected}：${act.zh} · ${name.zh}`,
      en: `${level} signals a minute, ${expected} expected: ${act.en} · ${name.en}`,
    },
    fact: null,
    evidence: {
      window: { openMs, closeMs },
      counts: { ratio, level, expected, surprise: shortNumber(interest.surprise), ...Object.fromEntries(signals) },
      threshold: { falseSurgesAnHour: SURGE.enter, level: SURGE.leastLevel },
      modelVersion: context.modelVersion,
      eventIds: [...view.recentIds(product.productId, 'product_question')].slice(-5),
    },
  };
}
