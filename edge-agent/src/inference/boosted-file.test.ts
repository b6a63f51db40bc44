import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { readBoostedFile, writeBoostedFile } from './boosted-file.ts';
import { BOOST_CONFIG, growBoostedTrees, scoreBoosted } from './boosted-trees.ts';
import { createSeededNumbers } from './seeded-numbers.ts';

const NAMES = ['a', 'b', 'c'];
const ROWS = 300;
const random = createSeededNumbers(3);
const values = Float32Array.from({ length: ROWS * 3 }, (_, at) => (at % 7 === 0 ? Number.NaN : 100 * random() - 50));
const labels = Uint8Array.from({ length: ROWS }, (_, row) => +(values[row * 3 + 1]! + 0.3 * values[row * 3 + 2]! > 10));
const rows = { rows: ROWS, columns: 3, values };
const model = growBoostedTrees(rows, labels, { ...BOOST_CONFIG, bags: 2, trees: 40 });
const bytes = writeBoostedFile(model, NAMES);

describe('boosted trees in a file', () => {
  it('say in the runtime what they say here, missing values and large ones too', async () => {
    const odd = [...values, Infinity, -Infinity, 0, 1e15, -1e15, Number.NaN, Number.NaN, Number.NaN, Number.NaN];
    const all = { rows: ROWS + 3, columns: 3, values: Float32Array.from(odd) };
    const session = await InferenceSession.create(bytes);
    const { probability } = await session.run({ features: new Tensor('float32', all.values, [all.rows, 3]) });
    await session.release();
    const own = scoreBoosted(model, all);
    for (const [row, said] of (probability!.data as Float32Array).entries()) expect(Math.abs(said - own[row]!)).toBeLessThan(1e-5); // prettier-ignore
    expect(Math.max(...own) - Math.min(...own)).toBeGreaterThan(0.8);
  });

  it('are the same when they are read again', () => {
    const again = scoreBoosted(readBoostedFile(bytes, NAMES), rows);
    for (const [row, score] of scoreBoosted(model, rows).entries()) expect(Math.abs(again[row]! - score)).toBeLessThan(1e-6); // prettier-ignore
  });

  it('are refused for other features, and when cut or altered they are refused or say numbers, but never hang', () => {
    expect(() => readBoostedFile(bytes, ['a', 'c', 'b'])).toThrow('its features are a,b,c');
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 255 }), fc.boolean(), (at, byte, cut) => {
        const other = cut ? bytes.slice(0, at) : Uint8Array.from(bytes, (old, place) => (place === at ? byte : old));
        let read;
        try {
          read = readBoostedFile(other, NAMES);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          return;
        }
        expect(scoreBoosted(read, rows)).toHaveLength(ROWS);
      }),
      { numRuns: 300 },
    );
  });
});
