/** Seeded numbers for logs whose truth is known. sfc32, seeded by splitmix32. */
export interface Random {
  uniform(): number;
  normal(): number;
  /** Gamma with that shape, rate 1 (Marsaglia and Tsang 2000). */
  gamma(shape: number): number;
  poisson(mean: number): number;
  /** Index by probability. */
  pick(probabilities: readonly number[]): number;
}

export function createRandom(seed: number): Random {
  const uniform = uniforms(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * Math.pow(1 - uniform(), 1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  const poisson = (mean: number): number => {
    const limit = Math.exp(-Math.min(mean, 500));
    let count = 0;
    for (let product = uniform(); product > limit; product *= uniform()) count++;
    return count;
  };
  const pick = (probabilities: readonly number[]) => {
    let left = uniform();
    const found = probabilities.findIndex((one) => (left -= one) < 0);
    return found < 0 ? probabilities.length - 1 : found;
  };
  return { uniform, normal, gamma, poisson, pick };
}

function uniforms(seed: number): () => number {
  let state = Math.trunc(seed) | 0;
  const word = () => {
    state = (state + 0x9e3779b9) | 0;
    let h = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    return h ^ (h >>> 15);
  };
  let [a, b, c, counter] = [word(), word(), word(), 1];
  return () => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return (out >>> 0) / 4_294_967_296;
  };
}
