import { expect, test } from 'vitest';
import { clockText, leftMs } from './clock.ts';

test.for([
  [42_000, '0:42'],
  [41_001, '0:42'],
  [1, '0:01'],
  [0, '0:00'],
  [-5_000, '0:00'],
  [3_600_000, '1:00:00'],
  [3_599_001, '1:00:00'],
  [65 * 60_000 + 7_000, '1:05:07'],
] as const)('%i ms are %s', ([ms, text]) => expect(clockText(ms)).toBe(text));

test('time is counted since the state came, whatever the clock of the wall says', () => {
  expect(leftMs(1_000_042_000, 1_000_000_000, 500, 500)).toBe(42_000);
  expect(leftMs(1_000_042_000, 1_000_000_000, 500, 30_500)).toBe(12_000);
});
