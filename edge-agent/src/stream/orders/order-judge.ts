import { ORDER_FEATURES, type OrderReason } from '@livecue/shared/insight';
import type { OrderSample } from './order-features.ts';

/** Brushing: so many orders of one buyer for one product less than an hour from each other. */
export const BRUSHING_ORDERS = 3;

/** The model of orders, as the stream uses it. */
export interface OrderModel {
  readonly threshold: number;
  score(features: Float64Array): number;
  reasons(features: Float64Array): OrderReason[];
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

/** The rule decides, then the model: a buyer's third order of a product within an hour is told whatever the score. */
export function judge(sample: OrderSample, model: OrderModel): Verdict {
  const { features } = sample;
  const score = model.score(features);
  const orders = features[SAME_PRODUCT]!;
  if (orders >= BRUSHING_ORDERS) {
    const others = () => model.reasons(features).filter(({ feature }) => feature !== 'sameProductOrders1H');
    return { score: liftedScore(score, model.threshold), by: 'rule', reasons: () => [runReason(orders), ...others()].slice(0, 4) }; // prettier-ignore
  }
  return { score, by: score >= model.threshold ? 'model' : null, reasons: () => model.reasons(features) };
}

/** The score of an order that a rule tells: at or above the threshold, in the order of the model. */
export function liftedScore(score: number, threshold: number): number {
  return 1 - (1 - score) * (1 - threshold);
}

export function runReason(orders: number): OrderReason {
  return { feature: 'sameProductOrders1H', value: orders, usual: 1, share: 1 };
}
