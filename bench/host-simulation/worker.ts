/** A child of the bench: plays one show after the other. */
import type { Intent, Prediction } from '@livecue/shared/insight';
import type { PromptEvent } from '@livecue/shared/prompt';
import { MODELS, intentRulesFolder, openCommentPredictor } from '../../edge-agent/src/assembly/comment-predictor.ts';
import { openOrderModel } from '../../edge-agent/src/assembly/order-model.ts';
import { createProductLinker } from '../../edge-agent/src/inference/product-linker.ts';
import { openRulePredictor } from '../../edge-agent/src/inference/rule-predictor.ts';
import type { HostConfig } from '../../edge-agent/src/ingest/simulator/host-effects.ts';
import { demoCatalogue } from '../../edge-agent/src/ingest/simulator/catalogue.ts';
import type { Predictor } from '../../edge-agent/src/ports.ts';
import { serveJobs } from '../process-pool.ts';
import { type Cues, playHosted, type RoomFigures, type TruthQueue } from './rooms.ts';

/** Who reads the comments for the agent: the shipped models, the hand-written rules, or the simulator's own truth. */
export type Reader = 'models' | 'rules' | 'truth';

export interface RoomJob {
  readonly seed: number;
  readonly minutes: number;
  readonly host: HostConfig;
  readonly cues: 'nobody' | Reader | { readonly chanceEveryMs: number } | readonly PromptEvent[];
}

export interface RoomAnswer {
  readonly figures: RoomFigures;
  readonly prompts: readonly PromptEvent[];
}

const catalogue = demoCatalogue();
const orderModel = openOrderModel(null);
let models: (Predictor & { close(): Promise<void> }) | null = null;

/** Shows repeat each other's comments: what was read once is not read again, and no thread is waited for. */
function remembering(predictor: Predictor): Predictor {
  const known = new Map<string, Prediction | null>();
  return {
    ...predictor,
    predict(texts) {
      const fresh = [...new Set(texts)].filter((text) => !known.has(text));
      const all = () => texts.map((text) => known.get(text) ?? null);
      if (fresh.length === 0) return all();
      return Promise.resolve(predictor.predict(fresh)).then((predictions) => {
        fresh.forEach((text, index) => known.set(text, predictions[index] ?? null));
        return all();
      });
    },
  };
}

async function readerOf(reader: Reader): Promise<{ predictor: Predictor; truth: TruthQueue | null }> {
  if (reader === 'models') {
    if (models === null) {
      const opened = await openCommentPredictor({ catalogue, deadlineMs: null, onProblem: null });
      models = { ...remembering(opened), close: opened.close };
    }
    return { predictor: models, truth: null };
  }
  if (reader === 'rules') return { predictor: openRulePredictor(intentRulesFolder(MODELS), createProductLinker(catalogue)), truth: null }; // prettier-ignore
  const truth: TruthQueue = [];
  const predict = (texts: readonly string[]) =>
    texts.map(() => {
      const real = truth.shift();
      if (real === undefined) throw new Error('a comment came without its truth');
      const products = real.productId === null ? [] : [{ productId: real.productId, score: 1 }];
      return { intent: real.intent as Intent, intentScore: 1, offensive: null, spam: null, sentiment: null, products, modelVersion: 'truth' }; // prettier-ignore
    });
  return { predictor: { version: 'truth', predict }, truth };
}

async function play({ cues, ...show }: RoomJob): Promise<RoomAnswer> {
  return playHosted(show, await sourceOf(cues));
}

async function sourceOf(cues: RoomJob['cues']): Promise<Cues> {
  if (cues === 'nobody') return { from: cues };
  if (typeof cues === 'string') return { from: 'agent', orderModel, ...(await readerOf(cues)) };
  return 'chanceEveryMs' in cues ? { from: 'chance', everyMs: cues.chanceEveryMs } : { from: 'list', events: cues };
}

serveJobs(play, async () => models?.close());
