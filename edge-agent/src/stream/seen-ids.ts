import { hashInto } from './hash.ts';

/** Slots are filled to three quarters at most: beyond, linear probing gets slow. */
const MAX_LOAD = 0.75;
const FIRST_CAPACITY = 1024;
const GENERATIONS = 3;

/**
 * Which ids were admitted lately. Ids are 64-bit hashes in open addressing tables (8 bytes a slot), in
 * three generations of half the time to live each: an id is remembered for `ttlMs` to 1.5 `ttlMs`.
 *
 * Bounded by count: each generation holds a third of `maxIds`; when it is full before its time, the
 * oldest generation goes early and `shortenedMs` says how long ids were held at least. 2 million ids
 * cost 24 MiB, 1 million 12 MiB; small shows start at 24 KiB. A new id is taken for a known one with
 * p = held/2^64: 2e-13 an event at 4 million, once in ten thousand shows of 12 h at 30,000 events/s.
 */
export class SeenIds {
  readonly #ttlMs: number;
  readonly #maxPerGeneration: number;
  readonly #lanes = new Uint32Array(2);
  /** Newest first. */
  #generations: Generation[];
  #shortenedMs: number | null = null;

  constructor(config: { readonly ttlMs: number; readonly maxIds: number }) {
    this.#ttlMs = config.ttlMs;
    this.#maxPerGeneration = Math.max(1, Math.floor(config.maxIds / GENERATIONS));
    this.#generations = [];
  }

  /** True when `id` was added within the time to live. What it found is kept for `addProbed`. */
  probe(id: string, nowMs: number): boolean {
    hashInto(id, this.#lanes);
    return this.probeHash(this.#lanes[0]!, this.#lanes[1]!, nowMs);
  }

  /** The same for an id of which only the hash is known. */
  probeHash(a: number, b: number, nowMs: number): boolean {
    this.#rotate(nowMs);
    // Two zero lanes mark an empty slot.
    const first = a === 0 && b === 0 ? 1 : a;
    this.#lanes[0] = first;
    this.#lanes[1] = b;
    for (const generation of this.#generations) if (generation.has(first, b)) return true;
    return false;
  }

  /** Lanes of the last probe. */
  get lanes(): Uint32Array {
    return this.#lanes;
  }

  /** Remembers the id of the last `probe`, which must have been answered with false. */
  addProbed(nowMs: number): void {
    const current = this.#generations[0]!;
    current.add(this.#lanes[0]!, this.#lanes[1]!);
    if (current.size < this.#maxPerGeneration) return;
    const dropped = this.#generations.length === GENERATIONS ? this.#generations[GENERATIONS - 1]! : null;
    if (dropped !== null) {
      const heldMs = nowMs - this.#generations[GENERATIONS - 2]!.openedMs;
      if (heldMs < this.#ttlMs) this.#shortenedMs = Math.min(this.#shortenedMs ?? heldMs, heldMs);
    }
    this.#open(nowMs);
  }

  get size(): number {
    return this.#generations.reduce((sum, generation) => sum + generation.size, 0);
  }

  /** The shortest time for which an id was held because of `maxIds`, or null: never shorter than the time to live. */
  get shortenedMs(): number | null {
    return this.#shortenedMs;
  }

  #rotate(nowMs: number): void {
    const current = this.#generations[0];
    if (current === undefined) return this.#open(nowMs);
    const spanMs = this.#ttlMs / (GENERATIONS - 1);
    // An id may have come at the end of its generation's span: that is when the time to live begins.
    while (this.#generations.length > 0 && nowMs >= this.#generations.at(-1)!.openedMs + spanMs + this.#ttlMs) {
      this.#generations.pop();
    }
    if (nowMs - current.openedMs >= spanMs) this.#open(nowMs);
  }

  #open(nowMs: number): void {
    // A room keeps its pace: starting at the last size spares the copies of growing.
    const capacity = this.#generations[0]?.capacityInUse ?? FIRST_CAPACITY;
    this.#generations = [new Generation(nowMs, capacity), ...this.#generations.slice(0, GENERATIONS - 1)];
  }
}

/** Slots moved with each id that is added while a table grows: it is done long before the next time. */
const MOVED_AT_ONCE = 8;

/**
 * Ids of one span of time. A table that grows is not copied at once, which would hold up a room of a million ids for
 * a tenth of a second: the old one is asked beside the new one until its slots have been moved, some with each new id.
 */
class Generation {
  readonly openedMs: number;
  size = 0;
  #slots: Uint32Array;
  /** The table before the last growth, and up to where it was moved; null when all of it was. */
  #old: Uint32Array | null = null;
  #moved = 0;

  constructor(openedMs: number, capacity: number) {
    this.openedMs = openedMs;
    this.#slots = new Uint32Array(capacity * 2);
  }

  /** The smallest capacity that would have held what is in it. */
  get capacityInUse(): number {
    let capacity = FIRST_CAPACITY;
    while (capacity * MAX_LOAD <= this.size) capacity *= 2;
    return capacity;
  }

  has(a: number, b: number): boolean {
    return isIn(this.#slots, a, b) || (this.#old !== null && isIn(this.#old, a, b));
  }

  add(a: number, b: number): void {
    if (this.#old !== null) this.#move(this.#old);
    if (2 * (this.size + 1) > this.#slots.length * MAX_LOAD) this.#grow();
    put(this.#slots, a, b);
    this.size++;
  }

  #grow(): void {
    this.#old = this.#slots;
    this.#moved = 0;
    this.#slots = new Uint32Array(this.#old.length * 2);
  }

  #move(old: Uint32Array): void {
    const end = Math.min(old.length, this.#moved + 2 * MOVED_AT_ONCE);
    for (let i = this.#moved; i < end; i += 2) {
      if (old[i] !== 0 || old[i + 1] !== 0) put(this.#slots, old[i]!, old[i + 1]!);
    }
    this.#moved = end;
    if (end === old.length) this.#old = null;
  }
}

/** Two numbers a slot, as many slots as a power of two. */
function isIn(slots: Uint32Array, a: number, b: number): boolean {
  const mask = slots.length / 2 - 1;
  for (let i = a & mask; ; i = (i + 1) & mask) {
    const first = slots[2 * i]!;
    const second = slots[2 * i + 1]!;
    if (first === a && second === b) return true;
    if (first === 0 && second === 0) return false;
  }
}

function put(slots: Uint32Array, a: number, b: number): void {
  const mask = slots.length / 2 - 1;
  let i = a & mask;
  while (slots[2 * i] !== 0 || slots[2 * i + 1] !== 0) i = (i + 1) & mask;
  slots[2 * i] = a;
  slots[2 * i + 1] = b;
}
