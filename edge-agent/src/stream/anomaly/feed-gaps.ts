import type { RoomAnomaly } from '@livecue/shared/insight';
import type { FeedPulse } from '../feed-pulse.ts';

/** Gaps that are over are told this long, and this many. */
const TOLD_MS = 600_000;
const MOST_TOLD = 10;

export interface FeedGapsState {
  readonly gaps: readonly RoomAnomaly[];
  readonly isOver: boolean;
}

/** Silences of a room beyond what its rhythm explains (`FeedPulse`), in processing time. */
export class FeedGaps {
  readonly #roomId: string;
  #gaps: RoomAnomaly[] = [];
  #isOver = false;

  constructor(roomId: string) {
    this.#roomId = roomId;
  }

  noteShow(isOn: boolean): void {
    this.#isOver = !isOn;
  }

  /** The room said that its show has ended, and not that another began. */
  get isOver(): boolean {
    return this.#isOver;
  }

  update(feed: FeedPulse, nowMs: number): void {
    const last = this.#gaps.at(-1);
    const open = last !== undefined && last.endMs === null ? last : null;
    const isSilent = feed.state(nowMs) === 'stale' && !this.#isOver;
    const { lastMs, quietLimitMs } = feed;
    if (isSilent && open === null && lastMs !== null) {
      const reason = { series: 'silence-ms', value: nowMs - lastMs, usual: quietLimitMs } as const;
      this.#gaps.push({ kind: 'feed-gap', roomId: this.#roomId, startMs: lastMs, toldMs: nowMs, endMs: null, score: 1, reasons: [reason] }); // prettier-ignore
    } else if (!isSilent && open !== null) {
      const endMs = Math.max(open.startMs, lastMs ?? nowMs);
      const reasons = open.reasons.map((reason) => ({ ...reason, value: endMs - open.startMs }));
      this.#gaps[this.#gaps.length - 1] = { ...open, endMs, reasons };
    }
    if (this.#gaps.length > 0) this.#forget(nowMs);
  }

  #forget(nowMs: number): void {
    this.#gaps = this.#gaps.filter(({ endMs }) => endMs === null || endMs > nowMs - TOLD_MS).slice(-MOST_TOLD);
  }

  /** Ends what goes on: time has been set back. */
  close(): void {
    this.#gaps = this.#gaps.map((gap) => (gap.endMs === null ? { ...gap, endMs: gap.toldMs } : gap));
  }

  list(): readonly RoomAnomaly[] {
    return this.#gaps;
  }

  save(): FeedGapsState {
    return { gaps: this.#gaps, isOver: this.#isOver };
  }

  load({ gaps, isOver }: FeedGapsState): void {
    this.#gaps = [...gaps];
    this.#isOver = isOver;
  }
}
