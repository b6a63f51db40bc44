/** One question and its answer: sent and heard by our clock, had and answered by the other's; ms. */
export interface Exchange {
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly answeredMs: number;
  readonly heardMs: number;
}

export interface ClockEstimate {
  /** Our clock minus the other's. */
  readonly offsetMs: number;
  /** On the way there and back; the offset is wrong by half of it at most. */
  readonly delayMs: number;
}

const KEPT = 8;

/** RFC 5905, section 8 (offset and delay of an exchange) and 10 (of the last eight the one with the least delay). */
export function createClockFilter(): { add(exchange: Exchange): void; readonly best: ClockEstimate | null } {
  const kept: ClockEstimate[] = [];
  return {
    add({ sentMs, receivedMs, answeredMs, heardMs }) {
      const delayMs = heardMs - sentMs - (answeredMs - receivedMs);
      // A clock was set meanwhile: nothing can be said.
      if (delayMs < 0) return;
      kept.push({ offsetMs: (sentMs - receivedMs + heardMs - answeredMs) / 2, delayMs });
      if (kept.length > KEPT) kept.shift();
    },
    get best() {
      const least = Math.min(...kept.map(({ delayMs }) => delayMs));
      return kept.find(({ delayMs }) => delayMs === least) ?? null;
    },
  };
}
