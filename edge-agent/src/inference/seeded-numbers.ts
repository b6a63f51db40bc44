/**
 * Seeded uniform numbers in [0, 1): splitmix32-seeded sfc32 of Chris Doty-Humphrey (PractRand 0.95). Only integer
 * arithmetic, so the same seed gives the same forest on every machine.
 */
export function createSeededNumbers(seed: number): () => number {
  let state = Math.trunc(seed) | 0;
  const word = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let h = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
    return h ^ (h >>> 15);
  };
  let a = word();
  let b = word();
  let c = word();
  let counter = 1;
  return () => {
    const out = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return (out >>> 0) / 4_294_967_296;
  };
}
