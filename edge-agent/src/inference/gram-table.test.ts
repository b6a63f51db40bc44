import { expect, test } from 'vitest';
import { createFeatureReader } from '@livecue/shared/text';
import { createChance, oddString } from '../../../shared/src/text/odd-strings.fixture.ts';
import { canStandTogether, createGramSummer, type GramTable, gramSums } from './gram-table.ts';

const chance = createChance(5);
const tableOf = (buckets: number, width: number): GramTable => ({
  buckets,
  width,
  rows: Int8Array.from({ length: buckets * width }, () => chance(255) - 127),
  scales: Float32Array.from({ length: buckets }, () => chance(1000) / 100_000),
});

test('a sum is that of rows times scale times weight', () => {
  const table = { buckets: 2, width: 3, rows: Int8Array.of(1, -2, 127, -127, 5, 0), scales: Float32Array.of(0.5, 2) };
  const text = { ids: Int32Array.of(0, 3), weights: Float32Array.of(1, 0.25), characters: Int32Array.of() };
  // 0.5 × (1, -2, 127) + 2 × 0.25 × (-127, 5, 0): id 3 is row 1 of 2.
  expect([...gramSums(table, [text])]).toEqual([-63, 1.5, 63.5]);
  expect(createGramSummer([table])([text]).map((one) => [...one])).toEqual([[-63, 1.5, 63.5]]);
});

test('tables side by side give the bits of each alone, whatever the widths and buckets', () => {
  const read = createFeatureReader();
  for (const widths of [[26, 7, 7, 14], [1], [4, 5], [33, 40, 3]]) {
    const tables = widths.map((width, i) => tableOf(i % 2 === 0 ? 4096 : 1024, width));
    const sum = createGramSummer(tables);
    for (let batch = 0; batch < 10; batch++) {
      const texts = Array.from({ length: 1 + chance(40) }, () => read(oddString(chance)));
      const together = sum(texts);
      expect(together).toEqual(tables.map((table) => gramSums(table, texts)));
    }
  }
});

test('a summer needs its tables no longer: what they held can go', () => {
  const tables = [tableOf(64, 5), tableOf(16, 3)];
  const texts = [createFeatureReader()('3号链接多少钱')];
  const meant = tables.map((table) => gramSums(table, texts));
  const sum = createGramSummer(tables);
  for (const { rows, scales } of tables) [rows.fill(0), scales.fill(0)];
  expect(sum(texts)).toEqual(meant);
});

test('a text without n-grams sums to nothing, also after a full one', () => {
  const sum = createGramSummer([tableOf(64, 5)]);
  const full = createFeatureReader()('好看'.repeat(100));
  const empty = { ids: new Int32Array(), weights: new Float32Array(), characters: new Int32Array() };
  expect([...(sum([full, empty])[0] ?? [])].slice(5)).toEqual([0, 0, 0, 0, 0]);
});

test('tables stand together when the buckets of each divide the most', () => {
  expect(canStandTogether([tableOf(64, 1), tableOf(16, 1)])).toBe(true);
  expect(canStandTogether([tableOf(64, 1), tableOf(48, 1)])).toBe(false);
});
