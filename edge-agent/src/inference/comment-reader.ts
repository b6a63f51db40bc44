import type { IntentRules } from '@livecue/shared/contract';
import { INTENTS, type Intent, type Prediction, type ProductMention } from '@livecue/shared/insight';
import { normalise } from '@livecue/shared/text';
import { MAX_READ_LENGTH, type ProductLinker } from './product-linker.ts';
import { createRuleMatcher } from './rule-matcher.ts';
import { RULE_SCORES } from './rule-predictor.ts';
import { EXPECTED, HEADS, type Head, type HeadScores, type HeadsInfo } from './text-heads.ts';

/** All that is known of one comment. Null: no model for it is loaded. */
export interface CommentReading {
  readonly intent: Intent;
  /** By intent; of a rule only the one it gave. */
  readonly intentScores: Readonly<Partial<Record<Intent, number>>>;
  readonly offensive: boolean | null;
  readonly offensiveScore: number | null;
  readonly spam: boolean | null;
  readonly spamScore: number | null;
  readonly sentiment: 'positive' | 'neutral' | 'negative' | null;
  /** Of the sentiment that was chosen. */
  readonly sentimentScore: number | null;
  readonly products: readonly ProductMention[];
}

export type CommentReader = (text: string, scores: HeadScores) => CommentReading;

const SENTIMENTS = ['negative', 'neutral', 'positive'] as const;
/** Six digits leave the program: a float's last bits say nothing. */
const SCALE = 10 ** 6;

/** Puts the scores of the models, the rules where there is no intent model, and the product linker together. */
export function createCommentReader(info: HeadsInfo, rules: IntentRules | null, linker: ProductLinker): CommentReader {
  const match = rules === null ? null : createRuleMatcher(rules);
  const intentOf = (normalised: string, scores: HeadScores): Pick<CommentReading, 'intent' | 'intentScores'> => {
    if (scores.intent !== undefined) {
      const intentScores: Partial<Record<Intent, number>> = {};
      for (let k = 0; k < INTENTS.length; k++) intentScores[INTENTS[k] as Intent] = rounded(scores.intent[k] ?? 0);
      return { intent: INTENTS[bestOf(scores.intent)] ?? 'chat_other', intentScores };
    }
    const matched = match?.(normalised) ?? null;
    const intent = matched?.intent ?? 'chat_other';
    return { intent, intentScores: { [intent]: RULE_SCORES[matched?.kind ?? 'none'] } };
  };
  return (text, scores) => {
    const raw = text.slice(0, MAX_READ_LENGTH);
    const normalised = normalise(raw).slice(0, MAX_READ_LENGTH).replaceAll('’', "'");
    const { intent, intentScores } = intentOf(normalised, scores);
    const offensive = marked('toxicity', 'offensive', scores, info);
    const spam = marked('spam', 'spam', scores, info);
    const sentiment = scores.sentiment === undefined ? null : bestOf(scores.sentiment);
    return {
      intent,
      intentScores,
      offensive: offensive.is,
      offensiveScore: offensive.score,
      // The rules for spam are narrow: what they name is spam whatever the model says.
      spam: spam.is === null ? null : spam.is || intent === 'spam_ad',
      spamScore: spam.score,
      sentiment: sentiment === null ? null : (SENTIMENTS[sentiment] ?? null),
      sentimentScore: sentiment === null ? null : rounded(scores.sentiment?.[sentiment] ?? 0),
      products: linker.linkNormalised(raw, normalised),
    };
  };
}

export function predictionOf(reading: CommentReading, modelVersion: string): Prediction {
  const { intent, intentScores, offensive, spam, sentiment, products } = reading;
  return { intent, intentScore: intentScores[intent] ?? 0, offensive, spam, sentiment, products: [...products], modelVersion };
} // prettier-ignore

/** `intent-1+toxicity-1+…`: what a prediction came from. */
export function versionOf(info: HeadsInfo, rulesVersion: string | null): string {
  const versions = HEADS.map((head) => info[head]?.version ?? (head === 'intent' ? rulesVersion : null));
  return versions.filter((version) => version !== null).join('+');
}

function marked(head: Head, label: string, scores: HeadScores, info: HeadsInfo): { is: boolean | null; score: number | null } {
  const score = scores[head]?.[EXPECTED[head].labels.indexOf(label)];
  const threshold = info[head]?.thresholds[label];
  if (score === undefined || threshold === undefined) return { is: null, score: null };
  return { is: score >= threshold, score: rounded(score) };
} // prettier-ignore

function bestOf(scores: ArrayLike<number>): number {
  let best = 0;
  for (let k = 1; k < scores.length; k++) if ((scores[k] ?? 0) > (scores[best] ?? 0)) best = k;
  return best;
}

function rounded(score: number): number {
  return Math.min(1, Math.max(0, Math.round(score * SCALE) / SCALE));
}
