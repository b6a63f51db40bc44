/**
 * Seeded randomness. Only `+ - * /`, `Math.imul`, `Math.floor` and `Math.sqrt` are used: those are exact by
 * IEEE 754 and ECMA-262, while `Math.log` and its kin may differ in the last digit between engines, and
 * one digit changes every later byte of a simulated show.
 */
export interface Random {
  /** Uniform in the open interval (0, 1), 32 bits. */
  unit(): number;
  /** Uniform integer in [0, n); n is 1..2^32. */
  below(n: number): number;
  /** Uniform in (low, high). */
  between(low: number, high: number): number;
  /** True with probability p. */
  chance(p: number): boolean;
  /** Exponential with that mean, same unit. */
  exponential(mean: number): number;
  /** Poisson count; takes time proportional to `mean`. */
  poisson(mean: number): number;
  normal(mean: number, deviation: number): number;
  /** Throws on an empty list. */
  pick<T>(list: readonly T[]): T;
  /** Index drawn in proportion to `weights` (≥ 0, at least one > 0). */
  weighted(weights: readonly number[]): number;
  /** An independent stream: depends on this one's seed and the label, not on what was drawn before. */
  fork(label: string): Random;
}

const LN2 = 0.6931471805599453;
const SQRT_HALF = 0.7071067811865476;

/**
 * Natural logarithm of a finite x > 0 within 4e-16 relative, the same bits on every machine.
 * x = m·2^k with m in [√½, √2); ln m = 2·artanh((m − 1)/(m + 1)) as a power series.
 */
export function ln(x: number): number {
  let m = x;
  let k = 0;
  while (m < SQRT_HALF) {
    m *= 2;
    k -= 1;
  }
  while (m >= 2 * SQRT_HALF) {
    m /= 2;
    k += 1;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum = 0;
  for (let n = 21; n >= 1; n -= 2) sum = sum * square + 1 / n;
  return 2 * s * sum + k * LN2;
}

/** FNV-1a over UTF-16 code units with a final mix (MurmurHash3 fmix32); `start` separates the four seed words. */
function hash(text: string, start: number): number {
  let h = (0x811c9dc5 ^ start) >>> 0;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** sfc32, "small fast counting" generator of Chris Doty-Humphrey (PractRand 0.95): 128 bits of state, period ≥ 2^32. */
function createWords(key: string): () => number {
  let a = hash(key, 0x9e3779b9);
  let b = hash(key, 0x243f6a88);
  let c = hash(key, 0xb7e15162);
  let counter = 1;
  const next = (): number => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return out >>> 0;
  };
  // The author's own seeding discards 12 to 15 outputs until the state is mixed.
  for (let i = 0; i < 15; i += 1) next();
  return next;
}

function createNormal(unit: () => number): () => number {
  let spare: number | null = null;
  // Polar method, Marsaglia & Bray 1964.
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    for (;;) {
      const x = 2 * unit() - 1;
      const y = 2 * unit() - 1;
      const r = x * x + y * y;
      if (r >= 1 || r === 0) continue;
      const scale = Math.sqrt((-2 * ln(r)) / r);
      spare = y * scale;
      return x * scale;
    }
  };
}

/** A stream named by `seed`: equal seeds give equal draws. */
export function createRandom(seed: number | string): Random {
  const key = String(seed);
  const word = createWords(key);
  const unit = (): number => (word() + 0.5) / 4_294_967_296;
  const normal = createNormal(unit);
  const below = (n: number): number => Math.floor(unit() * n);
  const exponential = (mean: number): number => -ln(unit()) * mean;
  return {
    unit,
    below,
    between: (low, high) => low + (high - low) * unit(),
    chance: (p) => unit() < p,
    exponential,
    poisson(mean) {
      let count = 0;
      for (let sum = exponential(1); sum <= mean; sum += exponential(1)) count += 1;
      return count;
    },
    normal: (mean, deviation) => mean + deviation * normal(),
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('pick needs a list with at least one element');
      return list[below(list.length)] as T;
    },
    weighted(weights) {
      let left = unit() * weights.reduce((sum, weight) => sum + weight, 0);
      for (let i = 0; i < weights.length; i += 1) {
        left -= weights[i] as number;
        if (left < 0) return i;
      }
      return weights.findLastIndex((weight) => weight > 0);
    },
    fork: (label) => createRandom(`${key}/${label}`),
  };
}
