import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INTENTS } from '@livecue/shared/insight';
import { createFeatureReader, type TextFeatures } from '@livecue/shared/text';
import { canStandTogether, createTextKernel, type KernelAnswer, type KernelPart } from './text-kernel.ts';
import { openTextModel, type ExpectedModel, type TextModel } from './text-model.ts';
import { groupsByLength, tensorsOf, type TextTensors } from './text-tensors.ts';

/** Texts in one run of a model that takes padded matrices: more cost no less each. */
const MAX_PADDED = 64;
/** Texts whose features are made, and summed by the kernel, at once. */
const MAX_BATCH = 512;

export const HEADS = ['intent', 'toxicity', 'spam', 'sentiment'] as const;
export type Head = (typeof HEADS)[number];

export const EXPECTED: Readonly<Record<Head, ExpectedModel>> = {
  intent: { task: 'intent', labels: INTENTS, thresholds: [] },
  toxicity: { task: 'toxicity', labels: ['calm', 'offensive'], thresholds: ['offensive'] },
  spam: { task: 'spam', labels: ['fine', 'spam'], thresholds: ['spam'] },
  sentiment: { task: 'sentiment', labels: ['negative', 'neutral', 'positive'], thresholds: [] },
};

/** Scores of one text by head, in the order of `EXPECTED[head].labels`; absent where no model is loaded. */
export type HeadScores = { readonly [head in Head]?: ArrayLike<number> };

/** The folder of each head's model; a head left out has none. */
export type HeadFolders = { readonly [head in Head]?: string };
/** Models by head, or the folder that has them all under the heads' names. */
export type ModelPlace = string | HeadFolders;

export function foldersOf(place: ModelPlace): HeadFolders {
  return typeof place === 'string' ? Object.fromEntries(HEADS.map((head) => [head, join(place, head)])) : place;
}

export interface HeadInfo {
  readonly version: string;
  readonly thresholds: Readonly<Record<string, number>>;
}
export type HeadsInfo = { readonly [head in Head]?: HeadInfo };

export interface TextHeads {
  readonly info: HeadsInfo;
  score(texts: readonly string[]): Promise<HeadScores[]>;
  /** The same as one block that can be handed to another thread without copying; `unpackScores` reads it. */
  scorePacked(texts: readonly string[]): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens the models of `place`; throws `ModelError` when one is wrong. A head without a manifest is left out, and so
 * is intent while it is hand-written rules.
 */
export async function openTextHeads(place: ModelPlace): Promise<TextHeads> {
  const folders = foldersOf(place);
  const models = new Map<Head, TextModel>();
  const close = async () => {
    for (const model of models.values()) await model.close();
  };
  try {
    for (const head of HEADS) {
      const folder = folders[head];
      const found = folder === undefined ? 'nothing' : foundIn(folder);
      if (folder === undefined || found === 'nothing' || (found === 'rules' && head === 'intent')) continue;
      models.set(head, await openTextModel(folder, EXPECTED[head]));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const info = Object.fromEntries(
    [...models].map(([head, { manifest }]) => [head, { version: manifest.version, thresholds: manifest.thresholds }]),
  );
  const scorePacked = createScorer(models);
  return { info, close, scorePacked, score: async (texts) => unpackScores(info, await scorePacked(texts)) };
}

/** Rows of `scorePacked` by head. The scores are views of the block. */
export function unpackScores(info: HeadsInfo, packed: Float32Array): HeadScores[] {
  const heads = HEADS.filter((head) => info[head] !== undefined);
  const width = widthOf(heads);
  if (width === 0) return [];
  return Array.from({ length: packed.length / width }, (_, row) => {
    const one: { [head in Head]?: ArrayLike<number> } = {};
    let at = row * width;
    for (const head of heads) one[head] = packed.subarray(at, (at += EXPECTED[head].labels.length));
    return one;
  });
}

function widthOf(heads: Iterable<Head>): number {
  let width = 0;
  for (const head of heads) width += EXPECTED[head].labels.length;
  return width;
}

/** Features and the kernel's answers are made once for all models. */
function createScorer(models: ReadonlyMap<Head, TextModel>): TextHeads['scorePacked'] {
  const read = createFeatureReader();
  const width = widthOf(models.keys());
  const ask = createKernel(models);
  const isPadded = [...models.values()].some((model) => model.isPadded);
  return async (texts) => {
    const packed = new Float32Array(texts.length * width);
    for (let from = 0; from < texts.length; from += MAX_BATCH) {
      const features = texts.slice(from, from + MAX_BATCH).map((text) => read(text));
      const answers = ask(features);
      const whole: Run[] = [{ rows: features.map((_, i) => i), batch: tensorsOf(features) }];
      const parted = isPadded ? groupsByLength(features, MAX_PADDED).map((rows) => runOf(rows, features)) : [];
      let at = from * width;
      // One model after the other: its weights stay in the core's cache from run to run.
      for (const [head, model] of models) {
        const labels = EXPECTED[head].labels.length;
        for (const { rows, batch } of model.isPadded ? parted : whole) {
          const answer = answers.get(head);
          const scores = await model.score(batch, answer && (model.isPadded ? rowsOf(answer, rows, features.length) : answer));
          for (const [row, i] of rows.entries()) packed.set(scores.subarray(row * labels, (row + 1) * labels), i * width + at);
        }
        at += labels;
      }
    }
    return packed;
  };
} // prettier-ignore

/** Texts that a model takes at once, and their places among those that were asked about. */
interface Run {
  readonly rows: readonly number[];
  readonly batch: TextTensors;
}

function runOf(rows: readonly number[], features: readonly TextFeatures[]): Run {
  return { rows, batch: tensorsOf(rows.map((i) => features[i] as TextFeatures)) };
}

/** The kernel's answers for some of `count` texts. */
function rowsOf({ sums, peaks }: KernelAnswer, rows: readonly number[], count: number): KernelAnswer {
  const taken = (values: Float32Array) => {
    const width = values.length / count;
    const out = new Float32Array(rows.length * width);
    for (const [at, row] of rows.entries()) out.set(values.subarray(row * width, (row + 1) * width), at * width);
    return out;
  };
  return { sums: taken(sums), peaks: peaks && taken(peaks) };
}

/** The kernel's answers by head, of one kernel for all models that it works for. */
function createKernel(models: ReadonlyMap<Head, TextModel>): (batch: readonly TextFeatures[]) => ReadonlyMap<Head, KernelAnswer> {
  const parts = new Map<Head, KernelPart>();
  for (const [head, { part }] of models) if (part !== null) parts.set(head, part);
  const heads = [...parts.keys()];
  // Else each runs one of its own.
  if (heads.length === 0 || !canStandTogether([...parts.values()])) return () => new Map();
  const kernel = createTextKernel([...parts.values()]);
  for (const head of heads) models.get(head)?.letGoOfPart();
  return (batch) => new Map(kernel(batch).map((one, k) => [heads[k] as Head, one]));
} // prettier-ignore

/** What a folder has for its head: nothing, hand-written rules, or what claims to be a model. */
function foundIn(folder: string): 'nothing' | 'rules' | 'model' {
  const path = join(folder, 'manifest.json');
  if (!existsSync(path)) return 'nothing';
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { kind?: unknown }).kind === 'rules' ? 'rules' : 'model';
  } catch {
    // What is wrong with it is said by the full check that follows.
    return 'model';
  }
}
