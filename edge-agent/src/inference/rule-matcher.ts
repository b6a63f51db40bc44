import type { IntentRules } from '@livecue/shared/contract';
import { INTENTS, type Intent } from '@livecue/shared/insight';
import { ModelError } from './model-manifest.ts';
import { createPhraseIndex } from './phrase-index.ts';

export type RuleKind = 'phrase' | 'pattern';

export interface RuleMatch {
  readonly intent: Intent;
  readonly kind: RuleKind;
}

/** Text → the first intent of `intent-labels.md`'s order that a rule gives, or null. */
export type RuleMatcher = (normalised: string) => RuleMatch | null;

/**
 * Joins all phrases in one index and all patterns of an intent in one expression. Throws a `ModelError`
 * naming the intent when a pattern is not a regular expression.
 */
export function createRuleMatcher(rules: IntentRules): RuleMatcher {
  const phrases: [string, number][] = [];
  const sources: string[][] = INTENTS.map(() => []);
  for (const rule of rules.rules) {
    const rank = INTENTS.indexOf(rule.intent);
    for (const phrase of rule.anyOf) phrases.push([phrase, rank]);
    sources[rank]?.push(...rule.patterns);
  }
  const index = createPhraseIndex(phrases);
  const patterns = sources.map((list, rank) => joined(list, INTENTS[rank] ?? 'chat_other'));

  return (normalised) => {
    let best = INTENTS.length;
    index.scan(normalised, (rank) => {
      if (rank < best) best = rank;
    });
    for (let rank = 0; rank < best && rank < patterns.length; rank++) {
      const pattern = patterns[rank];
      const intent = INTENTS[rank];
      if (pattern && intent && pattern.test(normalised)) return { intent, kind: 'pattern' };
    }
    const intent = INTENTS[best];
    return intent === undefined ? null : { intent, kind: 'phrase' };
  };
}

function joined(sources: readonly string[], intent: Intent): RegExp | null {
  for (const source of sources) compile(source, intent);
  // Numbered back references would shift when patterns are joined, so those patterns are rewritten by place.
  return sources.length === 0 ? null : compile(withShiftedReferences(sources), intent);
}

function withShiftedReferences(sources: readonly string[]): string {
  let groups = 0;
  return sources
    .map((source) => {
      const before = groups;
      groups += (source.replace(/\\./g, '').match(/\((?!\?)/g) ?? []).length;
      return `(?:${source.replace(/\\([1-9])/g, (_, digit: string) => `\\${before + Number(digit)}`)})`;
    })
    .join('|');
}

function compile(source: string, intent: Intent): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new ModelError(
      `reading the intent rules: a pattern of ${intent} is not a regular expression: ${source}; correct it in rules.json`,
      { cause },
    );
  }
}
