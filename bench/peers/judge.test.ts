import { expect, test } from 'vitest';
import { countingDelays, judged } from './judge.ts';

const answer = { sent: 30, due: [[10, 500], [20, 1_500], [30, 2_500]] as const }; // prettier-ignore

test('what is missing in one second and too much in another are told apart', () => {
  const spans = new Map([[0, 10], [1_000, 7], [2_000, 12]]); // prettier-ignore
  expect(judged(answer, { spans }, 1_000)).toEqual({ sent: 30, lost: 3, doubled: 2 });
});

test('a second that nobody sent counts as doubled, one that never came as lost', () => {
  const spans = new Map([[0, 10], [1_000, 10], [9_000, 4]]); // prettier-ignore
  expect(judged(answer, { spans }, 1_000)).toEqual({ sent: 30, lost: 10, doubled: 4 });
});

test('the delay of an event ends when the subscriber has counted as many as were due', () => {
  const came = [[12, 700], [20, 1_600], [30, 4_000]] as const; // prettier-ignore
  expect(countingDelays(answer, came, [0.5, 0.99])).toEqual([200, 1_500]);
});
