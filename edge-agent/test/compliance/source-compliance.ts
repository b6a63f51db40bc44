import { encode } from '@msgpack/msgpack';
import { afterEach, describe, expect, it } from 'vitest';
import type { FrameSink, RawFrame, Source } from '../../src/ports.ts';
import { AgentError } from '../../src/runtime/agent-error.ts';
import { createInbox } from './inbox.ts';

/** One frame as a sender would give it to the transport. */
export interface Payload {
  readonly encoding: RawFrame['encoding'];
  readonly bytes: Uint8Array;
}

export interface SourceRig {
  readonly source: Source;
  /** After `start`: hands the payloads to the transport, in order. Settles when they are on their way. */
  send(): Promise<void>;
  /** Ends what the test itself opened: senders, files. */
  close(): Promise<void>;
}

/** What one transport has to bring; every source passes the same suite. */
export interface ComplianceTarget {
  readonly name: string;
  /** Encodings its frames may have. Empty for a source that makes its own events. */
  readonly encodings: readonly RawFrame['encoding'][];
  open(sink: FrameSink, payloads: readonly Payload[]): Promise<SourceRig>;
  /** A source that cannot open, and what its error names. Null when nothing can stand in its way. */
  openBroken: ((sink: FrameSink) => Promise<SourceRig & { readonly code: string; readonly names: string }>) | null;
}

const comment = (id: number, text = 'hello') => ({
  id: `demo:${id}`,
  source: 'live/demo/1',
  type: 'live.comment.created',
  data: { text, author: { identifier: 'v' } },
});

function pack(encoding: RawFrame['encoding'], events: readonly object[]): Payload {
  if (encoding === 'msgpack') return { encoding, bytes: encode(events.length === 1 ? events[0] : events) };
  const text =
    encoding === 'jsonl'
      ? events.map((event) => `${JSON.stringify(event)}\n`).join('')
      : JSON.stringify(events.length === 1 ? events[0] : events);
  return { encoding, bytes: Buffer.from(text) };
}

/** Open sockets, files and timers of the process, by kind. Immediates are the suite's own. */
function resources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== 'Immediate') counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

/**
 * What is open now and was not before. Handles close in a later turn of the event loop, and files in a thread that
 * a busy machine may run late, so some seconds are given before it counts as a leak.
 */
async function leaks(before: ReadonlyMap<string, number>): Promise<string[]> {
  let left: string[] = [];
  const until = performance.now() + 5_000;
  while (performance.now() < until) {
    left = [...resources()].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind);
    if (left.length === 0) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return left;
}

