import type { UplinkAck } from '@livecue/shared/contract';

/** Sent and not yet acknowledged at once: bounds our memory and what a broker has to hold without a receiver. */
export const UNACKNOWLEDGED_MAX = 5_000;
/** Without any acknowledgement each further try waits twice as long, up to this many doublings. */
const DOUBLINGS = 4;

/**
 * What of one epoch was sent on this connection and when. Pure bookkeeping: sends nothing, holds only
 * numbers; the records stay in the outbox.
 *
 * Two cursors go apart from where the connection began: `newest` upwards with what is written meanwhile,
 * `oldest` downwards through what had waited. Between them everything was sent.
 */
export class SendLedger {
  readonly #sent = new Map<number, { sentMs: number; tries: number }>();
  readonly #resendAfterMs: number;
  #newest: number | null = null;
  #oldest: number | null = null;
  /** Inclusive ranges of this epoch that were ever sent, ascending; a handful, since cursors leave no holes. */
  #everSent: [from: number, to: number][] = [];

  constructor(resendAfterMs: number) {
    this.#resendAfterMs = resendAfterMs;
  }

  /** Highest seq sent on this connection; null before the first. */
  get newest(): number | null {
    return this.#newest;
  }

  /** Lowest seq sent on this connection; null before the first. */
  get oldest(): number | null {
    return this.#oldest;
  }

  get size(): number {
    return this.#sent.size;
  }

  /** Returns whether this seq had been sent before, on this connection or an earlier one. */
  markSent(seq: number, nowMs: number): boolean {
    const before = this.#sent.get(seq);
    this.#sent.set(seq, { sentMs: nowMs, tries: (before?.tries ?? 0) + 1 });
    this.#newest = Math.max(this.#newest ?? seq, seq);
    this.#oldest = Math.min(this.#oldest ?? seq, seq);
    return this.#noteEver(seq);
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
    this.#everSent = this.#everSent.filter(([, to]) => to > ack.contiguous);
    return taken;
  }

  /** Seqs whose acknowledgement is overdue, newest first, at most `limit`. */
  due(nowMs: number, limit: number): number[] {
    const found: number[] = [];
    for (const [seq, { sentMs, tries }] of this.#sent) {
      const waitMs = this.#resendAfterMs * 2 ** Math.min(tries - 1, DOUBLINGS);
      // Before it was sent: the clock was set back, and nobody knows how long it has waited.
      if (nowMs - sentMs >= waitMs || nowMs < sentMs) found.push(seq);
    }
    return found.sort((a, b) => b - a).slice(0, limit);
  }

  /** The outbox no longer has it: it was acknowledged meanwhile. */
  forget(seq: number): void {
    this.#sent.delete(seq);
  }

  /** A new connection: everything that waits is sent again. */
  restart(): void {
    this.#sent.clear();
    this.#newest = null;
    this.#oldest = null;
  }

  /** A new epoch: no seq has been sent before. */
  renew(): void {
    this.restart();
    this.#everSent = [];
  }

  #noteEver(seq: number): boolean {
    const at = this.#everSent.findIndex(([, to]) => seq <= to + 1);
    const range = this.#everSent[at];
    if (range === undefined) this.#everSent.push([seq, seq]);
    else if (seq >= range[0] && seq <= range[1]) return true;
    else if (seq === range[1] + 1) range[1] = seq;
    else if (seq === range[0] - 1) range[0] = seq;
    else this.#everSent.splice(at, 0, [seq, seq]);
    const next = this.#everSent[at + 1];
    if (range !== undefined && next !== undefined && next[0] === range[1] + 1) {
      range[1] = next[1];
      this.#everSent.splice(at + 1, 1);
    }
    return false;
  }
}
