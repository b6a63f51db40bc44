import type { Product } from '@livecue/shared/contract';
import type { RoomView } from '../../core-ports.ts';
import { type Candidate, OFF_DELAY_MS, ON_DELAY_MS, type Rule, type RuleContext, stockLevel } from '../rule.ts';
import { labelOf, nameOf } from '../words.ts';

const WINDOW_MS = 300_000;
const WINDOW_MINUTES = WINDOW_MS / 60_000;
/** Fewer units say nothing of a rate. */
const MIN_UNITS = 5;
const ACT_NOW_MINUTES = 3;
/** The card stays until the time left is this many times the limit. */
const EXIT_TIMES = 1.25;

interface Forecast {
  readonly stock: number;
  readonly units: number;
  readonly minutes: number;
  readonly openMs: number;
  readonly closeMs: number;
}

/** Time until sold out: stock ÷ units paid a minute over the last 5 min. Nothing without a known stock. */
export const stockOut: Rule = {
  name: 'stock-out',
  onDelayMs: ON_DELAY_MS,
  offDelayMs: OFF_DELAY_MS,
  safety: false,
  evaluate: (view, context) => {
    const candidates: Candidate[] = [];
    for (const product of context.active) {
      const forecast = forecastOf(product, view);
      if (forecast === null || forecast.minutes > context.config.stockOutMinutes * EXIT_TIMES) continue;
      candidates.push(candidateOf(view, context, product, forecast));
    }
    return candidates;
  },
  endedBy: () => null,
};

function forecastOf(product: Product, view: RoomView): Forecast | null {
  const stock = stockLevel(product, view);
  if (stock === null || stock <= 0) return null;
  const { openMs, closeMs, counts } = view.counts(product.productId, WINDOW_MS);
  if (counts.unitsPaid < MIN_UNITS) return null;
  return { stock, units: counts.unitsPaid, minutes: stock / (counts.unitsPaid / WINDOW_MINUTES), openMs, closeMs };
}

function candidateOf(view: RoomView, context: RuleContext, product: Product, forecast: Forecast): Candidate {
  return {
    key: `stock-out/stock/${product.productId}`,
    priority: forecast.minutes < ACT_NOW_MINUTES ? 'act-now' : 'advice',
    product,
    level: context.config.stockOutMinutes / forecast.minutes,
    enter: 1,
    exit: 1 / EXIT_TIMES,
    count: forecast.units,
    compose: () => compose(view, context, product, forecast),
  };
}

function compose(view: RoomView, context: RuleContext, product: Product, forecast: Forecast) {
  const { stock, units } = forecast;
  const minutes = Math.max(1, Math.round(forecast.minutes));
  const label = labelOf(product);
  const name = nameOf(product);
  return {
    headline: { zh: `${label.zh} ${minutes} 分钟后售罄`, en: `${label.en} sold out in ${minutes} min` },
    reason: {
      zh: `库存 ${stock}，近 5 分钟卖出 ${units} · ${name.zh}`,
      en: `${stock} left, ${units} sold in 5 min · ${name.en}`,
    },
    fact: null,
    evidence: {
      window: { openMs: forecast.openMs, closeMs: forecast.closeMs },
      counts: { minutes, stock, unitsPaid: units },
      threshold: { minutes: context.config.stockOutMinutes, unitsPaid: MIN_UNITS, windowMinutes: WINDOW_MINUTES },
      modelVersion: context.modelVersion,
      eventIds: [...view.recentIds(product.productId, 'orders')].slice(-5),
    },
  };
}
