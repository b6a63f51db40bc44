/**
 * The Merkle tree of RFC 6962, section 2.1: leaf `SHA-256(0x00 ‖ data)`, node `SHA-256(0x01 ‖ left ‖ right)`, the
 * left subtree of n leaves holds the largest power of two below n. Pure: the hash function is given.
 */
export type Sha256 = (data: Uint8Array) => Uint8Array;

export const HASH_BYTES = 32;

export function leafHash(sha256: Sha256, data: Uint8Array): Uint8Array {
  return sha256(prefixed(0, data));
}

function nodeHash(sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(prefixed(1, left, right));
}

function prefixed(prefix: number, ...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(1 + parts.reduce((sum, { length }) => sum + length, 0));
  all[0] = prefix;
  let at = 1;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/**
 * The roots of the perfect subtrees of the first `size` leaves, largest first: one for each bit of `size`.
 * All that is needed to add leaves and to know the root; at most 53 hashes.
 */
export interface Frontier {
  readonly size: number;
  readonly roots: readonly Uint8Array[];
}

export const EMPTY_FRONTIER: Frontier = { size: 0, roots: [] };

/** The frontier with one more leaf, given by its leaf hash. */
export function append(sha256: Sha256, { size, roots }: Frontier, leaf: Uint8Array): Frontier {
  const next = [...roots];
  let subtree = leaf;
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) subtree = nodeHash(sha256, next.pop()!, subtree);
  return { size: size + 1, roots: [...next, subtree] };
}

/** The root hash; of no leaves that of the empty string. */
export function rootOf(sha256: Sha256, { roots }: Frontier): Uint8Array {
  if (roots.length === 0) return sha256(new Uint8Array());
  return roots.slice(0, -1).reduceRight((right, left) => nodeHash(sha256, left, right), roots.at(-1)!);
}

/** The root of leaves given by their leaf hashes. */
function rootOfLeaves(sha256: Sha256, leaves: readonly Uint8Array[]): Uint8Array {
  return rootOf(
    sha256,
    leaves.reduce((frontier: Frontier, leaf) => append(sha256, frontier, leaf), EMPTY_FRONTIER),
  );
}

/** Audit path of leaf `index` (RFC 6962, section 2.1.1), from the leaf upwards. Throws when `index` is none of them. */
export function inclusionPath(sha256: Sha256, leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length)
    throw new RangeError(`leaf ${index} of ${leaves.length}: expected 0 to ${leaves.length - 1}`);
  if (leaves.length === 1) return [];
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return index < split
    ? [...inclusionPath(sha256, leaves.slice(0, split), index), rootOfLeaves(sha256, leaves.slice(split))]
    : [...inclusionPath(sha256, leaves.slice(split), index - split), rootOfLeaves(sha256, leaves.slice(0, split))];
}

/** The root that leaf `index` of `size` and its audit path lead to (RFC 9162, section 2.1.3.2); null when the path cannot be one. */
export function rootOfPath(
  sha256: Sha256,
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | null {
  if (!Number.isInteger(index) || index < 0 || index >= size) return null;
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return null;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sha256, sibling, hash);
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(sha256, hash, sibling);
    }
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : null;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, n) => byte === b[n]);
}
