import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CHARACTER_IDS, createFeatureReader, type TextFeatures } from '@livecue/shared/text';
import { createChance, oddString } from '../../../shared/src/text/odd-strings.fixture.ts';
import { builtKernel } from '../../../scripts/wasm.mjs';
import { canStandTogether, type CharacterFilters, createTextKernel, type GramTable, type KernelPart } from './text-kernel.ts'; // prettier-ignore

const chance = createChance(5);
const fraction = () => chance(2000) / 1000 - 1;

const tableOf = (buckets: number, width: number): GramTable => ({
  buckets,
  width,
  rows: Int8Array.from({ length: buckets * width }, () => chance(255) - 127),
  scales: Float32Array.from({ length: buckets }, () => chance(1000) / 100_000),
});
const filtersOf = (before: number, after: number, width: number, filters: number): CharacterFilters => ({
  before,
  after,
  width,
  filters,
  rows: Int8Array.from({ length: CHARACTER_IDS * width }, (_, i) => (i < width ? 0 : chance(255) - 127)),
  scales: Float32Array.from({ length: CHARACTER_IDS }, () => chance(1000) / 100_000),
  kernel: Float32Array.from({ length: (before + 1 + after) * width * filters }, fraction),
  bias: Float32Array.from({ length: filters }, fraction),
});
const textOf = (ids: number[], weights: number[], characters: number[]): TextFeatures => ({
  ids: Int32Array.from(ids),
  weights: Float32Array.from(weights),
  characters: Int32Array.from(characters),
});

/** As the nodes of the model say it, in 64 bits and one number at a time. */
function meant({ table, characters: own }: KernelPart, { ids, weights, characters }: TextFeatures): { sums: number[]; peaks: number[] } {
  const sums = Array.from({ length: table.width }, (_, k) => {
    let sum = 0;
    for (const [i, id] of ids.entries()) {
      const row = id % table.buckets;
      sum += weights[i]! * table.scales[row]! * table.rows[row * table.width + k]!;
    }
    return sum;
  });
  if (own === null) return { sums, peaks: [] };
  const peaks = Array.from({ length: own.filters }, (_, f) => {
    let peak = 0;
    for (let at = 0; at < characters.length; at++) {
      let sum = own.bias[f]!;
      for (let place = 0; place <= own.before + own.after; place++) {
        const character = characters[at - own.before + place];
        if (character === undefined) continue;
        for (let k = 0; k < own.width; k++) {
          sum += own.rows[character * own.width + k]! * own.scales[character]! * own.kernel[(place * own.width + k) * own.filters + f]!;
        }
      }
      peak = Math.max(peak, sum);
    }
    return peak;
  });
  return { sums, peaks };
} // prettier-ignore

function expectMeant(parts: readonly KernelPart[], texts: readonly TextFeatures[], kernel = createTextKernel(parts)): void {
  const answers = kernel(texts);
  for (const [i, part] of parts.entries()) {
    const { sums, peaks } = answers[i]!;
    const [width, filters] = [part.table.width, part.characters?.filters ?? 0];
    expect(peaks === null).toBe(part.characters === null);
    for (const [row, text] of texts.entries()) {
      const right = meant(part, text);
      for (let k = 0; k < width; k++) expect(Math.abs(sums[row * width + k]! - right.sums[k]!)).toBeLessThan(1e-5);
      for (let f = 0; f < filters; f++) expect(Math.abs(peaks![row * filters + f]! - right.peaks[f]!)).toBeLessThan(1e-5);
    }
  }
} // prettier-ignore

test('the module is the one that its text describes', async () => {
  expect(readFileSync(new URL('./text-kernel.wasm', import.meta.url)).equals(await builtKernel()), 'run node scripts/wasm.mjs').toBe(true); // prettier-ignore
});

test('a sum is that of rows times scale times weight', () => {
  const table = { buckets: 2, width: 3, rows: Int8Array.of(1, -2, 127, -127, 5, 0), scales: Float32Array.of(0.5, 2) };
  // 0.5 × (1, -2, 127) + 2 × 0.25 × (-127, 5, 0): id 3 is row 1 of 2.
  const [answer] = createTextKernel([{ table, characters: null }])([textOf([0, 3], [1, 0.25], [])]);
  expect(answer).toEqual({ sums: Float32Array.of(-63, 1.5, 63.5), peaks: null });
});

