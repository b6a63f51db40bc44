import fc from 'fast-check';
import { expect, it } from 'vitest';
import { scoreIsolate, trainIsolate } from './isolate-model.ts';
import { type Matrix, toFloat } from './matrix.ts';
import { drawSamples, sampleDistance } from './near-samples.ts';
import { createSeededNumbers } from './seeded-numbers.ts';
import { learnTails, tailScore } from './tails.ts';

function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return { rows: rows.length, columns: rows[0]?.length ?? 0, values: Float32Array.from(rows.flat(), toFloat) };
}

const anyNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(0, 1, 1e15, -1e15, Number.NaN, Infinity, -Infinity, Number.MAX_VALUE),
);

it('ranks a row away from the crowd and one against its correlation above the crowd', () => {
  const random = createSeededNumbers(7);
  const crowd = Array.from({ length: 500 }, () => {
    const x = random();
    return [x, x + 0.05 * random()];
  });
  const table = matrixOf(crowd);
  const model = trainIsolate(table, 1);
  const usual = [...scoreIsolate(model, table)].sort((a, b) => a - b);
  const [far, against] = scoreIsolate(model, matrixOf([[9, 9], [0.05, 0.95]])) as unknown as [number, number]; // prettier-ignore
  expect(far).toBeGreaterThan(usual.at(-1)!);
  expect(against).toBeGreaterThan(usual[475]!);
});

it('answers between 0 and 1 for NaN, gaps, constants, duplicates and numbers of any size', () => {
  const table = fc.integer({ min: 1, max: 3 }).chain((columns) => fc.array(fc.array(anyNumber, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 20 })); // prettier-ignore
  fc.assert(
    fc.property(table, fc.integer({ min: 0, max: 1e6 }), (rows, seed) => {
      const model = trainIsolate(matrixOf(rows), seed);
      for (const score of scoreIsolate(model, matrixOf([...rows, rows[0]!]))) expect(score > 0 && score < 1).toBe(true);
    }),
    { numRuns: 40 },
  );
});

it('gives the same scores for the same seed, and each row the same score in any company', () => {
  const random = createSeededNumbers(3);
  const rows = Array.from({ length: 60 }, () => [random(), random(), random()]);
  const scores = scoreIsolate(trainIsolate(matrixOf(rows), 5), matrixOf(rows));
  expect(scoreIsolate(trainIsolate(matrixOf(rows), 5), matrixOf(rows))).toEqual(scores);
  expect(scoreIsolate(trainIsolate(matrixOf(rows), 5), matrixOf([rows[17]!]))[0]).toBe(scores[17]);
});

it('has tails as counting says', () => {
  const column = [1, 2, 2, 3, 10, Number.NaN];
  const tails = learnTails(matrixOf(column.map((value) => [value])));
  const known = column.filter((value) => !Number.isNaN(value));
  for (const value of [0, 1, 2, 2.5, 3, 10, 99]) {
    const upTo = known.filter((other) => other <= value).length / 5 || 1 / 6;
    const from = known.filter((other) => other >= value).length / 5 || 1 / 6;
    expect(tailScore(tails, Float32Array.of(value), 0)).toBeCloseTo(-Math.log(upTo) - Math.log(from), 12);
  }
  expect(tailScore(tails, Float32Array.of(Number.NaN), 0)).toBe(0);
});

it('measures to the nearest row of each sample', () => {
  const random = createSeededNumbers(2);
  const table = matrixOf(Array.from({ length: 40 }, () => [random() * 5, random()]));
  const near = drawSamples(table, 1);
  const row = Float32Array.of(2, 3);
  const own = [...row].map((value, i) => (value - near.mean[i]!) * near.scale[i]!);
  const distances = near.samples.map(
    (sample) =>
    Math.min(...Array.from({ length: sample.length / 2 }, (_, k) => Math.hypot(own[0]! - sample[2 * k]!, own[1]! - sample[2 * k + 1]!))), // prettier-ignore
  );
  const mean = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  expect(sampleDistance(near, row, 0)).toBeCloseTo(mean, 12);
});
