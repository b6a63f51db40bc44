import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelManifest } from '@livecue/shared/contract';
import { createFeatureReader, type TextFeatures } from '@livecue/shared/text';
import { answerWhereSure } from './linear-answer.ts';
import { ModelError, openManifest } from './model-manifest.ts';
import { type CutModel, cutModel, SUMS } from './onnx-graph.ts';
import { createTextKernel, type GramTable, type TextKernel } from './text-kernel.ts';
import { groupsByLength, INPUTS, tensorsOf } from './text-tensors.ts';

export type OnnxManifest = Extract<ModelManifest, { kind: 'onnx' }>;

/** What the agent needs of a model of one task; another is refused. */
export interface ExpectedModel {
  readonly task: string;
  readonly labels: readonly string[];
  /** Labels that must have a threshold. */
  readonly thresholds: readonly string[];
}

/** A checked session. Scores of a text do not depend on the texts beside it. */
export interface TextModel {
  readonly manifest: OnnxManifest;
  /** What the kernel sums; null when the runtime does everything, or somebody took it. */
  readonly table: GramTable | null;
  /** From now on somebody else runs the kernel: the table, some MB, is no longer held. */
  letGoOfTable(): void;
  /** Scores of texts, `labels.length` a text, in order. `summed`: the kernel's sums for them; else it is run. */
  score(texts: readonly TextFeatures[], summed?: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Padded characters in one run: what is worked out of more does not fit in a core's cache, and is held from then on. */
const MAX_PADDED = 1024;
const GOLDEN_TOLERANCE = 1e-5;
/** Enough to notice a wrong file; all of them are compared in the tests. */
const GOLDEN_AT_START = 16;

/**
 * Opens the model of `folder` and proves it before the first real text: manifest, checksum, text version,
 * task, labels, thresholds, inputs and outputs of the file, and golden scores. Throws `ModelError` naming
 * the file, what is wrong and what to do.
 */
export async function openTextModel(folder: string, expected: ExpectedModel): Promise<TextModel> {
  const { manifest, bytes } = openManifest(folder);
  if (manifest.kind !== 'onnx') {
    throw new ModelError(`reading ${join(folder, 'manifest.json')}: expected a trained model, found ${manifest.kind}; install one`); // prettier-ignore
  }
  checkExpected(folder, manifest, expected);
  const path = join(folder, manifest.file);
  const cut = cutModel(bytes);
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(cut?.bytes ?? bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw new ModelError(`opening ${path}: it is not a model that this runtime reads; reinstall the folder`, { cause });
  }
  const model = modelOf(session, manifest, cut);
  try {
    checkSession(path, session, manifest, cut);
    await checkGolden(folder, model, GOLDEN_AT_START);
  } catch (error) {
    await session.release();
    throw error;
  }
  return model;
}

function modelOf(session: InferenceSession, manifest: OnnxManifest, cut: CutModel | null): TextModel {
  const feeds = session.inputNames.filter((name) => name !== SUMS) as ('ids' | 'weights' | 'characters')[];
  const labels = manifest.labels.length;
  const [columns, linear] = [cut?.table.width ?? 0, cut?.linear ?? null];
  let table = cut?.table ?? null;
  let kernel: TextKernel | null = null;
  const own = (texts: readonly TextFeatures[]): Float32Array => {
    if (table === null) throw new Error(`${manifest.task}: its table was taken, and no sums came with the texts`);
    kernel ??= createTextKernel([table]);
    return kernel(texts)[0] as Float32Array;
  };
  const run = async (texts: readonly TextFeatures[], sums: Float32Array | null): Promise<Float32Array> => {
    const batch = tensorsOf(texts);
    const given: Record<string, Tensor> = {};
    for (const name of feeds) given[name] = batch[name];
    if (sums !== null) given[SUMS] = new Tensor('float32', sums, [texts.length, columns]);
    return (await session.run(given))['scores']?.data as Float32Array;
  };
  return {
    manifest,
    get table() {
      return table;
    },
    letGoOfTable() {
      table = null;
      kernel = null;
    },
    async score(texts, summed) {
      const sums = columns === 0 ? null : (summed ?? own(texts));
      const scores = new Float32Array(texts.length * labels);
      const open = sums !== null && linear !== null ? answerWhereSure(linear, sums, scores) : texts.map((_, i) => i);
      for (const group of groupsByLength(open.map((i) => texts[i] as TextFeatures), MAX_PADDED)) {
        const places = group.map((i) => open[i] as number);
        const said = await run(places.map((i) => texts[i] as TextFeatures), sums && rowsOf(sums, places, columns));
        for (const [row, i] of places.entries()) scores.set(said.subarray(row * labels, (row + 1) * labels), i * labels);
      }
      return scores;
    },
    close: () => session.release(),
  };
} // prettier-ignore

/** Some rows of `width` numbers. */
function rowsOf(values: Float32Array, rows: readonly number[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  for (const [at, row] of rows.entries()) out.set(values.subarray(row * width, (row + 1) * width), at * width);
  return out;
}

function checkExpected(folder: string, manifest: OnnxManifest, expected: ExpectedModel): void {
  const path = join(folder, 'manifest.json');
  if (manifest.task !== expected.task) {
    throw new ModelError(`reading ${path}: expected a model of task ${expected.task}, found ${manifest.task}; correct the folder`); // prettier-ignore
  }
  if (manifest.labels.join() !== expected.labels.join()) {
    throw new ModelError(`reading ${path}: labels must be ${expected.labels.join(', ')} in this order; install the model that came with this agent`); // prettier-ignore
  }
  for (const label of expected.thresholds) {
    const threshold = manifest.thresholds[label];
    if (threshold === undefined || !(threshold > 0 && threshold <= 1)) {
      throw new ModelError(`reading ${path}: thresholds.${label} must be a number above 0 and at most 1`);
    }
  }
}

function checkSession(path: string, session: InferenceSession, manifest: OnnxManifest, cut: CutModel | null): void {
  const taken = session.inputMetadata.filter(({ name }) => cut === null || name !== SUMS).map((one) => (one.isTensor ? `${one.name} ${one.type} [${one.shape.join()}]` : one.name));
  const found = [...(cut?.inputs ?? []), ...taken];
  const promised = manifest.inputs.map(({ name, type, shape }) => `${name} ${type} [${shape.join()}]`);
  if (found.join('; ') !== promised.join('; ')) {
    throw new ModelError(`opening ${path}: its inputs are ${found.join('; ')}, the manifest says ${promised.join('; ')}; reinstall the folder`);
  }
  for (const { name, type } of manifest.inputs) {
    if (INPUTS[name] !== type) {
      throw new ModelError(`opening ${path}: this agent cannot feed input ${name} of ${type}; install the model that came with this agent`);
    }
  }
  const scores = session.outputMetadata.find((one) => one.name === 'scores');
  if (scores === undefined || !scores.isTensor || scores.shape.at(-1) !== manifest.labels.length) {
    throw new ModelError(`opening ${path}: it must give scores of ${manifest.labels.length} labels; reinstall the folder`);
  }
} // prettier-ignore

/** Compares the first `limit` golden lines; throws `ModelError` for the first that differs by more than 1e-5. */
export async function checkGolden(folder: string, model: TextModel, limit: number): Promise<number> {
  const path = join(folder, model.manifest.golden);
  const lines = goldenLines(path).slice(0, limit);
  const read = createFeatureReader();
  for (const [i, { text, scores }] of lines.entries()) {
    const said = await model.score([read(text)]);
    const off = scores.reduce((most, score, k) => Math.max(most, Math.abs(score - (said[k] ?? Number.NaN))), 0);
    if (!(off <= GOLDEN_TOLERANCE) || said.length !== scores.length) {
      throw new ModelError(`checking ${path}: line ${i + 1} is off by ${off}; the model and its golden file do not belong together, or this runtime counts differently: reinstall the folder`); // prettier-ignore
    }
  }
  return lines.length;
}

function goldenLines(path: string): { text: string; scores: number[] }[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { text: string; scores: number[] });
  } catch (cause) {
    throw new ModelError(`reading ${path}: golden lines cannot be read; reinstall the model folder`, { cause });
  }
}
