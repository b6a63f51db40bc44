import type { AgentConfig, Product } from '@livecue/shared/contract';
import type { Intent } from '@livecue/shared/insight';
import type { Priority, RuleName, Words } from '@livecue/shared/prompt';
import type { RoomView } from '../core-ports.ts';
import type { Sign } from './acted-on.ts';
import { type Candidate, OFF_DELAY_MS, ON_DELAY_MS, type Rule, type RuleContext } from './rule.ts';
import {
  exitOf, lostItsProduct, recentSaid, SAID_SECONDS, unnamedSinceExplained, viewersOf, viewersWho, withExplained,
} from './viewer-window.ts'; // prettier-ignore
import { labelOf, nameOf } from './words.ts';

/** A card for many distinct viewers who say one kind of thing within 60 s. */
export interface SaidRule {
  readonly name: RuleName;
  readonly intent: Intent;
  readonly priority: Priority;
  /** Viewers from which it is worth a card. */
  readonly enter: (config: AgentConfig['advise']) => number;
  readonly actedOn: readonly Sign[];
  /** What they do, after their number in a headline: at most 4 Chinese characters, 4 English words. */
  readonly said: Words;
  /**
   * What to do about it and the numbers this rests on; null refuses the card. `product` null: nothing is
   * explained and no product was named.
   */
  readonly advice: (said: Said) => Advice | null;
}

export interface Said {
  readonly product: Product | null;
  readonly viewers: number;
  readonly view: RoomView;
  readonly context: RuleContext;
}

export interface Advice extends Words, Pick<Candidate, 'proposes' | 'offer'> {
  readonly counts: Readonly<Record<string, number>>;
}

/**
 * Viewers of the named product, with those of no name while it is explained; else of the room. Who said it
 * with and without the name counts twice.
 */
export function createSaidRule(spec: SaidRule): Rule {
  return {
    name: spec.name,
    onDelayMs: ON_DELAY_MS,
    offDelayMs: OFF_DELAY_MS,
    safety: false,
    actedOn: spec.actedOn,
    evaluate: (view, context) => {
      const candidates: Candidate[] = [];
      const exit = exitOf(spec.enter(context.config));
      const explained = view.explaining === null ? null : context.product(view.explaining.productId);
      const open = explained === null ? viewersOf(view, null) : unnamedSinceExplained(view);
      const unnamed = open?.viewers(spec.intent) ?? 0;
      for (const product of withExplained(context.active, explained)) {
        const named = viewersWho(view, product, spec.intent);
        const unnamedOfIt = product === explained ? unnamed : 0;
        if (named + unnamedOfIt < exit) continue;
        candidates.push(...candidateOf(spec, view, context, product, { named, unnamed: unnamedOfIt }));
      }
      if (explained === null && unnamed >= exit)
        candidates.push(...candidateOf(spec, view, context, null, { named: 0, unnamed }));
      return candidates;
    },
    endedBy: (prompt, view) => (lostItsProduct(prompt, view) ? 'withdrawn' : null),
  };
}

function candidateOf(
  spec: SaidRule,
  view: RoomView,
  context: RuleContext,
  product: Product | null,
  found: { readonly named: number; readonly unnamed: number },
): Candidate[] {
  const viewers = found.named + found.unnamed;
  const enter = spec.enter(context.config);
  const advice = spec.advice({ product, viewers, view, context });
  if (advice === null) return [];
  const compose = () => composed(spec, view, context, { ...found, product, viewers, enter, advice });
  const { proposes, offer } = advice;
  const key = `${spec.name}/${spec.intent}/${product?.productId ?? ''}`;
  const exit = exitOf(enter);
  return [
    { proposes, offer, key, priority: spec.priority, product, level: viewers, enter, exit, count: viewers, compose },
  ];
}

function composed(
  spec: SaidRule,
  view: RoomView,
  context: RuleContext,
  found: { product: Product | null; viewers: number; unnamed: number; enter: number; advice: Advice },
) {
  const { product, viewers, unnamed, enter, advice } = found;
  const label = labelOf(product);
  const name = product === null ? { zh: '未指明商品', en: 'no product named' } : nameOf(product);
  const { openMs, closeMs } = viewersOf(view, product);
  return {
    headline: { zh: `${label.zh} ${viewers} 人${spec.said.zh}`, en: `${label.en}: ${viewers} ${spec.said.en}` },
    reason: {
      zh: `${SAID_SECONDS} 秒内 ${viewers} 人：${advice.zh} · ${name.zh}`,
      en: `${viewers} viewers in ${SAID_SECONDS} s: ${advice.en} · ${name.en}`,
    },
    fact: null,
    evidence: {
      window: { openMs, closeMs },
      counts: { viewers, unnamed, ...advice.counts },
      threshold: { viewers: enter, windowSeconds: SAID_SECONDS },
      modelVersion: context.modelVersion,
      eventIds: recentSaid(view, product, spec.intent),
    },
  };
}
