import * as z from 'zod';
import { rootOfPath, sameBytes } from '../tree/merkle.ts';
import { originOf, recordLeaf } from '../tree/record-leaf.ts';
import { openNote, parseCheckpoint, parseVerifier, type NoteCrypto } from '../tree/signed-note.ts';

/** All that somebody without the database needs to check that one record is in an agent's signed tree. */
export const RecordProof = z.strictObject({
  kind: z.literal('record-proof'),
  agentId: z.string(),
  epoch: z.int().min(1),
  seq: z.int().min(1),
  /** The record byte for byte as it came. */
  payload: z.string(),
  /** Audit path from the leaf upwards, base64. */
  path: z.array(z.string()).max(53),
  /** Signed checkpoint. */
  note: z.string(),
  /** Verifier key that the receiver trusts for the agent. */
  key: z.string(),
});
export type RecordProof = z.infer<typeof RecordProof>;

/** Null when the record is what the holder of `key` signed; else what does not fit. */
export function faultOf(crypto: NoteCrypto, proof: RecordProof, key: string): string | null {
  const verifier = parseVerifier(crypto, key);
  if (verifier === null)
    return 'the key is no verifier key of Ed25519 (expected <name>+<8 hexadecimal digits>+<base64>)';
  const text = openNote(crypto, proof.note, verifier);
  if (text === null) return `the checkpoint is not signed by ${verifier.name} with this key`;
  const checkpoint = parseCheckpoint(crypto, text);
  if (checkpoint === null || checkpoint.origin !== originOf(proof.agentId, proof.epoch))
    return `the checkpoint is of another tree than ${originOf(proof.agentId, proof.epoch)}`;
  const path = proof.path.map((hash) => crypto.fromBase64(hash));
  if (path.some((hash) => hash?.length !== 32)) return 'the audit path holds something that is no SHA-256';
  const root = rootOfPath(crypto.sha256, recordLeaf(crypto, proof.payload), proof.seq - 1, checkpoint.size, path as Uint8Array[]); // prettier-ignore
  if (root === null) return `record ${proof.seq} cannot be in a tree of ${checkpoint.size} by this path`;
  return sameBytes(root, checkpoint.root) ? null : 'the record, its number or its path was changed: they do not lead to the signed root'; // prettier-ignore
}
