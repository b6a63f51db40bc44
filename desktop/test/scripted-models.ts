import type { ModelReport, ModelsState } from '@livecue/shared/contract';

/** Delivered models as a test wants them. */
export interface ScriptedModels {
  change(part: Partial<ModelsState>): void;
  /** Undefined: another verb. */
  call(verb: string): unknown;
}

export function createScriptedModels(nowMs: () => number): ScriptedModels {
  const report = (part: Partial<ModelReport> & Pick<ModelReport, 'task' | 'modelVersion' | 'state'>): ModelReport => ({
    version: 3, atMs: nowMs() - 372_000, untilMs: null, reason: null, ignored: null, chunks: { have: 94, of: 94 }, canary: null, ...part,
  }); // prettier-ignore
  const canary = { comments: 1_284, skipped: 31_060, agreement: 0.931, drift: 0.07, serving: {}, candidate: {}, servingP95Ms: 0.6, candidateP95Ms: 0.7, errors: 0 }; // prettier-ignore
  let models: ModelsState = {
    serving: 'intent-5+toxicity-2+spam-3+sentiment-2',
    delivered: { spam: 'spam/2' },
    back: 'stop-delivery',
    reports: [
      report({ task: 'intent', modelVersion: 'intent-6', state: 'canary', untilMs: nowMs() + 1_428_000, canary }),
      report({ task: 'spam', modelVersion: 'spam-3', state: 'live', atMs: nowMs() - 86_400_000 }),
      report({ task: 'sentiment', modelVersion: 'sentiment-3', state: 'refused', reason: 'tried on 500 comments beside the one that serves: it agrees on 71.2 % of the comments, at least 80.0 % are wanted', canary: { ...canary, comments: 500, agreement: 0.712 } }),
    ],
    problem: null,
  }; // prettier-ignore
  return {
    change: (part) => (models = { ...models, ...part }),
    call(verb) {
      if (verb === 'models.rollback') {
        const reports = models.reports.map((one): ModelReport => (one.state === 'canary' ? { ...one, state: 'rolled-back', canary: null } : one)); // prettier-ignore
        models = { ...models, reports, back: 'shipped-models' };
      }
      return verb === 'models.read' || verb === 'models.rollback' ? models : undefined;
    },
  };
}
