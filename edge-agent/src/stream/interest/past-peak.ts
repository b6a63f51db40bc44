import type { PastPeak } from '../../core-ports.ts';
import type { Row } from '../key-rows.ts';
import type { InterestParameters } from './parameters.ts';
import { rhythmOf, signalsOf } from './signals.ts';

/** Rows beyond what windows need are this long, so a peak is looked for in steps of it. */
const BIN_MS = 30_000;
/** A peak is two bins. */
const PEAK_MS = 2 * BIN_MS;
/** The present that is held against it. */
const NOW_MS = BIN_MS;
/** Chance that a flat course is called past its peak at one look. */
const FALSE_ALARM = 0.2;
/** Least share of the peak that is gone. */
const LEAST_DROP = 0.2;

/** What the peak of the time on a product is looked for in. */
export interface Phase {
  readonly product: readonly Row[];
  readonly room: readonly Row[];
  /** When the product was put up. */
  readonly sinceMs: number;
  readonly presentMs: number;
  readonly sliceMs: number;
}

interface Stretch {
  signals: number;
  chat: number;
}

/**
 * Attention of the last half minute against the best minute since the host turned to the product. Time on one
 * product is an inverted U (European Journal of Marketing 2025); this tells when it is on the way down:
 *
 *   z = (n·r − now) / √(φ·n·r·(1−r)),   n = now + peak,  r = now's share of the time of both
 *
 * is how far the present is below an even split (conditional test of two Poisson rates: Przyborowski &
 * Wilenski 1940), held against z₀ = √(2·ln(K/2α)), from P(Z > z) ≤ ½·e^(−z²/2), for K minutes that could have
 * been the best one. `strength` = min(z/z₀, drop/0.2): from 1 on the peak is past. Null until a peak and the
 * half minute after it fit in.
 */
export function pastPeakOf(phase: Phase, parameters: InterestParameters): PastPeak | null {
  const { sliceMs, presentMs, sinceMs } = phase;
  const bin = BIN_MS / sliceMs;
  const nowFrom = Math.floor(presentMs / sliceMs) + 1 - NOW_MS / sliceMs;
  const first = Math.ceil(Math.ceil(sinceMs / sliceMs) / bin);
  const last = Math.floor(nowFrom / bin) - 2;
  if (last < first) return null;
  let best: Stretch | null = null;
  let bestAt = first;
  for (let at = first; at <= last; at++) {
    const stretch = stretchOf(phase, parameters, at * bin, (at + 2) * bin);
    if (best === null || stretch.signals > best.signals) {
      best = stretch;
      bestAt = at;
    }
  }
  if (best === null || best.signals === 0) return null;
  const now = stretchOf(phase, parameters, nowFrom, Infinity);
  const nowMs = presentMs - nowFrom * sliceMs;
  const n = now.signals + best.signals;
  const r = nowMs / (nowMs + PEAK_MS);
  const z = (n * r - now.signals) / Math.sqrt(parameters.dispersion * n * r * (1 - r));
  const needed = Math.sqrt(2 * Math.log((last - first + 1) / (2 * FALSE_ALARM)));
  const drop = 1 - (now.signals * PEAK_MS) / (best.signals * nowMs);
  const round = (value: number) => Math.round(value * 1000) / 1000;
  return {
    peakMs: bestAt * BIN_MS + BIN_MS,
    peakLevel: round((best.signals * 60_000) / PEAK_MS),
    level: round((now.signals * 60_000) / nowMs),
    commentsRising: now.chat * PEAK_MS >= best.chat * nowMs,
    strength: round(Math.max(0, Math.min(z / needed, drop / LEAST_DROP))),
  };
}

/** Sums of the rows that lie in slices `[from, to)`. */
function stretchOf(phase: Phase, parameters: InterestParameters, from: number, to: number): Stretch {
  const sum = { signals: 0, chat: 0 };
  for (let at = phase.product.length - 1; at >= 0 && phase.product[at]!.index >= from; at--) {
    const row = phase.product[at]!;
    if (row.index + row.span > to) continue;
    const { shop, talk } = signalsOf(row, parameters.weights);
    sum.signals += shop + talk;
  }
  for (let at = phase.room.length - 1; at >= 0 && phase.room[at]!.index >= from; at--) {
    const row = phase.room[at]!;
    if (row.index + row.span <= to) sum.chat += rhythmOf(row, parameters.weights).chat;
  }
  return sum;
}
