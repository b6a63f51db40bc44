import { join } from 'node:path';
import { ModelError } from '../inference/model-manifest.ts';
import { openOrderScorer, type OrderScorer } from '../inference/order-scorer.ts';
import { type Verdict, withVerdicts } from '../inference/order-verdicts.ts';
import { openTrained, withTrained } from '../inference/trained-verdicts.ts';
import type { OrderLabels } from '../ports.ts';
import { MODELS } from './comment-predictor.ts';

const READ_AT_ONCE = 500;
/** The newest verdicts that are learned from: more take longer to learn than a start should. */
export const MAX_VERDICTS = 5_000;

/** The model of orders, or null when it is wrong and `onProblem` is there to be told why; else that is thrown. */
export function openOrderModel(onProblem: ((problem: string) => void) | null): OrderScorer | null {
  try {
    return openOrderScorer(`${MODELS}/order-fraud`);
  } catch (error) {
    if (onProblem === null || !(error instanceof ModelError)) throw error;
    onProblem(`orders are not judged: ${error.message}`);
    return null;
  }
}

/** Where `livecue order-train` puts what it trained, within the data folder. */
export const trainedOrdersIn = (folder: string): string => join(folder, 'models', 'orders');

/**
 * The same model with what operators said of orders on this box: as `livecue order-train` learned it, else learned
 * now. Verdicts of today take effect at the next training or start.
 */
export async function learnFromVerdicts(
  model: OrderScorer | null,
  labels: OrderLabels,
  { folder, onProblem }: { readonly folder: string; readonly onProblem: (problem: string) => void },
): Promise<OrderScorer | null> {
  if (model === null) return null;
  const trained = openTrained(trainedOrdersIn(folder), onProblem);
  if (trained !== null) return withTrained(model, trained);
  let verdicts: Verdict[] = [];
  for (let afterId = 0; ;) {
    const rows = await labels.read(afterId, READ_AT_ONCE);
    if (rows.length === 0) break;
    verdicts = [...verdicts, ...rows.map(({ example }) => example)].slice(-MAX_VERDICTS);
    afterId = rows.at(-1)!.id;
  }
  return withVerdicts(model, verdicts);
}
