import { tQuantile } from './numbers.ts';

/** An estimate with the 95 % interval that two-sided statements rest on. */
export interface Estimate {
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
  readonly standardError: number;
}

/** From so many shows on, what happens within one counts as one observation. */
const LEAST_CLUSTERS = 10;
const LEVEL = 0.975;

/**
 * 95 % interval of an estimate whose error is the mean of `influence` (each observation's share of it, mean near 0).
 *
 * Sales are skewed, and with a skew the plain interval is too short on the side where the tail is: so t with Hall's
 * cubic transformation (Hall 1992, "On the removal of skewness by transformation", JRSS B 54), with the sample's
 * skewness. `df` is what the effective sample leaves. From ten clusters on (shows) it is over their sums, since what
 * is wanted is the effect in other shows (Abadie, Athey, Imbens and Wooldridge 2023).
 */
export function intervalOf(
  value: number,
  influence: readonly number[],
  options: {
    readonly df: number;
    readonly clusters?: readonly string[];
    /** What the standard error is at least, for counts of which hardly any came. Absent: 0. */
    readonly leastError?: number;
  },
): Estimate {
  const n = influence.length;
  const { terms, df } = clustered(influence, options);
  const m = terms.length;
  const mean = terms.reduce((sum, one) => sum + one, 0) / m;
  const second = terms.reduce((sum, one) => sum + (one - mean) ** 2, 0) / m;
  const third = terms.reduce((sum, one) => sum + (one - mean) ** 3, 0) / m;
  // Sums over clusters add up to n times the mean over observations.
  const own = m < 2 ? 0 : (Math.sqrt((second * m) / (m - 1)) * Math.sqrt(m)) / n;
  const standardError = Math.max(own, options.leastError ?? 0);
  const skewness = second === 0 ? 0 : third / second ** 1.5;
  // How well the spread itself is known (Satterthwaite 1946): 2n ÷ (kurtosis − 1), n for a normal; few for a heavy tail.
  const fourth = terms.reduce((sum, one) => sum + (one - mean) ** 4, 0) / m;
  const dfOfSpread = second === 0 ? df : (2 * m) / Math.max(1e-9, fourth / second ** 2 - 1);
  const t = tQuantile(LEVEL, Math.max(1, Math.min(df, dfOfSpread)));
  return {
    value,
    lo: value - standardError * unskewed(t, skewness, m),
    hi: value - standardError * unskewed(-t, skewness, m),
    standardError,
  };
}

function clustered(influence: readonly number[], { df, clusters }: { df: number; clusters?: readonly string[] }) {
  const sums = new Map<string, number>();
  clusters?.forEach((cluster, i) => sums.set(cluster, (sums.get(cluster) ?? 0) + influence[i]!));
  if (sums.size < LEAST_CLUSTERS) return { terms: influence, df };
  return { terms: [...sums.values()], df: Math.min(df, sums.size - 1) };
}

/** Hall's transformation turned round: what a quantile of t becomes for a mean of `n` with that skewness. */
function unskewed(t: number, skewness: number, n: number): number {
  const root = Math.sqrt(n);
  const k = skewness / root;
  if (Math.abs(k) < 1e-6) return t;
  return (3 / k) * (Math.cbrt(1 + k * (t - k / 6)) - 1);
}
