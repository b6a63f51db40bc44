import { ModelError } from '../inference/model-manifest.ts';
import { openOrderScorer, type OrderScorer } from '../inference/order-scorer.ts';
import { MODELS } from './comment-predictor.ts';

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
