import type { Intent } from '@livecue/shared/insight';
import type { HostPrompt } from '@livecue/shared/prompt';
import type { RoomView } from '../core-ports.ts';

/**
 * What shows in the room that somebody did what a card asks, so that nobody has to press a key (HP10). `troubleOver`
 * is told from the rule's own condition: what a warning is about ended while the card stood. Whether that was the
 * host's doing cannot be seen; it says that the card was not in vain.
 */
export const SIGNS = ['explained', 'moved-on', 'offer-started', 'stock-raised', 'answered', 'trouble-over'] as const;
export type Sign = (typeof SIGNS)[number];

/** Signs that every room shows; the others only where a shop tells offers and stock, or an operator keeps answers. */
const ALWAYS_SHOWN: ReadonlySet<Sign> = new Set<Sign>(['explained', 'moved-on', 'trouble-over']);

/** A warning whose trouble ended sooner was not read. */
const READ_MS = 10_000;

/** A question that the operator answered, as told by his list of answers. */
export interface Answered {
  readonly productId: string | null;
  readonly intent: Intent;
  readonly atMs: number;
}

export interface Happened {
  readonly view: RoomView;
  readonly nowMs: number;
  readonly answered: readonly Answered[];
  /** The rule's condition was below its exit for its off-delay. */
  readonly isOver: boolean;
}

/** Acting on such cards is seen whenever it happens: who never acts counts from the first card on. */
export function alwaysShows(actedOn: readonly Sign[]): boolean {
  return actedOn.length > 0 && actedOn.every((sign) => ALWAYS_SHOWN.has(sign));
}

/** True when one of `signs` has shown since the card came. */
export function isActedOn(prompt: HostPrompt, signs: readonly Sign[], happened: Happened): boolean {
  return signs.some((sign) => shows(prompt, sign, happened));
}

function shows(prompt: HostPrompt, sign: Sign, { view, nowMs, answered, isOver }: Happened): boolean {
  const { productId, raisedMs } = prompt;
  const { explaining } = view;
  switch (sign) {
    case 'explained':
      return productId !== null && explaining?.productId === productId && explaining.sinceMs >= raisedMs;
    case 'moved-on':
      return productId !== null && explaining?.productId !== productId;
    case 'offer-started':
      return (view.offers ?? []).some((offer) => offer.productId === productId && offer.startedMs >= raisedMs);
    case 'stock-raised':
      return isRaised(prompt, view);
    case 'answered':
      return answered.some((one) => one.atMs >= raisedMs && one.productId === productId && one.intent === intentOf(prompt)); // prettier-ignore
    case 'trouble-over':
      return isOver && nowMs - raisedMs >= READ_MS;
  }
}

/** Above what the card says is left, by a later word of the shop. */
function isRaised({ productId, raisedMs, evidence }: HostPrompt, view: RoomView): boolean {
  const left = evidence.counts['stock'];
  const stock = productId === null ? null : view.stock(productId);
  return stock !== null && left !== undefined && stock.level > left && stock.eventTimeMs >= raisedMs;
}

/** The subject of a key, where it is an intent. */
function intentOf({ key }: HostPrompt): string | undefined {
  return key.split('/')[1];
}
