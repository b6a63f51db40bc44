import type { CanaryFigures } from '@livecue/shared/contract';
import type { Trial, TrialCounts } from './model-ports.ts';

/** Comments tried a second, on average: a fiftieth of a core, whatever the room does (docs/measurements.md). */
export const TRIED_PER_SECOND = 25;
/** Tried together; what comes while they are under way and finds no place is skipped. */
const BATCH = 8;
/** Batches whose cost is remembered. */
const TIMES_KEPT = 2_000;

export interface Canary {
  /** Offers comments of the show; never waits. */
  offer(texts: readonly string[]): void;
  figures(): CanaryFigures;
}

/** Tries a candidate on a bounded sample of the comments offered, one batch at a time. Keeps counts alone. */
export function createCanary(ports: { readonly trial: Trial; readonly nowMs: () => number }): Canary {
  const { trial, nowMs } = ports;
  const sums = { comments: 0, skipped: 0, agreed: 0, drift: 0, errors: 0 };
  const labels = { serving: trial.labels.map(() => 0), candidate: trial.labels.map(() => 0) };
  const times = { serving: [] as number[], candidate: [] as number[] };
  let waiting: string[] = [];
  let isBusy = false;
  let allowance = BATCH;
  let allowedAtMs = nowMs();

  const count = (counts: TrialCounts) => {
    sums.comments += counts.comments;
    sums.agreed += counts.agreed;
    sums.drift += counts.drift;
    sums.errors += counts.wrong;
    for (const k of trial.labels.keys()) {
      labels.serving[k]! += counts.serving[k] ?? 0;
      labels.candidate[k]! += counts.candidate[k] ?? 0;
    }
    for (const [of, micros] of [[times.serving, counts.servingMicros], [times.candidate, counts.candidateMicros]] as const) {
      of.push(micros);
      if (of.length > TIMES_KEPT) of.shift();
    }
  };
  const next = () => {
    if (isBusy || waiting.length === 0) return;
    isBusy = true;
    const batch = waiting;
    waiting = [];
    trial.compare(batch).then(count, () => void sums.errors++).finally(() => {
      isBusy = false;
      next();
    });
  };
  return {
    offer(texts) {
      const now = nowMs();
      allowance = Math.min(BATCH, allowance + (Math.max(0, now - allowedAtMs) / 1000) * TRIED_PER_SECOND);
      allowedAtMs = now;
      const taken = Math.min(texts.length, Math.floor(allowance), BATCH - waiting.length);
      allowance -= taken;
      sums.skipped += texts.length - taken;
      waiting.push(...texts.slice(0, taken));
      next();
    },
    figures: () => {
      const { comments, skipped, errors } = sums;
      const shares = (of: readonly number[]) => Object.fromEntries(trial.labels.map((label, k) => [label, share(of[k] ?? 0, comments)]));
      return {
        comments, skipped, errors,
        agreement: share(sums.agreed, comments), drift: Math.min(1, share(sums.drift, comments)),
        serving: shares(labels.serving), candidate: shares(labels.candidate),
        servingP95Ms: p95Ms(times.serving), candidateP95Ms: p95Ms(times.candidate),
      };
    },
  };
} // prettier-ignore

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 1e4) / 1e4;
}

/** Nearest rank; 0 of none. */
function p95Ms(micros: readonly number[]): number {
  return (micros.toSorted((a, b) => a - b)[Math.ceil(micros.length * 0.95) - 1] ?? 0) / 1000;
}
