import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DecodedFrame } from '../ports.ts';
import { isSingle, type Pipeline, type ReadFrames } from '../pipeline.ts';
import type { Service } from '../runtime/service.ts';
import { createDecisionLatency, type DecisionMeters } from './decision-latency.ts';
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
  readonly latency: DecisionMeters;
  readonly onFatal: (error: unknown) => void;
}

/** Events that go into the windows at once: more hold up what comes beside them, fewer cost turns. */
const MAX_BATCH_EVENTS = 500;
/** Events whose comments are read ahead of the batch that is counted: the models' thread never waits for us. */
const MAX_AHEAD_EVENTS = 2_000;
/** Rules are asked about a comment at once, and about products that were viewed or put into carts this often: not while events queue. */
const LOOK_MS = 50;
/** Time passes this often: windows close, and rules are asked about all products. */
const TICK_MS = 200;
/** A look that took long is followed by a pause of so many times its length: looks take a tenth of the thread at most. */
const LOOK_SHARE = 10;
/** A step takes as long as hundreds of events: it waits for a moment at which none waits, but no longer than this. */
const STEP_PATIENCE_MS = 250;
/** Of more products these many in turn, so that what an event costs stays the same; what just came is looked at anyway. */
const PRODUCTS_A_TICK = 100;

type Taken = ReturnType<DriverQueue['take']>;

/** A batch on its way through the models. */
interface Batch {
  readonly taken: Taken;
  readonly size: number;
  readonly read: ReadFrames;
}

/**
 * The live loop: frames from the queue to the models and in their order into the pipeline, ticks, steps to the
 * store. The comments of the next batches are read while one is waited for or counted.
 */
export function createDriver(ports: DriverPorts, startPosition: number): Service & { readonly position: number } {
  const { pipeline, queue, steps } = ports;
  let position = startPosition;
  let running: Promise<void> | null = null;
  let stopping = false;
  let lastTickMs = 0;
  let nextLookMs = 0;
  let lastSecond = 0;
  let stepDueMs: number | null = null;
  let wake: (() => void) | null = null;
  const ahead: Batch[] = [];
  let aheadEvents = 0;
  let filling = false;
  const latency = createDecisionLatency(ports.latency, isSingle);

  const fill = () => {
    filling = false;
    while (aheadEvents < MAX_AHEAD_EVENTS && queue.size > 0) {
      const taken = queue.take(MAX_BATCH_EVENTS);
      if (taken.length === 0) return;
      const size = taken.reduce((sum, { frame }) => sum + frame.events.length, 0);
      const read = pipeline.read(taken.map(({ frame }) => frame));
      // Whoever counts the batch hears of it; until then nobody listens.
      if (read.predictions instanceof Promise) read.predictions.catch(() => undefined);
      ahead.push({ taken, size, read });
      aheadEvents += size;
    }
  };

  /** At the end of this turn, so that frames read together go together. */
  const fillSoon = () => {
    if (filling || aheadEvents >= MAX_AHEAD_EVENTS) return;
    filling = true;
    setImmediate(fill);
  };

  const tick = (nowMs: number) => {
    lastTickMs = nowMs;
    nextLookMs = nowMs + LOOK_MS;
    pipeline.tick(nowMs, PRODUCTS_A_TICK);
    latency.looked(ports.nowMs());
    const second = Math.floor(nowMs / 1000);
    if (second !== lastSecond) {
      lastSecond = second;
      ports.onSecond(nowMs);
    }
  };

  const look = () => {
    const beganMs = ports.nowMs();
    pipeline.look();
    const endMs = ports.nowMs();
    latency.looked(endMs);
    nextLookMs = endMs + Math.max(LOOK_MS, LOOK_SHARE * (endMs - beganMs));
  };

  /** Oldest first, though a later one may be read already: windows and rules see events in their order. */
  const count = async (batch: Batch) => {
    const { frames, predictions } = batch.read;
    const known = predictions instanceof Promise ? await predictions : predictions;
    ahead.shift();
    aheadEvents -= batch.size;
    pipeline.count(frames, known, ports.nowMs());
    position = batch.taken.at(-1)?.position ?? position;
    latency.counted(frames, ports.nowMs());
  };

  const turn = async (): Promise<boolean> => {
    fill();
    const batch = ahead[0];
    if (batch !== undefined) await count(batch);
    const nowMs = ports.nowMs();
    // Nothing else in a turn with a tick: windows that close and a step are two pauses, not one twice as long.
    if (nowMs - lastTickMs >= TICK_MS || nowMs < lastTickMs) {
      tick(nowMs);
      return true;
    }
    if (nowMs >= nextLookMs && pipeline.stirred && queue.size < MAX_AHEAD_EVENTS) look();
    else if (batch !== undefined) {
      pipeline.decide();
      latency.decided(ports.nowMs());
    }
    step(nowMs);
    return batch !== undefined;
  };

  const step = (nowMs: number) => {
    if (!steps.due(nowMs)) {
      stepDueMs = null;
      return;
    }
    stepDueMs ??= nowMs;
    const waitedMs = nowMs - stepDueMs;
    if ((queue.size > 0 || ahead.length > 0) && waitedMs >= 0 && waitedMs < STEP_PATIENCE_MS) return;
    stepDueMs = null;
    steps.write(position, nowMs);
  };

  const pauseMs = () => {
    const tickMs = lastTickMs + TICK_MS;
    return (pipeline.stirred ? Math.min(tickMs, nextLookMs) : tickMs) - ports.nowMs();
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
    const unsubscribe = queue.onOffered(() => {
      if (wake === null) fillSoon();
      else wake();
    });
    try {
      while (!stopping) {
        const busy = await turn();
        // A turn of the event loop lets sockets be read between batches.
        if (busy || queue.size > 0 || ahead.length > 0) await nextTurn();
        else await sleep(Math.min(TICK_MS, Math.max(1, pauseMs())));
        wake = null;
      }
      while (queue.size > 0 || ahead.length > 0) await turn();
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
