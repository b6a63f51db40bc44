/**
 * 64 bits of `text` as two 32-bit lanes, written to `lanes[0]` and `lanes[1]`. Deterministic on every
 * machine, because snapshots and replays compare bytes. Two multiply-xor lanes over UTF-16 code units
 * with the finaliser of MurmurHash3 (Appleby 2011). Not keyed: a sender who chooses ids can collide
 * on purpose, which costs that sender's own events only.
 */
export function hashInto(text: string, lanes: Uint32Array): void {
  let a = 0x9e3779b9;
  let b = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x9e3779b1);
    b = Math.imul(b ^ unit, 0x5f356495);
    // Multiplication only carries upwards: without the rotation the low bits would see little of the text.
    a = (a << 13) | (a >>> 19);
    b = (b << 17) | (b >>> 15);
  }
  a ^= text.length;
  b ^= text.length;
  a = finalise(Math.imul(a, 0x2545f491) ^ b);
  b = finalise(b ^ Math.imul(a, 0x846ca68b));
  lanes[0] = a;
  lanes[1] = b;
}

function finalise(lane: number): number {
  let h = lane;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h;
}

export const HASH48_RANGE = 2 ** 48;

/** 48 bits of `text` as an integer in 0..2^48−1: 24 of each lane, so that it is exact in a double. */
export function hash48(text: string, lanes: Uint32Array): number {
  hashInto(text, lanes);
  return (lanes[0]! >>> 8) * 0x1000000 + (lanes[1]! >>> 8);
}