export function describeSourceCompliance(target: ComplianceTarget): void {
  const open: SourceRig[] = [];
  const rig = async (sink: FrameSink, payloads: readonly Payload[] = []) => {
    const opened = await target.open(sink, payloads);
    open.push(opened);
    return opened;
  };
  const never = new AbortController().signal;

  describe(`source compliance: ${target.name}`, () => {
    afterEach(async () => {
      for (const { source, close } of open.splice(0)) {
        await source.stop();
        await close();
      }
    });

    it('does nothing before start, and may be stopped then', async () => {
      const before = resources();
      const { source } = await rig(createInbox().sink);
      expect(source.health(0).state).toBe('idle');
      await source.stop();
      await source.stop();
      expect(await leaks(before)).toEqual([]);
    });

    it('starts, stops while nothing comes, stops again, and leaves no handle and no timer', async () => {
      const before = resources();
      const { source, close } = await rig(createInbox().sink);
      await source.start(never);
      expect(['open', 'idle']).toContain(source.health(Date.now()).state);
      await source.stop();
      await source.stop();
      expect(source.health(Date.now()).state).toBe('idle');
      await close();
      expect(await leaks(before)).toEqual([]);
    });

    it('does not start when it is already told to stop', async () => {
      const before = resources();
      const { source } = await rig(createInbox().sink);
      await expect(source.start(AbortSignal.abort(new Error('told to stop')))).rejects.toThrow('told to stop');
      expect(await leaks(before)).toEqual([]);
    });

    it('ends by itself when its signal says so', async () => {
      const before = resources();
      const { source, close } = await rig(createInbox().sink);
      const stop = new AbortController();
      await source.start(stop.signal);
      stop.abort(new Error('enough'));
      await source.stop();
      await close();
      expect(await leaks(before)).toEqual([]);
    });

    if (target.openBroken !== null) it('says by an AgentError why it cannot open, and opens nothing', async () => {
      const before = resources();
      const broken = await target.openBroken!(createInbox().sink);
      const error = await broken.source.start(never).then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(AgentError);
      expect(error).toMatchObject({ code: broken.code, retry: 'never', message: expect.stringContaining(broken.names) });
      expect(broken.source.health(Date.now())).toMatchObject({ state: 'failed', problem: (error as Error).message });
      await broken.source.stop();
      await broken.close();
      expect(await leaks(before)).toEqual([]);
    });

    if (target.encodings.length === 0) it('gives its own events with unique ids, and its health tells of them', async () => {
      const inbox = createInbox();
      const { source, send } = await rig(inbox.sink);
      await source.start(never);
      await send();
      await inbox.until(() => inbox.queue.size >= 50);
      inbox.take();
      expect(new Set(inbox.events.map(({ id }) => id)).size).toBe(inbox.events.length);
      expect(inbox.rejects).toEqual([]);
      expect(source.health(Date.now())).toMatchObject({ events: inbox.events.length, problem: null });
    });

    describe.each(target.encodings)('with %s', (encoding) => {
      it('delivers one and many events a frame, all of them, in order, and its health tells of them', async () => {
        const inbox = createInbox();
        const payloads = Array.from({ length: 100 }, (_, frame) =>
          pack(encoding, frame % 2 === 0 ? [comment(frame * 10)] : Array.from({ length: 10 }, (_, i) => comment(frame * 10 + i, '几号'))),
        );
        const { source, send } = await rig(inbox.sink, payloads);
        const startedMs = Date.now();
        await source.start(never);
        await send();
        await inbox.until(() => inbox.queue.size === 550);
        inbox.take();
        const ids = inbox.events.map(({ id }) => Number(id.slice(5)));
        expect(ids).toEqual(ids.toSorted((a, b) => a - b));
        expect(new Set(ids).size).toBe(550);
        expect(inbox.events.every((event) => event.ingestTimeMs >= startedMs && event.ingestTimeMs <= Date.now())).toBe(true);
        const health = source.health(Date.now());
        expect(health).toMatchObject({ events: 550, lostUpstream: 0, drops: {}, problem: null });
        expect(health.lastEventMs).toBeGreaterThanOrEqual(startedMs);
        expect(health.eventsPerSecond).toBeGreaterThan(0);
      });

      it('survives what is malformed, empty, huge or unknown, counts it, and goes on', async () => {
        const inbox = createInbox();
        const huge = comment(1, 'x'.repeat(20_000));
        const payloads = [
          { encoding, bytes: Buffer.from(encoding === 'msgpack' ? [0xc1, 0xff] : '{"id":\n') },
          { encoding, bytes: encoding === 'msgpack' ? Uint8Array.from([0x92, 0xc0]) : Buffer.from([0x7b, 0xff, 0xfe, 0x7d, 0x0a]) },
          pack(encoding, [huge]),
          pack(encoding, [{ ...comment(2), type: 'live.dance.added' }]),
          pack(encoding, [comment(3), { id: 'no' }, comment(4)]),
          pack(encoding, [comment(5)]),
        ];
        const { source, send } = await rig(inbox.sink, payloads);
        await source.start(never);
        await send();
        await inbox.until(() => inbox.queue.size === 3);
        inbox.take();
        expect(inbox.events.map(({ id }) => id)).toEqual(['demo:3', 'demo:4', 'demo:5']);
        const { drops } = source.health(Date.now());
        expect(drops['unknown-kind']).toBe(1);
        expect(drops.malformed).toBe(inbox.rejects.filter((reason) => reason === 'malformed').length);
        expect(drops.malformed).toBeGreaterThanOrEqual(4);
      });

      it('loses nothing when the pipeline stands still for a while', async () => {
        // Half of the queue takes what was on its way when the other half was full.
        const inbox = createInbox(2_000);
        const ten = (frame: number) => Array.from({ length: 10 }, (_, i) => comment(frame * 10 + i));
        const payloads = Array.from({ length: 300 }, (_, frame) => pack(encoding, ten(frame)));
        const { source, send } = await rig(inbox.sink, payloads);
        await source.start(never);
        const sending = send();
        await inbox.until(() => inbox.sink.full);
        // Many turns of the event loop in which a source that does not wait would overrun the queue.
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
        expect(inbox.queue.size).toBeLessThan(2_000);
        const drained = (async () => {
          while (inbox.events.length < 3_000) {
            inbox.take();
            await new Promise((resolve) => setImmediate(resolve));
          }
        })();
        await Promise.all([sending, drained]);
        expect(inbox.events.map(({ id }) => Number(id.slice(5)))).toEqual(Array.from({ length: 3_000 }, (_, id) => id));
        expect(inbox.queue.drops()).toEqual({});
      });

      it('stops in the middle of the flow and with a full queue, and leaves nothing behind', async () => {
        const before = resources();
        const inbox = createInbox(20);
        const payloads = Array.from({ length: 100 }, (_, frame) => pack(encoding, [comment(frame)]));
        const { source, send, close } = await rig(inbox.sink, payloads);
        await source.start(never);
        // The transport breaks under the sender; what it then thinks of it is not the question here.
        const sending = send().catch(() => undefined);
        await inbox.until(() => inbox.sink.full);
        await source.stop();
        await close();
        await sending;
        expect(await leaks(before)).toEqual([]);
      });
    });
  });
} // prettier-ignore
