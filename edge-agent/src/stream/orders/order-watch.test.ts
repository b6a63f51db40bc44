import { expect, it } from 'vitest';
import { OrderAnomaly } from '@livecue/shared/insight';
import { eventOf, unitsModel as model } from './order-events.fixture.ts';
import { OrderWatch } from './order-watch.ts';

const resolve = ({ productID, sku }: { productID?: string; sku?: string }): string => productID ?? sku ?? '';
it('tells an order above the threshold by the model, and with the third of a run the two before it', () => {
  const watch = new OrderWatch(resolve, model);
  const order = (number: number, buyer: number, products: number[]) =>
    watch.note(eventOf({ kind: 'created', number, buyer, products, atS: number, device: null }, number));
  order(0, 0, [3, 2]);
  order(1, 1, [0]);
  order(2, 1, [0]);
  expect(watch.anomalies().map(({ orderNumber, by }) => [orderNumber, by])).toEqual([['n0', 'model']]);
  order(3, 1, [0]);
  expect(watch.anomalies().map(({ orderNumber, by }) => [orderNumber, by])).toEqual([['n0', 'model'], ['n1', 'rule'], ['n2', 'rule'], ['n3', 'rule']]); // prettier-ignore
  for (const anomaly of watch.anomalies()) {
    expect(OrderAnomaly.parse(anomaly)).toEqual(anomaly);
    expect(anomaly.score).toBeGreaterThanOrEqual(model.threshold);
  }
  // An hour later nothing of it is told any more.
  order(4000, 2, [0]);
  expect(watch.anomalies()).toEqual([]);
});
