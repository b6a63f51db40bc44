import type { UplinkAck } from '@livecue/shared/contract';

/** Sent and not yet acknowledged at once: bounds our memory and what a broker has to hold without a receiver. */
export const UNACKNOWLEDGED_MAX = 5_000;
/** Without any acknowledgement each further try waits twice as long, up to this many doublings. */
const DOUBLINGS = 4;

/**
 * What of one epoch was sent on this connection and when. Pure bookkeeping: sends nothing, holds only
 * numbers; the records stay in the outbox.
 */
export class SendLedger {
  readonly #sent = new Map<number, { sentMs: number; tries: number }>();
  readonly #resendAfterMs: number;
  #cursor = 0;
  #highest = 0;

  constructor(resendAfterMs: number) {
    this.#resendAfterMs = resendAfterMs;
  }

  /** Highest seq sent on this connection; new records come after it. */
  get cursor(): number {
    return this.#cursor;
  }

  get size(): number {
    return this.#sent.size;
  }

  /** Returns whether this seq had been sent before, on this connection or an earlier one. */
  markSent(seq: number, nowMs: number): boolean {
    const before = this.#sent.get(seq);
    this.#sent.set(seq, { sentMs: nowMs, tries: (before?.tries ?? 0) + 1 });
    this.#cursor = Math.max(this.#cursor, seq);
    const again = seq <= this.#highest;
    this.#highest = Math.max(this.#highest, seq);
    return again;
  }

  /** Takes out what the receiver has; returns how many that were. */
  acknowledge(ack: Pick<UplinkAck, 'contiguous' | 'ranges'>): number {
    let taken = 0;
    for (const seq of this.#sent.keys()) {
      if (seq > ack.contiguous && !ack.ranges.some(([from, to]) => seq >= from && seq <= to)) continue;
      this.#sent.delete(seq);
      taken++;
    }
    if (taken > 0) for (const entry of this.#sent.values()) entry.tries = 1;
    return taken;
  }

  /** Seqs whose acknowledgement is overdue, ascending, at most `limit`. */
  due(nowMs: number, limit: number): number[] {
    const found: number[] = [];
    for (const [seq, { sentMs, tries }] of this.#sent) {
      const waitMs = this.#resendAfterMs * 2 ** Math.min(tries - 1, DOUBLINGS);
      if (nowMs - sentMs >= waitMs) found.push(seq);
    }
    return found.sort((a, b) => a - b).slice(0, limit);
  }

  /** The outbox no longer has it: it was acknowledged meanwhile. */
  forget(seq: number): void {
    this.#sent.delete(seq);
  }

  /** A new connection: everything that waits is sent again, in order. */
  restart(): void {
    this.#sent.clear();
    this.#cursor = 0;
  }

  /** A new epoch: no seq has been sent before. */
  renew(): void {
    this.restart();
    this.#highest = 0;
  }
}
