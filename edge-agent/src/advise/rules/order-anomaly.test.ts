import { expect, it } from 'vitest';
import type { OrderAnomaly } from '@livecue/shared/insight';
import { CONFIG, createFakeRoom, productOf } from '../testing/fake-room.ts';
import { orderAnomaly } from './order-anomaly.ts';

const shirt = productOf('shirt', 3);
const quiet = { offerRefusals: () => [], own: [], answered: [] };
const context = { config: CONFIG, modelVersion: 'm', product: () => shirt, active: [shirt], ...quiet };

function told(count: number, productId: string, nowMs: number): OrderAnomaly[] {
  const reasons = [{ feature: 'sameProductOrders1H' as const, value: 3, usual: 1, share: 1 }];
  return Array.from({ length: count }, (_, i) => ({
    orderNumber: `n${i}`, eventTimeMs: nowMs - i * 1000, productId, score: 0.8, by: 'rule' as const, reasons, features: [],
  })); // prettier-ignore
}

/** 40 orders of as many buyers, of which `suspects` look like fraud. */
function candidates(suspects: number, productId = 'shirt', agoMs = 0) {
  const room = createFakeRoom();
  room.counts.set('', { ordersPaid: 60, buyers: 60 });
  room.counts.set('shirt', { ordersPaid: 40, buyers: 40 });
  const view = { ...room.view, orderAnomalies: told(suspects, productId, room.nowMs - agoMs) };
  return orderAnomaly.evaluate(view, context);
}

it('finds a ring that hides among many buyers by its orders, and says how many', () => {
  const [found, ...others] = candidates(8);
  expect(others).toEqual([]);
  expect(found).toMatchObject({ key: 'order-anomaly/orders/shirt', level: 4, enter: 3 });
  const words = found!.compose();
  expect(words.headline.zh).toBe('订单异常 8 单先别谢');
  expect(words.reason.en).toContain('8 orders look like fraud in 10 min');
  expect(words.evidence.counts).toEqual({ orders: 40, buyers: 40, suspects: 8 });
});

it('passes over few, those of other products in a product, and those of before', () => {
  expect(candidates(3)).toEqual([]);
  expect(candidates(8, 'cup').map(({ key }) => key)).toEqual(['order-anomaly/orders/']);
  expect(candidates(8, 'shirt', 700_000)).toEqual([]);
});
