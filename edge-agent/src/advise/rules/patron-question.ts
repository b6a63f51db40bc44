import type { AgentConfig, PatronKind, Product } from '@livecue/shared/contract';
import { toMinorUnits } from '@livecue/shared/event';
import type { Intent } from '@livecue/shared/insight';
import type { Words } from '@livecue/shared/prompt';
import type { PatronAsked, RoomView } from '../../core-ports.ts';
import { type Candidate, type Rule, type RuleContext } from '../rule.ts';
import { labelOf, nameOf } from '../words.ts';
import { ASKED, factOf } from './counted-questions.ts';

/** A question older than this is no more the moment's. */
const WAITS_MS = 90_000;

const NOUNS: Readonly<Record<PatronKind, Words>> = {
  returning: { zh: '老客', en: 'regular' },
  'big-spender': { zh: '老客', en: 'regular' },
  'paid-comment': { zh: '付费客', en: 'paid comment' },
  vip: { zh: 'VIP', en: 'VIP' },
};

/**
 * Somebody who bought here before, paid to be heard, or is a VIP of the platform asks. Condition: one such question
 * within 90 s that the operator has not answered since. No hysteresis: a question is asked once. Priority "advice".
 * Withdrawn after 90 s, or when the platform removes the comment. The card has neither name nor words; a repeated
 * question of the same kind is held by HP8. Acted on: the operator answered that question, or the product is
 * explained.
 */
export const patronQuestion: Rule = {
  name: 'patron-question',
  onDelayMs: 0,
  offDelayMs: 0,
  safety: false,
  actedOn: ['answered', 'explained'],
  evaluate: (view, context) => {
    const groups = new Map<string, PatronAsked[]>();
    for (const asked of waitingPatrons(view, context.answered)) {
      if (ASKED[asked.intent] === undefined) continue;
      const key = `patron-question/${asked.intent}/${asked.productId ?? ''}`;
      groups.set(key, [...(groups.get(key) ?? []), asked]);
    }
    return [...groups].flatMap(([key, asked]) => candidateOf(key, asked, view, context));
  },
  endedBy: () => null,
};

/** Questions of the last 90 s that the operator has not answered since, oldest first. */
export function waitingPatrons(view: RoomView, answered: RuleContext['answered']): PatronAsked[] {
  return (view.patrons ?? []).filter(({ askedMs, productId, intent }) => {
    if (view.nowMs - askedMs >= WAITS_MS) return false;
    return !answered.some((one) => one.atMs >= askedMs && one.productId === productId && one.intent === intent);
  });
}

/** Why the viewer counts: the rarest reason first. */
export function kindOfPatron({ isPaid, isVip, spentMinor }: PatronAsked, config: AgentConfig['advise']): PatronKind {
  if (isPaid) return 'paid-comment';
  if (isVip) return 'vip';
  const least = toMinorUnits(config.patronSpend, config.currency);
  return least !== null && (spentMinor[config.currency] ?? 0) >= least ? 'big-spender' : 'returning';
}

function candidateOf(key: string, asked: readonly PatronAsked[], view: RoomView, context: RuleContext): Candidate[] {
  const first = asked[0];
  if (first === undefined) return [];
  const product = first.productId === null ? null : context.product(first.productId);
  // Of a product that the catalogue does not have no card can be made.
  if (first.productId !== null && product === null) return [];
  const patrons = new Set(asked.map(({ patronRef }) => patronRef)).size;
  return [
    {
      key,
      priority: 'advice',
      product,
      level: patrons,
      enter: 1,
      exit: 1,
      count: patrons,
      proposes: 'answer',
      compose: () => compose(asked, patrons, product, view, context),
    },
  ];
}

function compose(
  asked: readonly PatronAsked[],
  patrons: number,
  product: Product | null,
  view: RoomView,
  context: RuleContext,
) {
  const { intent } = asked[0] as { readonly intent: Intent };
  const words = ASKED[intent] ?? { zh: '', en: '' };
  const best = [...asked].sort((a, b) => b.orders - a.orders)[0] as PatronAsked;
  const noun = NOUNS[kindOfPatron(best, context.config)];
  const label = labelOf(product);
  const name = product === null ? { zh: '未指明商品', en: 'no product named' } : nameOf(product);
  // 1 regular asks, 2 regulars ask.
  const en = patrons === 1 ? `${noun.en} ${words.en.replace(/^\w+/u, '$&s')}` : `${noun.en}s ${words.en}`;
  const openMs = Math.min(...asked.map(({ askedMs }) => askedMs));
  return {
    headline: { zh: `${label.zh} ${patrons}位${noun.zh}${words.zh}`, en: `${label.en}: ${patrons} ${en}` },
    reason: { zh: `最多买过 ${best.orders} 单 · ${name.zh}`, en: `up to ${best.orders} orders before · ${name.en}` },
    fact: factOf(product, intent, view, context),
    evidence: {
      window: { openMs: Math.min(openMs, view.nowMs), closeMs: view.nowMs },
      counts: { patrons, orders: best.orders },
      threshold: { patrons: 1 },
      modelVersion: context.modelVersion,
      eventIds: asked.slice(-5).map(({ eventId }) => eventId),
    },
  };
} // prettier-ignore
