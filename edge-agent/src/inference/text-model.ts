import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import type { ModelManifest } from '@livecue/shared/contract';
import { createFeatureReader } from '@livecue/shared/text';
import { ModelError, openManifest } from './model-manifest.ts';
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
  /** Scores of the texts of `tensorsOf`, `labels.length` a text, in order. */
  score(batch: TextTensors): Promise<Float32Array>;
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
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, {
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 4,
    });
  } catch (cause) {
    throw new ModelError(`opening ${path}: it is not a model that this runtime reads; reinstall the folder`, { cause });
  }
  const model = modelOf(session, manifest);
  try {
    checkSession(path, session, manifest);
    await checkGolden(folder, model, GOLDEN_AT_START);
  } catch (error) {
    await session.release();
    throw error;
  }
  return model;
}

function modelOf(session: InferenceSession, manifest: OnnxManifest): TextModel {
  const takesCharacters = session.inputNames.includes('characters');
  return {
    manifest,
    async score({ ids, weights, characters }) {
      const { scores } = await session.run(takesCharacters ? { ids, weights, characters } : { ids, weights });
      return scores?.data as Float32Array;
    },
    close: () => session.release(),
  };
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

function checkSession(path: string, session: InferenceSession, manifest: OnnxManifest): void {
  const found = session.inputMetadata.map((one) => (one.isTensor ? `${one.name} ${one.type} [${one.shape.join()}]` : one.name));
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
