import { expect, test } from 'vitest';
import type { Forecast } from '@livecue/shared/insight';
import { CONFIG, createFakeRoom, productOf } from '../testing/fake-room.ts';
import { minutesLeft, stockOut } from './stock-out.ts';

const shirt = productOf('shirt', 3);
const quiet = { offerRefusals: () => [], own: [], answered: [] };
const context = { config: CONFIG, modelVersion: 'm', product: () => shirt, active: [shirt], ...quiet };

/** 30 left and 10 sold in 5 min: 15 minutes at that rate. */
function viewWith(minutes: number | null | undefined) {
  const room = createFakeRoom();
  room.stock.set('shirt', 30);
  room.counts.set('shirt', { unitsPaid: 10 });
  const stockOutAt = minutes == null ? null : { medianMinutes: minutes, soonest80Minutes: minutes / 2, latest80Minutes: null }; // prettier-ignore
  const forecast: Forecast = { productId: 'shirt', ahead: [], stock: 30, stockOut: stockOutAt, soldOut: null, restockUnits: null, limitPerBuyer: null }; // prettier-ignore
  return { ...room.view, nowMs: room.nowMs, forecast: () => (minutes === undefined ? null : forecast) };
}

test.for<[told: number | null | undefined, left: number | null, level: number | null]>([
  [4, 4, 2.5],
  [undefined, 15, null],
  [null, null, null],
  [12, 12, 10 / 12],
  [13, 13, null],
])('a forecast of %s min: %s min are left', ([told, left, level]) => {
  const view = viewWith(told);
  expect(minutesLeft('shirt', 30, view, view.forecast())).toBe(left);
  const [found] = stockOut.evaluate(view, context);
  expect(found?.level ?? null).toBe(level);
});

test('the evidence says whether the forecast or the rate of the last minutes told it', () => {
  expect(stockOut.evaluate(viewWith(4), context)[0]?.compose().evidence.counts).toMatchObject({ minutes: 4, byForecast: 1 }); // prettier-ignore
  const [found] = stockOut.evaluate(viewWith(undefined), { ...context, config: { ...CONFIG, stockOutMinutes: 20 } });
  expect(found?.compose().evidence.counts).toMatchObject({ minutes: 15, byForecast: 0 });
});
