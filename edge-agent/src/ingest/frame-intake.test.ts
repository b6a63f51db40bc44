import { describe, expect, it } from 'vitest';
import type { DecodedFrame, RawFrame } from '../ports.ts';
import { createCanonicalDecoder } from './canonical/decoder.ts';
import { createFrameIntake } from './frame-intake.ts';

const like = '{"id":"a:1","source":"live/demo/1","type":"live.like.added","data":{"count":1}}';

function createIntake(full = false) {
  const steps: string[] = [];
  const rejected: DecodedFrame[] = [];
  const sink = createFrameIntake({
    decode: createCanonicalDecoder({ maxClockSkewMs: 1000, maxFrameBytes: 10_000 }),
    journal: {
      appendFrame(frame) {
        steps.push(`journal ${frame.bytes.length}`);
        // A journal in another thread takes the memory with it.
        structuredClone(frame.bytes.buffer, { transfer: [frame.bytes.buffer as ArrayBuffer] });
        return { position: 42, durable: Promise.resolve() };
      },
    },
    queue: {
      offer: (frame, position) => steps.push(`queue ${frame.events.length} at ${position}`),
      ready: () => Promise.resolve(steps.push('ready')).then(() => undefined),
      full,
    },
    onRejects: (decoded) => rejected.push(decoded),
  });
  const accept = (text: string) => {
    const bytes = new Uint8Array(new TextEncoder().encode(text));
    const frame: RawFrame = { sourceName: 'test', ingestTimeMs: 5, encoding: 'jsonl', bytes };
    return sink.accept(frame);
  };
  return { sink, steps, rejected, accept };
}

describe('frame intake', () => {
  it('decodes, journals and queues under the position of the journal, in this order', async () => {
    const { accept, steps, rejected } = createIntake();
    const { decoded, durable } = accept(`${like}\nbad\n`);
    await durable;
    expect(steps).toEqual([`journal ${like.length + 5}`, 'queue 1 at 42']);
    expect(decoded.events).toMatchObject([{ id: 'a:1' }]);
    expect(rejected).toEqual([decoded]);
  });

  it('neither journals nor queues a frame without a valid event', async () => {
    const { accept, steps, rejected } = createIntake();
    await accept('bad').durable;
    expect([steps, rejected.length]).toEqual([[], 1]);
  });

  it('has room when its queue has', async () => {
    const { sink, steps } = createIntake(true);
    expect(sink.full).toBe(true);
    await sink.ready(new AbortController().signal);
    expect(steps).toEqual(['ready']);
  });
});
