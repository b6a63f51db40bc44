import { createSaidRule, type Said } from '../said-rule.ts';
import { stockLevel } from '../rule.ts';

/**
 * Several viewers say that they want to buy one product. Fails closed: without a product, or while its stock
 * is not known to be above 0, nothing is advised.
 */
export const buySignals = createSaidRule({
  name: 'buy-signals',
  intent: 'purchase_signal',
  priority: 'advice',
  enter: (config) => config.buySignalsPerMinute,
  said: { zh: '想买', en: 'want to buy' },
  advice: ({ product, viewers, view }: Said) => {
    const stock = product === null ? null : stockLevel(product, view);
    if (stock === null || stock <= 0) return null;
    return stock < viewers
      ? { zh: `只剩 ${stock}，先加库存`, en: `only ${stock} left, open more stock`, counts: { stock } }
      : { zh: `库存 ${stock}，现在引导下单`, en: `${stock} in stock, ask for the order now`, counts: { stock } };
  },
});
