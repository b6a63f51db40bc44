import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { createFeatureReader } from '@livecue/shared/text';
import { createChance, oddString } from '../../../shared/src/text/odd-strings.fixture.ts';
import { answerWhereSure } from './linear-answer.ts';
import { cutModel, SUMS } from './onnx-graph.ts';
import { createTextKernel } from './text-kernel.ts';
import { tensorsOf } from './text-tensors.ts';

const fileOf = (head: string) =>
  readFileSync(fileURLToPath(new URL(join('../../../models', head, 'model.onnx'), import.meta.url)));
const spam = fileOf('spam');
const chance = createChance(6);

describe.each(['intent', 'toxicity', 'spam', 'sentiment'])('the shipped model of %s', (head) => {
  test('without its sum, and with the kernel\'s, gives what the whole file gives; so does its linear part where it is sure', async () => {
    const bytes = fileOf(head);
    const cut = cutModel(bytes);
    expect(cut?.inputs).toEqual(['ids int32 [batch,features]', 'weights float32 [batch,features]']);
    if (cut?.linear == null) throw new Error(`${head} is left whole`);
    const kernel = createTextKernel([cut.table]);
    const [whole, rest] = [await InferenceSession.create(bytes), await InferenceSession.create(cut.bytes, { logSeverityLevel: 4 })];
    const read = createFeatureReader();
    let sure = 0;
    for (let batch = 0; batch < 20; batch++) {
      const texts = Array.from({ length: 1 + chance(30) }, () => read(oddString(chance)));
      const { ids, weights, characters } = tensorsOf(texts);
      const sums = kernel(texts)[0]!;
      const said = (await rest.run({ [SUMS]: new Tensor('float32', sums, [texts.length, cut.table.width]), characters }))['scores']?.data as Float32Array;
      const meant = (await whole.run({ ids, weights, characters }))['scores']?.data as Float32Array;
      expect(said.length).toBe(meant.length);
      const quick = Float32Array.from(meant);
      const labels = meant.length / texts.length;
      const open = answerWhereSure(cut.linear, sums, quick.fill(Number.NaN));
      sure += texts.length - open.length;
      for (const text of open) quick.set(meant.subarray(text * labels, (text + 1) * labels), text * labels);
      for (const [i, score] of meant.entries()) {
        expect(Math.abs(score - (said[i] ?? Number.NaN))).toBeLessThan(2e-6);
        expect(Math.abs(score - (quick[i] ?? Number.NaN))).toBeLessThan(2e-6);
      }
    }
    expect(sure).toBeGreaterThan(50);
    await Promise.all([whole.release(), rest.release()]);
  });
}); // prettier-ignore

test('a cascade whose answer is made otherwise has no linear part of its own', () => {
  for (const [name, other] of [['quick_scores', 'quick_skores'], ['raised', 'raized'], ['ScatterND', 'ScatterNE']] as const) {
    const cut = cutModel(altered(name, other));
    expect([name, cut === null, cut?.linear]).toEqual([name, false, null]);
  }
}); // prettier-ignore

test('a file with another first part is left whole', () => {
  for (const [name, other] of [['own_ids', 'own_idz'], ['table.scale', 'table.skale'], ['Squeeze', 'Sqveeze']] as const) {
    expect(cutModel(altered(name, other)), name).toBeNull();
  }
}); // prettier-ignore

test('a file whose inner values are wanted elsewhere is left whole', () => {
  // One more node that reads the ids: kind Identity, input ids, output x.
  const node = Buffer.from([0x0a, 0x12, 0x0a, 0x03, ...Buffer.from('ids'), 0x12, 0x01, 0x78, 0x22, 0x08, ...Buffer.from('Identity')]);
  const graph = cutModel(spam);
  expect(graph).not.toBeNull();
  expect(cutModel(withNode(spam, node))).toBeNull();
}); // prettier-ignore

test('bytes that are no model are left to the runtime, which says so', () => {
  expect(cutModel(new Uint8Array())).toBeNull();
  for (let i = 0; i < 300; i++) {
    const cut = spam.subarray(0, chance(spam.length));
    expect(cutModel(cut)).toBeNull();
    expect(cutModel(Uint8Array.from({ length: chance(200) }, () => chance(256)))).toBeNull();
  }
});

/** The model of spam with one name in place of another, wherever it stands. */
function altered(name: string, other: string): Uint8Array {
  const bytes = Buffer.from(spam);
  for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1)) bytes.write(other, at);
  return bytes;
}

/** The model with `node` (tag and length included) put at the end of its graph. */
function withNode(bytes: Uint8Array, node: Uint8Array): Uint8Array {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  };
  for (;;) {
    const start = at;
    const tag = varint();
    const value = varint();
    if (tag === (7 << 3) + 2) {
      const length: number[] = [];
      let rest = value + node.length;
      for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) | 0x80);
      return Buffer.concat([bytes.subarray(0, start), Buffer.from([tag, ...length, rest]), bytes.subarray(at, at + value), node, bytes.subarray(at + value)]); // prettier-ignore
    }
    if (tag % 8 === 2) at += value;
  }
}
