import type { SentMessage, UplinkAck } from '@livecue/shared/contract';

const KEPT = 200;

/** The newest messages exactly as they were handed to the client, for the panel's page of what left. */
export class SentRing {
  readonly #entries: { epoch: number; seq: number; message: SentMessage }[] = [];

  add(epoch: number, seq: number, message: SentMessage): void {
    this.#keep({ epoch, seq, message });
  }

  #keep(entry: { epoch: number; seq: number; message: SentMessage }): void {
    this.#entries.push(entry);
    if (this.#entries.length > KEPT) this.#entries.shift();
  }

  /** What is no record: the broker's answer is its receipt. */
  note(message: Omit<SentMessage, 'acknowledged'>): (taken: boolean) => void {
    const entry = { epoch: 0, seq: 0, message: { ...message, acknowledged: false } };
    this.#keep(entry);
    return (taken) => void (entry.message = { ...entry.message, acknowledged: taken });
  }

  acknowledge(ack: UplinkAck): void {
    for (const entry of this.#entries) {
      if (entry.seq === 0 || entry.message.acknowledged || entry.epoch !== ack.epoch) continue;
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
