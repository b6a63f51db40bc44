import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Catalogue } from '@livecue/shared/contract';
import { ModelError, openIntentRules } from '../inference/model-manifest.ts';
import { createModelPredictor, type ModelPredictor } from '../inference/model-predictor.ts';
import { createProductLinker } from '../inference/product-linker.ts';
import { openRulePredictor } from '../inference/rule-predictor.ts';
import { foldersOf, type HeadFolders } from '../inference/text-heads.ts';
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
  /** Models that were delivered, in place of those of `root`. Absent: none. */
  readonly delivered?: HeadFolders;
}

export interface CommentPredictor {
  readonly predictor: Predictor & { close(): Promise<void> };
  /** The same, where models serve and can be exchanged; null: rules serve. */
  readonly models: ModelPredictor | null;
  /** Why the delivered models could not be opened and those of `root` serve; null: they serve, or there are none. */
  readonly deliveredProblem: string | null;
}

/** The trained models of `models/`, or, when they are wrong and `onProblem` is there, the rules alone. */
export async function openCommentPredictor(
  input: CommentPredictorInput,
): Promise<Predictor & { close(): Promise<void> }> {
  return (await openCommentModels(input)).predictor;
}

/** The same with what was delivered, if it can be opened. */
export async function openCommentModels(input: CommentPredictorInput): Promise<CommentPredictor> {
  const { root = MODELS, deadlineMs, onProblem, delivered = {} } = input;
  const linker = createProductLinker(input.catalogue);
  const open = async (place: HeadFolders) => {
    const heads = await openWorkerHeads(place);
    const opened = heads.info.intent === undefined ? openIntentRules(intentRulesFolder(root)) : null;
    const rules = opened === null ? null : { rules: opened.rules, version: opened.manifest.version };
    return createModelPredictor({ heads, rules, linker, deadlineMs });
  };
  const shipped = foldersOf(root);
  let deliveredProblem: string | null = null;
  try {
    const predictor = await open({ ...shipped, ...delivered }).catch((error: unknown) => {
      if (!(error instanceof ModelError) || Object.keys(delivered).length === 0) throw error;
      deliveredProblem = error.message;
      return open(shipped);
    });
    return { predictor, models: predictor, deliveredProblem };
  } catch (error) {
    if (onProblem === null || !(error instanceof ModelError)) throw error;
    onProblem(`comments are read by rules alone: ${error.message}`);
    const rules = openRulePredictor(intentRulesFolder(root), linker);
    return { predictor: { ...rules, close: () => Promise.resolve() }, models: null, deliveredProblem };
  }
} // prettier-ignore
