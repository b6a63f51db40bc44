/** Order anomalies for the tests of this folder and of the page. */
import { ORDER_FEATURES, type OrderAnomaly } from '@livecue/shared/insight';

export function orderAnomaly(n: number, part: Partial<OrderAnomaly> = {}): OrderAnomaly {
  return {
    orderNumber: `20260101-${String(7000 + n)}`, eventTimeMs: 1_777_593_600_000 + n * 1000, productId: 'p3', score: 0.8, by: 'rule',
    reasons: [{ feature: 'sameProductOrders1H', value: 3, usual: 1, share: 1 }],
    features: ORDER_FEATURES.map((_, i) => i), ...part,
  }; // prettier-ignore
}
