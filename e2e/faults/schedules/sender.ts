import { setTimeout as delay } from 'node:timers/promises';
import { wire, type SentEvent } from '../../oracle.ts';

export const WINDOWS = 24;
export const WINDOW_MS = 10_000;
const BATCHES = 60;
const BATCH = 5;
/** The show ends so long before now that a marker of now closes its last window. */
const BEFORE_MS = (WINDOWS + 2) * WINDOW_MS;
/**
 * Share of batches of which one event comes so many batches later, so that its window is sent again. A batch is four
 * seconds of the show, and half a minute in which no agent listens must not make it late beyond the allowed minute.
 */
const STRAGGLERS = 0.4;
const LATER = { least: 3, most: 6 };
/** Share of batches that are sent once more though they were taken, as shops and reconnecting rooms do. */
const AGAIN = 0.1;

/** Four minutes of comments and orders: the same for a seed, but for the time. */
export function planShow(random: () => number, nowMs: number): { fromMs: number; batches: SentEvent[][] } {
  const fromMs = Math.floor((nowMs - BEFORE_MS) / WINDOW_MS) * WINDOW_MS;
  let n = 0;
  const batches = Array.from({ length: BATCHES }, (_, at) =>
    Array.from({ length: BATCH }, (): SentEvent => {
      n++;
      const order = n % 4 === 0;
      const timeMs = fromMs + Math.floor(((at + random()) * WINDOWS * WINDOW_MS) / BATCHES);
      return { id: `e2e:${order ? 'o' : 'c'}-${n}`, timeMs, kind: order ? 'order' : 'comment', minor: order ? 100 + (n % 900) : 0 }; // prettier-ignore
    }),
  );
  for (const [at, batch] of batches.entries()) {
    const to = batches[at + LATER.least + Math.floor(random() * (LATER.most - LATER.least + 1))];
    // The last window keeps an event of its own: its row says that the show has passed.
    if (to !== undefined && random() < STRAGGLERS) to.push(batch.shift()!);
  }
  return { fromMs, batches };
}

export interface SenderFigures {
  accepted: SentEvent[];
  /** Batches that were not taken, or of which nobody knows, and that were sent again. */
  retries: number;
}

/** One client of the HTTP ingress: a batch is sent until the agent says that it has all of it. */
export class Sender {
  readonly figures: SenderFigures = { accepted: [], retries: 0 };
  readonly #to: () => { url: string; token: string };

  constructor(to: () => { url: string; token: string }) {
    this.#to = to;
  }

  async send(batches: readonly SentEvent[][], options: { random: () => number; overMs: number; signal: AbortSignal }): Promise<void> {
    for (const events of batches) {
      const paceMs = (options.overMs / batches.length) * 2 * options.random();
      await delay(paceMs, undefined, { signal: options.signal });
      await this.#untilTaken(events, options.signal);
      this.figures.accepted.push(...events);
      if (options.random() < AGAIN) await this.#untilTaken(events, options.signal);
    }
  } // prettier-ignore

  /** One event of each source at this moment: no window of the show stays open. They are not counted. */
  async mark(nowMs: number, signal: AbortSignal): Promise<void> {
    const mark = (kind: SentEvent['kind']): SentEvent => ({ id: `mark:${kind}-${nowMs}`, timeMs: nowMs, kind, minor: 1 }); // prettier-ignore
    await this.#untilTaken([mark('comment'), mark('order')], signal);
  }

  async #untilTaken(events: readonly SentEvent[], signal: AbortSignal): Promise<void> {
    for (;;) {
      if (await this.#post(events, signal)) return;
      this.figures.retries++;
      await delay(40, undefined, { signal });
    }
  }

  async #post(events: readonly SentEvent[], signal: AbortSignal): Promise<boolean> {
    const { url, token } = this.#to();
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(events.map(wire)),
        signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]),
      });
      if (answer.status !== 202) return false;
      const told = (await answer.json()) as { accepted: number };
      return told.accepted === events.length;
    } catch {
      if (signal.aborted) throw signal.reason as Error;
      return false; // The agent is down, stands still or went down meanwhile.
    }
  }
}
