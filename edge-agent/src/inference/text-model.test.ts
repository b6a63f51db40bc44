import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFeatureReader } from '@livecue/shared/text';
import { createChance, oddString } from '../../../shared/src/text/odd-strings.fixture.ts';
import { ModelError } from './model-manifest.ts';
import { EXPECTED, HEADS, openTextHeads } from './text-heads.ts';
import { checkGolden, openTextModel } from './text-model.ts';
import { createTextKernel } from './text-kernel.ts';
import { eachFloat, writeAlteredModel } from './testing/altered-model.ts';

const shipped = fileURLToPath(new URL('../../../models', import.meta.url));
const trained = HEADS.filter((head) => {
  const manifest = join(shipped, head, 'manifest.json');
  return existsSync(manifest) && readFileSync(manifest, 'utf8').includes('"kind": "onnx"');
});
const read = createFeatureReader();
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'livecue-model-'));
  cpSync(join(shipped, 'spam'), folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const manifestOf = () => JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
const alter = (change: Record<string, unknown>) =>
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifestOf(), ...change }));
const replaceModel = (bytes: Uint8Array) => {
  writeFileSync(join(folder, 'model.onnx'), bytes);
  alter({ sha256: createHash('sha256').update(bytes).digest('hex') });
};
const problem = async () => {
  const opened = await openTextModel(folder, EXPECTED.spam).then(
    () => null,
    (error: unknown) => error,
  );
  expect(opened).toBeInstanceOf(ModelError);
  return (opened as Error).message;
};

describe.each(trained)('the shipped model of %s', (head) => {
  test('gives every golden line its scores within 1e-5', async () => {
    const model = await openTextModel(join(shipped, head), EXPECTED[head]);
    expect(await checkGolden(join(shipped, head), model, Number.POSITIVE_INFINITY)).toBeGreaterThan(30);
    await model.close();
  });

  test('gives a text the same bits alone and in any company', async () => {
    const model = await openTextModel(join(shipped, head), EXPECTED[head]);
    const width = EXPECTED[head].labels.length;
    const chance = createChance(3);
    const texts = Array.from({ length: 120 }, () => read(oddString(chance).slice(0, 1 + chance(300))));
    const alone = await Promise.all(texts.map((text) => model.score([text])));
    for (const size of [2, 3, 7, 17, 64, 64, 64]) {
      const rows = Array.from({ length: size }, () => chance(texts.length));
      const together = await model.score(rows.map((i) => texts[i]!));
      for (const [row, i] of rows.entries()) {
        expect([...together.subarray(row * width, (row + 1) * width)]).toEqual([...alone[i]!]);
      }
    }
    await model.close();
  });

  test('gives probabilities to any string', async () => {
    const model = await openTextModel(join(shipped, head), EXPECTED[head]);
    const width = EXPECTED[head].labels.length;
    const chance = createChance(4);
    for (let batch = 0; batch < 30; batch++) {
      const scores = await model.score(Array.from({ length: 64 }, () => read(oddString(chance).slice(0, 400))));
      for (let row = 0; row < 64; row++) {
        const sum = scores.subarray(row * width, (row + 1) * width).reduce((total, one) => total + one, 0);
        expect(sum).toBeCloseTo(1, 4);
      }
    }
    await model.close();
  });
});

test('a model that let go of its table scores by the sums it is given, and says so when none come', async () => {
  const model = await openTextModel(folder, EXPECTED.spam);
  const batch = [read('加微信领红包')];
  const meant = await model.score(batch);
  const kernel = createTextKernel([model.table!]);
  model.letGoOfTable();
  expect(model.table).toBeNull();
  expect(await model.score(batch, kernel(batch)[0])).toEqual(meant);
  await expect(model.score(batch)).rejects.toThrow('spam: its table was taken');
  await model.close();
});

