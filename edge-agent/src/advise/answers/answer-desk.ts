import type { AnswerRow, Catalogue } from '@livecue/shared/contract';
import type { LiveEventOf } from '@livecue/shared/event';
import type { Intent, Prediction } from '@livecue/shared/insight';
import type { Words } from '@livecue/shared/prompt';
import type { RoomView, StateDelta } from '../../core-ports.ts';
import { productsById } from '../rule.ts';
import { createAnswerIndex, type AnswerIndex } from './answer-index.ts';
import { createAnswerer } from './answerer.ts';
import { factsOf } from './fact.ts';
import { type LiveValues, liveOf, NOTHING_LIVE, quoteOf } from './live-text.ts';
import { createAnswerQueue } from './answer-queue.ts';
import { createRepeatMemory } from './repeat-memory.ts';

/** Intents that a fact can answer. */
const ASKS: ReadonlySet<Intent> = new Set<Intent>([
  'return_warranty', 'shipping', 'order_payment', 'price', 'discount_gift', 'stock', 'size_spec', 'product_question',
]); // prettier-ignore
/** The same viewer asking again within this time gets a person. */
const REPEAT_MS = 600_000;
/** Searches remembered: half of all comments are exact repeats. */
const REMEMBERED = 2_000;
/** A card has room for one line; a longer fact is the operator's to shorten. */
const CARD_CHARACTERS = 60;

export interface AnswerDesk {
  /** A comment that got in, in the order of events. `view` is called only when a question needs it. */
  comment(event: LiveEventOf<'live.comment.created'>, prediction: Prediction | null, view: () => RoomView): void;
  /** The platform removed comments: their words go. */
  removed(event: LiveEventOf<'live.comment.deleted'>): void;
  /** The fact that answers by itself what is asked of a product now, for the host's card; null: none does. */
  factFor(productId: string | null, intent: Intent, view: RoomView): Words | null;
  /** What waits for the operator, newest first. */
  rows(view: RoomView): AnswerRow[];
  /** The question of the row, which is gone; null: there is no such row. */
  close(answerId: string): { readonly productId: string | null; readonly intent: Intent } | null;
  /** What waits survives a restart, on this box alone. */
  takeDelta(): StateDelta;
  restore(state: readonly (readonly [key: string, value: string])[]): void;
}

/** Finds an answer for each question of the room, and keeps what the host and the operator need of them. */
export function createAnswerDesk(catalogue: Catalogue): AnswerDesk {
  const facts = factsOf(catalogue);
  const products = productsById(catalogue);
  const live = (productId: string | null, view: RoomView): LiveValues => {
    const product = productId === null ? undefined : products.get(productId);
    return product === undefined ? NOTHING_LIVE : liveOf(product, view.stock(product.productId)?.level ?? null);
  };
  const index = remembering(createAnswerIndex(facts));
  const queue = createAnswerQueue();
  let now: (() => RoomView) | null = null;
  const answerer = createAnswerer({
    index,
    repeats: createRepeatMemory(REPEAT_MS),
    live: (productId) => (now === null ? NOTHING_LIVE : live(productId, now())),
  });
  const quoted = (answer: Words, productId: string | null, view: RoomView) => quoteOf(answer, () => live(productId, view));

  return {
    comment(event, prediction, view) {
      if (facts.length === 0 || prediction === null || !ASKS.has(prediction.intent)) return;
      now = view;
      const productId = prediction.products[0]?.productId ?? view().explaining?.productId ?? null;
      const { text, author } = event.data;
      const answered = answerer({
        text,
        productId,
        intents: { [prediction.intent]: prediction.intentScore },
        viewer: author?.identifier ?? null,
        offensive: prediction.offensive,
        atMs: event.eventTimeMs,
      });
      now = null;
      queue.add(event, { productId, intent: prediction.intent, answered });
    },
    removed: (event) => queue.removed(event),
    factFor(productId, intent, view) {
      const best = queue.mostAsked(productId, intent, view.nowMs);
      const words = best === null ? null : quoted(best.answer, best.productId, view);
      return words !== null && [...words.zh].length <= CARD_CHARACTERS ? words : null;
    },
    rows: (view) => queue.rows(view.nowMs, (fact) => quoted(fact.answer, fact.productId, view)),
    close: (answerId) => queue.close(answerId),
    takeDelta: () => queue.takeDelta(),
    restore: (state) =>
      queue.restore(state, (productId, factId) => facts.find((fact) => fact.factId === factId && fact.productId === productId) ?? null),
  };
} // prettier-ignore

/** The same question of the same product is searched for once. */
function remembering(index: AnswerIndex): AnswerIndex {
  const known = new Map<string, ReturnType<AnswerIndex['search']>>();
  return {
    facts: index.facts,
    search(question, limit) {
      const { text, productId, intents } = question;
      const key = JSON.stringify([text.slice(0, 400), productId, intents, limit]);
      const found = known.get(key) ?? index.search(question, limit);
      known.delete(key);
      known.set(key, found);
      if (known.size > REMEMBERED) for (const oldest of known.keys()) return (known.delete(oldest), found);
      return found;
    },
  };
}
