import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { createFeatureReader } from '@livecue/shared/text';
import { createChance, oddString } from '../../../shared/src/text/odd-strings.fixture.ts';
import { cutModel, PEAKS, SUMS } from './onnx-graph.ts';
import { createTextKernel } from './text-kernel.ts';
import { tensorsOf } from './text-tensors.ts';

const fileOf = (head: string) =>
  readFileSync(fileURLToPath(new URL(join('../../../models', head, 'model.onnx'), import.meta.url)));
const spam = fileOf('spam');
const chance = createChance(6);

describe.each([
  ['intent', 2],
  ['toxicity', 3],
  ['spam', 3],
  ['sentiment', 3],
])('the shipped model of %s', (head, taken) => {
  test('without its first parts, and with answers of the kernel, gives what the whole file gives', async () => {
    const bytes = fileOf(head);
    const cut = cutModel(bytes);
    const inputs = ['ids int32 [batch,features]', 'weights float32 [batch,features]', 'characters int32 [batch,characters]'];
    expect(cut?.inputs).toEqual(inputs.slice(0, taken));
    if (cut === null) throw new Error(`${head} is left whole`);
    const kernel = createTextKernel([cut]);
    const whole = await InferenceSession.create(bytes);
    const rest = await InferenceSession.create(cut.bytes, { logSeverityLevel: 4 });
    const read = createFeatureReader();
    for (let batch = 0; batch < 20; batch++) {
      const texts = Array.from({ length: 1 + chance(30) }, () => read(oddString(chance)));
      const { ids, weights, characters } = tensorsOf(texts);
      const { sums, peaks } = kernel(texts)[0]!;
      const given: Record<string, Tensor> = { [SUMS]: new Tensor('float32', sums, [texts.length, cut.table.width]) };
      if (cut.characters === null) given['characters'] = characters;
      else given[PEAKS] = new Tensor('float32', peaks!, [texts.length, cut.characters.filters]);
      const said = (await rest.run(given))['scores']?.data as Float32Array;
      const meant = (await whole.run({ ids, weights, characters }))['scores']?.data as Float32Array;
      expect(said.length).toBe(meant.length);
      for (const [i, score] of meant.entries()) expect(Math.abs(score - (said[i] ?? Number.NaN))).toBeLessThan(2e-6);
    }
    await Promise.all([whole.release(), rest.release()]);
  });
}); // prettier-ignore

test('a file whose filters are written otherwise keeps them, and its sums are still cut off', async () => {
  const read = createFeatureReader();
  const texts = ['3号链接多少钱', '加微信领红包', ''].map((text) => read(text));
  const { ids, weights, characters } = tensorsOf(texts);
  for (const [name, other] of [
    ['found_raw', 'found_rew'],
    ['convs.bias', 'convs.bios'],
    ['masked', 'maskee'],
  ] as const) {
    const bytes = altered(name, other);
    const cut = cutModel(bytes)!;
    expect(cut.characters, name).toBeNull();
    expect(cut.inputs).toHaveLength(2);
    const [whole, rest] = [
      await InferenceSession.create(bytes),
      await InferenceSession.create(cut.bytes, { logSeverityLevel: 4 }),
    ];
    const sums = new Tensor('float32', createTextKernel([cut])(texts)[0]!.sums, [3, cut.table.width]);
    const said = (await rest.run({ [SUMS]: sums, characters }))['scores']?.data as Float32Array;
    const meant = (await whole.run({ ids, weights, characters }))['scores']?.data as Float32Array;
    for (const [i, score] of meant.entries()) expect(Math.abs(score - said[i]!)).toBeLessThan(2e-6);
    await Promise.all([whole.release(), rest.release()]);
  }
});

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
