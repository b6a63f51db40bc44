import type { Interest } from '../core-ports.ts';
import { BUYERS_SLOT, SUM, intentSlot, type Accumulator } from './accumulator.ts';
import { countDistinct } from './distinct.ts';
import type { KeyRows, Row } from './key-rows.ts';
import type { Intent } from '@livecue/shared/insight';

/** Attention is judged over this long. */
export const INTEREST_MS = 10_000;

/**
 * What each signal weighs against a view. Fixed by reason, not fitted: each step down the funnel is
 * rarer (8.7 % of product clicks reach a cart, 30 % of carts an order) and dearer to the viewer, but by
 * their rarity carts would weigh 11 and orders 38, and one order would look like a crowd.
 */
const WEIGHT = { view: 1, question: 2, cart: 4, order: 8 } as const;

/** Intents that ask to know or to have the product; after-sales trouble and praise are no interest in buying. */
const QUESTIONS: readonly Intent[] = [
  'shipping', 'order_payment', 'price', 'discount_gift', 'stock', 'size_spec', 'host_request', 'product_question',
  'purchase_signal',
]; // prettier-ignore
const QUESTION_SLOTS = QUESTIONS.map(intentSlot);

/** Memory of a product's own rate. Long against a burst, short against an explain phase of 2 to 6 min. */
const BASELINE_TAU_MS = 120_000;
const MEMORY_MS = 600_000;
/** Variance over mean of the weighted sum: about 2 from mixing weights, times 2 from viewers who follow each other. */
const OVERDISPERSION = 4;
/** A product nobody looked at yet is expected to get this much in 10 s: four views, or a cart. */
const LEAST_EXPECTED = 4;
/** Added to both sides of a ratio, so that three comments after one are not a tripled room. */
const PRIOR_COMMENTS = 10;
const PRIOR_LIKES = 200;
const MAX_ROOM_FACTOR = 10;
const MAX_SURPRISE = 300;

/** Weighted signals of one slice. Questions count by distinct viewers: one who asks ten times is one. */
export function signalOf(acc: Accumulator): number {
  const { sums, sets } = acc;
  let signal = WEIGHT.view * sums[SUM.productViews]! + WEIGHT.cart * sums[SUM.cartAdds]!;
  // Most shops tell creation and payment of the same order, some only one of them.
  const orders = Math.max(sums[SUM.ordersCreated]!, sums[SUM.ordersPaid]!);
  // A ring of three buyers with thirty orders is three buyers; where no buyer is told, orders stand for them.
  const buyerSet = sets?.[BUYERS_SLOT];
  const buyers = buyerSet ? countDistinct(buyerSet) : 0;
  signal += WEIGHT.order * (buyers === 0 ? orders : Math.min(orders, buyers));
  if (sets === null) return signal;
  for (const slot of QUESTION_SLOTS) {
    const set = sets[slot];
    if (set) signal += WEIGHT.question * countDistinct(set);
  }
  return signal;
}

/** Slices of the judged window, and of the past before it. */
export interface InterestSpan {
  /** First slice of the window. */
  readonly from: number;
  /** First slice that the room has any event in. */
  readonly firstIndex: number;
  readonly sliceMs: number;
  /** How long the window has run, ms: its newest slice still fills. */
  readonly elapsedMs: number;
}

/** Mean a slice before the judged window, by what is judged. */
export interface Past {
  readonly signal: number;
  readonly comments: number;
  readonly likes: number;
}

/**
 * Exponentially weighted means a slice before the window, empty slices included:
 *
 *   Σ over slices s in firstIndex..from−1 of q^(from−1−s) · value(s)  /  Σ of the weights,   q = e^(−slice/τ)
 *
 * Read from the rows and never stored, so it is the same after a restart and in any order of arrival.
 */
export function pastOf(rows: readonly Row[], span: InterestSpan): Past {
  const { from, firstIndex, sliceMs } = span;
  const past = { signal: 0, comments: 0, likes: 0 };
  if (from <= firstIndex) return past;
  const q = Math.exp(-sliceMs / BASELINE_TAU_MS);
  // Older rows weigh less than 1 % together, and how long they are kept must not show.
  const oldest = from - MEMORY_MS / sliceMs;
  for (const { index, span: slices, acc } of rows) {
    if (index >= from) break;
    if (index < oldest) continue;
    const weight = (Math.pow(q, from - index - slices) * (1 - Math.pow(q, slices))) / slices;
    past.signal += signalOf(acc) * weight;
    past.comments += acc.sums[SUM.comments]! * weight;
    past.likes += acc.sums[SUM.likes]! * weight;
  }
  const weights = 1 - Math.pow(q, from - firstIndex);
  return { signal: past.signal / weights, comments: past.comments / weights, likes: past.likes / weights };
}

