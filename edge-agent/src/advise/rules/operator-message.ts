import { SAFETY_DELAYS, type Candidate, type Rule, type RuleContext } from '../rule.ts';
import type { OwnCard } from '../operator-desk.ts';
import { labelOf, nameOf } from '../words.ts';
import type { RoomView } from '../../core-ports.ts';

/**
 * What the operator says to the host. Condition: he sent it and its life is not over. It passes hold, limits of
 * number and a silent feed, since all of them are there to keep the machine from interrupting, and he is none; it
 * does not pass the kill switch. Withdrawn when he clears it or sends another. An offer that he proposes passes
 * every guard of offers, stands as long as they hold, and is acted on when the shop tells that it started.
 */
export const operatorMessage: Rule = {
  name: 'operator-message',
  ...SAFETY_DELAYS,
  actedOn: ['offer-started'],
  evaluate: (view, context) => context.own.flatMap((own) => candidateOf(own, view, context)),
  endedBy: () => null,
};

function candidateOf(own: OwnCard, view: RoomView, context: RuleContext): Candidate[] {
  const { key, priority, offer, words } = own;
  const product = offer === null ? null : context.product(offer.productId);
  if (offer !== null && product === null) return [];
  const common = { key, priority, product, level: 1, enter: 1, exit: 1, count: 1 };
  const evidence = { window: { openMs: view.nowMs, closeMs: view.nowMs }, threshold: {}, modelVersion: 'operator', eventIds: [] }; // prettier-ignore
  if (offer === null || product === null) {
    const said = { headline: words ?? { zh: '', en: '' }, reason: { zh: '导播', en: 'From the operator' }, fact: null };
    return [{ ...common, compose: () => ({ ...said, evidence: { ...evidence, counts: {} } }) }];
  }
  const { price, priceCurrency, quantity } = offer;
  const compose = () => {
    const [label, name, amount] = [labelOf(product), nameOf(product), Number(price)];
    return {
      // A long price leaves no room for a long word.
      headline: {
        zh: `${label.zh} ${String(amount).length > 7 ? '价' : '限时'} ${amount}`,
        en: `${label.en}: offer at ${amount}`,
      },
      reason: {
        zh: `限 ${quantity} 件，导播提议 · ${name.zh}`,
        en: `${quantity} units, says the operator · ${name.en}`,
      },
      fact: null,
      evidence: { ...evidence, counts: { price: amount, quantity } },
    };
  };
  return [{ ...common, proposes: 'offer', offer: { price, priceCurrency, quantity }, compose }];
}
