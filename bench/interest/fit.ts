import { type Decayed } from '../../edge-agent/src/stream/interest/baseline.ts';
import { judge } from '../../edge-agent/src/stream/interest/judgement.ts';
import type { InterestParameters } from '../../edge-agent/src/stream/interest/parameters.ts';
import { lnGamma } from '../../edge-agent/src/stream/interest/tail.ts';
import { KINDS, SLICE_MS, type Kind, type SlicedShow } from './slices.ts';

/** Slices of the judged window. */
const WINDOW = 2;
/** Fewer slices of past are no fair test of a memory. */
const WARM_UP = 12;

export interface Fit {
  /** Mean log-likelihood of a window in which nothing was done to the product. */
  readonly logLikelihood: number;
  readonly windows: number;
  /** Share of those windows whose p-value is at most 10^−k, k = 1..5: calibrated, it is 10^−k. */
  readonly exceedance: readonly number[];
}

/**
 * Weights by Neyman and Pearson: of two Poisson streams the best test adds up ln(rate in a surge ÷ usual rate)
 * for every event. A view is 1; half a pseudo-count keeps rare signals finite.
 */
export function fitWeights(shows: readonly SlicedShow[]): {
  readonly weights: Readonly<Record<Kind, number>>;
  readonly perMinute: Readonly<Record<Kind, { readonly usual: number; readonly surge: number }>>;
} {
  const sums = { null: { slices: 0 }, surge: { slices: 0 } } as Record<'null' | 'surge', { slices: number } & Partial<Record<Kind, number>>>; // prettier-ignore
  for (const { products } of shows) {
    for (const { counts, state } of products) {
      for (const [i, of] of state.entries()) {
        if (of === 'other') continue;
        sums[of].slices += 1;
        for (const kind of KINDS) sums[of][kind] = (sums[of][kind] ?? 0) + counts[i]![kind];
      }
    }
  }
  const rate = (of: 'null' | 'surge', kind: Kind) => (((sums[of][kind] ?? 0) + 0.5) / (sums[of].slices + 0.5)) * (60_000 / SLICE_MS); // prettier-ignore
  const each = <T>(value: (kind: Kind) => T) => Object.fromEntries(KINDS.map((kind) => [kind, value(kind)])) as Record<Kind, T>; // prettier-ignore
  const ratio = (kind: Kind) => Math.log(rate('surge', kind) / rate('null', kind));
  return {
    weights: each((kind) => ratio(kind) / ratio('views')),
    perMinute: each((kind) => ({ usual: rate('null', kind), surge: rate('surge', kind) })),
  };
}

/** How well the parameters foretell windows in which nothing was done to the product. */
export function evaluate(shows: readonly SlicedShow[], parameters: InterestParameters): Fit {
  let sum = 0;
  let windows = 0;
  const beyond = [0, 0, 0, 0, 0];
  for (const show of shows) {
    for (const { x, expected, shape, surprise } of nullWindows(show, parameters)) {
      sum += logDensity(x / parameters.dispersion, expected / parameters.dispersion, shape) - Math.log(parameters.dispersion); // prettier-ignore
      windows += 1;
      for (let k = 1; k <= beyond.length; k++) if (surprise >= k) beyond[k - 1]! += 1;
    }
  }
  return { logLikelihood: sum / windows, windows, exceedance: beyond.map((count) => count / windows) };
}

