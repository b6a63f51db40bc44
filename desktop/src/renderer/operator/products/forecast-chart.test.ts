import { expect, test, vi } from 'vitest';
import type { ProductDetail } from '@livecue/shared/contract';
import type { Forecast } from '@livecue/shared/insight';

// The chart library asks for a page when it is loaded.
vi.mock('uplot', () => ({ default: class {} }));
const { coneColumns, coneRange } = await import('./forecast-chart.tsx');

const MINUTE = 60_000;
const ahead = [5, 15, 60].map((minutes) => ({ minutes, mean: minutes, lo80: minutes / 2, hi80: minutes * 2 }));
const detail = (stock: number | null): Pick<ProductDetail, 'sales' | 'forecast' | 'nowMs'> => ({
  nowMs: 100 * MINUTE + 20_000,
  sales: { openMs: 0, closeMs: 0, units: 0, fromMs: 98 * MINUTE, perMinute: [4, 3, 1] },
  forecast: { productId: 'p', ahead, stock, stockOut: null, soldOut: null, restockUnits: null, limitPerBuyer: null } satisfies Forecast,
}); // prettier-ignore
const columns = (stock: number | null) => coneColumns(detail(stock) as ProductDetail, 50);

test('what was sold ends at now, where the cone begins; neither goes on in the other’s time', () => {
  const [seconds, sold, low, high, mean, end] = columns(30);
  const now = 100 * 60 + 20;
  expect(seconds).toEqual([98 * 60, 99 * 60, 100 * 60, now, now + 300, now + 900, now + 3600]);
  // 8 units in three minutes: 42 before them, 46, 49, and 50 now.
  expect(sold).toEqual([42, 46, 49, 50, null, null, null]);
  expect(mean).toEqual([null, null, null, 50, 55, 65, 110]);
  expect(low).toEqual([null, null, null, 50, 52.5, 57.5, 80]);
  expect(high).toEqual([null, null, null, 50, 60, 80, 170]);
  expect(end).toEqual(Array.from({ length: 7 }, () => 80));
});

test('a near end of the stock is in view, a far one or none leaves the cone its height', () => {
  expect(coneRange(columns(30))[1]).toBeCloseTo(170 + 0.03 * 128);
  expect(coneRange(columns(150))[1]).toBeCloseTo(200 + 0.03 * 158);
  expect(coneRange(columns(10_000))[1]).toBeCloseTo(170 + 0.03 * 128);
  expect(coneRange(columns(null))).toEqual(coneRange(columns(10_000)));
  expect(coneRange(columns(null))[0]).toBe(42);
});
