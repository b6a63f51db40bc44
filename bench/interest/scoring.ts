import type { TruthItem, TruthOf } from '../../edge-agent/src/ingest/simulator/truth.ts';
import type { Episode, Found, PeakCue } from './detection.ts';

/** After its end, signals that it set off (carts, orders, answers) still come in. */
const AFTER_MS = 15_000;
/** Rounding of event times, not foresight: the detector reads only the past. */
const BEFORE_MS = 1_000;
/** Where attention peaks within an explain phase of the simulator. */
const PEAK_SHARE = 0.4;

/** What viewers did on purpose to one product: attention that a host wants to hear of. */
const ATTENTION = ['interest-surge', 'question-burst', 'stock-out'] as const;
export type Attention = (typeof ATTENTION)[number];

export interface Score {
  readonly truths: Readonly<Record<Attention, number>>;
  readonly found: Readonly<Record<Attention, number>>;
  /** Time from the first event of a surge to its detection, ms. */
  readonly delaysMs: readonly number[];
  /** Episodes by what they belong to. */
  readonly matched: Readonly<Record<Attention, number>>;
  readonly falseSurges: readonly (Episode & { readonly during: string })[];
  readonly peaks: PeakScore;
}

export interface PeakScore {
  /** Explain phases of at least 2 min that ran to their planned end. */
  readonly phases: number;
  /** Called past their peak before they ended, after the peak. */
  readonly called: number;
  /** Called before the true peak. */
  readonly early: number;
  /** Time from the true peak to the call, as a share of the phase. */
  readonly lateness: readonly number[];
}

function isAttention(item: TruthItem): item is TruthOf<Attention> {
  return item.kind === 'stock-out' ? item.details.injected : (ATTENTION as readonly string[]).includes(item.kind);
}

function belongs(episode: Episode, item: TruthItem): boolean {
  if (item.productId !== episode.productId) return false;
  return episode.fromMs >= item.startMs - BEFORE_MS && episode.fromMs <= item.endMs + AFTER_MS;
}

export function score(found: Found, truth: readonly TruthItem[]): Score {
  const attention = truth.filter(isAttention);
  const count = (of: (kind: Attention) => number) => Object.fromEntries(ATTENTION.map((kind) => [kind, of(kind)])) as Record<Attention, number>; // prettier-ignore
  const first = new Map(
    attention.map((item) => [item, found.surges.find((episode) => overlaps(episode, item))] as const),
  );
  const owner = (episode: Episode) =>
    ATTENTION.find((kind) => attention.some((item) => item.kind === kind && belongs(episode, item)));
  return {
    truths: count((kind) => attention.filter((item) => item.kind === kind).length),
    found: count((kind) => attention.filter((item) => item.kind === kind && first.get(item) !== undefined).length),
    delaysMs: attention
      .filter((item) => item.kind === 'interest-surge' && first.get(item) !== undefined)
      .map((item) => Math.max(0, first.get(item)!.fromMs - item.startMs)),
    matched: count((kind) => found.surges.filter((episode) => owner(episode) === kind).length),
    falseSurges: found.surges
      .filter((episode) => owner(episode) === undefined)
      .map((episode) => ({ ...episode, during: duringOf(episode, truth) })),
    peaks: scorePeaks(found.peaks, truth),
  };
}

/** Found when the detector crossed within it, or had crossed before and still stood when it began. */
function overlaps(episode: Episode, item: TruthItem): boolean {
  return belongs(episode, item) || (item.productId === episode.productId && episode.fromMs < item.startMs && episode.toMs > item.startMs); // prettier-ignore
}

function duringOf(episode: Episode, truth: readonly TruthItem[]): string {
  const kinds = truth
    .filter((item) => item.productId === episode.productId || item.productId === null)
    .filter((item) => episode.fromMs >= item.startMs - BEFORE_MS && episode.fromMs <= item.endMs + AFTER_MS)
    .map(({ kind }) => kind);
  return [...new Set(kinds)].join('+') || 'nothing';
}

function scorePeaks(cues: readonly PeakCue[], truth: readonly TruthItem[]): PeakScore {
  const phases = truth.filter((item): item is TruthOf<'explain'> => item.kind === 'explain')
    .filter((item) => item.details.interrupted === null && item.endMs - item.startMs >= 120_000); // prettier-ignore
  const lateness: number[] = [];
  let early = 0;
  for (const phase of phases) {
    const cue = cues.find(({ productId, sinceMs }) => productId === phase.productId && sinceMs === phase.startMs);
    if (cue === undefined) continue;
    const share = (cue.atMs - phase.startMs) / (phase.endMs - phase.startMs) - PEAK_SHARE;
    if (share < 0) early += 1;
    else lateness.push(share);
  }
  return { phases: phases.length, called: lateness.length, early, lateness };
}
