import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { ModelManifest } from '@livecue/shared/contract';
import { createFeatureReader } from '@livecue/shared/text';
import { ModelError, openManifest } from './model-manifest.ts';
import { type CutModel, cutModel, PEAKS, SUMS } from './onnx-graph.ts';
import { createTextKernel, type KernelAnswer, type KernelPart, type TextKernel } from './text-kernel.ts';
import { INPUTS, tensorsOf, type TextTensors } from './text-tensors.ts';

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
  /** What the kernel does of it; null when the runtime does everything, or somebody took it. */
  readonly part: KernelPart | null;
  /** Whether it takes padded matrices, so that a long text makes those beside it dear. */
  readonly isPadded: boolean;
  /** From now on somebody else runs the kernel: the tables, some MB, are no longer held. */
  letGoOfPart(): void;
  /** Scores of the texts of `tensorsOf`, `labels.length` a text, in order. `made`: the kernel's answers; else it is run. */
  score(batch: TextTensors, made?: KernelAnswer): Promise<Float32Array>;
  close(): Promise<void>;
}

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
  const feeds = session.inputNames.filter((name) => name !== SUMS && name !== PEAKS) as (keyof typeof INPUTS & ('ids' | 'weights' | 'characters'))[];
  const widths = { sums: cut?.table.width ?? 0, peaks: cut?.characters?.filters ?? 0 };
  let part: KernelPart | null = cut && { table: cut.table, characters: cut.characters };
  let kernel: TextKernel | null = null;
  const own = ({ texts }: TextTensors): KernelAnswer => {
    if (part === null) throw new Error(`${manifest.task}: its tables were taken, and no answers of the kernel came with the texts`);
    kernel ??= createTextKernel([part]);
    return kernel(texts)[0] as KernelAnswer;
  };
  return {
    manifest,
    isPadded: feeds.length > 0,
    get part() {
      return part;
    },
    letGoOfPart() {
      part = null;
      kernel = null;
    },
    async score(batch, made) {
      const given: Record<string, Tensor> = {};
      for (const name of feeds) given[name] = batch[name];
      if (widths.sums > 0) {
        const { sums, peaks } = made ?? own(batch);
        given[SUMS] = new Tensor('float32', sums, [batch.texts.length, widths.sums]);
        if (peaks !== null) given[PEAKS] = new Tensor('float32', peaks, [batch.texts.length, widths.peaks]);
      }
      const { scores } = await session.run(given);
      return scores?.data as Float32Array;
    },
    close: () => session.release(),
  };
} // prettier-ignore

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
  const taken = session.inputMetadata.filter(({ name }) => cut === null || (name !== SUMS && name !== PEAKS)).map((one) => (one.isTensor ? `${one.name} ${one.type} [${one.shape.join()}]` : one.name));
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
    const said = await model.score(tensorsOf([read(text)]));
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
