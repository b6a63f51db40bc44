import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createFeatureReader, type TextFeatures } from '@livecue/shared/text';
import { createChance, oddString } from '../../../shared/src/text/odd-strings.fixture.ts';
import { builtKernel } from '../../../scripts/wasm.mjs';
import { canStandTogether, createTextKernel, type GramTable } from './text-kernel.ts';

const chance = createChance(5);

const tableOf = (buckets: number, width: number): GramTable => ({
  buckets,
  width,
  rows: Int8Array.from({ length: buckets * width }, () => chance(255) - 127),
  scales: Float32Array.from({ length: buckets }, () => chance(1000) / 100_000),
});
const textOf = (ids: number[], weights: number[]): TextFeatures => ({
  ids: Int32Array.from(ids),
  weights: Float32Array.from(weights),
  characters: new Int32Array(),
});

/** As the nodes of the model say it, in 64 bits and one number at a time. */
function meant(table: GramTable, { ids, weights }: TextFeatures): number[] {
  return Array.from({ length: table.width }, (_, k) => {
    let sum = 0;
    for (const [i, id] of ids.entries()) {
      const row = id % table.buckets;
      sum += weights[i]! * table.scales[row]! * table.rows[row * table.width + k]!;
    }
    return sum;
  });
}

test('the module is the one that its text describes', async () => {
  expect(readFileSync(new URL('./text-kernel.wasm', import.meta.url)).equals(await builtKernel()), 'run node scripts/wasm.mjs').toBe(true); // prettier-ignore
});

test('a sum is that of rows times scale times weight', () => {
  const table = { buckets: 2, width: 3, rows: Int8Array.of(1, -2, 127, -127, 5, 0), scales: Float32Array.of(0.5, 2) };
  // 0.5 × (1, -2, 127) + 2 × 0.25 × (-127, 5, 0): id 3 is row 1 of 2.
  expect(createTextKernel([table])([textOf([0, 3], [1, 0.25])])).toEqual([Float32Array.of(-63, 1.5, 63.5)]);
});

test('models side by side, whatever their sizes, answer as their nodes say, to any text', () => {
  const read = createFeatureReader();
  for (const widths of [[14, 2, 2, 12], [1], [4, 5], [33, 40, 3]]) {
    const tables = widths.map((width, i) => tableOf(i % 2 === 0 ? 4096 : 1024, width));
    const kernel = createTextKernel(tables);
    for (let batch = 0; batch < 3; batch++) {
      const texts = Array.from({ length: 1 + chance(6) }, () => read(oddString(chance)));
      const sums = kernel(texts);
      for (const [i, table] of tables.entries()) {
        const right = texts.flatMap((text) => meant(table, text));
        expect(sums[i]).toHaveLength(right.length);
        for (const [k, number] of right.entries()) expect(Math.abs(sums[i]![k]! - number)).toBeLessThan(1e-5);
      }
    }
  }
});

test('a text has the same bits alone and in any company', () => {
  const read = createFeatureReader();
  const kernel = createTextKernel([tableOf(4096, 26)]);
  const texts = Array.from({ length: 60 }, () => read(oddString(chance)));
  const alone = texts.map((text) => kernel([text])[0]!);
  const together = kernel(texts)[0]!;
  for (const [row, one] of alone.entries()) expect(together.subarray(row * 26, (row + 1) * 26)).toEqual(one);
});

test('a kernel needs its tables no longer: what they held can go', () => {
  const tables = [tableOf(64, 5), tableOf(16, 3)];
  const text = createFeatureReader()('3号链接多少钱');
  const kernel = createTextKernel(tables);
  const before = kernel([text]);
  for (const table of tables) [table.rows.fill(0), table.scales.fill(0)];
  expect(kernel([text])).toEqual(before);
}); // prettier-ignore

test('a text without n-grams sums to nothing, also after a full one', () => {
  const kernel = createTextKernel([tableOf(64, 5)]);
  const full = createFeatureReader()('好看'.repeat(100));
  expect([...(kernel([full, textOf([], [])])[0] ?? [])].slice(5)).toEqual([0, 0, 0, 0, 0]);
});

test('models stand together when the buckets of each divide the most, up to four', () => {
  const table = (buckets: number) => tableOf(buckets, 1);
  expect(canStandTogether([table(64), table(16)])).toBe(true);
  expect(canStandTogether([table(64), table(48)])).toBe(false);
  expect(canStandTogether([1, 2, 4, 8, 16].map(table))).toBe(false);
});
