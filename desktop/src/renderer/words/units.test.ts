import { expect, test } from 'vitest';
import { bytes, duration, percent } from './units.ts';

test('durations count up like a clock', () => {
  expect([0, 999, 160_000, 3_599_999, 3_600_000, 4_327_000, -5].map(duration)).toEqual([
    '0:00',
    '0:00',
    '2:40',
    '59:59',
    '1:00:00',
    '1:12:07',
    '0:00',
  ]);
});
test('a ratio below one is never shown as 100 %', () => {
  expect([1, 0.99996, 0.992, 0].map(percent)).toEqual(['100.0 %', '99.9 %', '99.2 %', '0.0 %']);
});
test('bytes are exact below a kilobyte', () => {
  expect([0, 999, 1000, 1_482_330].map(bytes)).toEqual(['0 B', '999 B', '1.0 kB', '1.5 MB']);
});
