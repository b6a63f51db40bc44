import { setImmediate as nextTurn } from 'node:timers/promises';
import { ReplayStopped } from './replay-run.ts';

/** Calls of panels are answered between two ticks at the latest after so long. */
const TURN_MS = 20;
/** So far behind, the recording is not made up for: it goes on at its speed. */
const LATE_MS = 1_000;
/** A longer hole in recorded time is jumped over. */
const HOLE_MS = 60_000;
/** The speed that is reached is measured over this long. */
const MEASURE_MS = 2_000;

/** The clock of a rehearsal: how fast recorded time goes by, standing still, and the end before the end. */
export interface RehearsalPace {
  wait(recordedMs: number): Promise<void>;
  /** 1 to 50 times the recorded speed. */
  speed: number;
  paused: boolean;
  stop(): void;
  /** What the machine reached over the last seconds; null at first and while paused. */
  readonly reached: number | null;
}

export function createRehearsalPace(monotonicMs: () => number, speed: number): RehearsalPace {
  let origin: { readonly wallMs: number; readonly recordedMs: number } | null = null;
  let measured: { readonly wallMs: number; readonly recordedMs: number } | null = null;
  let reached: number | null = null;
  let newestMs: number | null = null;
  let turnMs = monotonicMs();
  let isPaused = false;
  let isStopped = false;
  let wake: (() => void) | null = null;

  /** From here on another speed; whoever waits looks again. */
  const changed = () => {
    origin = null;
    measured = null;
    reached = null;
    wake?.();
  };
  const sleep = (ms: number | null) =>
    new Promise<void>((resolve) => {
      const timer = ms === null ? null : setTimeout(resolve, ms);
      wake = () => {
        if (timer !== null) clearTimeout(timer);
        resolve();
      };
    });
  const measure = (wallMs: number, recordedMs: number) => {
    measured ??= { wallMs, recordedMs };
    if (wallMs - measured.wallMs < MEASURE_MS) return;
    reached = (recordedMs - measured.recordedMs) / (wallMs - measured.wallMs);
    measured = { wallMs, recordedMs };
  };

  return {
    async wait(recordedMs) {
      if (newestMs !== null && recordedMs - newestMs > HOLE_MS) changed();
      const fromMs = newestMs ?? recordedMs;
      newestMs = recordedMs;
      for (;;) {
        if (isStopped) throw new ReplayStopped();
        const wallMs = monotonicMs();
        origin ??= { wallMs, recordedMs: recordedMs - fromMs > HOLE_MS ? recordedMs : fromMs };
        const waitMs = (recordedMs - origin.recordedMs) / speed - (wallMs - origin.wallMs);
        if (isPaused) await sleep(null);
        else if (waitMs > 1) await sleep(waitMs);
        else {
          if (waitMs < -LATE_MS) origin = { wallMs, recordedMs };
          measure(wallMs, recordedMs);
          break;
        }
      }
      if (monotonicMs() - turnMs < TURN_MS) return;
      await nextTurn();
      turnMs = monotonicMs();
    },
    get speed() {
      return speed;
    },
    set speed(next) {
      speed = next;
      changed();
    },
    get paused() {
      return isPaused;
    },
    set paused(next) {
      isPaused = next;
      changed();
    },
    stop() {
      isStopped = true;
      wake?.();
    },
    get reached() {
      return reached;
    },
  };
}
