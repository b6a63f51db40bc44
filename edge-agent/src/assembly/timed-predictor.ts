import type { Predictor } from '../ports.ts';

const KEPT = 512;
const SPAN_MS = 60_000;

/** The predictor, and how long its batches took: of the last minute, the newest 512 of them. */
export function timedPredictor(predictor: Predictor): { readonly predictor: Predictor; p95Ms(): number | null } {
  let taken: { atMs: number; ms: number }[] = [];
  const note = (beganMs: number) => {
    const atMs = performance.now();
    taken.push({ atMs, ms: atMs - beganMs });
    if (taken.length > 2 * KEPT) taken = taken.slice(-KEPT);
  };
  const { resolve } = predictor;
  return {
    predictor: {
      get version() {
        return predictor.version;
      },
      predict(texts) {
        const beganMs = performance.now();
        const answer = predictor.predict(texts);
        if (!(answer instanceof Promise)) {
          note(beganMs);
          return answer;
        }
        return answer.finally(() => note(beganMs));
      },
      ...(resolve === undefined ? {} : { resolve: resolve.bind(predictor) }),
    },
    p95Ms() {
      const sinceMs = performance.now() - SPAN_MS;
      const recent = taken.slice(-KEPT).filter(({ atMs }) => atMs >= sinceMs).map(({ ms }) => ms).sort((a, b) => a - b); // prettier-ignore
      // The nearest rank: the smallest that 95 of 100 do not exceed.
      const value = recent[Math.ceil(recent.length * 0.95) - 1];
      return value === undefined ? null : Math.round(value * 100) / 100;
    },
  };
}
