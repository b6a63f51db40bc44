import type { Product } from '@livecue/shared/contract';
import type { Intent } from '@livecue/shared/insight';
import type { Evidence, Words } from '@livecue/shared/prompt';
import type { RoomView } from '../../core-ports.ts';
import { liveOf, quoteOf } from '../answers/live-text.ts';
import { type Candidate, OFF_DELAY_MS, ON_DELAY_MS, type Rule, type RuleContext } from '../rule.ts';
import {
  exitOf, lostItsProduct, recentSaid, SAID_MS, SAID_SECONDS, unnamedSinceExplained, type ViewerWindow, viewersOf, withExplained,
} from '../viewer-window.ts'; // prettier-ignore
import { labelOf, nameOf } from '../words.ts';

/** What viewers do, after their number in a headline. */
export const ASKED: Partial<Record<Intent, Words>> = {
  size_spec: { zh: '问尺码', en: 'ask about size' },
  price: { zh: '问价格', en: 'ask the price' },
  stock: { zh: '问库存', en: 'ask about stock' },
  shipping: { zh: '问发货', en: 'ask about shipping' },
  product_question: { zh: '问详情', en: 'ask for details' },
  discount_gift: { zh: '问优惠', en: 'ask about discounts' },
  host_request: { zh: '要讲解', en: 'want a demo' },
  return_warranty: { zh: '问退换', en: 'ask about returns' },
};
const INTENTS = Object.keys(ASKED) as Intent[];

/**
 * Distinct viewers who asked one thing of one product in the last 60 s. Questions that name no product
 * count for the one being explained since it is explained, else for the room. A viewer who asked both with
 * and without the name counts twice: the two windows know only how many viewers they hold.
 *
 * Hysteresis: on-delay, 0.6 of the threshold, off-delay. Priority "advice". Withdrawn when fewer ask, and when unnamed
 * questions lose the product that they were taken for. Acted on: the operator answered that question of that product,
 * or the product was explained since.
 */
export const countedQuestions: Rule = {
  name: 'counted-questions',
  onDelayMs: ON_DELAY_MS,
  offDelayMs: OFF_DELAY_MS,
  safety: false,
  actedOn: ['answered', 'explained'],
  evaluate: (view, context) => {
    const candidates: Candidate[] = [];
    const explained = view.explaining === null ? null : context.product(view.explaining.productId);
    const open = explained === null ? viewersOf(view, null) : unnamedSinceExplained(view);
    const exit = exitOf(context.config.questionsPerMinute);
    for (const product of withExplained(context.active, explained)) {
      const unnamed = product === explained ? open : null;
      // Nobody asks who does not write, and most products have a comment or two.
      if (unnamed === null && view.counts(product.productId, SAID_MS).counts.comments < exit) continue;
      add(candidates, view, context, product, viewersOf(view, product), unnamed);
    }
    if (explained === null && open !== null) add(candidates, view, context, null, open, open);
    return candidates;
  },
  endedBy: (prompt, view) => (lostItsProduct(prompt, view) ? 'withdrawn' : null),
};

function add(
  candidates: Candidate[],
  view: RoomView,
  context: RuleContext,
  product: Product | null,
  window: ViewerWindow,
  open: ViewerWindow | null,
): void {
  const enter = context.config.questionsPerMinute;
  const exit = exitOf(enter);
  for (const intent of INTENTS) {
    const unnamed = open?.viewers(intent) ?? 0;
    const viewers = product === null ? unnamed : window.viewers(intent) + unnamed;
    if (viewers < exit) continue;
    candidates.push({
      key: `counted-questions/${intent}/${product?.productId ?? ''}`,
      // However many ask, a question can wait for the end of a sentence: "act now" is for what cannot (HP3).
      priority: 'advice',
      product,
      level: viewers,
      enter,
      exit,
      count: viewers,
      proposes: 'answer',
      compose: () => compose(view, context, product, intent, { viewers, unnamed, window }),
    });
  }
}

function compose(
  view: RoomView,
  context: RuleContext,
  product: Product | null,
  intent: Intent,
  found: { readonly viewers: number; readonly unnamed: number; readonly window: ViewerWindow },
) {
  const { viewers, unnamed, window } = found;
  const asked = ASKED[intent] ?? { zh: '', en: '' };
  const label = labelOf(product);
  const name = product === null ? { zh: '未指明商品', en: 'no product named' } : nameOf(product);
  const evidence: Evidence = {
    window: { openMs: window.openMs, closeMs: window.closeMs },
    counts: { viewers, unnamed },
    threshold: { viewers: context.config.questionsPerMinute, windowSeconds: SAID_SECONDS },
    modelVersion: context.modelVersion,
    eventIds: recentSaid(view, product, intent),
  };
  return {
    headline: { zh: `${label.zh} ${viewers} 人${asked.zh}`, en: `${label.en}: ${viewers} ${asked.en}` },
    reason: { zh: `60 秒内 ${viewers} 人${asked.zh} · ${name.zh}`, en: `${viewers} viewers in 60 s · ${name.en}` },
    fact: factOf(product, intent, view, context),
    evidence,
  };
}

/** The fact that answers most of what is asked, else what the catalogue files under the intent. */
export function factOf(product: Product | null, intent: Intent, view: RoomView, context: RuleContext): Words | null {
  const answer = context.answers?.factFor(product?.productId ?? null, intent, view) ?? null;
  if (answer !== null || product === null) return answer;
  const facts: Partial<Record<string, Words>> = product.facts;
  const filed = facts[intent];
  const level = () => view.stock(product.productId)?.level ?? null;
  return filed === undefined ? null : quoteOf(filed, () => liveOf(product, level()));
}
