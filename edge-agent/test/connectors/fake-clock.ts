/** A clock that only a test moves. */
export interface FakeClock {
  readonly nowMs: () => number;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Moves on and wakes who slept, in the order of their time; settles when what they did at once is done. */
  advance(ms: number): Promise<void>;
  /** How long each sleeper was told to sleep, oldest first. */
  readonly slept: readonly number[];
  readonly sleeping: number;
}

export function createFakeClock(startMs: number): FakeClock {
  let nowMs = startMs;
  const sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();
  const slept: number[] = [];
  return {
    nowMs: () => nowMs,
    slept,
    get sleeping() {
      return sleepers.size;
    },
    sleep(ms, signal) {
      if (signal.aborted) return Promise.reject(signal.reason as Error);
      slept.push(ms);
      return new Promise((resolve, reject) => {
        const leave = () => {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', abort);
        };
        const abort = () => {
          leave();
          reject(signal.reason as Error);
        };
        const sleeper = {
          untilMs: nowMs + ms,
          wake: () => {
            leave();
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal.addEventListener('abort', abort, { once: true });
      });
    },
    async advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const next = [...sleepers].filter(({ untilMs }) => untilMs <= endMs).sort((a, b) => a.untilMs - b.untilMs)[0];
        if (next === undefined) break;
        nowMs = Math.max(nowMs, next.untilMs);
        next.wake();
        await turns(3);
      }
      nowMs = endMs;
      await turns(3);
    },
  };
}

/** Lets everything run that is ready to run, so many times. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
