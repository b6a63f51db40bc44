import type { UplinkAck, UplinkBody, UplinkRecord } from '@livecue/shared/contract';
import { append, EMPTY_FRONTIER, recordLeaf, type Frontier } from '@livecue/shared/proof';
import type { Outbox } from '../../edge-agent/src/ports.ts';
import { noteCrypto } from '../../edge-agent/src/runtime/note-crypto.ts';

/** An outbox without a disk, by the rules of the store: what is acknowledged goes, leaves stay until verified. */
export class MemoryOutbox implements Outbox {
  epoch = 1;
  readonly #agentId: string;
  /** Each record once, as it is acknowledged, with the moment at which the uplink first read it. */
  readonly #onAcknowledged: (firstReadMs: number) => void;
  readonly #waiting = new Map<number, { record: UplinkRecord; firstReadMs: number }>();
  readonly #listeners = new Set<() => void>();
  #leaves: Uint8Array[] = [];
  #proven: Frontier = EMPTY_FRONTIER;
  #nextSeq = 1;

  constructor(agentId: string, onAcknowledged: (firstReadMs: number) => void = () => undefined) {
    this.#agentId = agentId;
    this.#onAcknowledged = onAcknowledged;
  }

  add(bodies: readonly UplinkBody[]): void {
    for (const body of bodies) {
      const seq = this.#nextSeq++;
      this.#leaves.push(recordLeaf(noteCrypto, JSON.stringify(body)));
      this.#waiting.set(seq, { record: { agentId: this.#agentId, epoch: this.epoch, seq, body }, firstReadMs: 0 });
    }
    for (const listener of this.#listeners) listener();
  }

  get size(): number {
    return this.#waiting.size;
  }

  async read(afterSeq: number, limit: number): Promise<UplinkRecord[]> {
    const found: UplinkRecord[] = [];
    for (let seq = afterSeq + 1; seq < this.#nextSeq && found.length < limit; seq++) this.#take(seq, found);
    return found;
  }

  async readNewest(beforeSeq: number, limit: number): Promise<UplinkRecord[]> {
    const [oldest] = this.#waiting.keys();
    const found: UplinkRecord[] = [];
    if (oldest === undefined) return found;
    for (let seq = Math.min(beforeSeq, this.#nextSeq) - 1; seq >= oldest && found.length < limit; seq--)
      this.#take(seq, found);
    return found;
  }

  #take(seq: number, into: UplinkRecord[]): void {
    const entry = this.#waiting.get(seq);
    if (entry === undefined) return;
    if (entry.firstReadMs === 0) entry.firstReadMs = performance.now();
    into.push(entry.record);
  }

  async acknowledge(ack: UplinkAck): Promise<number> {
    if (ack.epoch > this.epoch) throw new Error(`epoch ${ack.epoch} is acknowledged, ours is ${this.epoch}`);
    if (ack.epoch < this.epoch) return this.size;
    for (const [seq, { firstReadMs }] of this.#waiting) {
      if (seq > ack.contiguous && !ack.ranges.some(([from, to]) => seq >= from && seq <= to)) continue;
      this.#waiting.delete(seq);
      this.#onAcknowledged(firstReadMs);
    }
    return this.size;
  }

  backlog = async () => this.size;

  unproven = async (limit: number) => ({ epoch: this.epoch, proven: this.#proven, leaves: this.#leaves.slice(0, limit) }); // prettier-ignore

  async proven(_epoch: number, size: number): Promise<void> {
    const gone = this.#leaves.splice(0, size - this.#proven.size);
    this.#proven = gone.reduce((before, leaf) => append(noteCrypto.sha256, before, leaf), this.#proven);
  }

  onAdded(listener: () => void) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
