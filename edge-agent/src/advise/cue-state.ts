import type { AgentConfig, CueState, PatronQuestion, RunningOffer } from '@livecue/shared/contract';
import type { PatronAsked, RoomView, ShopOffer } from '../core-ports.ts';
import type { Answered } from './acted-on.ts';
import { type OfferGuard, runningOf } from './offer-guard.ts';
import { kindOfPatron, waitingPatrons } from './rules/patron-question.ts';

const MAX_RUNNING = 100;
const MAX_PATRONS = 20;

/** What a panel shows beside the stage: running offers, what is left for more, patrons whose questions wait. */
export function cueStateOf(
  view: RoomView,
  parts: { readonly guard: OfferGuard; readonly answered: readonly Answered[]; readonly config: AgentConfig['advise'] },
): CueState {
  const running = runningOf(view).slice(-MAX_RUNNING).map(told);
  const waiting = waitingPatrons(view, parts.answered);
  const patrons = waiting.slice(-MAX_PATRONS).reverse();
  return {
    offers: { running, budget: parts.guard.budget(view) },
    patrons: patrons.map((asked) => patronOf(asked, parts.config)),
  };
}

function told(offer: ShopOffer): RunningOffer {
  const { offerId, productId, kind, price, priceCurrency, startedMs, endsMs, quantity, unitsPaid } = offer;
  return { offerId, productId, kind, price, priceCurrency, startedMs, endsMs, quantity, unitsPaid };
}

function patronOf(asked: PatronAsked, config: AgentConfig['advise']): PatronQuestion {
  const { patronRef, orders, productId, intent, askedMs } = asked;
  return { patronRef, kind: kindOfPatron(asked, config), orders, productId, intent, askedMs };
}

/** Offers that began within 24 h, newest first. */
export function offersOfDay(view: RoomView): (RunningOffer & { endedMs: number | null })[] {
  const today = (view.offers ?? []).filter(({ startedMs }) => startedMs > view.nowMs - 24 * 3_600_000);
  return today.map((offer) => ({ ...told(offer), endedMs: offer.endedMs })).reverse();
}
