import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ORDER_FEATURES, OrderAnomaly } from '@livecue/shared/insight';
import { drawnEvents, eventOf } from './order-events.fixture.ts';
import type { OrderModel } from './order-judge.ts';
import { OrderWatch } from './order-watch.ts';

const resolve = ({ productID, sku }: { productID?: string; sku?: string }): string => productID ?? sku ?? '';
const UNITS = ORDER_FEATURES.indexOf('units');
/** Calls orders of many units strange. */
const model: OrderModel = {
  threshold: 0.6,
  score: (features) => Math.min(1, features[UNITS]! / 10),
  reasons: (features) => [{ feature: 'units', value: features[UNITS]!, usual: 1, share: 1 }],
};

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

it('goes on from a checkpoint at any point as if never stopped', () => {
  fc.assert(
    fc.property(drawnEvents, fc.nat(60), (drawn, stop) => {
      const whole = new OrderWatch(resolve, model);
      let watch = new OrderWatch(resolve, model);
      const state = new Map<string, string>();
      drawn.forEach((one, i) => {
        whole.note(eventOf(one, i));
        watch.note(eventOf(one, i));
        expect(watch.anomalies()).toEqual(whole.anomalies());
        if (i !== stop && i !== stop + 7) return;
        const { put, del } = watch.takeDelta();
        for (const [key, value] of put) state.set(key, value);
        for (const key of del) state.delete(key);
        watch = new OrderWatch(resolve, model);
        watch.restore([...state]);
      });
    }),
    { numRuns: 200 },
  );
});
