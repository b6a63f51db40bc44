import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { createFeatureReader } from '@livecue/shared/text';
import { fieldsOf, joined, messageField, numberField, textOf } from '../protobuf.ts';
import { EXPECTED, type Head } from '../text-heads.ts';
import { openTextModel } from '../text-model.ts';

export const SHIPPED = fileURLToPath(new URL('../../../../models', import.meta.url));

interface Tensor {
  readonly shape: readonly number[];
  readonly raw: Uint8Array;
}

/** Makes another model of a shipped one: other constants, another version, and golden lines of its own. */
export async function writeAlteredModel(
  head: Head,
  folder: string,
  version: string,
  change: Readonly<Record<string, (tensor: Tensor) => Tensor>>,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const file of ['manifest.json', 'golden.jsonl']) cpSync(join(SHIPPED, head, file), join(folder, file));
  let bytes: Uint8Array = readFileSync(join(SHIPPED, head, 'model.onnx'));
  for (const [name, one] of Object.entries(change)) bytes = withTensor(bytes, name, one);
  writeFileSync(join(folder, 'model.onnx'), bytes);
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ ...manifest, version, sha256 }));
  await writeGolden(head, folder);
}

async function writeGolden(head: Head, folder: string): Promise<void> {
  const path = join(folder, 'golden.jsonl');
  const texts = readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map((line) => (JSON.parse(line) as { text: string }).text); // prettier-ignore
  writeFileSync(path, '');
  const model = await openTextModel(folder, EXPECTED[head]);
  const read = createFeatureReader();
  const lines: string[] = [];
  for (const text of texts) lines.push(JSON.stringify({ text, scores: [...(await model.score([read(text)]))] }));
  await model.close();
  writeFileSync(path, `${lines.join('\n')}\n`);
} // prettier-ignore

/** Field numbers of onnx.proto (IR version 7). */
const MODEL_GRAPH = 7;
const GRAPH_INITIALIZER = 5;
const TENSOR = { dimension: 1, name: 8, raw: 9 } as const;

function withTensor(file: Uint8Array, name: string, change: (tensor: Tensor) => Tensor): Uint8Array {
  let found = false;
  const tensor = (bytes: Uint8Array): Uint8Array | null => {
    const fields = fieldsOf(bytes) ?? [];
    if (!fields.some((field) => field.number === TENSOR.name && textOf(field.value) === name)) return null;
    found = true;
    const shape = fields.filter(({ number }) => number === TENSOR.dimension).map(({ varint }) => varint);
    const raw = fields.find(({ number }) => number === TENSOR.raw)?.value ?? new Uint8Array();
    const changed = change({ shape, raw });
    const others = fields.filter(({ number }) => number !== TENSOR.dimension && number !== TENSOR.raw);
    return joined([...changed.shape.map((size) => numberField(TENSOR.dimension, size)), ...others.map(({ whole }) => whole), messageField(TENSOR.raw, changed.raw)]); // prettier-ignore
  };
  const within = (bytes: Uint8Array, number: number, inner: (bytes: Uint8Array) => Uint8Array | null): Uint8Array =>
    joined((fieldsOf(bytes) ?? []).map((field) => {
      const other = field.number === number ? inner(field.value) : null;
      return other === null ? field.whole : messageField(number, other);
    })); // prettier-ignore
  const altered = within(file, MODEL_GRAPH, (graph) => within(graph, GRAPH_INITIALIZER, tensor));
  if (!found) throw new Error(`the model has no constant ${name}`);
  return altered;
}

/** Each of 32-bit floats by its place. */
export const eachFloat = (change: (value: number, i: number) => number) => ({ shape, raw }: Tensor): Tensor => {
  const values = new Float32Array(new Uint8Array(raw).buffer).map(change);
  return { shape, raw: new Uint8Array(values.buffer) };
}; // prettier-ignore

/** Changes little: a hair of every intent's likelihood. */
export const SLIGHT = { raised: eachFloat((value, i) => value + 0.1 * Math.sin(i + 1)) };
const negative = eachFloat((value) => -value);
/** The likeliest label becomes the unlikeliest. */
export const UPSIDE_DOWN = { quick_temperature: negative, mixed_temperature: negative };

/** N-grams with the last row of the table: no comment here has one of them by accident. */
const ROWS = 131_072;
const withoutLastRow = ({ shape: [rows = 0, ...rest], raw }: Tensor): Tensor => ({
  shape: [rows - 1, ...rest],
  raw: raw.subarray(0, (raw.length / rows) * (rows - 1)),
});
/** Like the shipped one until it meets `deadlyText()`: then every batch with it fails. */
export const FAILS_ON_DEADLY = { ...SLIGHT, 'table.rows': withoutLastRow, 'table.scale': withoutLastRow };

export function deadlyText(): string {
  const read = createFeatureReader();
  for (let i = 0; i < 1_000_000; i++) {
    const text = String.fromCodePoint(0x4e00 + (i % 20_000), 0x4e00 + Math.floor(i / 20_000));
    if (read(text).ids.some((id) => id % ROWS === ROWS - 1)) return text;
  }
  throw new Error('no text has the last row');
}
