import { expect, it } from 'vitest';
import { PendingIds } from './pending-ids.ts';

it('hands out what was noted since the last call, in order and with its times', () => {
  const ids = new PendingIds('shop', 1_000_000);
  expect(ids.take()).toBeNull();
  for (let n = 0; n < 3_000; n++) ids.note(n, 2 * n, 100 + Math.floor(n / 1_000));
  const taken = ids.take();
  expect(taken?.runs).toEqual([[100, 1_000], [101, 1_000], [102, 1_000]]); // prettier-ignore
  expect([...(taken?.lanes ?? [])]).toEqual(Array.from({ length: 3_000 }, (_, n) => [n, 2 * n]).flat());
  ids.note(7, 8, 200);
  expect(ids.take()).toEqual({ scope: 'shop', lanes: Uint32Array.of(7, 8), runs: [[200, 1]] });
  expect(ids.take()).toBeNull();
});

it('gives up the oldest half when no checkpoint comes, and counts it', () => {
  const ids = new PendingIds('stream', 10);
  for (let n = 0; n < 11; n++) ids.note(n, n, n < 3 ? 1 : 2);
  expect(ids.givenUp).toBe(5);
  const taken = ids.take();
  expect([...(taken?.lanes ?? [])].filter((_, at) => at % 2 === 0)).toEqual([5, 6, 7, 8, 9, 10]);
  expect(taken?.runs).toEqual([[2, 6]]);
});
