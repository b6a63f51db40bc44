import type { UplinkAck } from '@livecue/shared/contract';

/** Seqs of one epoch: 1..contiguous, and inclusive ranges above it, ascending, disjoint, not touching. */
export interface SeqSet {
  readonly contiguous: number;
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

export const EMPTY_SEQ_SET: SeqSet = { contiguous: 0, ranges: [] };

/** The set with these seqs (≥ 1, any order, repeats allowed) added. */
export function addSeqs(set: SeqSet, seqs: Iterable<number>): SeqSet {
  return addRanges(
    set,
    Array.from(seqs, (seq) => [seq, seq] as const),
  );
}

/** The set with these ranges (inclusive, any order, overlaps allowed) added. */
export function addRanges(set: SeqSet, added: SeqSet['ranges']): SeqSet {
  const parts = [...set.ranges, ...added].map(([from, to]): [number, number] => [from, to]);
  parts.sort((a, b) => a[0] - b[0]);
  let contiguous = set.contiguous;
  const ranges: [number, number][] = [];
  for (const [from, to] of parts) {
    if (from <= contiguous + 1) {
      contiguous = Math.max(contiguous, to);
      continue;
    }
    const last = ranges.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else ranges.push([from, to]);
  }
  return { contiguous, ranges };
}

/** More holes than this are acknowledged later, when the lower ones are filled: the message stays small. */
const RANGES_TOLD = 200;

export function ackOf(epoch: number, set: SeqSet, proof?: UplinkAck['proof']): UplinkAck {
  const ranges = set.ranges.slice(0, RANGES_TOLD).map(([from, to]): [number, number] => [from, to]);
  const ack = { epoch, contiguous: set.contiguous, ranges };
  return proof === undefined ? ack : { ...ack, proof };
}
