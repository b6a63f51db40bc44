import { isQuestion } from '@livecue/shared/contract';
import type { Intent, Prediction } from '@livecue/shared/insight';
import type { LiveEventOf } from '@livecue/shared/event';
import type { StateDelta } from '../ports.ts';
import { countDistinct, decodeSet, type DistinctSet, encodeSet, insertHash } from '../stream/distinct.ts';
import { hash48 } from '../stream/hash.ts';

/** Topics beyond these are counted by the minute alone. */
const MAX_TOPICS = 500;

/** Distinct viewers by product and question since the show began: exact to 256, estimated beyond. */
export interface AskedTopics {
  add(event: LiveEventOf<'live.comment.created'>, prediction: Prediction): void;
  /** Of a product, or of the whole room (null); null when it is not kept. */
  viewers(productId: string | null, intent: Intent): number | null;
  clear(): void;
  takeDelta(): StateDelta;
  load(key: string, value: string): void;
}

export function createAskedTopics(prefix: string): AskedTopics {
  const topics = new Map<string, DistinctSet>();
  const changed = new Set<string>();
  const gone = new Set<string>();
  const lanes = new Uint32Array(2);

  const insert = (key: string, hash: number) => {
    let set = topics.get(key);
    if (set === undefined) {
      if (topics.size >= MAX_TOPICS) return;
      set = [];
      topics.set(key, set);
    }
    insertHash(set, hash);
    changed.add(key);
  };

  return {
    add(event, { intent, products }) {
      if (!isQuestion(intent)) return;
      const hash = hash48(`${event.source} ${event.data.author.identifier}`, lanes);
      insert(keyOf(null, intent), hash);
      const productId = products[0]?.productId;
      if (productId !== undefined) insert(keyOf(productId, intent), hash);
    },
    viewers(productId, intent) {
      const set = topics.get(keyOf(productId, intent));
      return set === undefined ? null : countDistinct(set);
    },
    clear() {
      for (const key of topics.keys()) gone.add(key);
      topics.clear();
      changed.clear();
    },
    takeDelta() {
      const put = [...changed].map((key) => [prefix + key, encodeSet(topics.get(key)!)] as const);
      const del = [...gone].filter((key) => !topics.has(key)).map((key) => prefix + key);
      changed.clear();
      gone.clear();
      return { put, del };
    },
    load(key, value) {
      topics.set(key.slice(prefix.length), decodeSet(value));
    },
  };
}

function keyOf(productId: string | null, intent: Intent): string {
  return `${intent}/${productId ?? ''}`;
}
