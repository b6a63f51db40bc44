import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelManifest } from '@livecue/shared/contract';
import { ORDER_FEATURES } from '@livecue/shared/insight';
import * as z from 'zod';
import { readBoostedFile, writeBoostedFile } from './boosted-file.ts';
import { type BoostedTrees, scoreBoosted } from './boosted-trees.ts';
import { toFloat } from './matrix.ts';
import { ModelError, openManifest } from './model-manifest.ts';
import type { OrderScorer } from './order-scorer.ts';

const TASK = 'order-verdicts';
const CURRENT = 'current.json';
const GOLDEN_TOLERANCE = 1e-6;

/** Which version serves, and which served before it. Versions are folders beside this file, none is ever changed. */
const Current = z.strictObject({
  version: z.string().regex(/^order-verdicts-\d+$/),
  previous: z.string().regex(/^order-verdicts-\d+$/).nullable(),
}); // prettier-ignore
type Current = z.infer<typeof Current>;

/** A model that was trained on this box from what operators said of its orders. */
export interface TrainedVerdicts {
  readonly version: string;
  /** Chance, 0..1, that an operator confirms an order that is told. */
  confirm(features: Float64Array): number;
}

/**
 * Writes a model as the next version in `folder` and has it serve from the next start on. Every file is on disk
 * before the version is named. Returns its name.
 */
export function saveTrained(folder: string, model: BoostedTrees, golden: readonly Float64Array[]): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const before = currentOrNone(folder);
  let number = 1;
  while (existsSync(join(folder, `${TASK}-${number}`))) number++;
  const version = `${TASK}-${number}`;
  const own = join(folder, version);
  mkdirSync(own, { mode: 0o700 });
  const bytes = writeBoostedFile(model, ORDER_FEATURES);
  const manifest: ModelManifest = {
    kind: 'onnx', task: TASK, version, textVersion: 0, labels: ['confirmed'], file: 'model.onnx',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    inputs: [{ name: 'features', type: 'float32', shape: ['batch', ORDER_FEATURES.length] }],
    thresholds: { confirmed: 0.5 }, golden: 'golden.jsonl',
  }; // prettier-ignore
  // As it will be read: with the file's 32-bit leaves.
  const read = readBoostedFile(bytes, ORDER_FEATURES);
  const lines = golden.map((features) => `${JSON.stringify({ features: [...features].map((value) => (Number.isFinite(value) ? value : null)), score: scoreOf(read, features) })}\n`); // prettier-ignore
  write(join(own, 'model.onnx'), bytes);
  write(join(own, 'golden.jsonl'), lines.join(''));
  write(join(own, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeCurrent(folder, { version, previous: before?.version ?? null });
  return version;
}

/** Has the version before serve again; null when there is none. The two change places. */
export function rollBackTrained(folder: string): string | null {
  const current = readCurrent(folder);
  if (current === null || current.previous === null) return null;
  writeCurrent(folder, { version: current.previous, previous: current.version });
  return current.previous;
}

/**
 * The model that serves; when it cannot be used the one before it, and `onProblem` is told why. Null: there is none,
 * or neither can be used.
 */
export function openTrained(folder: string, onProblem: (problem: string) => void): TrainedVerdicts | null {
  try {
    const current = readCurrent(folder);
    if (current === null) return null;
    try {
      return openVersion(join(folder, current.version));
    } catch (error) {
      if (!(error instanceof ModelError) || current.previous === null) throw error;
      onProblem(`${error.message}; ${current.previous} serves instead`);
      return openVersion(join(folder, current.previous));
    }
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    onProblem(`verdicts on orders are learned anew: ${error.message}`);
    return null;
  }
}

/** A scorer that asks a trained model whether an order that is told would be confirmed. */
export function withTrained(scorer: OrderScorer, trained: TrainedVerdicts): OrderScorer {
  return { ...scorer, version: `${scorer.version}+${trained.version}`, confirm: (features) => trained.confirm(features) }; // prettier-ignore
}

function openVersion(folder: string): TrainedVerdicts {
  const { manifest, bytes } = openManifest(folder);
  const path = join(folder, manifest.file);
  if (manifest.kind !== 'onnx' || manifest.task !== TASK) {
    throw new ModelError(`reading ${path}: expected a model of task ${TASK}, found ${manifest.kind} of ${manifest.task}; train it again with livecue order-train`); // prettier-ignore
  }
  let model: BoostedTrees;
  try {
    model = readBoostedFile(bytes, ORDER_FEATURES);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ModelError(`opening ${path}: ${cause.message}; train it again with livecue order-train`, { cause });
  }
  checkGolden(join(folder, manifest.golden), model);
  return { version: manifest.version, confirm: (features) => scoreOf(model, features) };
}

const GoldenLine = z.object({ features: z.array(z.number().nullable()), score: z.number() });

function checkGolden(path: string, model: BoostedTrees): void {
  const wrong = (what: string, cause?: unknown) => new ModelError(`checking ${path}: ${what}; train it again with livecue order-train`, { cause }); // prettier-ignore
  let lines: z.infer<typeof GoldenLine>[];
  try {
    lines = readFileSync(path, 'utf8').split('\n').filter((line) => line !== '').map((line) => GoldenLine.parse(JSON.parse(line))); // prettier-ignore
  } catch (cause) {
    throw wrong('golden lines cannot be read', cause);
  }
  for (const [at, { features, score }] of lines.entries()) {
    const off = Math.abs(
      scoreOf(
        model,
        Float64Array.from(features, (value) => value ?? Number.NaN),
      ) - score,
    );
    if (!(off <= GOLDEN_TOLERANCE)) throw wrong(`line ${at + 1} is off by ${off}`);
  }
}

/** What is not finite is not known. */
function scoreOf(model: BoostedTrees, features: Float64Array): number {
  const values = Float32Array.from(features, (value) => (Number.isFinite(value) ? toFloat(value) : Number.NaN));
  return scoreBoosted(model, { rows: 1, columns: values.length, values })[0]!;
}

function readCurrent(folder: string): Current | null {
  const path = join(folder, CURRENT);
  if (!existsSync(path)) return null;
  try {
    return Current.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw new ModelError(`reading ${path}: it does not name a version; remove it, or train again with livecue order-train`, { cause }); // prettier-ignore
  }
}

/** A file that names nothing must not keep a new version from being named. */
function currentOrNone(folder: string): Current | null {
  try {
    return readCurrent(folder);
  } catch (error) {
    if (error instanceof ModelError) return null;
    throw error;
  }
}

function writeCurrent(folder: string, current: Current): void {
  const path = join(folder, CURRENT);
  write(`${path}.new`, `${JSON.stringify(current, null, 2)}\n`);
  renameSync(`${path}.new`, path);
}

function write(path: string, content: string | Uint8Array): void {
  const file = openSync(path, 'w', 0o600);
  try {
    if (typeof content === 'string') writeSync(file, content);
    else writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
