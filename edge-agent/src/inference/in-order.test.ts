import { expect, test } from 'vitest';
import { createInOrder } from './in-order.ts';

test('an answer that comes early waits for those before it, and one that fails holds up none', async () => {
  const inOrder = createInOrder<string>();
  const said: string[] = [];
  const held = Array.from({ length: 3 }, () => Promise.withResolvers<string>());
  const all = held.map(({ promise }, i) =>
    inOrder(promise).then(
      (answer) => said.push(`${i} ${answer}`),
      (error: Error) => said.push(`${i} failed: ${error.message}`),
    ),
  );
  held[2]?.resolve('third');
  held[1]?.reject(new Error('broken'));
  await new Promise(setImmediate);
  expect(said).toEqual([]);
  held[0]?.resolve('first');
  await Promise.all(all);
  expect(said).toEqual(['0 first', '1 failed: broken', '2 third']);
});
