import { topics, type AgentCheckpoint, type Trouble, type UplinkAck } from '@livecue/shared/contract';
import { append, checkpointText, originOf, rootOf, type Frontier } from '@livecue/shared/proof';
import type { Outbox } from '../ports.ts';
import { noteCrypto } from '../runtime/note-crypto.ts';
import type { NoteSigner } from './note-signer.ts';

/** Records between two checkpoints, unless there is time. */
const EVERY_RECORDS = 500;
const EVERY_MS = 10_000;
/** Without a word from the receiver the checkpoint is sent again. */
const REPEAT_MS = 30_000;
const LEAVES_MAX = 1_000;
/** Base64 of a leaf is 43 characters or so; what stands around the leaves stays below this. */
const ENVELOPE_BYTES = 6_000;

const { sha256, toBase64 } = noteCrypto;

/** In the receiver's words, and as what it found; of an older receiver the words alone. */
interface Broken {
  readonly words: string;
  readonly trouble: Trouble | undefined;
}

export interface CheckpointSender {
  /** An acknowledgement of our epoch. Rejects with the disk's error. */
  heard(ack: UplinkAck): Promise<void>;
  /** The next checkpoint when one is due, else null. `packetBytes`: the broker's limit. Rejects with the disk's error. */
  due(packetBytes: number | null): Promise<{ topic: string; payload: string } | null>;
  /** What the receiver says does not fit; null while all fits. */
  readonly broken: Broken | null;
  /** Records that the receiver has verified. */
  readonly verified: number;
}

/**
 * Tells the receiver what the records were when they were written, once it has acknowledged them: signed
 * roots of the epoch's Merkle tree, each from the size that the receiver verified last.
 */
export function createCheckpointSender(
  ports: {
    readonly outbox: Pick<Outbox, 'unproven' | 'proven'>;
    readonly signer: NoteSigner;
    readonly nowMs: () => number;
  },
  { agentId }: { readonly agentId: string },
): CheckpointSender {
  let epoch = 0;
  let contiguous = 0;
  let verified = 0;
  let broken: Broken | null = null;
  let sent = { size: 0, atMs: Number.NEGATIVE_INFINITY };

  const isDue = (): boolean => {
    const sinceMs = ports.nowMs() - sent.atMs;
    if (contiguous <= verified) return false;
    // A clock that was set back tells nothing of how long it has been.
    if (sent.size > verified) return sinceMs >= REPEAT_MS || sinceMs < 0;
    return contiguous - verified >= EVERY_RECORDS || sinceMs >= EVERY_MS || sinceMs < 0;
  };

  return {
    async heard(ack) {
      if (ack.epoch !== epoch) {
        [epoch, contiguous, verified, broken] = [ack.epoch, 0, 0, null];
        sent = { size: 0, atMs: Number.NEGATIVE_INFINITY };
      }
      contiguous = Math.max(contiguous, ack.contiguous);
      if (ack.proof === undefined) return;
      broken = brokenOf(ack.proof);
      if (ack.proof.verified <= verified) return;
      await ports.outbox.proven(ack.epoch, ack.proof.verified);
      verified = ack.proof.verified;
    },
    async due(packetBytes) {
      if (!isDue()) return null;
      const room = packetBytes === null ? LEAVES_MAX : Math.floor((packetBytes - ENVELOPE_BYTES) / 44);
      if (room < 1) return null;
      const found = await ports.outbox.unproven(Math.min(room, LEAVES_MAX));
      if (found.epoch !== epoch) return null;
      const leaves = found.leaves.slice(0, Math.max(0, contiguous - found.proven.size));
      if (leaves.length === 0) return null;
      const frontier = leaves.reduce((before: Frontier, leaf) => append(sha256, before, leaf), found.proven);
      const text = checkpointText({ toBase64 }, { origin: originOf(agentId, epoch), size: frontier.size, root: rootOf(sha256, frontier) }); // prettier-ignore
      const checkpoint: AgentCheckpoint = { epoch, from: found.proven.size, roots: found.proven.roots.map(toBase64), leaves: toBase64(Buffer.concat(leaves)), note: ports.signer.sign(text) }; // prettier-ignore
      sent = { size: frontier.size, atMs: ports.nowMs() };
      return { topic: topics.checkpoint(agentId), payload: JSON.stringify(checkpoint) };
    },
    get broken() {
      return broken;
    },
    get verified() {
      return verified;
    },
  };
}

function brokenOf({ broken, finding }: NonNullable<UplinkAck['proof']>): Broken | null {
  if (broken === null) return null;
  const trouble = finding === undefined ? undefined : { code: finding.what, about: String(finding.seq), retryS: null };
  return { words: broken, trouble };
}
