import { expect, test } from 'vitest';
import { AgentConfig } from '@livecue/shared/contract';
import { takeChanges } from './checkpoint.ts';
import { Room } from './room.ts';

test('a quarter of a million rows that go in one step are told, as after a jump of the clock', () => {
  const room = new Room('main', AgentConfig.parse({}).stream, { resolveProduct: ({ productID = '' }) => productID });
  for (let n = 0; n < 250_000; n++) room.changes.deleted.add(`row ${n}`);
  expect(takeChanges([room], 1, []).del).toHaveLength(250_000);
  expect(takeChanges([room], 2, []).del).toEqual([]);
});
