import type { Product } from '@livecue/shared/contract';
import type { Interest, RoomView } from '../../core-ports.ts';
import { type Candidate, OFF_DELAY_MS, ON_DELAY_MS, type Rule, type RuleContext } from '../rule.ts';
import { labelOf, nameOf, shortNumber } from '../words.ts';

/** −log10 p: one chance in a million that the product's own rhythm explains it. */
const ENTER_SURPRISE = 6;
const EXIT_SURPRISE = 3;
/** Signals a minute; below it a surge is a handful of clicks. */
const MIN_LEVEL = 12;
const WINDOW_MS = 10_000;

/** Attention to a product that nobody is explaining rises beyond what its own past and the room explain. */
export const interestSurge: Rule = {
  name: 'interest-surge',
  onDelayMs: ON_DELAY_MS,
  offDelayMs: OFF_DELAY_MS,
  safety: false,
  evaluate: (view, context) => {
    const candidates: Candidate[] = [];
    for (const product of context.active) {
      if (view.explaining?.productId === product.productId) continue;
      const interest = view.interest(product.productId);
      if (interest.surprise < EXIT_SURPRISE || interest.level < MIN_LEVEL) continue;
      candidates.push(candidateOf(view, context, product, interest));
    }
    return candidates;
  },
  // The host did what the card asks for (HP10).
  endedBy: (prompt, view) => (view.explaining?.productId === prompt.productId ? 'done' : null),
};

function candidateOf(view: RoomView, context: RuleContext, product: Product, interest: Interest): Candidate {
  return {
    key: `interest-surge/interest/${product.productId}`,
    priority: 'advice',
    product,
    level: interest.surprise,
    enter: ENTER_SURPRISE,
    exit: EXIT_SURPRISE,
    count: interest.level,
    compose: () => compose(view, context, product, interest),
  };
}

function compose(view: RoomView, context: RuleContext, product: Product, interest: Interest) {
  const level = shortNumber(interest.level);
  const expected = shortNumber(interest.expected);
  // Below one signal a minute a ratio would only say that nothing was expected.
  const ratio = shortNumber(interest.level / Math.max(1, interest.expected));
  const label = labelOf(product);
  const name = nameOf(product);
  const { openMs, closeMs } = view.counts(product.productId, WINDOW_MS);
  return {
    headline: { zh: `${label.zh} 关注 ×${ratio}`, en: `${label.en}: interest ×${ratio}` },
    reason: {
      zh: `每分钟 ${level} 次关注，平时 ${expected}：置顶或讲解 · ${name.zh}`,
      en: `${level} signals a minute, ${expected} expected: pin or explain · ${name.en}`,
    },
    fact: null,
    evidence: {
      window: { openMs, closeMs },
      counts: { ratio, level, expected, surprise: shortNumber(interest.surprise) },
      threshold: { surprise: ENTER_SURPRISE, level: MIN_LEVEL },
      modelVersion: context.modelVersion,
      eventIds: [...view.recentIds(product.productId, 'product_question')].slice(-5),
    },
  };
}
