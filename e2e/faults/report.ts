/** What one part of the fault tests did and found; a finding is a sentence with the seed that shows it again. */
export interface FaultReport {
  readonly name: string;
  readonly seed: number;
  readonly figures: Record<string, number | string>;
  readonly findings: string[];
}

/** The report as lines for a terminal. */
export function reportLines({ name, seed, figures, findings }: FaultReport): string[] {
  const width = Math.max(...Object.keys(figures).map((key) => key.length), 8);
  const verdict = findings.length === 0 ? 'nothing found' : `${findings.length} findings`;
  return [
    `${name} (seed ${seed}): ${verdict}`,
    ...Object.entries(figures).map(([key, value]) => `  ${key.padEnd(width)}  ${value}`),
    ...findings.map((finding) => `  FOUND  ${finding}`),
  ];
}

/** mulberry32: the same numbers 0..1 for a seed, on every machine. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
