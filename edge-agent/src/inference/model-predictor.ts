import type { IntentRules } from '@livecue/shared/contract';
import type { Prediction } from '@livecue/shared/insight';
import type { Predictor } from '../ports.ts';
import { createCommentReader, predictionOf, versionOf, type CommentReader } from './comment-reader.ts';
import { type ProductLinker, resolveOnAir } from './product-linker.ts';
import type { HeadsInfo, ModelPlace } from './text-heads.ts';
import type { SwappableHeads } from './worker-heads.ts';

/** Why a comment got no prediction. */
export type Unanswered = 'deadline' | 'session-broken';

export interface ModelPredictor extends Predictor {
  /** Comments without an answer by reason, comments answered from memory, comments answered in all. */
  readonly counts: { readonly unanswered: Record<Unanswered, number>; remembered: number; answered: number };
  /** Serves the models of another place once they are proved; throws `ModelError` and serves on when wrong. */
  swap(place: ModelPlace): Promise<void>;
  rollback(): Promise<void>;
  /** How the models fare that serve now. */
  readonly heads: Pick<SwappableHeads, 'info' | 'p95Ms' | 'fellBack'>;
  /** Called with the texts that the models are asked about, not those answered from memory. Returns how to end it. */
  observe(listener: (texts: readonly string[]) => void): () => void;
  close(): Promise<void>;
}

export interface ModelPredictorInput {
  readonly heads: SwappableHeads;
  /** Serve intent while no intent model is loaded; null when one is. */
  readonly rules: { readonly rules: IntentRules; readonly version: string } | null;
  readonly linker: ProductLinker;
  /** A batch without an answer by then goes on without; null waits as long as it takes, as a replay must. */
  readonly deadlineMs: number | null;
}

/** Half of all live comments repeat another exactly; this many short ones are remembered, twice. */
const CACHE_SIZE = 4096;
const CACHED_LENGTH = 64;

/** Predictions by models in a worker. Equal texts are asked once; equal input gives equal answers in any batch. */
export function createModelPredictor(input: ModelPredictorInput): ModelPredictor {
  const { heads, deadlineMs } = input;
  const counts = { unanswered: { deadline: 0, 'session-broken': 0 }, remembered: 0, answered: 0 };
  const made = new WeakMap<HeadsInfo, Serving>();
  const servingOf = (info: HeadsInfo): Serving => {
    const known = made.get(info) ?? servedBy(info, input);
    made.set(info, known);
    return known;
  };

  const observers = new Set<(texts: readonly string[]) => void>();

  const ask = async (texts: readonly string[]): Promise<Map<string, Prediction> | Unanswered> => {
    try {
      const { scores, info } = await heads.score(texts);
      const from = servingOf(info);
      const found = new Map<string, Prediction>();
      for (const [i, text] of texts.entries()) {
        const prediction = predictionOf(from.read(text, scores[i] ?? {}), from.version);
        found.set(text, prediction);
        if (text.length <= CACHED_LENGTH) from.remember(text, prediction);
      }
      return found;
    } catch {
      // The heads have said why when they broke; the comment goes on with a counted reason.
      return 'session-broken';
    }
  };

  const predict = (texts: readonly string[]): (Prediction | null)[] | Promise<(Prediction | null)[]> => {
    const serving = servingOf(heads.info);
    const known = texts.map((text) => serving.recall(text));
    const missing = [...new Set(texts.filter((_, i) => known[i] === undefined))];
    counts.remembered += known.filter((one) => one !== undefined).length;
    counts.answered += texts.length;
    if (missing.length > 0) for (const observer of observers) observer(missing);
    if (missing.length === 0) return known.map((one) => one ?? null);
    return within(ask(missing), deadlineMs).then((found) => {
      if (typeof found !== 'string') return texts.map((text, i) => known[i] ?? found.get(text) ?? null);
      const lost = known.filter((one) => one === undefined).length;
      counts.unanswered[found] += lost;
      counts.answered -= lost;
      return known.map((one) => one ?? null);
    });
  };

  return {
    counts,
    predict,
    resolve: (text, prediction, onAir) => resolveOnAir(input.linker, text, prediction, onAir),
    get version() {
      return servingOf(heads.info).version;
    },
    heads,
    observe(listener) {
      observers.add(listener);
      return () => void observers.delete(listener);
    },
    swap: async (place) => void (await heads.swap(place)),
    rollback: async () => void (await heads.rollback()),
    close: () => heads.close(),
  };
}

async function within<T>(answer: Promise<T>, deadlineMs: number | null): Promise<T | 'deadline'> {
  if (deadlineMs === null) return answer;
  // A timer that is cleared costs nothing; one that is aborted makes an error, hundreds of times a second.
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'deadline'>((resolve) => (timer = setTimeout(resolve, deadlineMs, 'deadline')));
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

interface Serving {
  readonly version: string;
  readonly read: CommentReader;
  recall(text: string): Prediction | undefined;
  remember(text: string, prediction: Prediction): void;
}

/** Reader and memory of one set of models. Two generations: at most 2 × `CACHE_SIZE` texts. */
function servedBy(info: HeadsInfo, { rules, linker }: ModelPredictorInput): Serving {
  let young = new Map<string, Prediction>();
  let old = new Map<string, Prediction>();
  return {
    version: versionOf(info, rules?.version ?? null),
    read: createCommentReader(info, rules?.rules ?? null, linker),
    recall(text) {
      const prediction = young.get(text) ?? old.get(text);
      if (prediction !== undefined && !young.has(text)) this.remember(text, prediction);
      return prediction;
    },
    remember(text, prediction) {
      if (young.size >= CACHE_SIZE) {
        old = young;
        young = new Map();
      }
      young.set(text, prediction);
    },
  };
}