function* nullWindows(show: SlicedShow, parameters: InterestParameters) {
  const { weights, memoryMs, excitation, prior } = parameters;
  const q = Math.exp(-SLICE_MS / memoryMs);
  const fast = Math.exp(-SLICE_MS / excitation.decayMs);
  const shopOf = (counts: { views: number; carts: number; orders: number }) =>
    weights.view * counts.views + weights.cart * counts.carts + weights.order * counts.orders;
  const guess = (prior.per10S * prior.lengthMs) / 10_000;
  const room = { shop: 0, chat: 0, slices: 0 };
  const own: { -readonly [K in keyof Decayed]: number }[] = show.products.map(() => ({ shop: 0, talk: 0, excited: 0 }));
  for (let from = 0; from + WINDOW <= show.room.length; from++) {
    if (from >= WARM_UP && from % WINDOW === 0) {
      const present = show.room.slice(from, from + WINDOW);
      const rhythm = { shop: present.reduce((sum, slice) => sum + shopOf(slice), 0), chat: present.reduce((sum, slice) => sum + slice.chat, 0) }; // prettier-ignore
      for (const [i, { counts, state }] of show.products.entries()) {
        if (state[from] !== 'null' || state[from + 1] !== 'null' || present.some(({ heard }) => !heard)) continue;
        const now = { views: 0, questions: 0, carts: 0, orders: 0, shop: 0, talk: 0 };
        for (const slice of counts.slice(from, from + WINDOW)) {
          for (const kind of KINDS) now[kind] += slice[kind];
          now.shop += shopOf(slice);
          now.talk += weights.question * slice.questions;
        }
        const judged = judge({ now, own: own[i]!, of: room, rhythm, elapsedMs: WINDOW * SLICE_MS, pastMs: from * SLICE_MS, sliceMs: SLICE_MS }, parameters); // prettier-ignore
        yield {
          x: now.shop + now.talk,
          shape: (own[i]!.shop + own[i]!.talk + guess) / parameters.dispersion,
          ...judged,
        };
      }
    }
    const heard = show.room[from]!;
    room.shop = room.shop * q + shopOf(heard);
    room.chat = room.chat * q + heard.chat;
    room.slices = room.slices * q + (heard.heard ? 1 : 0);
    for (const [i, { counts }] of show.products.entries()) {
      const shop = shopOf(counts[from]!);
      const talk = weights.question * counts[from]!.questions;
      own[i]!.shop = own[i]!.shop * q + shop;
      own[i]!.talk = own[i]!.talk * q + talk;
      own[i]!.excited = own[i]!.excited * fast + shop + talk;
    }
  }
}

/** ln of the negative binomial probability, continued to real x. */
function logDensity(x: number, mean: number, shape: number): number {
  const q = mean / (mean + shape);
  return lnGamma(x + shape) - lnGamma(shape) - lnGamma(x + 1) + shape * Math.log1p(-q) + x * Math.log(q);
}

/** One parameter with the values that are tried. */
export type Grid = readonly (readonly [name: string, values: readonly number[], set: (p: InterestParameters, value: number) => InterestParameters])[]; // prettier-ignore

export const GRID: Grid = [
  ['memory, s', [60, 90, 120, 180, 240, 360], (p, v) => ({ ...p, memoryMs: v * 1_000 })],
  ['first guess, 10 s', [0.25, 0.5, 1, 2, 4], (p, v) => ({ ...p, prior: { ...p.prior, per10S: v } })],
  ['its length, s', [5, 10, 20, 30, 60], (p, v) => ({ ...p, prior: { ...p.prior, lengthMs: v * 1_000 } })],
  ['branching ratio', [0, 0.05, 0.1, 0.2, 0.3, 0.4], (p, v) => ({ ...p, excitation: { ...p.excitation, branchingRatio: v } })],
  ['its decay, s', [2, 5, 10, 20, 30], (p, v) => ({ ...p, excitation: { ...p.excitation, decayMs: v * 1_000 } })],
  ['dispersion', [1, 1.1, 1.25, 1.5, 1.75, 2], (p, v) => ({ ...p, dispersion: v })],
  ['chat to shop', [0, 0.25, 0.5, 1], (p, v) => ({ ...p, chatToShop: v })],
]; // prettier-ignore

/** Coordinate ascent over the grid, twice around: likelihood of the windows in which nothing was done. */
export function fitParameters(shows: readonly SlicedShow[], from: InterestParameters, say: (line: string) => void): InterestParameters {
  let best = from;
  for (let round = 0; round < 2; round++) {
    for (const [name, values, set] of GRID) {
      const tried = values.map((value) => ({ value, fit: evaluate(shows, set(best, value)).logLikelihood }));
      const top = tried.reduce((a, b) => (b.fit > a.fit ? b : a));
      best = set(best, top.value);
      say(`${name.padEnd(18)} ${tried.map(({ value, fit }) => `${value}: ${fit.toFixed(5)}`).join('  ')}  → ${top.value}`);
    }
  }
  return best;
} // prettier-ignore
