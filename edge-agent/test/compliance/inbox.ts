import type { LiveEvent } from '@livecue/shared/event';
import { createCanonicalDecoder } from '../../src/ingest/canonical/decoder.ts';
import { createFrameIntake } from '../../src/ingest/frame-intake.ts';
import type { FrameSink } from '../../src/ports.ts';
import { createFrameQueue } from '../../src/runtime/bounded-queue.ts';

const MAX_FRAME_BYTES = 256 * 1024;

/** A real decoder and a real queue behind a journal that keeps everything in memory. */
export function createInbox(capacityEvents = 100_000) {
  const queue = createFrameQueue({ capacityEvents });
  const rejects: string[] = [];
  const events: LiveEvent[] = [];
  const watchers = new Set<() => void>();
  let position = 0;
  const intake = createFrameIntake({
    decode: createCanonicalDecoder({ maxClockSkewMs: 300_000, maxFrameBytes: MAX_FRAME_BYTES }),
    journal: { appendFrame: () => ({ position: ++position, durable: Promise.resolve() }) },
    queue,
    onRejects: (decoded) => rejects.push(...decoded.rejects.map(({ reason }) => reason)),
  });
  const sink: FrameSink = {
    accept(frame) {
      const accepted = intake.accept(frame);
      for (const watcher of [...watchers]) watcher();
      return accepted;
    },
    ready: (signal) => intake.ready(signal),
    get full() {
      return intake.full;
    },
  };
  return {
    sink,
    queue,
    rejects,
    events,
    take: () => events.push(...queue.take(Infinity).flatMap(({ frame }) => frame.events as LiveEvent[])),
    /** Settles when `done` is true, looked at after each frame. */
    until: (done: () => boolean) =>
      new Promise<void>((resolve) => {
        const watcher = () => {
          if (!done()) return;
          watchers.delete(watcher);
          resolve();
        };
        watchers.add(watcher);
        watcher();
      }),
  };
}
