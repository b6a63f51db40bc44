import type { Attention, Score } from './scoring.ts';

interface Tally {
  truths: number;
  found: number;
  episodes: number;
  falseSurges: number;
  delaysMs: number[];
}

/** Scores of many shows added up. */
export interface Sums {
  readonly profiles: Record<string, Tally>;
  readonly kinds: Record<Attention, { truths: number; found: number; episodes: number }>;
  readonly falseDuring: Record<string, number>;
  /** The same surges against the truth of another show of the same profile. */
  readonly control: { truths: number; found: number; episodes: number; falseSurges: number };
  readonly peaks: { phases: number; called: number; early: number; lateness: number[] };
}

export function createSums(): Sums {
  const kind = () => ({ truths: 0, found: 0, episodes: 0 });
  return {
    profiles: {},
    kinds: { 'interest-surge': kind(), 'question-burst': kind(), 'stock-out': kind() },
    falseDuring: {},
    control: { truths: 0, found: 0, episodes: 0, falseSurges: 0 },
    peaks: { phases: 0, called: 0, early: 0, lateness: [] },
  };
}

export function addScore(sums: Sums, profile: string, score: Score): void {
  for (const name of [profile, 'all']) {
    const tally = (sums.profiles[name] ??= { truths: 0, found: 0, episodes: 0, falseSurges: 0, delaysMs: [] });
    tally.truths += score.truths['interest-surge'];
    tally.found += score.found['interest-surge'];
    tally.episodes += Object.values(score.matched).reduce((n, count) => n + count, 0) + score.falseSurges.length;
    tally.falseSurges += score.falseSurges.length;
    tally.delaysMs.push(...score.delaysMs);
  }
  for (const kind of Object.keys(sums.kinds) as Attention[]) {
    sums.kinds[kind].truths += score.truths[kind];
    sums.kinds[kind].found += score.found[kind];
    sums.kinds[kind].episodes += score.matched[kind];
  }
  for (const { during } of score.falseSurges) sums.falseDuring[during] = (sums.falseDuring[during] ?? 0) + 1;
  sums.peaks.phases += score.peaks.phases;
  sums.peaks.called += score.peaks.called;
  sums.peaks.early += score.peaks.early;
  sums.peaks.lateness.push(...score.peaks.lateness);
}

export function addControl({ control }: Sums, score: Score): void {
  control.truths += score.truths['interest-surge'];
  control.found += score.found['interest-surge'];
  control.episodes += Object.values(score.matched).reduce((n, count) => n + count, 0) + score.falseSurges.length;
  control.falseSurges += score.falseSurges.length;
}

/** Wilson's interval of a share, 95 % (Wilson 1927). */
export function shareInterval(hits: number, of: number): [low: number, high: number] {
  if (of === 0) return [0, 1];
  const z = 1.96;
  const p = hits / of;
  const middle = (p + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z / (1 + (z * z) / of)) * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** Interval of a Poisson mean, 95 %: Byar's approximation (Rothman & Boice 1979). */
export function poissonInterval(count: number): [low: number, high: number] {
  const bound = (n: number, z: number) => n * Math.pow(1 - 1 / (9 * n) + z / (3 * Math.sqrt(n)), 3);
  return [count === 0 ? 0 : bound(count, -1.96), bound(count + 1, 1.96)];
}

/** Interval of a quantile by the order statistics around it, 95 %. */
export function quantileInterval(values: readonly number[], q: number): [low: number, value: number, high: number] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[Math.min(sorted.length - 1, Math.max(0, Math.floor(index)))] ?? Number.NaN;
  const half = 1.96 * Math.sqrt(sorted.length * q * (1 - q));
  return [at(sorted.length * q - half), at(sorted.length * q), at(sorted.length * q + half)];
}

export function simulatedTable(sums: Sums, seeds: { readonly from: number; readonly to: number }): string {
  const share = (hits: number, of: number) => {
    const [low, high] = shareInterval(hits, of);
    return `${(hits / Math.max(1, of)).toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
  };
  const seconds = (values: readonly number[], q: number) => {
    const [low, value, high] = quantileInterval(values, q).map((ms) => (ms / 1000).toFixed(1));
    return `${value} (${low} to ${high})`;
  };
  let out = `simulated rooms, seeds ${seeds.from} to ${seeds.to}, 15 min each; 95 % intervals\n\n`;
  out += `${'profile'.padEnd(10)}${'surges'.padStart(7)}  ${'recall'.padEnd(24)}  ${'precision'.padEnd(24)}  ${'delay s, median'.padEnd(20)}  p90\n`;
  const names = Object.keys(sums.profiles).filter((name) => name !== 'all');
  for (const name of [...names, 'all']) {
    const { truths, found, episodes, falseSurges, delaysMs } = sums.profiles[name]!;
    out += `${name.padEnd(10)}${String(truths).padStart(7)}  ${share(found, truths).padEnd(24)}  ${share(episodes - falseSurges, episodes).padEnd(24)}  ${seconds(delaysMs, 0.5).padEnd(20)}  ${seconds(delaysMs, 0.9)}\n`;
  }
  const { truths, found, episodes, falseSurges } = sums.control;
  out += `${'control'.padEnd(10)}${String(truths).padStart(7)}  ${share(found, truths).padEnd(24)}  ${share(episodes - falseSurges, episodes).padEnd(24)}  (truth of another show)\n`;
  out += '\nprecision counts a surge of any of these as right; delay runs from the first event of an injected surge\n';
  for (const [kind, { truths, found, episodes }] of Object.entries(sums.kinds)) {
    out += `  ${kind.padEnd(16)} ${episodes} surges called; ${found} of ${truths} found${kind === 'interest-surge' ? '' : ' (also those of the product being explained, which is never called)'}\n`;
  }
  const wrong = Object.entries(sums.falseDuring).map(([during, count]) => `${during} ${count}`).join(', ');
  out += `  false, by what went on then: ${wrong === '' ? 'none' : wrong}\n`;
  const { phases, called, early, lateness } = sums.peaks;
  const [, middle] = quantileInterval(lateness, 0.5);
  out += `\npast its peak (true peak at 40 % of an explain phase): called in ${called} of ${phases} phases, ${early} of them before the peak; at ${(100 * (0.4 + middle)).toFixed(0)} % of the phase in the median\n`;
  return out;
} // prettier-ignore
