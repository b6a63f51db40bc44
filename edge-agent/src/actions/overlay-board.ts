import type { OverlayState, Product, RunningOffer } from '@livecue/shared/contract';
import type { Words } from '@livecue/shared/prompt';

type Card = 'product' | 'offer' | 'answer';
/** Names that a viewer calls in a question are left out: nobody asked them. */
const MENTION = /[@＠][\p{L}\p{N}_.-]+/gu;
const ANSWER_MS = 20_000;
const MAX_QUESTION = 200;

/** What the overlay page shows, and who looks at it. */
export interface OverlayBoard {
  state(): OverlayState;
  /** Each of them returns how to take the card back; false: another one stands there by now. */
  showProduct(product: Product, explaining: boolean): () => boolean;
  showOffer(product: Product, offer: RunningOffer): () => boolean;
  showAnswer(question: string | null, answer: Words): () => boolean;
  clear(): void;
  /** Takes away what is over; `offers` are those that run. */
  second(offers: readonly RunningOffer[]): void;
  /** A page is open, until it calls what it is given; it hears of every change. */
  open(listener: () => void): () => void;
  readonly pages: number;
}

export function createOverlayBoard(
  ports: { readonly nowMs: () => number; readonly stock: (productId: string) => number | null },
  config: { readonly language: 'zh' | 'en'; readonly simulated: boolean },
): OverlayBoard {
  const listeners = new Set<() => void>();
  let cards: Pick<OverlayState, Card> = { product: null, offer: null, answer: null };
  let turn = 0;
  const turns = new Map<Card, number>();
  let offerId: string | null = null;
  let answerUntilMs = 0;
  const changed = () => listeners.forEach((listener) => listener());

  function put<C extends Card>(card: C, value: OverlayState[C]): () => boolean {
    cards = { ...cards, [card]: value };
    const mine = ++turn;
    turns.set(card, mine);
    changed();
    return () => {
      if (turns.get(card) !== mine || cards[card] === null) return false;
      cards = { ...cards, [card]: null };
      changed();
      return true;
    };
  }

  return {
    state: () => ({ version: 1, nowMs: ports.nowMs(), ...config, ...cards }),
    showProduct({ linkNumber, name, price = null, priceCurrency = null }, explaining) {
      return put('product', { linkNumber, name, price, priceCurrency, explaining });
    },
    showOffer(product, offer) {
      offerId = offer.offerId;
      const { linkNumber, name, price: listPrice = null, priceCurrency: listed } = product;
      return put('offer', {
        linkNumber, name, price: offer.price, priceCurrency: offer.priceCurrency, endsMs: offer.endsMs, left: leftOf(offer),
        // Crossed out beside the price: only a real one, in the same currency and higher.
        listPrice: listed === offer.priceCurrency && Number(listPrice) > Number(offer.price) ? listPrice : null,
      }); // prettier-ignore
    },
    showAnswer(question, answer) {
      answerUntilMs = ports.nowMs() + ANSWER_MS;
      const words = question?.replace(MENTION, '').replace(/\s+/g, ' ').trim() ?? '';
      return put('answer', { question: words === '' ? null : [...words].slice(0, MAX_QUESTION).join(''), answer });
    },
    clear() {
      cards = { product: null, offer: null, answer: null };
      changed();
    },
    second(offers) {
      const before = cards;
      const nowMs = ports.nowMs();
      if (cards.answer !== null && nowMs >= answerUntilMs) cards = { ...cards, answer: null };
      const offer = offers.find((one) => one.offerId === offerId);
      const isOver = offer === undefined || (offer.endsMs !== null && nowMs >= offer.endsMs);
      if (cards.offer !== null && isOver) cards = { ...cards, offer: null };
      else if (cards.offer !== null && offer !== undefined) {
        const left = leftOf(offer);
        if (left !== cards.offer.left || offer.endsMs !== cards.offer.endsMs) cards = { ...cards, offer: { ...cards.offer, left, endsMs: offer.endsMs } }; // prettier-ignore
      }
      if (cards !== before) changed();
    },
    open(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get pages() {
      return listeners.size;
    },
  };

  /** Units of the offer that are left, never more than the stock; null: nobody tells. */
  function leftOf(offer: RunningOffer): number | null {
    const stock = ports.stock(offer.productId);
    const ofOffer = offer.quantity === null ? null : Math.max(0, offer.quantity - offer.unitsPaid);
    if (ofOffer === null || stock === null) return ofOffer;
    return Math.min(ofOffer, stock);
  }
}
