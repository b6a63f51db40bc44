/** What a cell of receivers and their broker queue does with records that come in bursts. All times in seconds. */
export interface QueueCall {
  /** Records that come in each second of one period; the period repeats. */
  readonly arrivals: readonly number[];
  /** Records that all receivers of the cell commit a second. */
  readonly capacity: number;
  /** Records that wait in broker and receivers at most: what comes beyond is lost there and sent again. */
  readonly room: number;
  /** An agent sends again what is not acknowledged after so long. */
  readonly resendS: number;
  readonly periods: number;
}

export interface QueueAnswer {
  /** Most records that waited at the end of a second. */
  readonly mostWaiting: number;
  /** Longest that the newest record waited: queue over capacity. */
  readonly longestS: number;
  /** Records that found the queue full, each time anew, as a share of those that came first. */
  readonly sentAgain: number;
  /** Whether in the last period no more waits than in the one before: false means it never catches up. */
  readonly keepsUp: boolean;
}

/** Second by second: first what comes, then what is committed, then what finds no room comes back later. */
export function queueOf({ arrivals, capacity, room, resendS, periods }: QueueCall): QueueAnswer {
  const later: number[] = [];
  let waiting = 0;
  let came = 0;
  let again = 0;
  let mostWaiting = 0;
  const ends: number[] = [];
  for (let second = 0; second < periods * arrivals.length; second++) {
    const fresh = arrivals[second % arrivals.length]!;
    came += fresh;
    waiting = Math.max(0, waiting + fresh + (later[second] ?? 0) - capacity);
    const over = Math.max(0, waiting - room);
    if (over > 0) later[second + resendS] = (later[second + resendS] ?? 0) + over;
    again += over;
    waiting -= over;
    mostWaiting = Math.max(mostWaiting, waiting);
    if ((second + 1) % arrivals.length === 0) ends.push(waiting + later.slice(second + 1).reduce((sum, own) => sum + (own ?? 0), 0)); // prettier-ignore
  }
  return { mostWaiting, longestS: mostWaiting / capacity, sentAgain: again / came, keepsUp: ends.at(-1)! <= ends.at(-2)! + 1e-9 }; // prettier-ignore
}

/** Seconds until a backlog is gone while new records come; null when it never is. */
export function drainS(backlog: number, arrivalsPerS: number, capacity: number): number | null {
  return capacity > arrivalsPerS ? backlog / (capacity - arrivalsPerS) : null;
}