describe('a model whose graph is written otherwise', () => {
  beforeEach(() => {
    const bytes = readFileSync(join(folder, 'model.onnx'));
    for (let at = bytes.indexOf('own_ids'); at >= 0; at = bytes.indexOf('own_ids', at + 1)) bytes.write('own_idz', at);
    replaceModel(bytes);
  });
  const texts = (() => {
    const chance = createChance(7);
    return Array.from({ length: 40 }, () => oddString(chance).slice(0, 1 + chance(300)));
  })();

  test('is run as it is, and gives a text the same bits alone and in any company', async () => {
    const model = await openTextModel(folder, EXPECTED.spam);
    expect(model.table).toBeNull();
    const alone = await Promise.all(texts.map((text) => model.score([read(text)])));
    const together = await model.score(texts.map((text) => read(text)));
    for (const [row, one] of alone.entries()) expect(together.subarray(row * 2, row * 2 + 2)).toEqual(one);
    await model.close();
  });

  test('serves beside the others, and all of them say what the shipped ones say', async () => {
    const folders = Object.fromEntries(HEADS.map((head) => [head, join(shipped, head)]));
    const [ours, mixed] = [await openTextHeads(folders), await openTextHeads({ ...folders, spam: folder })];
    const [meant, said] = [await ours.scorePacked(texts), await mixed.scorePacked(texts)];
    expect(said.length).toBe(meant.length);
    for (const [i, score] of meant.entries()) expect(Math.abs(score - said[i]!)).toBeLessThan(1e-5);
    await Promise.all([ours.close(), mixed.close()]);
  });
});

test('the reader is asked about Chinese that the linear model is not sure of, and about nothing else', async () => {
  const other = join(folder, 'other');
  await writeAlteredModel('intent', other, 'intent-other', { 'reader.out.bias': eachFloat((value, i) => value + (i === 0 ? 50 : 0)) });
  const [ours, altered] = [await openTextModel(join(shipped, 'intent'), EXPECTED.intent), await openTextModel(other, EXPECTED.intent)];
  const changes = async (text: string) => {
    const [meant, said] = [await ours.score([read(text)]), await altered.score([read(text)])];
    return meant.some((score, i) => score !== said[i]);
  };
  for (const text of ['多少钱', '什么时候发货', '666', '滑滑滑滑滑', '滑', 'zorp the quux', 'does it come in', '', '👍👍']) expect([text, await changes(text)]).toEqual([text, false]);
  for (const text of ['切个土豆丝', '放车里夏天晒着行', '背面那道印子是啥']) expect([text, await changes(text)]).toEqual([text, true]);
  await Promise.all([ours.close(), altered.close()]);
}); // prettier-ignore

test('all text models together are at most 15 MB', () => {
  const bytes = trained.map((head) => readFileSync(join(shipped, head, 'model.onnx')).length);
  expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(15_000_000);
});

describe('a folder that is not what it says is refused with the reason', () => {
  test('one changed byte', async () => {
    const bytes = readFileSync(join(folder, 'model.onnx'));
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(join(folder, 'model.onnx'), bytes);
    expect(await problem()).toMatch(/sha256 is .* the manifest says .* altered or cut short/);
  });

  test('a truncated model with a matching checksum', async () => {
    replaceModel(readFileSync(join(folder, 'model.onnx')).subarray(0, 100_000));
    expect(await problem()).toMatch(/model\.onnx: it is not a model that this runtime reads/);
  });

  test('the model of another task with a matching checksum', async () => {
    replaceModel(readFileSync(join(shipped, 'toxicity', 'model.onnx')));
    expect(await problem()).toMatch(/golden\.jsonl: line 1 is off by/);
  });

  test('another task, label order, text version, threshold, input', async () => {
    const manifest = manifestOf();
    alter({ task: 'toxicity' });
    expect(await problem()).toMatch(/expected a model of task spam, found toxicity/);
    alter({ ...manifest, labels: ['spam', 'fine'] });
    expect(await problem()).toMatch(/labels must be fine, spam in this order/);
    alter({ ...manifest, textVersion: 99 });
    expect(await problem()).toMatch(/text version 99/);
    alter({ ...manifest, thresholds: {} });
    expect(await problem()).toMatch(/thresholds\.spam must be/);
    alter({ ...manifest, inputs: [{ name: 'words', type: 'int64', shape: [1] }] });
    expect(await problem()).toMatch(/its inputs are ids int32 .* the manifest says words int64/);
  });

  test('rules where a model is wanted, and a missing golden file', async () => {
    rmSync(join(folder, 'golden.jsonl'));
    expect(await problem()).toMatch(/golden lines cannot be read/);
    rmSync(folder, { recursive: true });
    expect(await problem().finally(() => cpSync(join(shipped, 'spam'), folder, { recursive: true }))).toMatch(/cannot be read/);
  }); // prettier-ignore
});
