import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Catalogue } from '@livecue/shared/contract';
import { ModelError, openIntentRules } from '../inference/model-manifest.ts';
import { createModelPredictor } from '../inference/model-predictor.ts';
import { createProductLinker } from '../inference/product-linker.ts';
import { openRulePredictor } from '../inference/rule-predictor.ts';
import { openWorkerHeads } from '../inference/worker-heads.ts';
import type { Predictor } from '../ports.ts';

export const MODELS = fileURLToPath(new URL('../../../models', import.meta.url));

/** Hand-written intent rules: beside the trained model, or in its place while there is none. */
export function intentRulesFolder(root: string): string {
  return existsSync(`${root}/intent-rules`) ? `${root}/intent-rules` : `${root}/intent`;
}

export interface CommentPredictorInput {
  readonly catalogue: Catalogue;
  /** A batch of comments without an answer by then goes on without; null waits, as a replay must. */
  readonly deadlineMs: number | null;
  /** Told why when the models cannot serve and rules do instead; null: that is thrown. */
  readonly onProblem: ((problem: string) => void) | null;
  readonly root?: string;
}

/** The trained models of `models/`, or, when they are wrong and `onProblem` is there, the rules alone. */
export async function openCommentPredictor(input: CommentPredictorInput): Promise<Predictor & { close(): Promise<void> }> {
  const { root = MODELS, deadlineMs, onProblem } = input;
  const linker = createProductLinker(input.catalogue);
  try {
    const heads = await openWorkerHeads(root);
    const opened = heads.info.intent === undefined ? openIntentRules(intentRulesFolder(root)) : null;
    const rules = opened === null ? null : { rules: opened.rules, version: opened.manifest.version };
    return createModelPredictor({ heads, rules, linker, deadlineMs });
  } catch (error) {
    if (onProblem === null || !(error instanceof ModelError)) throw error;
    onProblem(`comments are read by rules alone: ${error.message}`);
    const rules = openRulePredictor(intentRulesFolder(root), linker);
    return { ...rules, close: () => Promise.resolve() };
  }
} // prettier-ignore
