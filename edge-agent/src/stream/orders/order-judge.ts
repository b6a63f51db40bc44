import { ORDER_FEATURES, type OrderReason } from '@livecue/shared/insight';
import type { OrderSample } from './order-features.ts';

/** Brushing: so many orders of one buyer for one product less than an hour from each other. */
export const BRUSHING_ORDERS = 3;

/** The model of orders, as the stream uses it. */
export interface OrderModel {
  readonly threshold: number;
  score(features: Float64Array): number;
  reasons(features: Float64Array): OrderReason[];
  /** Chance, 0..1, that an operator confirms an order that is told. Absent: too few verdicts to learn from. */
  confirm?(features: Float64Array): number;
}

export interface Verdict {
  /** 0..1, higher is stranger. */
  readonly score: number;
  /** Why the order is told, or null when it is not. */
  readonly by: 'rule' | 'model' | null;
  /** Called for orders that are told. */
  readonly reasons: () => OrderReason[];
}

const SAME_PRODUCT = ORDER_FEATURES.indexOf('sameProductOrders1H');

/**
 * The rule decides, then the model: a buyer's third order of a product within an hour is told whatever the score.
 * Where operators' verdicts are known, an order that would be told and that they would call a false alarm is not.
 */
export function judge(sample: OrderSample, model: OrderModel): Verdict {
  const { features } = sample;
  const score = model.score(features);
  const orders = features[SAME_PRODUCT]!;
  const isRun = orders >= BRUSHING_ORDERS;
  if (!isRun && score < model.threshold) return { score, by: null, reasons: () => model.reasons(features) };
  const told = isRun ? liftedScore(score, model.threshold) : score;
  const chance = model.confirm?.(features) ?? 0.5;
  const reasons = (): OrderReason[] => {
    if (!isRun) return model.reasons(features);
    const others = model.reasons(features).filter(({ feature }) => feature !== 'sameProductOrders1H');
    return [runReason(orders), ...others].slice(0, 4);
  };
  return { score: confirmedScore(told, chance), by: chance < 0.5 ? null : isRun ? 'rule' : 'model', reasons };
}

/** The odds of the score times the odds that an operator confirms the order: unchanged at a chance of one half. */
function confirmedScore(score: number, chance: number): number {
  const [yes, no] = [score * chance, (1 - score) * (1 - chance)];
  return yes + no === 0 ? score : yes / (yes + no);
}

/** The score of an order that a rule tells: at or above the threshold, in the order of the model. */
export function liftedScore(score: number, threshold: number): number {
  return 1 - (1 - score) * (1 - threshold);
}

export function runReason(orders: number): OrderReason {
  return { feature: 'sameProductOrders1H', value: orders, usual: 1, share: 1 };
}
