import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DecodedFrame } from '../ports.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Service } from '../runtime/service.ts';
import type { LatencyMeter } from './latency.ts';
import type { StepWriter } from './step-writer.ts';

/** Queued frames with their place in the journal; `runtime/bounded-queue.ts` has it. */
export interface DriverQueue {
  take(maxEvents: number): readonly { readonly frame: DecodedFrame; readonly position: number }[];
  readonly size: number;
  /** Called when a frame comes in. */
  onOffered(listener: () => void): () => void;
}

export interface DriverPorts {
  readonly pipeline: Pipeline;
  readonly queue: DriverQueue;
  readonly steps: StepWriter;
  readonly nowMs: () => number;
  /** Once a second of processing time. */
  readonly onSecond: (nowMs: number) => void;
  readonly latency: { readonly eventToWindow: LatencyMeter; readonly commentToPrompt: LatencyMeter };
  readonly onFatal: (error: unknown) => void;
}

const MAX_BATCH_EVENTS = 2_000;
/** Rules are asked this often while events come, and `IDLE_TICK_MS` in a silent room. */
const TICK_MS = 10;
const IDLE_TICK_MS = 50;

/** The live loop: frames from the queue into the pipeline, ticks, steps to the store. One batch at a time. */
export function createDriver(ports: DriverPorts, startPosition: number): Service & { readonly position: number } {
  let position = startPosition;
  let running: Promise<void> | null = null;
  let stopping = false;
  let lastTickMs = 0;
  let lastSecond = 0;
  let wake: (() => void) | null = null;
  /** Event times of comments that no rule has been asked about yet. */
  let waiting: { atMs: number; count: number }[] = [];

  const tick = (nowMs: number) => {
    lastTickMs = nowMs;
    ports.pipeline.tick(nowMs);
    if (waiting.length > 0) {
      const decidedMs = ports.nowMs();
      for (const { atMs, count } of waiting) ports.latency.commentToPrompt.record(decidedMs - atMs, count);
      waiting = [];
    }
    const second = Math.floor(nowMs / 1000);
    if (second !== lastSecond) {
      lastSecond = second;
      ports.onSecond(nowMs);
    }
  };

  const measure = (frames: readonly DecodedFrame[]) => {
    const nowMs = ports.nowMs();
    for (const { events } of frames) {
      const first = events[0];
      if (first === undefined) continue;
      ports.latency.eventToWindow.record(nowMs - first.eventTimeMs, events.length);
      const comment = events.find((event) => event.type === 'live.comment.created');
      if (comment !== undefined) waiting.push({ atMs: comment.eventTimeMs, count: 1 });
    }
  };

  const turn = async (): Promise<boolean> => {
    const taken = ports.queue.take(MAX_BATCH_EVENTS);
    const last = taken.at(-1);
    if (last !== undefined) {
      const frames = taken.map(({ frame }) => frame);
      await ports.pipeline.process(frames, ports.nowMs());
      position = last.position;
      measure(frames);
    }
    const nowMs = ports.nowMs();
    if (nowMs - lastTickMs >= (last === undefined ? IDLE_TICK_MS : TICK_MS) || nowMs < lastTickMs) tick(nowMs);
    if (ports.steps.due(nowMs)) ports.steps.write(position, nowMs);
    return last !== undefined;
  };

  const sleep = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const loop = async () => {
    const unsubscribe = ports.queue.onOffered(() => wake?.());
    try {
      while (!stopping) {
        const busy = await turn();
        // A turn of the event loop lets sockets be read between batches.
        if (busy || ports.queue.size > 0) await nextTurn();
        else await sleep(waiting.length > 0 ? TICK_MS : IDLE_TICK_MS);
        wake = null;
      }
      while (ports.queue.size > 0) await turn();
    } finally {
      unsubscribe();
    }
  };

  return {
    name: 'pipeline',
    get position() {
      return position;
    },
    async start() {
      lastSecond = Math.floor(ports.nowMs() / 1000);
      running = loop().catch((error: unknown) => ports.onFatal(error));
    },
    async stop() {
      if (running === null) return;
      stopping = true;
      wake?.();
      await running;
      running = null;
      await ports.steps.settled();
      ports.steps.write(position, ports.nowMs());
      await ports.steps.settled();
    },
  };
}