test('a peak is the greatest of bias and what the characters in reach add, and never below 0', () => {
  const rows = new Int8Array(CHARACTER_IDS);
  rows.set([1, 10, 100], 1);
  const characters = { before: 1, after: 0, width: 1, filters: 2, rows, scales: new Float32Array(CHARACTER_IDS).fill(1), kernel: Float32Array.of(2, -1, 1, -1), bias: Float32Array.of(0.5, 3) }; // prettier-ignore
  const kernel = createTextKernel([{ table: tableOf(1, 1), characters }]);
  const peaks = (...ids: number[]) => [...kernel([textOf([], [], ids)])[0]!.peaks!];
  // Twice the character before and once the one itself: 1, 2 + 10, 20 + 100; the other filter takes both away from 3.
  expect(peaks(1, 2, 3)).toEqual([120.5, 2]);
  expect(peaks(3)).toEqual([100.5, 0]);
  expect(peaks()).toEqual([0, 0]);
});

test('models side by side, whatever their sizes, answer as their nodes say, to any text', () => {
  const read = createFeatureReader();
  for (const [widths, shapes] of [
    [[26, 7, 7, 14], [[1, 1, 24, 96], [1, 1, 12, 32], [1, 1, 12, 48], [1, 1, 12, 40]]],
    [[1], [null]],
    [[4, 5], [null, [2, 1, 3, 17]]],
    [[33, 40, 3], [[0, 0, 5, 1], [0, 1, 1, 16], [1, 2, 2, 5]]],
  ] as [number[], ([number, number, number, number] | null)[]][]) {
    const parts = widths.map((width, i) => ({ table: tableOf(i % 2 === 0 ? 4096 : 1024, width), characters: shapes[i] ? filtersOf(...shapes[i]) : null }));
    const kernel = createTextKernel(parts);
    for (let batch = 0; batch < 3; batch++) expectMeant(parts, Array.from({ length: 1 + chance(6) }, () => read(oddString(chance))), kernel);
  }
}); // prettier-ignore

test('a text has the same bits alone and in any company', () => {
  const read = createFeatureReader();
  const kernel = createTextKernel([{ table: tableOf(4096, 26), characters: filtersOf(1, 1, 8, 20) }]);
  const texts = Array.from({ length: 60 }, () => read(oddString(chance)));
  const alone = texts.map((text) => kernel([text])[0]!);
  const together = kernel(texts)[0]!;
  for (const [row, one] of alone.entries()) {
    expect(together.sums.subarray(row * 26, (row + 1) * 26)).toEqual(one.sums);
    expect(together.peaks!.subarray(row * 20, (row + 1) * 20)).toEqual(one.peaks);
  }
});

test('more characters than are kept change nothing', () => {
  const parts = [{ table: tableOf(16, 1), characters: filtersOf(1, 1, 2, 3) }];
  const kernel = createTextKernel(parts);
  const all = Array.from({ length: CHARACTER_IDS - 1 }, (_, i) => i + 1);
  const everyCharacter = Array.from({ length: Math.floor(all.length / 64) }, (_, i) => textOf([], [], all.slice(64 * i, 64 * i + 64)));
  const often = textOf([], [], [1, 2, 3, 24_000]);
  expectMeant(parts, everyCharacter.flatMap((text) => [text, often]), kernel);
}); // prettier-ignore

test('the oldest character stays while the text that needs it is read', () => {
  const parts = [{ table: tableOf(16, 1), characters: filtersOf(1, 1, 2, 3) }];
  const kernel = createTextKernel(parts);
  // As many as are kept: the next one to come takes the place of the first.
  kernel(
    Array.from({ length: 64 }, (_, i) =>
      textOf(
        [],
        [],
        Array.from({ length: 64 }, (_, k) => 64 * i + k + 1),
      ),
    ),
  );
  expectMeant(parts, [textOf([], [], [1, 5000, 2, 5001])], kernel);
});

test('a kernel needs its tables no longer: what they held can go', () => {
  const parts = [{ table: tableOf(64, 5), characters: null }, { table: tableOf(16, 3), characters: null }];
  const text = createFeatureReader()('3号链接多少钱');
  const kernel = createTextKernel(parts);
  const before = kernel([text]);
  for (const { table } of parts) [table.rows.fill(0), table.scales.fill(0)];
  expect(kernel([text])).toEqual(before);
}); // prettier-ignore

test('a text without n-grams sums to nothing, also after a full one', () => {
  const kernel = createTextKernel([{ table: tableOf(64, 5), characters: null }]);
  const full = createFeatureReader()('好看'.repeat(100));
  expect([...(kernel([full, textOf([], [], [])])[0]?.sums ?? [])].slice(5)).toEqual([0, 0, 0, 0, 0]);
});

test('models stand together when the buckets of each divide the most, up to four', () => {
  const part = (buckets: number) => ({ table: tableOf(buckets, 1), characters: null });
  expect(canStandTogether([part(64), part(16)])).toBe(true);
  expect(canStandTogether([part(64), part(48)])).toBe(false);
  expect(canStandTogether([1, 2, 4, 8, 16].map(part))).toBe(false);
});
