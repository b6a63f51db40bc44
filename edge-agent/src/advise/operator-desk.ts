import type { Priority, ProposedOffer, Words } from '@livecue/shared/prompt';
import type { Intent } from '@livecue/shared/insight';
import { LIFE_MS } from './card.ts';
import type { Answered } from './acted-on.ts';

/** What the operator himself says to the host: words, or an offer of a product. */
export interface OwnCard {
  readonly key: string;
  readonly priority: Priority;
  readonly untilMs: number;
  /** Null: an offer speaks for itself. */
  readonly words: Words | null;
  readonly offer: (ProposedOffer & { readonly productId: string }) | null;
}

/** Own cards that stand at a time; beyond, the oldest goes. */
const MAX_CARDS = 5;
/** Longer than any card stands. */
const ANSWERED_MS = 180_000;
const MAX_ANSWERED = 200;

interface Saved {
  number: number;
  cards: OwnCard[];
  answered: Answered[];
}

/** What the operator did that rules and outcomes need: his own cards, and the questions that he answered. */
export interface OperatorDesk {
  /** In place of his words before. Returns the key of the card. */
  say(words: Words, priority: Priority, nowMs: number): string;
  /** In place of the product's offer before; guards stand outside. */
  propose(offer: ProposedOffer & { readonly productId: string }, nowMs: number): string;
  /** Takes all own cards away; returns how many there were. */
  clear(): number;
  drop(key: string): void;
  answer(productId: string | null, intent: Intent, nowMs: number): void;
  /** Forgets what is over. */
  pass(nowMs: number): void;
  readonly cards: readonly OwnCard[];
  readonly answered: readonly Answered[];
  save(): string;
  restore(saved: string): void;
}

export function createOperatorDesk(): OperatorDesk {
  let state: Saved = { number: 0, cards: [], answered: [] };
  const put = (subject: string, card: Omit<OwnCard, 'key'>, isReplaced: (other: OwnCard) => boolean): string => {
    // A number for each card: HP8 would keep back what looks like the same one again.
    state.number++;
    const key = `operator-message/${subject}-${state.number}/${card.offer?.productId ?? ''}`;
    state.cards = [...state.cards.filter((other) => !isReplaced(other)), { ...card, key }].slice(-MAX_CARDS);
    return key;
  };
  return {
    say: (words, priority, nowMs) =>
      put('own', { priority, words, offer: null, untilMs: nowMs + LIFE_MS[priority] }, ({ offer }) => offer === null),
    propose: (offer, nowMs) =>
      put(
        'offer',
        { priority: 'advice', words: null, offer, untilMs: nowMs + LIFE_MS.advice },
        (other) => other.offer?.productId === offer.productId,
      ),
    clear: () => {
      const { length } = state.cards;
      state.cards = [];
      return length;
    },
    drop: (key) => {
      if (state.cards.some((card) => card.key === key)) state.cards = state.cards.filter((card) => card.key !== key);
    },
    answer: (productId, intent, nowMs) => {
      state.answered = [...state.answered, { productId, intent, atMs: nowMs }].slice(-MAX_ANSWERED);
    },
    pass: (nowMs) => {
      if (state.cards.some(({ untilMs }) => untilMs <= nowMs))
        state.cards = state.cards.filter(({ untilMs }) => untilMs > nowMs);
      if (state.answered.some(({ atMs }) => atMs <= nowMs - ANSWERED_MS))
        state.answered = state.answered.filter(({ atMs }) => atMs > nowMs - ANSWERED_MS);
    },
    get cards() {
      return state.cards;
    },
    get answered() {
      return state.answered;
    },
    save: () => JSON.stringify(state),
    restore: (saved) => {
      state = JSON.parse(saved) as Saved;
    },
  };
}
