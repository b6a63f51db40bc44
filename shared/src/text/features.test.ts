import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHARACTER_IDS, createFeatureReader, FEATURE_BUCKETS, MAX_CHARACTERS, MAX_FEATURES } from './index.ts';
import { createChance, oddString } from './odd-strings.fixture.ts';

const read = createFeatureReader();
const idsOf = (text: string) => new Set(read(text).ids);
/** Share of the n-grams of `a` that `b` has too. */
const shared = (a: string, b: string) => {
  const [of, other] = [idsOf(a), idsOf(b)];
  return [...of].filter((id) => other.has(id)).length / of.size;
};

interface Golden {
  text: string;
  ids: number[];
  weights: number[];
  characters: number[];
}

test('the golden lines are read as when the models were trained', () => {
  const lines = readFileSync(new URL('./features.golden.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  expect(lines.length).toBeGreaterThan(30);
  for (const line of lines) {
    const { text, ids, weights, characters } = JSON.parse(line) as Golden;
    const said = read(text);
    expect([text, [...said.ids], [...said.characters]]).toEqual([text, ids, characters]);
    const off = weights.map((weight, i) => Math.abs(weight - (said.weights[i] ?? Number.NaN)));
    expect(Math.max(...off)).toBeLessThan(1e-6);
  }
});

test('one spelling for what looks or sounds the same', () => {
  expect(idsOf('這個顏色')).toEqual(idsOf('这个颜色'));
  expect(idsOf('ＨＯＷ much')).toEqual(idsOf('how much'));
  expect(idsOf('сheар')).toEqual(idsOf('cheap'));
  expect(idsOf('6666666666')).toEqual(idsOf('666'));
  expect(idsOf('哈哈哈哈哈哈哈哈哈哈')).toEqual(idsOf('哈哈哈'));
  expect(idsOf('😂😂😂😂😂😂')).toEqual(idsOf('😂😂😂'));
  expect(idsOf('加13812345678')).toEqual(idsOf('加13987654321'));
});

test('numbers that are short or of another length stay apart', () => {
  expect(shared('170穿什么', '165穿什么')).toBeLessThan(1);
  expect(shared('13812345678', '123456')).toBeLessThan(1);
});

test('cloaked words share n-grams with the plain ones', () => {
  expect(shared('加微信', '加.微.信')).toBeGreaterThan(0.6);
  expect(shared('加微信', '加威信')).toBeGreaterThan(0.3);
  expect(shared('微信', 'wei xin')).toBeGreaterThan(0.1);
  expect(shared('fuck', 'f.u.c.k')).toBeGreaterThan(0.4);
  // Words that merely stand beside each other are not joined: od is of todo alone.
  const joined = [...idsOf('todo')].filter((id) => idsOf('t.o.d.o').has(id) && !idsOf('to do').has(id));
  expect(joined.length).toBe(1);
});

test('weights are those of the counts: their squares sum to 1', () => {
  for (const text of ['', 'a', '好看好看', 'how much is it how much']) {
    const { ids, weights } = read(text);
    expect(new Set(ids).size).toBe(ids.length);
    expect(weights.reduce((sum, weight) => sum + weight * weight, 0)).toBeCloseTo(1, 5);
  }
  // ^aa$: a twice, aa, ^a, a$, ^aa, aa$, ^aa$ once each, and the word aa: 9 in all.
  expect([...read('aa').weights].map((weight) => weight ** 2 * 9).toSorted()).toEqual(
    [1, 1, 1, 1, 1, 1, 1, 2].map((n) => expect.closeTo(n, 5)),
  );
});

test('a text is read the same whatever was read before', () => {
  const first = read('主播讲一下3号');
  read('完全不同的话 with words '.repeat(50));
  expect(read('主播讲一下3号')).toEqual(first);
});

test('200,000 odd strings are read, within bounds', () => {
  const chance = createChance(1);
  for (let i = 0; i < 200_000; i++) {
    const { ids, weights, characters } = read(oddString(chance));
    if (ids.length === 0 || ids.length > MAX_FEATURES || weights.length !== ids.length) throw new Error(`string ${i}`);
    if (characters.length > MAX_CHARACTERS) throw new Error(`string ${i}`);
    if (ids.some((id) => id < 0 || id >= FEATURE_BUCKETS)) throw new Error(`string ${i}`);
    if (characters.some((id) => id < 1 || id >= CHARACTER_IDS)) throw new Error(`string ${i}`);
  }
}, 60_000);
