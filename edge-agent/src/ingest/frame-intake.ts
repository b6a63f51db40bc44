import type { DecodedFrame, Decoder, FrameSink, RawFrame, Store } from '../ports.ts';

export interface IntakePorts {
  readonly decode: Decoder;
  readonly journal: Pick<Store, 'appendFrame'>;
  readonly queue: {
    offer(frame: DecodedFrame, position: number): unknown;
    ready(signal: AbortSignal): Promise<void>;
    readonly full: boolean;
  };
  /** Called for frames of which something was refused, to count and to show. */
  readonly onRejects: (decoded: DecodedFrame) => void;
}

const NOTHING_TO_KEEP = Promise.resolve();

/**
 * Where all sources end: decode, journal, queue. A frame without a valid event is neither journalled
 * nor queued. Decoded first, because the journal may take the bytes away (they move to its thread).
 * A source that ignores `durable` must still attach a handler: it rejects when the disk refuses.
 */
export function createFrameIntake(ports: IntakePorts): FrameSink {
  return {
    accept(frame: RawFrame) {
      const decoded = ports.decode(frame);
      if (decoded.rejects.length > 0) ports.onRejects(decoded);
      if (decoded.events.length === 0) return { decoded, durable: NOTHING_TO_KEEP };
      const { position, durable } = ports.journal.appendFrame(frame);
      ports.queue.offer(decoded, position);
      return { decoded, durable };
    },
    ready: (signal) => ports.queue.ready(signal),
    get full() {
      return ports.queue.full;
    },
  };
}
