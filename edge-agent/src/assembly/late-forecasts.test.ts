import { expect, test } from 'vitest';
import type { Forecast } from '@livecue/shared/insight';
import { createLateForecasts } from './late-forecasts.ts';

const ids = Array.from({ length: 300 }, (_, at) => `p${at}`);

test('every product has a forecast in the first state, and one about a second old in those after', () => {
  let made = 0;
  const forecasts = createLateForecasts((productId, { nowMs }: { nowMs: number }) => {
    made++;
    return { productId, stock: nowMs } as Forecast;
  });
  expect(forecasts.of(ids, { nowMs: 0 }).size).toBe(300);
  expect(made).toBe(300);
  let most = 0;
  let oldest = 0;
  for (let nowMs = 200; nowMs <= 10_000; nowMs += 200) {
    const before = made;
    const told = forecasts.of(ids, { nowMs });
    most = Math.max(most, made - before);
    for (const forecast of told.values()) oldest = Math.max(oldest, nowMs - forecast!.stock!);
  }
  expect(most).toBe(60);
  expect(oldest).toBeLessThanOrEqual(1_800);
});

test('a product that left is forgotten, one that comes is forecast at once, and none is null', () => {
  const forecasts = createLateForecasts((productId, { nowMs }: { nowMs: number }) =>
    productId === 'none' ? null : ({ productId, stock: nowMs } as Forecast),
  );
  forecasts.of(['a', 'b'], { nowMs: 0 });
  const told = forecasts.of(['b', 'c', 'none'], { nowMs: 100 });
  expect([...told].map(([id, one]) => [id, one?.stock ?? null])).toEqual([['b', 0], ['c', 100], ['none', null]]); // prettier-ignore
  expect(forecasts.of(['a'], { nowMs: 200 }).get('a')?.stock).toBe(200);
  // A clock that was set back makes them old, not young for ever.
  expect(forecasts.of(['a'], { nowMs: -5_000 }).get('a')?.stock).toBe(-5_000);
});
