import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LiveEvent } from '@livecue/shared/event';
import { LikeCounter } from './like-counter.ts';

const like = (count: number, total?: number, source = 'live/t/1') => ({ type: 'live.like.added', source, data: { count, userInteractionCount: total } }) as unknown as LiveEvent; // prettier-ignore

test('of the likes between two totals the share that came is told, and nothing of a source without totals', () => {
  const likes = new LikeCounter();
  likes.note(like(5, undefined, 'live/other/1'));
  expect(likes.read()).toBeNull();
  for (const one of [like(3, 1_000), like(10, 1_010), like(15, 1_040), like(5, 1_030), like(2)]) likes.note(one);
  expect(likes.read()).toEqual({ counted: 32, told: 40 });
});

test('a total that falls far is of a new room', () => {
  const likes = new LikeCounter();
  for (const one of [like(1, 900), like(100, 1_000), like(4, 10), like(5, 20)]) likes.note(one);
  expect(likes.read()).toEqual({ counted: 5, told: 10 });
});

test('with messages left out by chance the share is that of the taps that came, within what was told', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.boolean()), { maxLength: 60 }), (messages) => {
      const likes = new LikeCounter();
      likes.note(like(1, 10_000));
      let [total, came, last] = [10_000, 0, 10_000];
      for (const [count, arrives] of messages) {
        total += count;
        if (!arrives) continue;
        likes.note(like(count, total));
        came += count;
        last = total;
      }
      expect(likes.read()).toEqual(last === 10_000 ? null : { counted: came, told: last - 10_000 });
    }),
  );
});
