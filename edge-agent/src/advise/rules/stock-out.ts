import type { Product } from '@livecue/shared/contract';
import type { Forecast } from '@livecue/shared/insight';
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

/** The forecast is asked when the rate of the last minutes comes this near to the limit: it costs more. */
const ASKED_TIMES = 8;

interface Found {
  readonly stock: number;
  readonly units: number;
  readonly minutes: number;
  /** True: the forecast of the product says so; false: the rate of the last 5 min, for there is no forecast. */
  readonly byForecast: boolean;
  readonly openMs: number;
  readonly closeMs: number;
}

/**
 * Stock is gone soon. Condition: by the forecast of the product, or by stock ÷ units paid a minute over the last
 * 5 min where there is none, no more than the configured minutes are left; nothing without a known stock and 5 units
 * paid in 5 min. Hysteresis: on-delay, off-delay, and it stays until 1.25 times the limit. Priority "act now" below
 * 3 min, else "advice". Withdrawn when sales slow down, by stock that is raised (which is what counts as acted on),
 * and when sold out.
 */
export const stockOut: Rule = {
  name: 'stock-out',
  onDelayMs: ON_DELAY_MS,
  offDelayMs: OFF_DELAY_MS,
  safety: false,
  actedOn: ['stock-raised'],
  evaluate: (view, context) => {
    const candidates: Candidate[] = [];
    for (const product of context.active) {
      const found = foundIn(product, view, context.config.stockOutMinutes);
      if (found === null || found.minutes > context.config.stockOutMinutes * EXIT_TIMES) continue;
      candidates.push(candidateOf(view, context, product, found));
    }
    return candidates;
  },
  endedBy: () => null,
};

function foundIn(product: Product, view: RoomView, limitMinutes: number): Found | null {
  const stock = stockLevel(product, view);
  if (stock === null || stock <= 0) return null;
  const { openMs, closeMs, counts } = view.counts(product.productId, WINDOW_MS);
  const units = counts.unitsPaid;
  if (units < MIN_UNITS) return null;
  const minutes = stock / (units / WINDOW_MINUTES);
  const isNear = minutes <= limitMinutes * ASKED_TIMES;
  if (isNear && view.runsOutWithin?.(product.productId, stock, limitMinutes * EXIT_TIMES) === false) return null;
  const forecast = isNear ? view.forecast(product.productId, stock) : null;
  if (forecast === null) return { stock, units, minutes, byForecast: false, openMs, closeMs };
  return { stock, units, minutes: forecast.stockOut?.medianMinutes ?? Infinity, byForecast: true, openMs, closeMs };
}

/** Minutes until sold out as the card would say it; null: not within a day, or not known. */
export function minutesLeft(
  productId: string,
  stock: number | null,
  view: RoomView,
  forecast: Forecast | null,
): number | null {
  if (stock === null || stock <= 0) return null;
  if (forecast !== null) return forecast.stockOut?.medianMinutes ?? null;
  const units = view.counts(productId, WINDOW_MS).counts.unitsPaid;
  return units < MIN_UNITS ? null : stock / (units / WINDOW_MINUTES);
}

function candidateOf(view: RoomView, context: RuleContext, product: Product, found: Found): Candidate {
  return {
    key: `stock-out/stock/${product.productId}`,
    priority: found.minutes < ACT_NOW_MINUTES ? 'act-now' : 'advice',
    product,
    level: context.config.stockOutMinutes / found.minutes,
    enter: 1,
    exit: 1 / EXIT_TIMES,
    count: found.units,
    proposes: 'open-stock',
    compose: () => compose(view, context, product, found),
  };
}

function compose(view: RoomView, context: RuleContext, product: Product, found: Found) {
  const { stock, units, byForecast } = found;
  const minutes = Math.max(1, Math.round(found.minutes));
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
      window: { openMs: found.openMs, closeMs: found.closeMs },
      counts: { minutes, stock, unitsPaid: units, byForecast: byForecast ? 1 : 0 },
      threshold: { minutes: context.config.stockOutMinutes, unitsPaid: MIN_UNITS, windowMinutes: WINDOW_MINUTES },
      modelVersion: context.modelVersion,
      eventIds: [...view.recentIds(product.productId, 'orders')].slice(-5),
    },
  };
}
