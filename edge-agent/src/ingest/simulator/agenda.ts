/** What happens next: actions in order of time, equal times in the order in which they were planned. */
export interface Agenda {
  /** Time of the action now running, or of the last one that ran. Milliseconds, with fraction. */
  readonly nowMs: number;
  /** Plans an action; a time already past means "next". */
  at(timeMs: number, run: () => void): void;
  /** Runs everything planned before `untilMs` (exclusive), also what those actions plan. */
  runUntil(untilMs: number): void;
  /** Forgets everything planned. */
  clear(): void;
}

interface Entry {
  readonly timeMs: number;
  readonly order: number;
  readonly run: () => void;
}

function before(a: Entry, b: Entry): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order);
}

/** Binary heap, smallest first. */
class EntryHeap {
  private readonly entries: Entry[] = [];

  clear(): void {
    this.entries.length = 0;
  }

  peek(): Entry | undefined {
    return this.entries[0];
  }

  push(entry: Entry): void {
    const { entries } = this;
    let hole = entries.push(entry) - 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const above = entries[parent] as Entry;
      if (!before(entry, above)) break;
      entries[hole] = above;
      hole = parent;
    }
    entries[hole] = entry;
  }

  /** Removes the first; call it only when `peek` gave one. */
  removeFirst(): void {
    const { entries } = this;
    const last = entries.pop() as Entry;
    if (entries.length === 0) return;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= entries.length) break;
      const right = entries[child + 1];
      if (right !== undefined && before(right, entries[child] as Entry)) child += 1;
      if (!before(entries[child] as Entry, last)) break;
      entries[hole] = entries[child] as Entry;
      hole = child;
    }
    entries[hole] = last;
  }
}

export function createAgenda(startMs: number): Agenda {
  const heap = new EntryHeap();
  let nowMs = startMs;
  let order = 0;
  return {
    get nowMs() {
      return nowMs;
    },
    clear: () => heap.clear(),
    at(timeMs, run) {
      heap.push({ timeMs: Math.max(timeMs, nowMs), order, run });
      order += 1;
    },
    runUntil(untilMs) {
      for (let first = heap.peek(); first !== undefined && first.timeMs < untilMs; first = heap.peek()) {
        heap.removeFirst();
        nowMs = first.timeMs;
        first.run();
      }
    },
  };
}
