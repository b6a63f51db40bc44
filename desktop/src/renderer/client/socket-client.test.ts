import { expect, test } from 'vitest';
import { waitMs } from './socket-client.ts';

test('waits double from half a second to eight seconds and never more', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map((n) => waitMs(n, 0))).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
});
test('chance takes up to a fifth off', () => {
  expect(waitMs(0, 0.999)).toBeGreaterThan(399);
  expect(waitMs(0, 0.5)).toBe(450);
});