function sumSince(rows: readonly Row[], from: number, value: (acc: Accumulator) => number): number {
  let sum = 0;
  for (let at = rows.length - 1; at >= 0 && rows[at]!.index >= from; at--) sum += value(rows[at]!.acc);
  return sum;
}

/** A product or room with its past. */
export interface WithPast {
  readonly key: KeyRows;
  readonly past: Past;
}

/**
 * Attention to one product, against its own past scaled by what the whole room does now:
 *
 *   x = weighted signals in the window,  m = their mean a slice before · elapsed/slice
 *   f = max over comments, likes of (now + prior)/(usual + prior), other products' and general ones
 *       only, within 1..10: a wave that takes the whole room is not interest in one product
 *   μ = max(m · f, 4 · elapsed/10 s)
 *   surprise = −log10 P(x/φ, μ/φ) when x > μ, else 0
 *
 * P(a, μ) is the regularised lower incomplete gamma function, the tail P(X ≥ a) of a Poisson variable
 * (Abramowitz & Stegun 26.4.21, continued to real a); dividing by the overdispersion φ = 4 is the
 * quasi-Poisson model (McCullagh & Nelder 1989, section 6.2). It is a scale of surprise, not a
 * calibrated p-value: φ is set, not estimated. Rounded to 0.001, so that machines agree.
 */
export function interestOf(product: WithPast, room: WithPast, span: InterestSpan): Interest {
  const slices = span.elapsedMs / span.sliceMs;
  const x = sumSince(product.key.rows, span.from, signalOf);
  const own = product.past.signal * slices * roomFactor(product, room, span);
  const mu = Math.max(own, (LEAST_EXPECTED * span.elapsedMs) / INTEREST_MS);
  const perMinute = 60_000 / span.elapsedMs;
  return { level: round(x * perMinute), expected: round(mu * perMinute), surprise: round(surpriseOf(x, mu)) };
}

function roomFactor(product: WithPast, room: WithPast, span: InterestSpan): number {
  // Without a past there is no usual rate; the least expectation is all there is.
  if (span.from <= span.firstIndex) return 1;
  const ratio = (value: (acc: Accumulator) => number, meanASlice: number, prior: number) => {
    const now = sumSince(room.key.rows, span.from, value) - sumSince(product.key.rows, span.from, value);
    return (now + prior) / ((Math.max(0, meanASlice) * span.elapsedMs) / span.sliceMs + prior);
  };
  const comments = ratio((acc) => acc.sums[SUM.comments]!, room.past.comments - product.past.comments, PRIOR_COMMENTS);
  const likes = ratio((acc) => acc.sums[SUM.likes]!, room.past.likes, PRIOR_LIKES);
  return Math.min(MAX_ROOM_FACTOR, Math.max(1, comments, likes));
}

/** −log10 of the overdispersed Poisson tail, 0 (not above the expected) to 300. `mu` is above 0. */
export function surpriseOf(x: number, mu: number): number {
  if (x <= mu) return 0;
  // Beyond this the series gets long; scaling both down understates a surprise that is huge anyway.
  const scale = Math.max(OVERDISPERSION, x / 10_000);
  const a = x / scale;
  const m = mu / scale;
  let term = 1;
  let series = 1;
  for (let n = 1; n < 10_000 && term > series * 1e-12; n++) {
    term *= m / (a + n);
    series += term;
  }
  const ln = a * Math.log(m) - m - lnGamma(a + 1) + Math.log(series);
  return Math.min(MAX_SURPRISE, Math.max(0, -ln / Math.LN10));
}

/** ln Γ(z) for z > 0: Stirling's series (Abramowitz & Stegun 6.1.41) after shifting z above 7. */
function lnGamma(z: number): number {
  let shift = 0;
  let x = z;
  while (x < 7) {
    shift += Math.log(x);
    x += 1;
  }
  const x2 = x * x;
  const tail = 1 / (12 * x) - 1 / (360 * x * x2) + 1 / (1260 * x * x2 * x2);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + tail - shift;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
