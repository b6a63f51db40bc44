import { type Advice, createSaidRule, type Said } from '../said-rule.ts';
import { stockLevel } from '../rule.ts';

/**
 * Several viewers say that they want to buy one product. Condition: that many distinct viewers in 60 s, with the
 * hysteresis of `createSaidRule`. Fails closed: without a product, or while its stock is not known to be above 0,
 * nothing is advised. With less stock than viewers it asks for stock; else for a timed offer at the catalogue's
 * `offerPrice`, where every guard of offers agrees; else for the order. Withdrawn when fewer want to buy, when sold
 * out, or when a guard no longer agrees. Acted on: the shop tells an offer, or more stock.
 */
export const buySignals = createSaidRule({
  name: 'buy-signals',
  intent: 'purchase_signal',
  priority: 'advice',
  actedOn: ['offer-started', 'stock-raised'],
  enter: (config) => config.buySignalsPerMinute,
  said: { zh: '想买', en: 'want to buy' },
  advice: (said) => {
    const stock = said.product === null ? null : stockLevel(said.product, said.view);
    if (stock === null || stock <= 0) return null;
    if (stock < said.viewers) {
      const words = { zh: `只剩 ${stock}，先加库存`, en: `only ${stock} left, open more stock` };
      return { ...words, counts: { stock }, proposes: 'open-stock' };
    }
    const words = { zh: `库存 ${stock}，现在引导下单`, en: `${stock} in stock, ask for the order now` };
    return offerAdvice(said, stock) ?? { ...words, counts: { stock } };
  },
});

function offerAdvice({ product, view, context }: Said, stock: number): Advice | null {
  const price = product?.offerPrice;
  if (product === null || price === undefined || product.priceCurrency === undefined) return null;
  const quantity = Math.min(context.config.offerUnits, stock);
  const offer = { price, priceCurrency: product.priceCurrency, quantity };
  if (context.offerRefusals(product.productId, offer, view).length > 0) return null;
  const amount = Number(price);
  return {
    zh: `开限时价 ${amount}，限 ${quantity} 件`,
    en: `start an offer at ${amount} for ${quantity} units`,
    counts: { stock, price: amount, quantity },
    proposes: 'offer',
    offer,
  };
}
