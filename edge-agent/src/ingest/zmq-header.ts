import * as z from 'zod';

/** A header is a name and two short fields; what is longer is a body sent in the wrong order. */
const MAX_HEADER_BYTES = 1024;
/** Senders whose last number is remembered; beyond, the one silent longest is forgotten. */
const MAX_SENDERS = 1000;

const WireHeader = z.object({
  source: z.string().min(1).max(128),
  sequence: z.int().min(0).optional(),
  encoding: z.enum(['json', 'jsonl', 'msgpack']).optional(),
});
export type WireHeader = z.infer<typeof WireHeader>;

/** First part of a two-part message → header, or null when it is none. */
export function decodeHeader(bytes: Uint8Array): WireHeader | null {
  if (bytes.length > MAX_HEADER_BYTES) return null;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    return null;
  }
  const parsed = WireHeader.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** Counts frames that senders numbered and we never saw. */
export interface SequenceLedger {
  /**
   * Frames missing between the last number of this sender and this one. A lower or equal number means
   * that the sender has started again: it counts from there, and nothing is called lost. So do the first
   * frame of a sender and one that comes back after a thousand others.
   */
  gap(source: string, sequence: number): number;
}

export function createSequenceLedger(): SequenceLedger {
  const last = new Map<string, number>();
  return {
    gap(source, sequence) {
      const before = last.get(source);
      // Taken out and put back, so that the map's first key is the one silent longest.
      last.delete(source);
      last.set(source, sequence);
      if (last.size > MAX_SENDERS) last.delete(last.keys().next().value!);
      return before === undefined || sequence <= before ? 0 : sequence - before - 1;
    },
  };
}
