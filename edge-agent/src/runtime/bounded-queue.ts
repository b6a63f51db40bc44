import { type EventType, isNeverDropped, type LiveEvent } from '@livecue/shared/event';

interface EventFrame {
  readonly events: LiveEvent[];
}

export interface QueuedFrame<F> {
  readonly frame: F;
  readonly position: number;
}

/** Frames between the sources and the pipeline, bounded by events. */
export interface FrameQueue<F extends EventFrame> {
  /** Queues a frame; returns how many events, of any queued frame, had to go for it (`buffer-full`). */
  offer(frame: F, position: number): number;
  /**
   * Whole frames, oldest first, until `maxEvents` are together; at least one when there is any. A frame
   * that lost all its events comes out empty, or not at all when a later one tells a later position.
   */
  take(maxEvents: number): QueuedFrame<F>[];
  /** Resolves when there is room again; rejects with the signal's reason. */
  ready(signal: AbortSignal): Promise<void>;
  /** Called after each offer; returns how to end that. */
  onOffered(listener: () => void): () => void;
  /** Events dropped with reason `buffer-full` since the start, by kind. */
  drops(): Partial<Record<EventType, number>>;
  /** True from the high-water mark (half of the capacity, at most 4,000 events) until half of that. */
  readonly full: boolean;
  /** Events queued. Above the capacity only when all that is queued may never be dropped. */
  readonly size: number;
}

/**
 * What goes first when sources that cannot be held back overrun us: presence and applause, then acts
 * that come in numbers, then words, then intent and money, then what says how the show stands (a lost
 * pin makes every later question wrong). Orders, refunds, stock and offers are not in the list.
 */
const DROP_ORDER: readonly (readonly EventType[])[] = [
  ['live.join.added', 'live.like.added'],
  ['live.follow.added', 'live.share.added', 'shop.product.viewed'],
  ['live.audience.updated'],
  ['live.comment.created'],
  ['shop.cart.added', 'live.gift.sent'],
  ['live.comment.deleted', 'live.comment.pinned', 'live.product.pinned', 'live.product.unpinned', 'live.room.started',
   'live.room.ended', 'live.room.updated'],
]; // prettier-ignore

const RANK: ReadonlyMap<EventType, number> = new Map(
  DROP_ORDER.flatMap((types, rank) => types.map((type) => [type, rank])),
);

/** Rank at which `type` goes, 0 first; null for what is never dropped. */
export function dropRank(type: EventType): number | null {
  if (isNeverDropped(type)) return null;
  const rank = RANK.get(type);
  if (rank === undefined) throw new Error(`bounded queue: ${type} has no place in the drop order`);
  return rank;
}

interface Entry<F> {
  /** As offered; once it lost an event, the same without events. */
  frame: F;
  readonly position: number;
  /** As offered, shared with the giver; once it lost an event, our own list with holes. */
  events: readonly (LiveEvent | null)[];
  holes: boolean;
  /** Events that are left. */
  size: number;
}

/**
 * Sources that can wait do so from here on. What is decoded lives: events that wait longer than the time between two
 * collections are copied by each of them, and what is not read yet costs a tenth of the memory in its socket.
 */
const MAX_HIGH_WATER = 4_000;
/** Empty frames that are kept before the list is gone through for them. */
const MAX_EMPTY = 16;

/**
 * The cost of an offer is constant, amortised: for each rank a cursor walks over the queued events
 * once, from the oldest, and never back.
 *
 * Sources that can wait are stopped at half of the capacity or before, so the rest takes the frames that
 * are already on their way: with frames smaller than that, nothing of theirs is ever dropped.
 */
