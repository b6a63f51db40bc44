import type { IntentRules } from '@livecue/shared/contract';
import type { Intent, Prediction } from '@livecue/shared/insight';
import { normalise } from '@livecue/shared/text';
import type { Predictor } from '../ports.ts';
import { MAX_READ_LENGTH, type ProductLinker, resolveOnAir } from './product-linker.ts';
import { openIntentRules } from './model-manifest.ts';
import { createRuleMatcher, type RuleKind } from './rule-matcher.ts';

/**
 * A fixed score by what decided. It is the share that was right among the comments so decided in the
 * labelled development set (`models/intent-rules/MODEL_CARD.md`), rounded: not a probability of this comment.
 */
export const RULE_SCORES: Readonly<Record<RuleKind | 'none', number>> = { phrase: 0.8, pattern: 0.75, none: 0.7 };

/** Half of all live comments repeat another exactly; this many short ones are remembered, twice. */
const CACHE_SIZE = 4096;
const CACHED_LENGTH = 64;

/** A predictor that answers at once. */
export interface RulePredictor extends Predictor {
  predict(texts: readonly string[]): Prediction[];
}

/** Intents by hand-written rules, products by `linker`. Stateless but for a bounded cache of equal texts. */
export function createRulePredictor(rules: IntentRules, linker: ProductLinker, version: string): RulePredictor {
  const match = createRuleMatcher(rules);

  const predictOne = (text: string): Prediction => {
    const raw = text.slice(0, MAX_READ_LENGTH);
    const normalised = normalise(raw).slice(0, MAX_READ_LENGTH).replaceAll('’', "'");
    const matched = match(normalised);
    const intent: Intent = matched?.intent ?? 'chat_other';
    return {
      intent,
      intentScore: RULE_SCORES[matched?.kind ?? 'none'],
      offensive: null,
      spam: intent === 'spam_ad',
      sentiment: null,
      products: linker.linkNormalised(raw, normalised),
      modelVersion: version,
    };
  };

  const remembered = createCache(predictOne);
  return {
    version,
    predict: (texts) => texts.map(remembered),
    resolve: (text, prediction, onAir) => resolveOnAir(linker, text, prediction, onAir),
  };
}

/** The rules of a model folder (`models/intent-rules`), checked; throws `ModelError`. */
export function openRulePredictor(folder: string, linker: ProductLinker): RulePredictor {
  const { manifest, rules } = openIntentRules(folder);
  return createRulePredictor(rules, linker, manifest.version);
}

/** Two generations: when the young one is full the old one is dropped; at most 2 × `CACHE_SIZE` texts. */
function createCache(predictOne: (text: string) => Prediction): (text: string) => Prediction {
  let young = new Map<string, Prediction>();
  let old = new Map<string, Prediction>();
  return (text) => {
    if (text.length > CACHED_LENGTH) return predictOne(text);
    let prediction = young.get(text);
    if (prediction !== undefined) return prediction;
    prediction = old.get(text) ?? predictOne(text);
    if (young.size >= CACHE_SIZE) {
      old = young;
      young = new Map();
    }
    young.set(text, prediction);
    return prediction;
  };
}
