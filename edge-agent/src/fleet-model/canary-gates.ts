import type { CanaryFigures } from '@livecue/shared/contract';

/**
 * What a candidate must hold to serve. They stop accidents (labels in another order, a model of other data, one
 * that is far slower), not a model that is a little worse: whether one is better is measured before it is sent.
 */
export const GATES = {
  /**
   * Two trainings of one task agree on some nine comments in ten; with labels in another order they agree on fewer
   * than three. From 500 comments a share is known to ±3.5 in 100.
   */
  agreementLeast: 0.8,
  /** Scores move no further than labels may. */
  driftMost: 0.2,
  /** No label is given more than twice as often or less than half as often: cards and flags would flood or cease … */
  shareFactor: 2,
  /** … give or take 2 in 100, since rare labels vary so much by chance. */
  shareSlack: 0.02,
  /** One model may cost twice what the present one does; a millisecond a batch is free. */
  costFactor: 2,
  costFreeMs: 3,
  /** Comments wait for a batch: beyond it the 50 ms from a comment to its card are at risk. */
  costMostMs: 15,
} as const;

/** Why the candidate may not serve, each with its figures; empty: it may. */
export function faultsOf(figures: CanaryFigures): string[] {
  const faults: string[] = [];
  const { agreement, drift, errors, candidateP95Ms, servingP95Ms } = figures;
  if (errors > 0) faults.push(`it failed ${errors} times`);
  if (agreement < GATES.agreementLeast)
    faults.push(`it agrees on ${percent(agreement)} of the comments, at least ${percent(GATES.agreementLeast)} are wanted`); // prettier-ignore
  if (drift > GATES.driftMost) faults.push(`its scores differ by ${drift.toFixed(2)}, at most ${GATES.driftMost}`);
  for (const [label, before] of Object.entries(figures.serving)) {
    const now = figures.candidate[label] ?? 0;
    const most = before * GATES.shareFactor + GATES.shareSlack;
    const least = before / GATES.shareFactor - GATES.shareSlack;
    if (now > most || now < least)
      faults.push(`${label} is given to ${percent(now)} of the comments, before it was ${percent(before)}`);
  }
  const mostMs = Math.min(GATES.costMostMs, Math.max(GATES.costFreeMs, servingP95Ms * GATES.costFactor));
  if (candidateP95Ms > mostMs)
    faults.push(`a batch costs ${candidateP95Ms.toFixed(1)} ms (p95), at most ${mostMs.toFixed(1)} are allowed`);
  return faults;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