export function createFrameQueue<F extends EventFrame>(config: { readonly capacityEvents: number }): FrameQueue<F> {
  const { capacityEvents } = config;
  const highWater = Math.max(1, Math.min(MAX_HIGH_WATER, Math.floor(capacityEvents / 2)));
  const lowWater = Math.floor(highWater / 2);
  const drops: Partial<Record<EventType, number>> = {};
  const listeners = new Set<() => void>();
  const waiting = new Set<() => void>();
  /** Where the next victim of a rank may be: index in `entries`, index in its events. */
  const cursors = DROP_ORDER.map(() => ({ entry: 0, index: 0 }));
  let entries: Entry<F>[] = [];
  /** Index in `entries` of the oldest one. */
  let head = 0;
  let emptied = 0;
  let size = 0;
  let full = false;

  /** Drops the oldest event of `rank`; false when none is queued. */
  function dropOne(rank: number): boolean {
    const cursor = cursors[rank]!;
    if (cursor.entry < head) Object.assign(cursor, { entry: head, index: 0 });
    for (; cursor.entry < entries.length; cursor.entry++, cursor.index = 0) {
      const entry = entries[cursor.entry]!;
      for (; cursor.index < entry.events.length; cursor.index++) {
        const type = entry.events[cursor.index]?.type;
        if (type === undefined || dropRank(type) !== rank) continue;
        dropEvent(entry, cursor.index++);
        drops[type] = (drops[type] ?? 0) + 1;
        return true;
      }
    }
    return false;
  }

  function dropEvent(entry: Entry<F>, index: number): void {
    if (!entry.holes) {
      entry.holes = true;
      entry.events = [...entry.events];
      entry.frame = { ...entry.frame, events: [] };
    }
    (entry.events as (LiveEvent | null)[])[index] = null;
    entry.size--;
    size--;
    if (entry.size === 0) {
      entry.events = [];
      emptied++;
    }
  }

  function makeRoom(): number {
    let dropped = 0;
    for (let rank = 0; rank < DROP_ORDER.length; rank++) {
      while (size > capacityEvents && dropOne(rank)) dropped++;
    }
    if (emptied > MAX_EMPTY && emptied * 2 > entries.length - head) keepOnly((entry) => entry.size > 0);
    return dropped;
  }

  /** Forgets taken entries, and of the others all but the last that are not wanted; moves the cursors with them. */
  function keepOnly(wanted: (entry: Entry<F>) => boolean): void {
    const kept: Entry<F>[] = [];
    const keptBefore = new Map(cursors.map(({ entry }) => [entry, 0]));
    entries.forEach((entry, index) => {
      if (keptBefore.has(index)) keptBefore.set(index, kept.length);
      if (index >= head && (wanted(entry) || index === entries.length - 1)) kept.push(entry);
    });
    for (const cursor of cursors) {
      const old = entries[cursor.entry];
      cursor.entry = cursor.entry >= entries.length ? kept.length : keptBefore.get(cursor.entry)!;
      if (kept[cursor.entry] !== old) cursor.index = 0;
    }
    entries = kept;
    head = 0;
    emptied = kept.reduce((count, entry) => count + (entry.size === 0 ? 1 : 0), 0);
  }

  function shift(): Entry<F> {
    const entry = entries[head++]!;
    size -= entry.size;
    if (entry.size === 0) emptied--;
    if (head === entries.length || (head > MAX_EMPTY && head * 2 > entries.length)) keepOnly(() => true);
    return entry;
  }

  function openGate(): void {
    full = false;
    for (const resolve of [...waiting]) resolve();
  }

  return {
    offer(frame, position) {
      entries.push({ frame, position, events: frame.events, holes: false, size: frame.events.length });
      if (frame.events.length === 0) emptied++;
      size += frame.events.length;
      const dropped = size > capacityEvents ? makeRoom() : 0;
      if (size >= highWater) full = true;
      for (const listener of listeners) listener();
      return dropped;
    },
    take(maxEvents) {
      const taken: QueuedFrame<F>[] = [];
      let count = 0;
      while (head < entries.length && (taken.length === 0 || count + entries[head]!.size <= maxEvents)) {
        const entry = shift();
        count += entry.size;
        taken.push({ frame: remaining(entry), position: entry.position });
      }
      if (full && size <= lowWater) openGate();
      return taken;
    },
    ready(signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      if (!full) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const leave = () => {
          waiting.delete(open);
          signal.removeEventListener('abort', abort);
        };
        const open = () => {
          leave();
          resolve();
        };
        const abort = () => {
          leave();
          reject(signal.reason as Error);
        };
        waiting.add(open);
        signal.addEventListener('abort', abort, { once: true });
      });
    },
    onOffered(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    drops: () => ({ ...drops }),
    get full() {
      return full;
    },
    get size() {
      return size;
    },
  };
}

function remaining<F extends EventFrame>(entry: Entry<F>): F {
  if (!entry.holes) return entry.frame;
  return { ...entry.frame, events: entry.events.filter((event) => event !== null) };
}
