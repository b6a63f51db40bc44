import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BATCH_TEXTS, BATCH_WAIT_MS, createMicroBatcher, type Scored } from './micro-batch.ts';

const INFO = {};
let batches: {
  readonly texts: readonly string[];
  readonly answer: () => void;
  readonly fail: (error: Error) => void;
}[];

/** A worker that answers when told; a text's score is its number. */
function hold(texts: readonly string[]): Promise<Scored> {
  return new Promise((resolve, reject) => {
    const scores = texts.map((text) => ({ spam: [Number(text)] }));
    batches.push({ texts, answer: () => resolve({ scores, info: INFO }), fail: reject });
  });
}
const numbers = ({ scores }: Scored) => scores.map(({ spam }) => spam?.[0]);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
  batches = [];
});
afterEach(() => vi.useRealTimers());

test('calls of one turn go together, and each gets its own scores in order', async () => {
  const { score } = createMicroBatcher(hold);
  const asked = [score(['1', '2']), score(['3']), score(['4', '5'])];
  expect(batches).toEqual([]);
  await vi.advanceTimersByTimeAsync(0);
  expect(batches.map(({ texts }) => texts)).toEqual([['1', '2', '3', '4', '5']]);
  batches[0]?.answer();
  expect((await Promise.all(asked)).map(numbers)).toEqual([[1, 2], [3], [4, 5]]);
});

test('while a batch is on the way others wait for its end', async () => {
  const { score } = createMicroBatcher(hold);
  const first = score(['1']);
  await vi.advanceTimersByTimeAsync(0);
  const second = score(['2']);
  const third = score(['3']);
  await vi.advanceTimersByTimeAsync(BATCH_WAIT_MS - 1);
  expect(batches).toHaveLength(1);
  batches[0]?.answer();
  await first;
  await vi.advanceTimersByTimeAsync(0);
  expect(batches.map(({ texts }) => texts)).toEqual([['1'], ['2', '3']]);
  batches[1]?.answer();
  expect(numbers(await second)).toEqual([2]);
  expect(numbers(await third)).toEqual([3]);
});

test(`no text waits longer than ${BATCH_WAIT_MS} ms for a batch that does not come back`, async () => {
  const { score } = createMicroBatcher(hold);
  void score(['1']);
  await vi.advanceTimersByTimeAsync(0);
  void score(['2']);
  await vi.advanceTimersByTimeAsync(2);
  void score(['3']);
  await vi.advanceTimersByTimeAsync(BATCH_WAIT_MS - 3);
  expect(batches).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(batches.map(({ texts }) => texts)).toEqual([['1'], ['2', '3']]);
});

test(`${BATCH_TEXTS} texts go at once`, async () => {
  const { score } = createMicroBatcher(hold);
  void score(['1']);
  await vi.advanceTimersByTimeAsync(0);
  for (let i = 1; i < BATCH_TEXTS; i++) void score([String(i)]);
  expect(batches).toHaveLength(1);
  void score(['64']);
  expect(batches[1]?.texts).toHaveLength(BATCH_TEXTS);
});

test('a batch that fails rejects its own calls and no others', async () => {
  const { score } = createMicroBatcher(hold);
  const lost = score(['1']);
  await vi.advanceTimersByTimeAsync(0);
  const kept = score(['2']);
  batches[0]?.fail(new Error('gone'));
  await expect(lost).rejects.toThrow('gone');
  await vi.advanceTimersByTimeAsync(0);
  batches[1]?.answer();
  expect(numbers(await kept)).toEqual([2]);
});
