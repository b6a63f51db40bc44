import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INTENTS } from '@livecue/shared/insight';
import { createFeatureReader } from '@livecue/shared/text';
import { openTextModel, type ExpectedModel, type TextModel } from './text-model.ts';
import { groupsByLength, tensorsOf } from './text-tensors.ts';

/** Texts in one run of a model: more cost no less each, and make the others wait. */
const MAX_BATCH = 64;

export const HEADS = ['intent', 'toxicity', 'spam', 'sentiment'] as const;
export type Head = (typeof HEADS)[number];

export const EXPECTED: Readonly<Record<Head, ExpectedModel>> = {
  intent: { task: 'intent', labels: INTENTS, thresholds: [] },
  toxicity: { task: 'toxicity', labels: ['calm', 'offensive'], thresholds: ['offensive'] },
  spam: { task: 'spam', labels: ['fine', 'spam'], thresholds: ['spam'] },
  sentiment: { task: 'sentiment', labels: ['negative', 'neutral', 'positive'], thresholds: [] },
};

/** Scores of one text by head, in the order of `EXPECTED[head].labels`; absent where no model is loaded. */
export type HeadScores = { readonly [head in Head]?: readonly number[] };

export interface HeadInfo {
  readonly version: string;
  readonly thresholds: Readonly<Record<string, number>>;
}
export type HeadsInfo = { readonly [head in Head]?: HeadInfo };

export interface TextHeads {
  readonly info: HeadsInfo;
  score(texts: readonly string[]): Promise<HeadScores[]>;
  close(): Promise<void>;
}

/**
 * Opens the models of `<root>/<head>`; throws `ModelError` when one is wrong. A head without a manifest is left
 * out, and so is intent while it is hand-written rules.
 */
export async function openTextHeads(root: string): Promise<TextHeads> {
  const models = new Map<Head, TextModel>();
  const close = async () => {
    for (const model of models.values()) await model.close();
  };
  try {
    for (const head of HEADS) {
      const found = foundIn(join(root, head));
      if (found === 'nothing' || (found === 'rules' && head === 'intent')) continue;
      models.set(head, await openTextModel(join(root, head), EXPECTED[head]));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const info = Object.fromEntries(
    [...models].map(([head, { manifest }]) => [head, { version: manifest.version, thresholds: manifest.thresholds }]),
  );
  return { info, close, score: createScorer(models) };
}

function createScorer(models: ReadonlyMap<Head, TextModel>): TextHeads['score'] {
  const read = createFeatureReader();
  return async (texts) => {
    const features = texts.map(read);
    const out: { [head in Head]?: readonly number[] }[] = texts.map(() => ({}));
    for (const group of groupsByLength(features, MAX_BATCH)) {
      const batch = tensorsOf(group.flatMap((i) => features[i] ?? []));
      for (const [head, model] of models) {
        const scores = await model.score(batch);
        const width = EXPECTED[head].labels.length;
        for (const [row, i] of group.entries()) {
          const one = out[i];
          if (one !== undefined) one[head] = [...scores.subarray(row * width, (row + 1) * width)];
        }
      }
    }
    return out;
  };
}

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
