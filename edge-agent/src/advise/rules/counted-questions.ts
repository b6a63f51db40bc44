import type { Product } from '@livecue/shared/contract';
import type { Intent } from '@livecue/shared/insight';
import type { Evidence, HostPrompt, Words } from '@livecue/shared/prompt';
import type { RoomView } from '../../core-ports.ts';
import { liveOf, quoteOf } from '../answers/live-text.ts';
import { type Candidate, OFF_DELAY_MS, ON_DELAY_MS, type Rule, type RuleContext } from '../rule.ts';
import { labelOf, nameOf } from '../words.ts';

const WINDOW_MS = 60_000;
/** Below this share of the threshold the question has died down. */
const EXIT_SHARE = 0.6;
/** From this many times the threshold the card is "act now": rare, so that an order anomaly finds its place (HP2, HP3). */
const ACT_NOW_TIMES = 5;

const ASKED: Partial<Record<Intent, Words>> = {
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

interface Window {
  readonly openMs: number;
  readonly closeMs: number;
  readonly viewers: (intent: Intent) => number;
}

/**
 * Distinct viewers who asked one thing of one product in the last 60 s. Questions that name no product
 * count for the one being explained since it is explained, else for the room. A viewer who asked both with
 * and without the name counts twice: the two windows know only how many viewers they hold.
 */
export const countedQuestions: Rule = {
  name: 'counted-questions',
  onDelayMs: ON_DELAY_MS,
  offDelayMs: OFF_DELAY_MS,
  safety: false,
  evaluate: (view, context) => {
    const candidates: Candidate[] = [];
    const explained = view.explaining === null ? null : context.product(view.explaining.productId);
    const open = explained === null ? windowOf(view, null, WINDOW_MS) : openQuestions(view);
    for (const product of withExplained(context.active, explained)) {
      const named = windowOf(view, product, WINDOW_MS);
      add(candidates, view, context, product, named, product === explained ? open : null);
    }
    if (explained === null && open !== null) add(candidates, view, context, null, open, open);
    return candidates;
  },
  endedBy: (prompt, view) => (lostItsProduct(prompt, view) ? 'withdrawn' : null),
};

/** Questions without a name were taken for the product then explained; with another one they say nothing. */
function lostItsProduct(prompt: HostPrompt, view: RoomView): boolean {
  const rests = (prompt.evidence.counts['unnamed'] ?? 0) > 0;
  return rests && prompt.productId !== null && view.explaining?.productId !== prompt.productId;
}

function withExplained(active: readonly Product[], explained: Product | null): readonly Product[] {
  return explained === null || active.includes(explained) ? active : [...active, explained];
}

function windowOf(view: RoomView, product: Product | null, lengthMs: number): Window {
  const { openMs, closeMs, counts } =
    product === null ? view.unattributed(lengthMs) : view.counts(product.productId, lengthMs);
  return { openMs, closeMs, viewers: (intent) => counts.intents[intent]?.viewers ?? 0 };
}

function openQuestions(view: RoomView): Window | null {
  if (view.explaining === null) return null;
  const explainedMs = Math.min(WINDOW_MS, view.nowMs - view.explaining.sinceMs);
  const lengthMs = Math.floor(explainedMs / view.sliceMs) * view.sliceMs;
  return lengthMs <= 0 ? null : windowOf(view, null, lengthMs);
}

function add(
  candidates: Candidate[],
  view: RoomView,
  context: RuleContext,
  product: Product | null,
  window: Window,
  open: Window | null,
): void {
  const enter = context.config.questionsPerMinute;
  const exit = Math.max(1, Math.ceil(enter * EXIT_SHARE));
  for (const intent of INTENTS) {
    const unnamed = open?.viewers(intent) ?? 0;
    const viewers = product === null ? unnamed : window.viewers(intent) + unnamed;
    if (viewers < exit) continue;
    candidates.push({
      key: `counted-questions/${intent}/${product?.productId ?? ''}`,
      priority: viewers >= ACT_NOW_TIMES * enter ? 'act-now' : 'advice',
      product,
      level: viewers,
      enter,
      exit,
      count: viewers,
      compose: () => compose(view, context, product, intent, { viewers, unnamed, window }),
    });
  }
}

function compose(
  view: RoomView,
  context: RuleContext,
  product: Product | null,
  intent: Intent,
  found: { readonly viewers: number; readonly unnamed: number; readonly window: Window },
) {
  const { viewers, unnamed, window } = found;
  const asked = ASKED[intent] ?? { zh: '', en: '' };
  const label = labelOf(product);
  const name = product === null ? { zh: '未指明商品', en: 'no product named' } : nameOf(product);
  const ids = view.recentIds(product?.productId ?? null, intent);
  const evidence: Evidence = {
    window: { openMs: window.openMs, closeMs: window.closeMs },
    counts: { viewers, unnamed },
    threshold: { viewers: context.config.questionsPerMinute, windowSeconds: WINDOW_MS / 1000 },
    modelVersion: context.modelVersion,
    eventIds: (ids.length > 0 || product === null ? ids : view.recentIds(null, intent)).slice(-5),
  };
  return {
    headline: { zh: `${label.zh} ${viewers} 人${asked.zh}`, en: `${label.en}: ${viewers} ${asked.en}` },
    reason: { zh: `60 秒内 ${viewers} 人${asked.zh} · ${name.zh}`, en: `${viewers} viewers in 60 s · ${name.en}` },
    fact: factOf(product, intent, view, context),
    evidence,
  };
}

/** The fact that answers most of what is asked, else what the catalogue files under the intent. */
function factOf(product: Product | null, intent: Intent, view: RoomView, context: RuleContext): Words | null {
  const answer = context.answers?.factFor(product?.productId ?? null, intent, view) ?? null;
  if (answer !== null || product === null) return answer;
  const facts: Partial<Record<string, Words>> = product.facts;
  const filed = facts[intent];
  const level = () => view.stock(product.productId)?.level ?? null;
  return filed === undefined ? null : quoteOf(filed, () => liveOf(product, level()));
}
