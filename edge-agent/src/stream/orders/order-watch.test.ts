import { expect, it } from 'vitest';
import { OrderAnomaly } from '@livecue/shared/insight';
import { createStream } from '../stream.ts';
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

it('stands in the view of a stream, also after its checkpoint, and only where a model judges orders', () => {
  const config = { maxOutOfOrderMs: 2_000, allowedLatenessMs: 60_000, maxClockSkewMs: 300_000, idleSourceMs: 5_000, sessionGapMs: 30_000 }; // prettier-ignore
  const open = (judged: boolean) =>
    createStream({ resolveProduct: resolve, roomOf: () => 'main', ...(judged ? { orderModel: model } : {}) }, config);
  const stream = open(true);
  const order = eventOf({ kind: 'created', number: 1, buyer: 1, products: [3, 2], atS: 0, device: null }, 1);
  expect(stream.admit(order, order.eventTimeMs)).toBeNull();
  stream.add(order, null);
  stream.tick(order.eventTimeMs + 1000);
  const anomalies = stream.view('main').orderAnomalies;
  expect(anomalies?.map(({ orderNumber }) => orderNumber)).toEqual(['n1']);
  const restored = open(true);
  restored.restore(stream.takeDelta().put, stream.takeSeen());
  expect(restored.view('main').orderAnomalies).toEqual(anomalies);
  expect(open(false).view('main').orderAnomalies).toBeUndefined();
});
