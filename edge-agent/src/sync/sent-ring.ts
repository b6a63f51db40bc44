import type { SentMessage, UplinkAck } from '@livecue/shared/contract';

const KEPT = 200;

/** The newest messages exactly as they were handed to the client, for the panel's page of what left. */
export class SentRing {
  readonly #entries: { epoch: number; seq: number; message: SentMessage }[] = [];

  add(epoch: number, seq: number, message: SentMessage): void {
    this.#entries.push({ epoch, seq, message });
    if (this.#entries.length > KEPT) this.#entries.shift();
  }

  acknowledge(ack: UplinkAck): void {
    for (const entry of this.#entries) {
      if (entry.message.acknowledged || entry.epoch !== ack.epoch) continue;
      const committed =
        entry.seq <= ack.contiguous || ack.ranges.some(([from, to]) => entry.seq >= from && entry.seq <= to);
      if (committed) entry.message = { ...entry.message, acknowledged: true };
    }
  }

  /** Newest first. */
  newest(limit: number): SentMessage[] {
    return this.#entries.slice(-Math.max(1, limit)).reverse().map(({ message }) => message); // prettier-ignore
  }
}
