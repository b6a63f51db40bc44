import type { LiveEvent } from '@livecue/shared/event';

/** A total that falls below this part of the one before is of a new room, not one that came out of order. */
const NEW_ROOM = 0.5;

interface Counted {
  readonly firstTotal: number;
  lastTotal: number;
  counted: number;
}

/**
 * Likes that came, held against the platform's own total: many platforms send only a part of them under load, and
 * say in each message how many there are in all. Of sources that tell totals alone.
 */
export class LikeCounter {
  readonly #bySource = new Map<string, Counted>();

  note(event: LiveEvent): void {
    if (event.type !== 'live.like.added') return;
    const { count, userInteractionCount: total } = event.data;
    const known = this.#bySource.get(event.source);
    if (total === undefined) {
      if (known !== undefined) known.counted += count;
    } else if (known === undefined || total < known.lastTotal * NEW_ROOM) {
      this.#bySource.set(event.source, { firstTotal: total, lastTotal: total, counted: 0 });
    } else {
      known.counted += count;
      known.lastTotal = Math.max(known.lastTotal, total);
    }
  }

  /** Since the first total of each source: likes that came, at most as many as were told, and likes that were told. Null: none was. */
  read(): { readonly counted: number; readonly told: number } | null {
    let [counted, told] = [0, 0];
    for (const one of this.#bySource.values()) {
      const own = one.lastTotal - one.firstTotal;
      told += own;
      counted += Math.min(own, one.counted);
    }
    return told === 0 ? null : { counted, told };
  }
}
