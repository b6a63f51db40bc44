import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INTENTS } from '@livecue/shared/insight';
import { createFeatureReader, type TextFeatures } from '@livecue/shared/text';
import { canStandTogether, createTextKernel, type GramTable } from './text-kernel.ts';
import { openTextModel, type ExpectedModel, type TextModel } from './text-model.ts';

/** Texts whose features are made and summed at once. */
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

/** Features and sums are made once for all models. */
function createScorer(models: ReadonlyMap<Head, TextModel>): TextHeads['scorePacked'] {
  const read = createFeatureReader();
  const width = widthOf(models.keys());
  const sum = createKernel(models);
  return async (texts) => {
    const packed = new Float32Array(texts.length * width);
    for (let from = 0; from < texts.length; from += MAX_BATCH) {
      const features = texts.slice(from, from + MAX_BATCH).map((text) => read(text));
      const sums = sum(features);
      let at = from * width;
      // One model after the other: its weights stay in the core's cache from run to run.
      for (const [head, model] of models) {
        const labels = EXPECTED[head].labels.length;
        const scores = await model.score(features, sums.get(head));
        for (let i = 0; i < features.length; i++) packed.set(scores.subarray(i * labels, (i + 1) * labels), i * width + at);
        at += labels;
      }
    }
    return packed;
  };
} // prettier-ignore

/** Sums by head, of one kernel for all models that have a table. */
function createKernel(models: ReadonlyMap<Head, TextModel>): (batch: readonly TextFeatures[]) => ReadonlyMap<Head, Float32Array> {
  const tables = new Map<Head, GramTable>();
  for (const [head, { table }] of models) if (table !== null) tables.set(head, table);
  const heads = [...tables.keys()];
  // Else each runs one of its own.
  if (heads.length === 0 || !canStandTogether([...tables.values()])) return () => new Map();
  const kernel = createTextKernel([...tables.values()]);
  for (const head of heads) models.get(head)?.letGoOfTable();
  return (batch) => new Map(kernel(batch).map((sums, k) => [heads[k] as Head, sums]));
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
