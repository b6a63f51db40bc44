import type { Product } from '@livecue/shared/contract';
import type { PastPeak, RoomView } from '../../core-ports.ts';
import { type Candidate, OFF_DELAY_MS, ON_DELAY_MS, type Rule, type RuleContext } from '../rule.ts';
import { labelOf, nameOf, shortNumber } from '../words.ts';

/** Strength of "the peak is past" at which the card comes, and below which it goes (HP9). */
const ENTER = 1;
const EXIT = 1 / 2;
/** Signals a minute at the peak; below it there was nothing to fade from. */
const MIN_PEAK = 12;

/**
 * The product being explained is past the peak of its time: attention fades, move on. Hysteresis: on-delay, half the
 * strength, off-delay. Priority "advice". Withdrawn when attention comes back; acted on when another product, or
 * none, is explained.
 */
export const pastPeak: Rule = {
  name: 'past-peak',
  onDelayMs: ON_DELAY_MS,
  offDelayMs: OFF_DELAY_MS,
  safety: false,
  actedOn: ['moved-on'],
  evaluate: (view, context) => {
    const product = view.explaining === null ? null : context.product(view.explaining.productId);
    if (product === null) return [];
    const peak = view.interest(product.productId).pastPeak;
    if (peak === null || peak.strength < EXIT || peak.peakLevel < MIN_PEAK) return [];
    return [candidateOf(view, context, product, peak)];
  },
  endedBy: () => null,
};

function candidateOf(view: RoomView, context: RuleContext, product: Product, peak: PastPeak): Candidate {
  const percent = Math.max(0, Math.round(100 * (1 - peak.level / peak.peakLevel)));
  return {
    key: `past-peak/time/${product.productId}`,
    priority: 'advice',
    product,
    level: peak.strength,
    enter: ENTER,
    exit: EXIT,
    count: percent,
    proposes: 'move-on',
    compose: () => compose(view, context, product, { peak, percent }),
  };
}

function compose(
  view: RoomView,
  context: RuleContext,
  product: Product,
  found: { readonly peak: PastPeak; readonly percent: number },
) {
  const { peak, percent } = found;
  const level = shortNumber(peak.level);
  const peakLevel = shortNumber(peak.peakLevel);
  const minutes = Math.max(1, Math.round((view.nowMs - peak.peakMs) / 60_000));
  const label = labelOf(product);
  const name = nameOf(product);
  const chat = peak.commentsRising ? { zh: '，评论不减', en: ', comments are not' } : { zh: '', en: '' };
  return {
    headline: { zh: `${label.zh} 关注跌${percent}% 换品`, en: `${label.en}: interest down ${percent}%, move on` },
    reason: {
      zh: `${minutes} 分钟前每分钟 ${peakLevel} 次关注，现在 ${level}${chat.zh} · ${name.zh}`,
      en: `${level} signals a minute, ${peakLevel} at its peak ${minutes} min ago${chat.en} · ${name.en}`,
    },
    fact: null,
    evidence: {
      window: { openMs: peak.peakMs, closeMs: view.nowMs },
      counts: { percent, level, peakLevel, minutes },
      threshold: { strength: ENTER, peakLevel: MIN_PEAK },
      modelVersion: context.modelVersion,
      eventIds: [...view.recentIds(product.productId, 'product_question')].slice(-5),
    },
  };
}
